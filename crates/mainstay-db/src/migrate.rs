//! Plain SQL files, each run once, in order, by one runner at a time. Never here: the application's files.
//!
//! Several processes may start at once: one runs, the others wait without holding a snapshot (a waiting
//! `pg_advisory_lock` would hold one and deadlock with `create index concurrently`), then find the work done.
//!
//! # Files
//! `NNNN_name.sql`. A file is one transaction with its history row, unless its first line is `-- no-transaction`:
//! then it holds exactly one statement, which must be repeatable, because a crash between the statement and its
//! history row runs it again. `create index concurrently` therefore needs `if not exists`, and an invalid index
//! left by a failed attempt is dropped before the next.
//!
//! # Beside traffic
//! A change of a table waits for a lock only for `lock_timeout_ms`, since everybody who comes later waits behind it, and
//! is tried again after a growing pause. It does not begin beside a transaction that has been open for long. The build of
//! a concurrent index waits for others without anybody waiting for it: the statement's time-out alone bounds it.

mod apply;
mod blockers;
mod config;
mod error;
mod files;
mod indexes;
mod ledger;
mod lock;
mod platform;
mod statements;

use std::time::{Duration, Instant};

use mainstay_telemetry::events;

use crate::{Session, Target};

pub use blockers::OpenTransaction;
pub use config::{AtStart, Config};
pub use error::MigrateError;
pub use files::{Migration, Migrations};
pub use lock::Holder;
pub use platform::PLATFORM;

use ledger::Pending;

/// How long to try to connect before a run.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What one run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The migrations that this run applied, in order.
    pub applied: Vec<Applied>,
    /// How many were there before.
    pub already_applied: usize,
    /// From the first connection to the last answer, waiting for other runners included.
    pub took: Duration,
}

/// One migration that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Whose history.
    pub history: &'static str,
    /// Its number.
    pub version: i64,
    /// Its name without number.
    pub name: &'static str,
    /// Its own time.
    pub took: Duration,
}

/// Brings the database up to date with the default limits. See [`run_with`].
///
/// # Errors
/// As [`run_with`].
pub async fn run(target: &Target, sets: &[&Migrations]) -> Result<Report, MigrateError> {
    run_with(target, sets, &Config::default()).await
}

/// Brings the database up to date, one set after the other, over one connection of its own (which must reach the
/// server directly, not through a transaction pooler). Safe to call from any number of processes at once.
///
/// # Errors
/// [`MigrateError`]; what was applied before the error stays applied, and a later run goes on from there.
pub async fn run_with(
    target: &Target,
    sets: &[&Migrations],
    config: &Config,
) -> Result<Report, MigrateError> {
    for set in sets {
        set.check()?;
    }
    let begun = Instant::now();
    let session = open(target, config).await?;
    lock::acquire(&session, config).await?;
    ledger::prepare(&session).await?;
    let mut report = Report::default();
    for set in sets {
        let Pending { todo, done } = ledger::pending(&session, set, config.accept_newer).await?;
        report.already_applied += done;
        if todo.is_empty() {
            continue;
        }
        ledger::prepare_schema(&session, set).await?;
        blockers::tell_of_unseen(&session).await?;
        for migration in todo {
            let took = apply::apply(&session, set, migration, config).await?;
            tracing::info!(
                event = events::DB_MIGRATION_APPLIED,
                db.migration.history = set.history(),
                db.migration.version = migration.version,
                took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "applied migration {}",
                migration.name
            );
            report.applied.push(Applied {
                history: set.history(),
                version: migration.version,
                name: migration.name,
                took,
            });
        }
    }
    // The lock goes with the session.
    report.took = begun.elapsed();
    Ok(report)
}

/// What a process does about migrations before it serves: applies them, or sees that they were applied
/// ([`Config::at_start`]).
///
/// # Errors
/// As [`run_with`]; and [`MigrateError::DatabaseOlder`] where this process may not apply what is lacking.
pub async fn start(target: &Target, sets: &[&Migrations], config: &Config) -> Result<Report, MigrateError> {
    match config.at_start {
        AtStart::Apply => run_with(target, sets, config).await,
        AtStart::Check => check(target, sets, config).await,
    }
}

/// Waits while another process migrates, and refuses what is lacking in the end. Writes nothing.
async fn check(target: &Target, sets: &[&Migrations], config: &Config) -> Result<Report, MigrateError> {
    let begun = Instant::now();
    let session = open(target, config).await?;
    let mut turns = lock::Turns::begin(config);
    loop {
        // Asked first: who has finished in between has left nothing lacking.
        let holder = lock::holder(&session).await?;
        let (lacking, already_applied) = look(&session, sets, config).await?;
        if lacking.is_empty() {
            return Ok(Report { applied: Vec::new(), already_applied, took: begun.elapsed() });
        }
        if holder.is_none() || !turns.next().await {
            return Err(MigrateError::DatabaseOlder { lacking });
        }
    }
}

/// The migrations that [`run_with`] would apply now, as `history/NNNN_name`; changes nothing.
///
/// # Errors
/// As [`run_with`], for a history that does not fit this binary.
pub async fn pending(
    target: &Target,
    sets: &[&Migrations],
    config: &Config,
) -> Result<Vec<String>, MigrateError> {
    let session = open(target, config).await?;
    Ok(look(&session, sets, config).await?.0)
}

/// What is lacking, and how many are there.
async fn look(
    session: &Session,
    sets: &[&Migrations],
    config: &Config,
) -> Result<(Vec<String>, usize), MigrateError> {
    let fresh = !ledger::exists(session).await?;
    let (mut lacking, mut there) = (Vec::new(), 0);
    for set in sets {
        set.check()?;
        let Pending { todo, done } = match fresh {
            true => Pending { todo: set.migrations(), done: 0 },
            false => ledger::pending(session, set, config.accept_newer).await?,
        };
        lacking.extend(todo.iter().map(|one| set.full_name(one)));
        there += done;
    }
    Ok((lacking, there))
}

async fn open(target: &Target, config: &Config) -> Result<Session, MigrateError> {
    let longest = config.statement_timeout();
    let session = Session::connect_for(target, "mainstay migrate", CONNECT_TIMEOUT, longest).await?;
    session.batch_execute(&config.session_settings()).await?;
    Ok(session)
}
