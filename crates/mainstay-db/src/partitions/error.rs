//! Why a partition could not be made, retired or exported; a variant is what the reader can do. Never here: retries.

use std::path::PathBuf;

use tokio_postgres::error::SqlState;

use super::Period;
use crate::error::chain;

/// Something about the partitions of a table did not work. Rows are where they were.
#[derive(Debug, thiserror::Error)]
pub enum PartitionError {
    /// The declaration is wrong. A defect of the application.
    #[error("the declaration of {table} is wrong: {why}")]
    Declaration {
        /// `schema.table`.
        table: String,
        /// Which rule is broken.
        why: String,
    },
    /// The table in the database is not as declared. Change it by a migration.
    #[error("{table} cannot be kept in partitions: {why}")]
    Layout {
        /// `schema.table`.
        table: String,
        /// What is in the way.
        why: String,
    },
    /// The partition's name belongs to another relation. Rename or drop that.
    #[error("{partition} exists and is not a partition of {table}: rename it, attach it or drop it")]
    NameTaken {
        /// `schema.table`.
        table: String,
        /// The name that is taken.
        partition: String,
    },
    /// A row's time is too far from now for its partition to be created. Look at the row, or widen
    /// `on_demand_back_months` or `on_demand_ahead_months`, or those of days; never beyond the retention.
    #[error("{table} gets no partition of {period} on demand: it takes {from} to {to}")]
    OutOfWindow {
        /// `schema.table`.
        table: String,
        /// The period that the row needs; `?` where there is none.
        period: String,
        /// The first period that may be created now.
        from: Period,
        /// The last one.
        to: Period,
    },
    /// Others held the table through all tries. The next round goes on; a transaction that is open for hours is
    /// what to look for.
    #[error("{what} did not get its lock in {tries} tries")]
    Locked {
        /// Which step of which table.
        what: String,
        /// How often it was tried.
        tries: u32,
    },
    /// A partition's rows could not be written to their file; it stays until they are. Make room or mend the folder.
    #[error("the export to {} failed: {source}", path.display())]
    Export {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// Several tables failed, each for itself.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Several(Vec<PartitionError>),
    /// The connection, or a statement of the keeper, failed.
    #[error("the partitions' keeper and the database: {}", chain(.0))]
    Database(#[from] tokio_postgres::Error),
}

/// A lock was not to be had in time, or two steps waited for each other: try again.
pub(super) fn is_lock(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED))
}
