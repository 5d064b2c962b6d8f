//! What is asked of the tables of apalis-postgres. Never here: what its own library asks.

/// The jobs that have not ended. A job stays, with its end.
pub(crate) const UNDONE: &str = "select count(*) from apalis.jobs where status <> 'Done'";
