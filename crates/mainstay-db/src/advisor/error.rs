//! Why there is no advice; a variant is what the caller can do about it. Never here: what is wrong with one statement
//! of the workload, which the report tells.

use crate::error::chain;

/// There is no advice, or it was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum AdviseError {
    /// The server does not record which statements it runs. Do what `remedy` says.
    #[error("the server keeps no statistics of statements: {remedy}")]
    NoStatistics {
        /// What to do.
        remedy: String,
    },
    /// Somebody else builds indexes on this database's advice. Try again later.
    #[error("another process builds recommended indexes in this database")]
    Busy,
    /// This process looks for missing indexes already. Try again when it has ended.
    #[error("this process looks for missing indexes already")]
    Underway,
    /// An index could not be built. Those before it stay. What it left is dropped by the next attempt.
    #[error("the index {index} could not be built: {why}{}", left.as_ref().map(|drop| format!("; an invalid index is \
        left, which the next attempt drops, or: {drop}")).unwrap_or_default())]
    Build {
        /// Its name.
        index: String,
        /// The server's words.
        why: String,
        /// What would drop the invalid index that is left; None if nothing is left.
        left: Option<String>,
        /// The driver's error.
        #[source]
        source: tokio_postgres::Error,
    },
    /// The server gave a plan that cannot be read.
    #[error("a plan of the server could not be read: {0}")]
    Plan(#[source] serde_json::Error),
    /// The server cannot be reached, refused, or went away.
    #[error("the database did not answer: {}", chain(.0))]
    Database(#[from] tokio_postgres::Error),
}
