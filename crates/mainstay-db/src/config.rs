//! What an operator may set about the database, with a limit for everything that could grow.
//! Never here: where the values come from (`mainstay-config`), the private cluster (`embedded::Config`).

use std::fmt;
use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize, Serializer};

use crate::db::sessions;
use crate::{Target, advisor, insight, migrate, opening, partitions, pipeline, replicas};

/// Pools, time-outs and the address of the server. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `postgres://user:password@host:port/database`. Empty: no server is given, use the private cluster.
    pub url: DatabaseUrl,
    /// Most connections for transactions (`db.write()`).
    pub pool_max: usize,
    /// Most connections for reads (`db.read()`).
    pub pool_read_max: usize,
    /// Connections for transactions that are open before they are needed.
    pub pool_min: usize,
    /// Connections for reads that are open before they are needed.
    pub pool_read_min: usize,
    /// How often it is looked whether they are.
    pub keep_interval_ms: u64,
    /// Statements that are prepared on such a connection: those that this process has run most.
    pub warm_statements: usize,
    /// How soon a network that has fallen silent is noticed.
    pub network: opening::Config,
    /// The pipelined lane for short reads.
    pub pipeline: pipeline::Config,
    /// A connection that is older, less up to a tenth, is not used again, so that a restarted balancer or a grown
    /// session cache is left behind.
    pub max_lifetime_ms: u64,
    /// Processes of this application that share the server: what they open together must fit into `max_connections`,
    /// less what the server reserves.
    pub nodes: usize,
    /// Times that a transaction is run again after it lost against another one.
    pub transaction_retries: u32,
    /// Longest wait for a free connection; then `DbError::PoolExhausted`.
    pub acquire_timeout_ms: u64,
    /// Longest time to open one connection, the signing in included; then `DbError::Unavailable`. Of several hosts
    /// each is given less where `acquire_timeout_ms` would not suffice for all.
    pub connect_timeout_ms: u64,
    /// The server ends a statement that runs longer.
    pub statement_timeout_ms: u64,
    /// The server ends a statement that waits longer for a lock.
    pub lock_timeout_ms: u64,
    /// The server ends a session that holds a transaction open and does nothing for longer.
    pub idle_in_transaction_timeout_ms: u64,
    /// At start, how long to try again while the server does not answer.
    pub connect_retry_for_ms: u64,
    /// How long after the server refused something for want of room `/health` says that its disk is full.
    pub storage_alarm_ms: u64,
    /// A statement that takes longer is told in the log, and its plan is kept.
    pub slow_statement_ms: u64,
    /// The name that the server's own views show for our sessions.
    pub application_name: String,
    /// Replicas of the server to read from, as `host:port,host:port`; role, password and database are those of `url`.
    /// Empty: every read goes to the server itself.
    pub read_replicas: String,
    /// What a read from a replica may cost and how old it may be.
    pub replicas: replicas::Config,
    /// Limits of the migration runner.
    pub migrate: migrate::Config,
    /// Limits of the index advisor.
    pub advisor: advisor::Config,
    /// Limits of the keeper of partitions.
    pub partitions: partitions::Config,
    /// What is kept about statements.
    pub insight: insight::Config,
    /// Whether the process does jobs, for which it needs sessions of its own, or only asks for them, for which one is enough.
    /// Said by who composes the parts, not written anywhere.
    #[serde(skip)]
    pub does_jobs: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::default(),
            does_jobs: true,
            pool_max: 16,
            pool_read_max: 16,
            pool_min: 2,
            pool_read_min: 2,
            keep_interval_ms: 1_000,
            warm_statements: 16,
            network: opening::Config::default(),
            pipeline: pipeline::Config::default(),
            max_lifetime_ms: 1_800_000,
            nodes: 1,
            transaction_retries: 5,
            acquire_timeout_ms: 5_000,
            connect_timeout_ms: 5_000,
            statement_timeout_ms: 30_000,
            lock_timeout_ms: 5_000,
            idle_in_transaction_timeout_ms: 60_000,
            connect_retry_for_ms: 30_000,
            storage_alarm_ms: 60_000,
            slow_statement_ms: 100,
            application_name: "mainstay".to_owned(),
            read_replicas: String::new(),
            replicas: replicas::Config::default(),
            migrate: migrate::Config::default(),
            advisor: advisor::Config::default(),
            partitions: partitions::Config::default(),
            insight: insight::Config::default(),
        }
    }
}

