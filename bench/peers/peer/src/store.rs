//! What is asked of the server, whatever the queue. Never here: the tables of a queue.

use anyhow::Result;
use sqlx::PgPool;

/// Whether what is committed survives the server.
pub(crate) async fn is_durable(database: &PgPool) -> Result<bool> {
    let is = "select current_setting('synchronous_commit') = 'on' and current_setting('fsync') = 'on'";
    Ok(sqlx::query_scalar(is).fetch_one(database).await?)
}

/// What a statement counts.
pub(crate) async fn count(database: &PgPool, statement: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(statement).fetch_one(database).await?)
}

/// Bytes of the server's log so far.
pub(crate) async fn written(database: &PgPool) -> Result<i64> {
    let written = "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
    Ok(sqlx::query_scalar(written).fetch_one(database).await?)
}
