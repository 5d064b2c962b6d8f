//! Open transactions that a change of a table would queue behind, and everybody else behind the change. Never here: the
//! migrations.

use std::fmt;
use std::time::{Duration, Instant};

use mainstay_telemetry::events;

use super::{Config, MigrateError};
use crate::Session;

/// First and longest pause between two looks.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(1));

const OLDEST: &str = include_str!("oldest.sql");

/// A role that is neither superuser nor in `pg_read_all_stats` sees no times of other roles' sessions.
const UNSEEN: &str = "select count(*) as unseen from pg_stat_activity \
                      where datname = current_database() and backend_type is null";

/// A transaction of somebody else, open for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenTransaction {
    /// The server's process; `None` for a transaction that was prepared (`prepare transaction`) and has no process.
    pub pid: Option<i32>,
    /// The session's `application_name`, or the name of the prepared transaction.
    pub name: String,
    /// The role it belongs to.
    pub role: String,
    /// Where the client is; empty on a socket of the same machine.
    pub client: String,
    /// `active`, `idle in transaction`, or `prepared`.
    pub state: String,
    /// How long it is open.
    pub age: Duration,
}

impl OpenTransaction {
    /// The statement that ends it.
    pub fn remedy(&self) -> String {
        match self.pid {
            Some(pid) => format!("select pg_terminate_backend({pid})"),
            None => format!("rollback prepared '{}'", self.name),
        }
    }
}

impl fmt::Display for OpenTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, role, state, .. } = self;
        let age = self.age.as_secs();
        match self.pid {
            Some(pid) => write!(f, "process {pid}, {name:?} of role {role}")?,
            None => write!(f, "the prepared transaction {name:?} of role {role}")?,
        }
        if !self.client.is_empty() {
            write!(f, " from {}", self.client)?;
        }
        write!(f, ", {state}, open for {age} s")
    }
}

/// The oldest transaction of others in this database that is open for at least `age`.
pub(super) async fn oldest(
    session: &Session,
    age: Duration,
) -> Result<Option<OpenTransaction>, tokio_postgres::Error> {
    let Some(row) = session.query_opt(OLDEST, &[&age.as_secs_f64(), &1_i64]).await? else { return Ok(None) };
    Ok(Some(OpenTransaction {
        pid: row.try_get("pid")?,
        name: row.try_get("name")?,
        role: row.try_get("role")?,
        client: row.try_get("client")?,
        state: row.try_get("state")?,
        age: Duration::from_secs_f64(row.try_get::<_, f64>("age_s")?.max(0.0)),
    }))
}

/// Says whose transaction is in the way of `migration`, waits for its end, and refuses in the end.
pub(super) async fn wait_for_the_end(
    session: &Session,
    migration: &str,
    config: &Config,
) -> Result<(), MigrateError> {
    let begun = Instant::now();
    let mut pause = PAUSE.0;
    let mut told = None;
    while let Some(open) = oldest(session, config.longest_transaction()).await? {
        let waited = begun.elapsed();
        if waited >= config.wait_for_transactions() {
            let (migration, open) = (migration.to_owned(), Box::new(open));
            return Err(MigrateError::LongTransaction { migration, open, waited });
        }
        let whose = (open.pid, open.name.clone());
        if told.as_ref() != Some(&whose) {
            tracing::warn!(
                event = events::DB_MIGRATION_WAITS,
                db.migration = migration,
                db.pid = open.pid,
                "waiting for a transaction to end: {open}"
            );
            told = Some(whose);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
    Ok(())
}

/// Tells the operator once that some transactions cannot be seen. The lock time-out guards against those.
pub(super) async fn tell_of_unseen(session: &Session) -> Result<(), MigrateError> {
    let unseen: i64 = session.query_one(UNSEEN, &[]).await?.try_get("unseen")?;
    if unseen > 0 {
        tracing::info!(
            db.sessions.unseen = unseen,
            "sessions of other roles may hold transactions that this role cannot see; `grant pg_read_all_stats` shows them"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_whose_it_is_and_how_to_end_it() {
        let open = OpenTransaction {
            pid: Some(42),
            name: "psql".to_owned(),
            role: "reporting".to_owned(),
            client: "10.0.0.7".to_owned(),
            state: "idle in transaction".to_owned(),
            age: Duration::from_secs(61),
        };
        assert_eq!(
            open.to_string(),
            "process 42, \"psql\" of role reporting from 10.0.0.7, idle in transaction, open for 61 s"
        );
        assert_eq!(open.remedy(), "select pg_terminate_backend(42)");
        let prepared = OpenTransaction { pid: None, name: "a_b".to_owned(), client: String::new(), ..open };
        assert!(prepared.to_string().starts_with("the prepared transaction \"a_b\" of role reporting, "));
        assert_eq!(prepared.remedy(), "rollback prepared 'a_b'");
    }
}
