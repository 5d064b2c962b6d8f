//! What a server is and what our role may do there: for `check`, for probes, for the log line at start.
//! Never here: judgement of it, beyond the facts.

use tokio_postgres::Client;

/// Facts about the server and our role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerInfo {
    /// `server_version`, such as `15.18 (Debian 15.18-0+deb12u1)`.
    pub version: String,
    /// `server_version_num`, such as 150018.
    pub version_num: i32,
    /// The database we are in.
    pub database: String,
    /// The role we are.
    pub role: String,
    /// The role is superuser.
    pub is_superuser: bool,
    /// The role may create schemas in this database: what migrations need.
    pub can_create: bool,
    /// The schema in which unqualified names are made, and whether the role may make tables there: what migrations need
    /// too. Since PostgreSQL 15 only a database's owner may in `public`.
    pub schema: String,
    /// See `schema`.
    pub can_create_tables: bool,
    /// The server is a replica.
    pub in_recovery: bool,
    /// The server's limit of sessions.
    pub max_connections: i32,
    /// How many of them are not for us: `superuser_reserved_connections`, which we leave to the operator even as
    /// superuser, and `reserved_connections` (PostgreSQL 16) of a role that may not use them.
    pub reserved_connections: i32,
    /// Installed extensions as `name version`, sorted.
    pub extensions: Vec<String>,
}

impl ServerInfo {
    /// How many sessions our role may have open if nobody else has one.
    pub fn sessions_for_us(&self) -> usize {
        usize::try_from(self.max_connections.saturating_sub(self.reserved_connections)).unwrap_or(0)
    }
}

const LOAD: &str = include_str!("info.sql");

pub(super) async fn load(client: &Client) -> Result<ServerInfo, tokio_postgres::Error> {
    let row = client.query_one(LOAD, &[]).await?;
    Ok(ServerInfo {
        version: row.try_get("version")?,
        version_num: row.try_get("version_num")?,
        database: row.try_get("database")?,
        role: row.try_get("role")?,
        is_superuser: row.try_get("is_superuser")?,
        can_create: row.try_get("can_create")?,
        schema: row.try_get("schema")?,
        can_create_tables: row.try_get("can_create_tables")?,
        in_recovery: row.try_get("in_recovery")?,
        max_connections: row.try_get("max_connections")?,
        reserved_connections: row.try_get("reserved_connections")?,
        extensions: row.try_get("extensions")?,
    })
}
