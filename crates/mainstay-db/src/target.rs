//! Where a database is and who we are there. Never here: pools, sessions, how a cluster is started.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

use crate::{ConnectError, DatabaseUrl, opening};

/// One database on one server (or an ordered list of hosts), with the role and its secret.
///
/// `Display` and `Debug` never show the password.
#[derive(Clone, PartialEq)]
pub struct Target {
    pg: tokio_postgres::Config,
    /// How much longer than a statement may take its answer is waited for.
    answer_margin: Duration,
}

/// What to do where an address asks for TLS.
const NO_TLS: &str = "it asks for TLS (sslmode), which is not built in: where the network between here and the \
    server is private, remove sslmode from the address; where it is not, run a tunnel that speaks TLS (stunnel, \
    WireGuard, ssh -L) on this machine and name its address";

impl Target {
    /// From a URL (`postgres://…`) or a `key=value` text as libpq takes it.
    ///
    /// # Errors
    /// [`ConnectError::Address`] if the text is not one, names no database, or asks for TLS
    /// (`sslmode=require`), which this build does not speak.
    pub fn parse(address: &str) -> Result<Self, ConnectError> {
        let wrong = |why: String| ConnectError::Address { why };
        // The driver does not even know these two.
        if address.contains("sslmode=verify-") {
            return Err(wrong(NO_TLS.to_owned()));
        }
        let pg: tokio_postgres::Config =
            address.parse().map_err(|error: tokio_postgres::Error| wrong(describe(&error)))?;
        if pg.get_ssl_mode() == SslMode::Require {
            return Err(wrong(NO_TLS.to_owned()));
        }
        if pg.get_hosts().is_empty() {
            return Err(wrong("it names no host".to_owned()));
        }
        if pg.get_dbname().is_none() {
            return Err(wrong("it names no database".to_owned()));
        }
        Ok(Self::of(pg))
    }

    /// A server's unix socket: `directory` holds `.s.PGSQL.<port>`.
    pub fn socket(directory: &Path, port: u16, user: &str, database: &str) -> Self {
        let mut pg = tokio_postgres::Config::new();
        pg.host_path(directory).port(port).user(user).dbname(database);
        Self::of(pg)
    }

    fn of(pg: tokio_postgres::Config) -> Self {
        Self { pg, answer_margin: opening::Config::default().answer_margin() }
    }

