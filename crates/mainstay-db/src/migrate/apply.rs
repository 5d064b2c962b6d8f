//! One migration, run safely beside live traffic. Never here: which one is next.

use std::time::{Duration, Instant};

use tokio_postgres::error::{ErrorPosition, SqlState};

use super::statements::split;
use super::{Config, MigrateError, Migration, Migrations, blockers, indexes};
use crate::Session;
use crate::error::chain;

/// First and longest pause before a migration that did not get its lock is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

const RECORD: &str = "insert into mainstay.migration (history, version, name, checksum, took_ms) \
                      values ($1, $2, $3, $4, $5)";

/// Why one attempt ended.
enum Stopped {
    Server(tokio_postgres::Error),
    /// The server said that the index is there, and it is not valid.
    Invalid(String),
}

impl From<tokio_postgres::Error> for Stopped {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Server(error)
    }
}

/// Runs one migration and records it, again and again while a lock is not to be had.
pub(super) async fn apply(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    config: &Config,
) -> Result<Duration, MigrateError> {
    let named = set.full_name(migration);
    let mut pause = PAUSE.0;
    for attempt in 1..=config.lock_tries.max(1) {
        blockers::wait_for_the_end(session, &named, config).await?;
        let begun = Instant::now();
        let outcome = if migration.runs_outside_transaction() {
            outside(session, set, migration, config, begun).await
        } else {
            inside(session, set, migration, begun).await.map_err(Stopped::from)
        };
        match outcome {
            Ok(()) => return Ok(begun.elapsed()),
            Err(Stopped::Server(error)) if is_lost_race(&error) => {
                tracing::info!(db.migration = %named, attempt, "a lock was not free; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE.1);
            }
            Err(Stopped::Server(error)) => {
                let why = explain(migration, &error);
                return Err(MigrateError::Failed { migration: named, why, source: error });
            }
            Err(Stopped::Invalid(index)) => {
                return Err(MigrateError::InvalidIndex { migration: named, index });
            }
        }
    }
    let open = blockers::oldest(session, Duration::ZERO).await?.map(Box::new);
    Err(MigrateError::Locked { migration: named, tries: config.lock_tries, open })
}

/// Others held a lock for too long, or waited for ours while we waited for theirs. Nothing took effect.
fn is_lost_race(error: &tokio_postgres::Error) -> bool {
    let races = [&SqlState::LOCK_NOT_AVAILABLE, &SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| races.contains(&code))
}

/// The file and its history row in one transaction.
async fn inside(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    begun: Instant,
) -> Result<(), tokio_postgres::Error> {
    let outcome = async {
        session.batch_execute(&format!("begin; {}", search_path(set, "local"))).await?;
        // One by one: each has the server's limit, and the session's for an answer.
        for statement in split(migration.sql) {
            session.batch_execute(&in_place(migration.sql, statement)).await?;
        }
        record(session, set, migration, begun).await?;
        session.batch_execute("commit").await
    }
    .await;
    if outcome.is_err() {
        // The error above is what matters; a lost connection rolls back by itself.
        let _ = session.batch_execute("rollback").await;
    }
    outcome
}

/// The statement behind as much room as there is text before it in the file, so that the server names the file's positions.
fn in_place(sql: &str, statement: &str) -> String {
    let before = statement.as_ptr().addr() - sql.as_ptr().addr();
    " ".repeat(sql[..before].chars().count()) + statement
}

/// The file's one statement by itself, then its history row.
async fn outside(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    config: &Config,
    begun: Instant,
) -> Result<(), Stopped> {
    session.batch_execute(&search_path(set, "session")).await?;
    for statement in split(migration.sql) {
        // An index that is built beside the traffic waits for the transactions that are open, and nobody waits for it: a
        // lock time-out would only throw the work away. The statement's own time-out bounds it.
        let waits_alone = indexes::is_concurrent(statement);
        if waits_alone {
            session.batch_execute("set lock_timeout = 0").await?;
        }
        let index = indexes::built(statement);
        if let Some(index) = &index {
            indexes::drop_invalid(session, index).await?;
        }
        session.batch_execute(statement).await?;
        if let Some(index) = index
            && let Some(full_name) = indexes::invalid(session, &index).await?
        {
            return Err(Stopped::Invalid(full_name));
        }
        if waits_alone {
            session.batch_execute(&config.lock_setting()).await?;
        }
    }
    record(session, set, migration, begun).await?;
    Ok(session.batch_execute("set session search_path to default").await?)
}

fn search_path(set: &Migrations, scope: &str) -> String {
    // The schema's name is plain, `Migrations::check` saw to it.
    let schema = set.schema();
    format!("set {scope} search_path to {schema}, public")
}

async fn record(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    begun: Instant,
) -> Result<(), tokio_postgres::Error> {
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
        [&set.history(), &migration.version, &migration.name, &migration.checksum(), &took_ms];
    session.execute(RECORD, &values).await.map(drop)
}

/// The server's words, and the line in the file where it names a position.
fn explain(migration: &Migration, error: &tokio_postgres::Error) -> String {
    let Some(db) = error.as_db_error() else { return chain(error) };
    let mut why = db.message().to_owned();
    for (label, text) in [("detail", db.detail()), ("hint", db.hint())] {
        if let Some(text) = text {
            why.push_str(&format!("; {label}: {text}"));
        }
    }
    if db.code() == &SqlState::QUERY_CANCELED {
        why.push_str("; where a statement needs longer, raise statement_timeout_ms of the migrations");
    }
    if let Some(ErrorPosition::Original(position)) = db.position() {
        // Counted in characters from 1 in the text that was sent.
        let before = migration.sql.chars().take(*position as usize);
        let line = 1 + before.filter(|letter| *letter == '\n').count();
        why.push_str(&format!(" (line {line})"));
    }
    why
}
