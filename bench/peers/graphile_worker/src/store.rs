//! What is asked of the tables of graphile_worker. Never here: what its own library asks.

/// The jobs that have not ended. A job is gone when it has ended.
pub(crate) const UNDONE: &str = "select count(*) from graphile_worker._private_jobs";
