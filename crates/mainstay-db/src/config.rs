//! What an operator may set about the database, with a limit for everything that could grow.
//! Never here: where the values come from (`mainstay-config`), the private cluster (`embedded::Config`).

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize, Serializer};

use crate::migrate;

/// Pools, time-outs and the address of the server. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `postgres://user:password@host:port/database`. Empty: no server is given, use the private cluster.
    pub url: DatabaseUrl,
    /// Most connections for transactions (`db.write()`).
    pub pool_max: usize,
    /// Most connections for reads (`db.read()`).
    pub pool_read_max: usize,
    /// Longest wait for a free connection; then `DbError::PoolExhausted`.
    pub acquire_timeout_ms: u64,
    /// Longest time to open one connection; then `DbError::Unavailable`.
    pub connect_timeout_ms: u64,
    /// The server ends a statement that runs longer.
    pub statement_timeout_ms: u64,
    /// The server ends a statement that waits longer for a lock.
    pub lock_timeout_ms: u64,
    /// The server ends a session that holds a transaction open and does nothing for longer.
    pub idle_in_transaction_timeout_ms: u64,
    /// At start, how long to try again while the server does not answer.
    pub connect_retry_for_ms: u64,
    /// The name that the server's own views show for our sessions.
    pub application_name: String,
    /// Limits of the migration runner.
    pub migrate: migrate::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::default(),
            pool_max: 16,
            pool_read_max: 16,
            acquire_timeout_ms: 5_000,
            connect_timeout_ms: 5_000,
            statement_timeout_ms: 30_000,
            lock_timeout_ms: 5_000,
            idle_in_transaction_timeout_ms: 60_000,
            connect_retry_for_ms: 30_000,
            application_name: "mainstay".to_owned(),
            migrate: migrate::Config::default(),
        }
    }
}

impl Config {
    pub(crate) fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
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
}
