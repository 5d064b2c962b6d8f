//! What the server tells of its statements, indexes, tables and memory: one read function for each question, every
//! limit bound. Never here: what our own process has measured ([`super::Insight`]), and how any of it is shown.

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;

use crate::statement::{Executor, Statement, name_in, one};
use crate::{Client, DbError};

mod assess;

pub use assess::{CacheAssessment, percent};

static STATISTICS: Statement =
    Statement::pooled("insight.has_statement_statistics", include_str!("views/statistics.sql"));
static SLOW_QUERIES: Statement =
    Statement::pooled("insight.slow_queries", include_str!("views/slow_queries.sql"));
static MOST_USED: Statement =
    Statement::pooled("insight.most_used_indexes", include_str!("views/most_used.sql"));
static UNUSED: Statement = Statement::pooled("insight.unused_indexes", include_str!("views/unused.sql"));
static CACHE: Statement = Statement::pooled("insight.cache_hits", include_str!("views/cache.sql"));
static BLOAT: Statement = Statement::pooled("insight.table_bloat", include_str!("views/bloat.sql"));
static HISTORY: Statement = Statement::pooled("insight.statement_history", include_str!("views/history.sql"));
static HISTORY_CURVE: Statement =
    Statement::pooled("insight.statement_history_curve", include_str!("views/history_curve.sql"));
static SIZE: Statement = Statement::pooled("insight.database_size", include_str!("views/size.sql"));
static LARGEST: Statement = Statement::pooled("insight.largest_tables", include_str!("views/largest.sql"));

/// What the server's statement statistics say, or what to do so that they say it.
#[derive(Clone, Debug, PartialEq)]
pub enum SlowQueries {
    /// The slow statements, the slowest first.
    Known(Vec<SlowQuery>),
    /// There are no statistics; this would bring them.
    Unavailable {
        /// A sentence for whoever runs the server.
        remedy: &'static str,
    },
}

/// A statement as the server counts it: every process, since its statistics were last reset.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowQuery {
    /// `feature.statement`, if its text says so.
    pub name: Option<String>,
    /// The beginning of its text; parameters are numbers behind a dollar sign.
    pub query: String,
    /// How many times it ran to its end.
    pub calls: i64,
    /// Rows returned or changed.
    pub rows: i64,
    /// All runs together, in milliseconds.
    pub total_ms: f64,
    /// One run on average, in milliseconds.
    pub mean_ms: f64,
    /// The longest run, in milliseconds.
    pub max_ms: f64,
}

/// Which statements to look for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowerThan {
    /// Their mean time is above this, in milliseconds.
    pub mean_ms: f64,
    /// By the time of all runs together instead of the mean.
    pub by_total: bool,
    /// Most statements.
    pub limit: i64,
    /// Most characters of a text.
    pub text: i32,
}

/// The statements that are slow on average, from `pg_stat_statements`.
///
/// # Errors
/// As [`crate::Db::read`]. Missing statistics are an answer.
pub async fn slow_queries(client: &Client, wanted: SlowerThan) -> Result<SlowQueries, DbError> {
    let row = one(client, &STATISTICS, &[]).await?;
    let (is_found, is_installed): (bool, bool) = (row.try_get("is_found")?, row.try_get("is_installed")?);
    if !is_found {
        let remedy = if is_installed { remedies::SEARCH_PATH } else { remedies::INSTALL };
        return Ok(SlowQueries::Unavailable { remedy });
    }
    let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
        [&wanted.mean_ms, &wanted.by_total, &wanted.limit, &wanted.text];
    match client.rows(&SLOW_QUERIES, &parameters).await {
        Ok(rows) => {
            let queries = rows.iter().map(slow_query).collect::<Result<_, _>>()?;
            Ok(SlowQueries::Known(queries))
        }
        Err(DbError::Statement(error)) => match remedies::of(error.code()) {
            Some(remedy) => Ok(SlowQueries::Unavailable { remedy }),
            None => Err(DbError::Statement(error)),
        },
        Err(error) => Err(error),
    }
}

fn slow_query(row: &Row) -> Result<SlowQuery, DbError> {
    let query: String = row.try_get("query")?;
    Ok(SlowQuery {
        name: name_in(&query).map(str::to_owned),
        query,
        calls: row.try_get("calls")?,
        rows: row.try_get("rows")?,
        total_ms: row.try_get("total_ms")?,
        mean_ms: row.try_get("mean_ms")?,
        max_ms: row.try_get("max_ms")?,
    })
}