/// The longest time-out, in milliseconds: a day. The server's own settings hold 24 days.
pub(crate) const DAY_MS: u64 = 24 * 3600 * 1000;

/// Most connections of a pool; PostgreSQL itself allows 262,143 sessions.
const MOST_CONNECTIONS: usize = 10_000;

/// Most statements that are prepared ahead: each is a round trip, and memory of the server for every connection.
const MOST_WARM: usize = 1_000;

/// Most times that a transaction is run again: after that the conflict is of its own making.
const MOST_RETRIES: u32 = 100;

/// Longest name of our sessions: the server keeps 63 bytes, and ours end in the pool's name.
const MOST_NAME: usize = 50;

impl Config {
    /// What cannot be, by key. The address is only parsed: whether it answers is for a start to find.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if !self.url.is_empty()
            && let Err(error) = Target::parse(self.url.expose())
        {
            faults.add("url", format_args!("cannot be used: {error}"));
        }
        faults.number("pool_max", self.pool_max, 1..=MOST_CONNECTIONS);
        faults.number("pool_read_max", self.pool_read_max, 1..=MOST_CONNECTIONS);
        let pools = [
            ("pool_min", self.pool_min, "pool_max", self.pool_max),
            ("pool_read_min", self.pool_read_min, "pool_read_max", self.pool_read_max),
        ];
        // A pool of none is told above.
        for (key, least, most_key, most) in pools.into_iter().filter(|(_, _, _, most)| *most > 0) {
            if least > most {
                let what = format_args!(
                    "is {least}, and the pool holds {most}; write 0 to {most}, or raise {most_key}"
                );
                faults.across(key, &[most_key], what);
            }
        }
        faults.number("keep_interval_ms", self.keep_interval_ms, 10..=60_000);
        faults.number("warm_statements", self.warm_statements, 0..=MOST_WARM);
        faults.section("network", self.network.faults());
        faults.section("pipeline", self.pipeline.faults());
        faults.number("max_lifetime_ms", self.max_lifetime_ms, 1_000..=DAY_MS);
        faults.number("nodes", self.nodes, 1..=MOST_CONNECTIONS);
        faults.number("transaction_retries", self.transaction_retries, 0..=MOST_RETRIES);
        faults.number("acquire_timeout_ms", self.acquire_timeout_ms, 10..=DAY_MS);
        faults.number("connect_timeout_ms", self.connect_timeout_ms, 10..=DAY_MS);
        // 0 would switch a limit of the server off.
        faults.number("statement_timeout_ms", self.statement_timeout_ms, 10..=DAY_MS);
        faults.number("lock_timeout_ms", self.lock_timeout_ms, 10..=DAY_MS);
        faults.number("idle_in_transaction_timeout_ms", self.idle_in_transaction_timeout_ms, 10..=DAY_MS);
        faults.number("connect_retry_for_ms", self.connect_retry_for_ms, 0..=DAY_MS);
        faults.number("storage_alarm_ms", self.storage_alarm_ms, 1..=DAY_MS);
        faults.number("slow_statement_ms", self.slow_statement_ms, 1..=DAY_MS);
        let name = &self.application_name;
        if name.is_empty()
            || name.len() > MOST_NAME
            || name.bytes().any(|byte| !(b' '..=b'~').contains(&byte))
        {
            let form = format_args!("is {name:?}; write 1 to {MOST_NAME} characters of ASCII");
            faults.add("application_name", form);
        }
        for address in self.replica_addresses().filter(|address| Target::split(address).is_none()) {
            faults.add("read_replicas", format_args!("holds {address:?}; write host:port,host:port"));
        }
        if self.url.is_empty() && self.replica_addresses().next().is_some() {
            let what = "names replicas of a server that is not named; the private cluster has none";
            faults.across("read_replicas", &["url"], what);
        }
        faults.section("replicas", self.replicas.faults());
        faults.section("migrate", self.migrate.faults());
        faults.section("advisor", self.advisor.faults());
        faults.section("partitions", self.partitions.faults());
        faults.section("insight", self.insight.faults());
        faults
    }

    /// Most connections that one process opens to the primary: both pools, the pipelined lane, and the sessions beside
    /// them, which `db/sessions.rs` counts by name.
    pub fn most_connections(&self) -> usize {
        sessions::on_primary(self)
    }

    /// Most connections that all processes of the application open together.
    pub fn most_connections_together(&self) -> usize {
        self.most_connections().saturating_mul(self.nodes)
    }

    pub(crate) fn keep_interval(&self) -> Duration {
        Duration::from_millis(self.keep_interval_ms)
    }

    pub(crate) fn max_lifetime(&self) -> Duration {
        Duration::from_millis(self.max_lifetime_ms)
    }

    /// Each replica's address.
    pub(crate) fn replica_addresses(&self) -> impl Iterator<Item = &str> {
        self.read_replicas.split(',').map(str::trim).filter(|address| !address.is_empty())
    }

    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// Longest time to open one connection at one of so many hosts: all of them, and one that was found to be the
    /// wrong one, fit into the wait of whoever asks.
    fn connect_share(&self, hosts: usize) -> Duration {
        if hosts < 2 {
            return self.connect_timeout();
        }
        let parts = u32::try_from(hosts.saturating_add(1)).unwrap_or(u32::MAX);
        self.connect_timeout().min(self.acquire_timeout() / parts)
    }

    /// Longest time to open one connection, whichever host answers.
    pub(crate) fn connect_within(&self, target: &Target) -> Duration {
        let hosts = target.hosts();
        self.connect_share(hosts) * u32::try_from(hosts.max(1)).unwrap_or(u32::MAX)
    }

    pub(crate) fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms)
    }

    pub(crate) fn storage_alarm(&self) -> Duration {
        Duration::from_millis(self.storage_alarm_ms)
    }

    pub(crate) fn slow_statement(&self) -> Duration {
        Duration::from_millis(self.slow_statement_ms)
    }

    pub(crate) fn connect_retry_for(&self) -> Duration {
        Duration::from_millis(self.connect_retry_for_ms)
    }
}