    /// The same server and role, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        let mut pg = self.pg.clone();
        pg.dbname(database);
        Self { pg, ..*self }
    }

    /// The same, with further start options of its sessions.
    pub(crate) fn with_options(&self, options: &str) -> Self {
        let mut pg = self.pg.clone();
        let given = pg.get_options().map(|given| format!("{given} ")).unwrap_or_default();
        pg.options(format!("{given}{options}"));
        Self { pg, ..*self }
    }

    /// The same, watching the network as `network` says where the address does not say otherwise.
    #[must_use]
    pub fn with_network(&self, network: &opening::Config) -> Self {
        let mut pg = self.pg.clone();
        network.set(&mut pg);
        Self { pg, answer_margin: network.answer_margin() }
    }

    /// The same; its sessions are those of a server that takes writes, or none.
    pub(crate) fn writable(&self) -> Self {
        let mut pg = self.pg.clone();
        pg.target_session_attrs(TargetSessionAttrs::ReadWrite);
        Self { pg, ..*self }
    }

    /// How many hosts there are to choose from.
    pub(crate) fn hosts(&self) -> usize {
        self.pg.get_hosts().len().max(self.pg.get_hostaddrs().len())
    }

    /// Another server with the same role, password, database and care for the network: at `host:port`, where a host that begins with `/` is
    /// the folder of a socket. `None` if it is not of that form.
    #[must_use]
    pub fn at(&self, address: &str) -> Option<Self> {
        let (host, port) = Self::split(address)?;
        let mut pg = tokio_postgres::Config::new();
        pg.host(host).port(port).dbname(self.database());
        if let Some(user) = self.pg.get_user() {
            pg.user(user);
        }
        if let Some(password) = self.pg.get_password() {
            pg.password(password);
        }
        if let Some(options) = self.pg.get_options() {
            pg.options(options);
        }
        pg.keepalives(self.pg.get_keepalives()).keepalives_idle(self.pg.get_keepalives_idle());
        if let Some(interval) = self.pg.get_keepalives_interval() {
            pg.keepalives_interval(interval);
        }
        if let Some(retries) = self.pg.get_keepalives_retries() {
            pg.keepalives_retries(retries);
        }
        if let Some(longest) = self.pg.get_tcp_user_timeout() {
            pg.tcp_user_timeout(*longest);
        }
        Some(Self { pg, ..*self })
    }

    /// For how long a session may owe an answer to a statement that the server ends after `longest`.
    pub(crate) fn answers_within(&self, longest: Duration) -> Duration {
        longest.saturating_add(self.answer_margin)
    }

    /// Host and port of `host:port`.
    pub(crate) fn split(address: &str) -> Option<(&str, u16)> {
        let (host, port) = address.rsplit_once(':')?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let is_host = !host.is_empty() && !host.contains(char::is_whitespace) && !host.contains('@');
        Some((host, port.parse().ok()?)).filter(|_| is_host)
    }

    /// The database's name.
    pub fn database(&self) -> &str {
        self.pg.get_dbname().unwrap_or_default()
    }

    /// The address as a URL for another process, its password included.
    pub fn url(&self) -> DatabaseUrl {
        let encode = |text: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
            let one = |byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
            text.bytes().map(one).collect::<String>()
        };
        let hosts = self.pg.get_hosts().iter().enumerate().map(|(at, host)| {
            let name = match host {
                Host::Tcp(name) => encode(name),
                Host::Unix(path) => encode(&path.to_string_lossy()),
            };
            format!("{name}:{}", self.port(at))
        });
        let mut url = "postgres://".to_owned();
        if let Some(user) = self.pg.get_user() {
            url.push_str(&encode(user));
            if let Some(password) = self.pg.get_password() {
                url.push(':');
                url.push_str(&encode(&String::from_utf8_lossy(password)));
            }
            url.push('@');
        }
        url.push_str(&hosts.collect::<Vec<_>>().join(","));
        url.push('/');
        url.push_str(&encode(self.database()));
        DatabaseUrl::new(url)
    }

    fn port(&self, host: usize) -> u16 {
        let ports = self.pg.get_ports();
        ports.get(host).or(ports.first()).copied().unwrap_or(5432)
    }

    /// Where it is, as `host:port`, several of them with commas between.
    pub(crate) fn address(&self) -> String {
        let hosts = self.pg.get_hosts().iter().enumerate().map(|(at, host)| match host {
            Host::Tcp(name) => format!("{name}:{}", self.port(at)),
            Host::Unix(path) => format!("{}:{}", path.display(), self.port(at)),
        });
        hosts.collect::<Vec<_>>().join(", ")
    }

    /// The driver's form, with every secret in it.
    pub fn driver_config(&self) -> &tokio_postgres::Config {
        &self.pg
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address(), self.database())?;
        match self.pg.get_user() {
            Some(user) => write!(f, " as {user}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

/// The driver says "invalid configuration" and keeps the reason in its source.
fn describe(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => source.to_string(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_place_and_hides_the_password() {
        let target = Target::parse("postgres://app:s3cret@db.example:6543/main").unwrap();
        assert_eq!(target.to_string(), "db.example:6543/main as app");
        assert_eq!(format!("{target:?}"), "Target(db.example:6543/main as app)");
        let socket = Target::socket(Path::new("/run/pg"), 5433, "postgres", "app");
        assert_eq!(socket.with_database("other").to_string(), "/run/pg:5433/other as postgres");
    }

    #[test]
    fn another_server_of_the_role_is_watched_as_the_first() {
        let address = "postgres://app@one/db?tcp_user_timeout=7&keepalives_interval=3";
        let at =
            Target::parse(address).unwrap().with_network(&opening::Config::default()).at("two:1").unwrap();
        let pg = at.driver_config();
        let seconds = Duration::from_secs;
        assert_eq!(pg.get_tcp_user_timeout(), Some(&seconds(7)));
        assert_eq!((pg.get_keepalives_idle(), pg.get_keepalives_interval()), (seconds(10), Some(seconds(3))));
        assert_eq!(pg.get_keepalives_retries(), Some(3));
    }

    #[test]
    fn the_url_leads_to_the_same_place() {
        let socket = Target::socket(Path::new("/tmp/a b/run"), 5433, "postgres", "te/st");
        for target in [socket, Target::parse("postgres://a%40b:p%3Ass@one:1,two:2/db").unwrap()] {
            let again = Target::parse(target.url().expose()).unwrap();
            assert_eq!(again.to_string(), target.to_string());
            assert_eq!(again.driver_config().get_password(), target.driver_config().get_password());
        }
    }

    #[test]
    fn a_wrong_address_says_why() {
        for (address, why) in [
            ("nonsense", "unexpected EOF"),
            ("postgres://db.example", "it names no database"),
            ("dbname=app", "it names no host"),
            ("postgres://db/app?sslmode=require", "remove sslmode from the address"),
            ("postgres://db/app?sslmode=verify-full&sslrootcert=ca.pem", "remove sslmode from the address"),
            ("host=db dbname=app sslmode=verify-ca", "remove sslmode from the address"),
            ("postgres://db/app?colour=red", "colour"),
        ] {
            let error = Target::parse(address).unwrap_err().to_string();
            assert!(error.contains(why), "{address}: {error}");
        }
    }
}