mod remedies {
    use super::SqlState;

    pub(super) const INSTALL: &str = "Set shared_preload_libraries = 'pg_stat_statements' and restart the server (the \
         private PostgreSQL has it set), then run `create extension pg_stat_statements` in this database as a superuser.";
    pub(super) const SEARCH_PATH: &str = "The extension pg_stat_statements is in a schema that our role does not search: add that \
         schema to the role's search_path and grant usage on it.";
    const PRELOAD: &str = "Set shared_preload_libraries = 'pg_stat_statements' and restart the server.";
    const UPDATE: &str = "Run `alter extension pg_stat_statements update` in this database as a superuser.";
    const GRANT: &str = "Grant select on pg_stat_statements to our role, or pg_read_all_stats.";

    /// What an error of the view asks for.
    pub(super) fn of(code: Option<&SqlState>) -> Option<&'static str> {
        match code? {
            code if *code == SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE => Some(PRELOAD),
            code if *code == SqlState::UNDEFINED_COLUMN => Some(UPDATE),
            code if *code == SqlState::INSUFFICIENT_PRIVILEGE => Some(GRANT),
            _ => None,
        }
    }
}

/// An index and how it was used since the server's statistics were last reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexUse {
    /// Its schema.
    pub schema: String,
    /// The table that it is of.
    pub table: String,
    /// Its name.
    pub index: String,
    /// Scans that were begun.
    pub scans: i64,
    /// Its entries that scans have returned.
    pub tuples_read: i64,
    /// Living rows that plain index scans have fetched.
    pub tuples_fetched: i64,
    /// Its room on the disk.
    pub size_bytes: i64,
}

/// The indexes with the most scans.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn most_used_indexes(client: &Client, limit: i64) -> Result<Vec<IndexUse>, DbError> {
    client.rows(&MOST_USED, &[&limit]).await?.iter().map(index_use).collect()
}

/// Indexes with fewer scans than this that keep no rule, the largest first.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn unused_indexes(client: &Client, fewer: i64, limit: i64) -> Result<Vec<IndexUse>, DbError> {
    client.rows(&UNUSED, &[&fewer, &limit]).await?.iter().map(index_use).collect()
}

fn index_use(row: &Row) -> Result<IndexUse, DbError> {
    Ok(IndexUse {
        schema: row.try_get("schema")?,
        table: row.try_get("table")?,
        index: row.try_get("index")?,
        scans: row.try_get("scans")?,
        tuples_read: row.try_get("tuples_read")?,
        tuples_fetched: row.try_get("tuples_fetched")?,
        size_bytes: row.try_get("size_bytes")?,
    })
}

/// Blocks of tables and their indexes, by whether the server had them in its memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheHits {
    /// Blocks of tables that were not in memory.
    pub heap_blocks_read: i64,
    /// Blocks of tables that were.
    pub heap_blocks_hit: i64,
    /// Blocks of indexes that were not in memory.
    pub index_blocks_read: i64,
    /// Blocks of indexes that were.
    pub index_blocks_hit: i64,
}

/// How often the server found in its memory what it needed.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn cache_hits(client: &Client) -> Result<CacheHits, DbError> {
    let row = one(client, &CACHE, &[]).await?;
    Ok(CacheHits {
        heap_blocks_read: row.try_get("heap_blocks_read")?,
        heap_blocks_hit: row.try_get("heap_blocks_hit")?,
        index_blocks_read: row.try_get("index_blocks_read")?,
        index_blocks_hit: row.try_get("index_blocks_hit")?,
    })
}

/// A table with rows that nobody can see any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableBloat {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Rows, as the server estimates them.
    pub live_tuples: i64,
    /// Rows that wait for a vacuum, as the server estimates them.
    pub dead_tuples: i64,
    /// Its room on the disk without indexes.
    pub size_bytes: i64,
    /// The dead rows' part of it, if they are as long as the others.
    pub estimated_wasted_bytes: i64,
    /// The last vacuum, by hand or by itself.
    pub last_vacuum: Option<Timestamp>,
    /// The last analyze, by hand or by itself.
    pub last_analyze: Option<Timestamp>,
}