/// The address of a server as the operator wrote it. It may hold a password: `Debug`, `Display` and serialisation
/// show it with the password replaced by `***`; only [`DatabaseUrl::expose`] shows all of it.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Takes the text as it is; [`crate::Target::parse`] judges it.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The whole text with its password.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// No server is given.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&redacted(&self.0))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", redacted(&self.0))
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&redacted(&self.0))
    }
}

/// The text without its password. A text that is not plainly a URL without a secret is hidden as a whole.
fn redacted(url: &str) -> String {
    if url.is_empty() {
        return String::new();
    }
    let Some((scheme, rest)) = url.split_once("://") else {
        return "***".to_owned();
    };
    let (rest, query) = rest.split_once('?').map_or((rest, ""), |(rest, query)| (rest, query));
    let query = if query.is_empty() { "" } else { "?***" };
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            let secret = if who.contains(':') { ":***" } else { "" };
            format!("{scheme}://{user}{secret}@{place}{query}")
        }
        None => format!("{scheme}://{rest}{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            ("", ""),
            ("postgres://app:s3cret@db.example:5432/app", "postgres://app:***@db.example:5432/app"),
            ("postgres://app:p@ss:w@db/app", "postgres://app:***@db/app"),
            ("postgres://app@db/app", "postgres://app@db/app"),
            ("postgres://db/app?password=s3cret", "postgres://db/app?***"),
            ("host=db password=s3cret", "***"),
        ] {
            assert_eq!(DatabaseUrl::new(url).to_string(), shown, "{url}");
        }
    }

    fn told(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(told(|config| config.pool_max = 0), ["pool_max is 0; write 1 to 10000"]);
        assert_eq!(
            told(|config| config.migrate.lock_tries = 0),
            ["migrate.lock_tries is 0; write 1 to 1000"]
        );
        assert_eq!(
            told(|config| (config.pool_max, config.pool_min) = (3, 4)),
            ["pool_min is 4, and the pool holds 3; write 0 to 3, or raise pool_max"]
        );
        assert_eq!(told(|config| (config.pool_read_max, config.pool_read_min) = (1, 2)).len(), 1);
        assert_eq!(told(|config| (config.pool_max, config.pool_min) = (4, 4)), Vec::<String>::new());
        assert_eq!(told(|config| config.lock_timeout_ms = u64::MAX).len(), 1);
        for bad in ["", "n\0l", "Bücher", &"n".repeat(51)] {
            let faults = told(|config| config.application_name = bad.to_owned());
            assert!(faults[0].ends_with("; write 1 to 50 characters of ASCII"), "{faults:?}");
        }
        let faults = told(|config| config.url = DatabaseUrl::new("postgres://u:s3cret@db"));
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(faults[0].starts_with("url cannot be used: ") && !faults[0].contains("s3cret"), "{faults:?}");
        assert_eq!(told(|config| (config.pool_max, config.statement_timeout_ms) = (0, 0)).len(), 2);
    }
}
