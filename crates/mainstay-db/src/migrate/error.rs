//! Why a migration run stopped. Never here: how the run goes on.

use std::time::Duration;

use super::blockers::OpenTransaction;
use super::lock::Holder;
use crate::error::chain;

/// A migration run stopped. What was applied before stays applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The list of migrations in this binary is wrong. A defect of the application.
    #[error("the migrations of {history} are wrong: {why}")]
    Files {
        /// Whose history.
        history: String,
        /// Which rule is broken.
        why: String,
    },
    /// A file was changed after it ran here. Restore the file and write a new migration instead.
    #[error(
        "{history}/{version:04}_{name} was changed after it was applied to this database; \
         restore the file and put the change into a new migration"
    )]
    Changed {
        /// Whose history.
        history: String,
        /// Its number.
        version: i64,
        /// Its name.
        name: String,
    },
    /// The database has migrations that this binary does not know. Run the newer binary.
    #[error(
        "the database is newer than this binary: {history} is at {found}, this binary knows {known}; start the release \
         that knows {found}, or, if the notes of that release allow this one beside it, set accept_newer = {found} in \
         the section of the migrations"
    )]
    DatabaseNewer {
        /// Whose history.
        history: String,
        /// The newest version in the database.
        found: i64,
        /// The newest version in this binary.
        known: i64,
    },
    /// The database lacks migrations, and this process may not apply them.
    #[error(
        "the database is older than this binary: it lacks {}, and at_start = \"check\" forbids this process to apply \
         them; run this release's `migrate` command once, then start again",
        lacking.join(", ")
    )]
    DatabaseOlder {
        /// `history/NNNN_name` of each.
        lacking: Vec<String>,
    },
    /// The histories branched: give the migration the next free number.
    #[error("{history}/{version:04} does not follow the database's history: {why}")]
    Branched {
        /// Whose history.
        history: String,
        /// Its number.
        version: i64,
        /// What does not fit.
        why: String,
    },
    /// Somebody's transaction is open for long: a change of a table would queue behind it and everybody behind
    /// the change. End it and run again.
    #[error(
        "{migration} has to wait for {open}; waited {} s. Let it end, or end it with `{}`, and run again; \
         longest_transaction_ms of the migrations is the limit",
        waited.as_secs(), open.remedy()
    )]
    LongTransaction {
        /// `history/NNNN_name`.
        migration: String,
        /// Whose, and for how long.
        open: Box<OpenTransaction>,
        /// How long this run waited for it.
        waited: Duration,
    },
    /// Another process migrates this database and does not finish.
    #[error(
        "another process has been migrating this database for {} s{}",
        waited.as_secs(),
        holder.as_ref().map(|holder| format!(": {holder}")).unwrap_or_default()
    )]
    Busy {
        /// How long this run waited.
        waited: Duration,
        /// Who has the lock, where it could be seen.
        holder: Option<Box<Holder>>,
    },
    /// A table stayed locked by others through all tries. Run again when there is less traffic.
    #[error(
        "{migration} did not get its lock in {tries} tries; nothing of it took effect. {}",
        open.as_ref().map_or_else(
            || "Run again when there is less traffic".to_owned(),
            |open| format!("The oldest open transaction is {open}; let it end, or end it with `{}`, and run again", open.remedy())
        )
    )]
    Locked {
        /// `history/NNNN_name`.
        migration: String,
        /// How often it was tried.
        tries: u32,
        /// The oldest transaction that was open after the last try.
        open: Option<Box<OpenTransaction>>,
    },
    /// The server reports an index as built that serves no read.
    #[error(
        "{migration} left the invalid index {index}; run `drop index concurrently {index}`, then run again"
    )]
    InvalidIndex {
        /// `history/NNNN_name`.
        migration: String,
        /// Its full name.
        index: String,
    },
    /// The server refused a statement of a migration.
    #[error("{migration} failed: {why}")]
    Failed {
        /// `history/NNNN_name`.
        migration: String,
        /// The server's words, with the line in the file where the server names one.
        why: String,
        /// The driver's error.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The connection, or a statement of the runner itself, failed.
    #[error("the migration run lost the database: {}", chain(.0))]
    Database(#[from] tokio_postgres::Error),
}