/// The tables with dead rows, those that waste most first.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn table_bloat(client: &Client, limit: i64) -> Result<Vec<TableBloat>, DbError> {
    let rows = client.rows(&BLOAT, &[&limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(TableBloat {
                schema: row.try_get("schema")?,
                table: row.try_get("table")?,
                live_tuples: row.try_get("live_tuples")?,
                dead_tuples: row.try_get("dead_tuples")?,
                size_bytes: row.try_get("size_bytes")?,
                estimated_wasted_bytes: row.try_get("estimated_wasted_bytes")?,
                last_vacuum: row.try_get("last_vacuum")?,
                last_analyze: row.try_get("last_analyze")?,
            })
        })
        .collect()
}

/// What a statement cost in a span, over all processes that wrote into the history.
#[derive(Clone, Debug, PartialEq)]
pub struct PastStatement {
    /// `feature.statement`.
    pub name: String,
    /// How many times it ran.
    pub calls: i64,
    /// How many of these failed or were given up.
    pub failed: i64,
    /// How many were slow.
    pub slow: i64,
    /// Rows returned or changed.
    pub rows: i64,
    /// All runs together, in milliseconds, waiting for a connection included.
    pub total_ms: f64,
    /// One run on average in the equally long span before, in milliseconds.
    pub mean_before_ms: Option<f64>,
}

/// The statements of a span, those that took most time together first. What a process has run since its last reading is
/// not there yet.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn statement_history(
    client: &Client,
    since: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<PastStatement>, DbError> {
    let rows = client.rows(&HISTORY, &[&since, &until, &limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(PastStatement {
                name: row.try_get("name")?,
                calls: row.try_get("calls")?,
                failed: row.try_get("failed")?,
                slow: row.try_get("slow")?,
                rows: row.try_get("rows")?,
                total_ms: row.try_get("total_ms")?,
                mean_before_ms: row.try_get("mean_before_ms")?,
            })
        })
        .collect()
}

/// What one statement cost in one step of a span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastStep {
    /// When the step began.
    pub began: Timestamp,
    /// How many times it ran.
    pub calls: i64,
    /// How many of these failed or were given up.
    pub failed: i64,
    /// All runs together, in milliseconds.
    pub total_ms: f64,
}

/// One statement over a span, in steps of so many seconds; a step in which it did not run is left out.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn statement_curve(
    client: &Client,
    name: &str,
    span: (Timestamp, Timestamp),
    step_s: f64,
    limit: i64,
) -> Result<Vec<PastStep>, DbError> {
    let rows = client.rows(&HISTORY_CURVE, &[&span.0, &span.1, &name, &step_s, &limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(PastStep {
                began: row.try_get("began")?,
                calls: row.try_get("calls")?,
                failed: row.try_get("failed")?,
                total_ms: row.try_get("total_ms")?,
            })
        })
        .collect()
}

/// The database as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseSize {
    /// Its name.
    pub name: String,
    /// Its room on the disk.
    pub size_bytes: i64,
    /// Sessions of clients, of every process.
    pub connections: i64,
    /// Those of them that run a statement now; one runs this one.
    pub active_connections: i64,
}

/// How large the database is and how many use it.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn database_size(client: &Client) -> Result<DatabaseSize, DbError> {
    let row = one(client, &SIZE, &[]).await?;
    Ok(DatabaseSize {
        name: row.try_get("name")?,
        size_bytes: row.try_get("size_bytes")?,
        connections: row.try_get("connections")?,
        active_connections: row.try_get("active_connections")?,
    })
}

/// A table and its room on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSize {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Rows, as the server estimates them.
    pub live_tuples: i64,
    /// With indexes.
    pub size_bytes: i64,
}

/// The largest tables.
///
/// # Errors
/// As [`crate::Db::read`].
pub async fn largest_tables(client: &Client, limit: i64) -> Result<Vec<TableSize>, DbError> {
    let rows = client.rows(&LARGEST, &[&limit]).await?;
    rows.iter()
        .map(|row| {
            Ok(TableSize {
                schema: row.try_get("schema")?,
                table: row.try_get("table")?,
                live_tuples: row.try_get("live_tuples")?,
                size_bytes: row.try_get("size_bytes")?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_mended_has_a_remedy() {
        let loaded = remedies::of(Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE));
        assert!(loaded.is_some_and(|remedy| remedy.contains("shared_preload_libraries")));
        assert_eq!(remedies::of(Some(&SqlState::DIVISION_BY_ZERO)), None);
        assert_eq!(remedies::of(None), None);
    }
}
