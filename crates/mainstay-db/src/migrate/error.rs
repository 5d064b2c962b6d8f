//! Why a migration run stopped. Never here: how the run goes on.

use std::time::Duration;

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
    #[error("the database is newer than this binary: {history} is at {found}, this binary knows {known}")]
    DatabaseNewer {
        /// Whose history.
        history: String,
        /// The newest version in the database.
        found: i64,
        /// The newest version in this binary.
        known: i64,
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
    #[error("a transaction is open for {} s (process {pid}, {application}); end it and run again", age.as_secs())]
    LongTransaction {
        /// The server's process.
        pid: i32,
        /// Its application name.
        application: String,
        /// How long it is open.
        age: Duration,
    },
    /// Another process migrates this database and does not finish.
    #[error("another process has been migrating this database for {} s", waited.as_secs())]
    Busy {
        /// How long this run waited.
        waited: Duration,
    },
    /// A table stayed locked by others through all tries. Run again when there is less traffic.
    #[error("{migration} did not get its lock in {tries} tries")]
    Locked {
        /// `history/NNNN_name`.
        migration: String,
        /// How often it was tried.
        tries: u32,
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
