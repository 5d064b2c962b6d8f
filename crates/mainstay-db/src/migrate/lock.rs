//! One runner at a time. Never here: what it runs.

use std::fmt;
use std::time::{Duration, Instant};

use super::{Config, MigrateError};
use crate::Session;

/// The runner's advisory lock in its database: "mainstay" in ASCII.
const KEY: i64 = 0x6d61_696e_7374_6179;

/// First and longest pause between two tries.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(250));

/// The session that migrates, as another one sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The server's process.
    pub pid: i32,
    /// Its `application_name`.
    pub application: String,
    /// Where the client is, where it may be seen; empty on a socket of the same machine.
    pub client: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} of the server, {:?}", self.pid, self.application)?;
        if self.client.is_empty() { Ok(()) } else { write!(f, " from {}", self.client) }
    }
}

/// Takes the lock for the life of the session, trying again and again: to wait inside the server would hold a
/// snapshot, for which `create index concurrently` of the lock's holder would wait in turn.
pub(super) async fn acquire(session: &Session, config: &Config) -> Result<(), MigrateError> {
    let mut turns = Turns::begin(config);
    loop {
        let row = session.query_one("select pg_try_advisory_lock($1) as locked", &[&KEY]).await?;
        if row.try_get("locked")? {
            return Ok(());
        }
        if !turns.next().await {
            let holder = holder(session).await?.map(Box::new);
            return Err(MigrateError::Busy { waited: turns.begun.elapsed(), holder });
        }
    }
}

/// Who migrates now.
pub(super) async fn holder(session: &Session) -> Result<Option<Holder>, MigrateError> {
    // An advisory lock of one bigint stands in pg_locks as two halves, with 1 beside them.
    let sql = "select pg_locks.pid, coalesce(application_name, '') as application, \
                   coalesce(host(client_addr), '') as client \
               from pg_locks left join pg_stat_activity on pg_stat_activity.pid = pg_locks.pid \
               where locktype = 'advisory' and granted and objsubid = 1 \
                 and database = (select oid from pg_database where datname = current_database()) \
                 and classid::bigint << 32 | objid::bigint = $1 \
               limit $2";
    let Some(row) = session.query_opt(sql, &[&KEY, &1_i64]).await? else { return Ok(None) };
    Ok(Some(Holder {
        pid: row.try_get("pid")?,
        application: row.try_get("application")?,
        client: row.try_get("client")?,
    }))
}

/// Pauses that grow, until the wait for others is over.
pub(super) struct Turns {
    begun: Instant,
    longest: Duration,
    pause: Duration,
}

impl Turns {
    pub(super) fn begin(config: &Config) -> Self {
        Self { begun: Instant::now(), longest: config.wait_for_others(), pause: PAUSE.0 }
    }

    /// False when it has been long enough.
    pub(super) async fn next(&mut self) -> bool {
        if self.begun.elapsed() > self.longest {
            return false;
        }
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE.1);
        true
    }
}
