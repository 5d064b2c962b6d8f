//! One migration, run safely beside live traffic. Never here: which one is next.

use std::time::{Duration, Instant};

use tokio_postgres::error::{ErrorPosition, SqlState};

use super::statements::{split, words};
use super::{Config, MigrateError, Migration, Migrations};
use crate::Session;
use crate::error::chain;

/// First and longest pause before a migration that did not get its lock is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

const RECORD: &str = "insert into mainstay.migration (history, version, name, checksum, took_ms) \
                      values ($1, $2, $3, $4, $5)";

/// A change of a table queues behind an open transaction, and everybody queues behind the change.
pub(super) async fn refuse_long_transactions(session: &Session, config: &Config) -> Result<(), MigrateError> {
    let sql = "select pid, application_name, extract(epoch from clock_timestamp() - xact_start)::float8 as age_s \
               from pg_stat_activity \
               where datname = current_database() and pid <> pg_backend_pid() \
                 and backend_type = 'client backend' \
                 and xact_start < clock_timestamp() - make_interval(secs => $1) \
               order by xact_start limit 1";
    let limit = config.longest_transaction().as_secs_f64();
    let Some(row) = session.query_opt(sql, &[&limit]).await? else { return Ok(()) };
    Err(MigrateError::LongTransaction {
        pid: row.try_get("pid")?,
        application: row.try_get("application_name")?,
        age: Duration::from_secs_f64(row.try_get::<_, f64>("age_s")?.max(0.0)),
    })
}

/// Runs one migration and records it, again and again while a lock is not to be had.
pub(super) async fn apply(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    config: &Config,
) -> Result<Duration, MigrateError> {
    let named = format!("{}/{:04}_{}", set.history(), migration.version, migration.name);
    let mut pause = PAUSE.0;
    for attempt in 1..=config.lock_tries.max(1) {
        let begun = Instant::now();
        let outcome = if migration.runs_outside_transaction() {
            outside(session, set, migration, begun).await
        } else {
            inside(session, set, migration, begun).await
        };
        match outcome {
            Ok(()) => return Ok(begun.elapsed()),
            Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                tracing::info!(db.migration = %named, attempt, "a lock was not free; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(PAUSE.1);
            }
            Err(error) => {
                let why = explain(migration, &error);
                return Err(MigrateError::Failed { migration: named, why, source: error });
            }
        }
    }
    Err(MigrateError::Locked { migration: named, tries: config.lock_tries })
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
        session.batch_execute(migration.sql).await?;
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

/// The file's one statement by itself, then its history row.
async fn outside(
    session: &Session,
    set: &Migrations,
    migration: &Migration,
    begun: Instant,
) -> Result<(), tokio_postgres::Error> {
    session.batch_execute(&search_path(set, "session")).await?;
    for statement in split(migration.sql) {
        if let Some(index) = concurrent_index(statement) {
            drop_invalid(session, set.schema(), &index).await?;
        }
        session.batch_execute(statement).await?;
    }
    record(session, set, migration, begun).await?;
    session.batch_execute("set session search_path to default").await
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

/// The name in `create [unique] index concurrently if not exists NAME on …`.
fn concurrent_index(statement: &str) -> Option<String> {
    let words = words(statement, 9);
    let mut rest = words.iter().map(String::as_str).filter(|word| *word != "unique");
    let head: Vec<&str> = rest.by_ref().take(6).collect();
    match head.as_slice() {
        ["create", "index", "concurrently", "if", "not", "exists"] => rest.next().map(str::to_owned),
        _ => None,
    }
}

/// A build that failed leaves an index that costs writes and serves no read; `if not exists` would keep it.
async fn drop_invalid(session: &Session, schema: &str, index: &str) -> Result<(), tokio_postgres::Error> {
    let sql = "select 1 from pg_index join pg_class on pg_class.oid = pg_index.indexrelid \
               join pg_namespace on pg_namespace.oid = pg_class.relnamespace \
               where nspname = $1 and relname = $2 and not indisvalid limit 1";
    if session.query_opt(sql, &[&schema, &index]).await?.is_none() {
        return Ok(());
    }
    tracing::info!(db.index = index, "dropping an invalid index that an earlier attempt left");
    session.batch_execute(&format!("drop index concurrently if exists {schema}.{index}")).await
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
    if let Some(ErrorPosition::Original(position)) = db.position() {
        // Counted in characters from 1 in the text that was sent.
        let before = migration.sql.chars().take(*position as usize);
        let line = 1 + before.filter(|letter| *letter == '\n').count();
        why.push_str(&format!(" (line {line})"));
    }
    why
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_of_a_concurrent_build_is_found() {
        let name = |sql| concurrent_index(sql);
        assert_eq!(name("create index concurrently if not exists a_b on a (b)").as_deref(), Some("a_b"));
        assert_eq!(
            name("-- no-transaction\n-- Why.\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS a_b ON a (b)")
                .as_deref(),
            Some("a_b")
        );
        assert_eq!(name("drop index concurrently if exists a_b"), None);
        assert_eq!(name("vacuum a"), None);
    }
}
