//! What the wire shows of the database: the server's figures. Never here: what they advise (`advice`).

use jiff::Timestamp;
use mainstay_db::insight::views as server;
use serde::Serialize;
use utoipa::ToSchema;

use super::advice::{Advice, Facts};
use super::measured::Measured;

mod history;
mod pools;
mod queries;
mod recommendations;

pub(super) use history::History;
pub(super) use pools::PoolStats;
pub(super) use queries::{Queries, Summary};
pub(super) use recommendations::IndexRecommendations;

/// The slow statements of every process, as the server counts them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseSlowQueries)]
pub(super) struct SlowQueries {
    /// Whether the server keeps statistics of statements.
    pub(super) available: bool,
    /// What would bring them, where there are none.
    pub(super) remedy: Option<&'static str>,
    /// A mean time above this is slow, in milliseconds.
    #[schema(example = 100)]
    pub(super) threshold_ms: f64,
    /// The slowest first, at most 20.
    pub(super) queries: Vec<SlowQuery>,
}

/// A slow statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseSlowQuery)]
pub(super) struct SlowQuery {
    /// The first 200 characters of its text; parameters are numbers behind a dollar sign.
    pub(super) query: String,
    /// Its name, if it is one of ours.
    #[schema(example = "activities.list_activities")]
    pub(super) name: Option<String>,
    /// How many times it ran to its end.
    pub(super) calls: i64,
    /// Rows returned or changed.
    pub(super) rows: i64,
    pub(super) total_time_sec: f64,
    pub(super) mean_time_sec: f64,
    pub(super) max_time_sec: f64,
    /// The routes that ran it in the process that answers.
    pub(super) routes: Vec<String>,
}

impl SlowQueries {
    pub(super) fn new(found: server::SlowQueries, threshold_ms: f64, measured: &Measured) -> Self {
        match found {
            server::SlowQueries::Unavailable { remedy } => {
                Self { available: false, remedy: Some(remedy), threshold_ms, queries: Vec::new() }
            }
            server::SlowQueries::Known(found) => Self {
                available: true,
                remedy: None,
                threshold_ms,
                queries: found.into_iter().map(|one| SlowQuery::new(one, measured)).collect(),
            },
        }
    }
}

impl SlowQuery {
    fn new(found: server::SlowQuery, measured: &Measured) -> Self {
        let seconds = |milliseconds: f64| rounded(milliseconds / 1e3, 6);
        Self {
            routes: measured.routes(found.name.as_deref()),
            query: found.query,
            name: found.name,
            calls: found.calls,
            rows: found.rows,
            total_time_sec: seconds(found.total_ms),
            mean_time_sec: seconds(found.mean_ms),
            max_time_sec: seconds(found.max_ms),
        }
    }
}

/// The database at a glance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabasePerformance)]
pub(super) struct Performance {
    /// For people.
    #[schema(example = "12.5 MB")]
    pub(super) database_size: String,
    pub(super) database_size_bytes: i64,
    /// Sessions of every process.
    pub(super) connections: i64,
    /// Those of them that run a statement now.
    pub(super) active_connections: i64,
    /// Blocks of tables that were in the server's memory when they were needed, in percent.
    pub(super) cache_hit_ratio_percent: Option<f64>,
    /// At most 10.
    pub(super) largest_tables: Vec<TableSize>,
    /// At most 5, the slowest first; empty without statement statistics.
    pub(super) slow_queries: Vec<SlowQuery>,
    /// What to do, if anything.
    pub(super) recommendations: Vec<Advice>,
}

/// A table and its room on the disk.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseTableSize)]
pub(super) struct TableSize {
    pub(super) schema: String,
    pub(super) table: String,
    /// As the server estimates them.
    pub(super) rows: i64,
    /// With indexes.
    #[schema(example = "12.5 MB")]
    pub(super) size: String,
    pub(super) size_bytes: i64,
}

impl Performance {
    pub(super) fn new(
        size: &server::DatabaseSize,
        largest: Vec<server::TableSize>,
        slow: server::SlowQueries,
        facts: &Facts,
        measured: &Measured,
    ) -> Self {
        let table = |one: server::TableSize| TableSize {
            schema: one.schema,
            table: one.table,
            rows: one.live_tuples,
            size: size_text(one.size_bytes),
            size_bytes: one.size_bytes,
        };
        let slow = match slow {
            server::SlowQueries::Known(found) => found,
            server::SlowQueries::Unavailable { .. } => Vec::new(),
        };
        Self {
            database_size: size_text(size.size_bytes),
            database_size_bytes: size.size_bytes,
            connections: size.connections,
            active_connections: size.active_connections,
            cache_hit_ratio_percent: facts.cache.ratio_percent().map(|ratio| rounded(ratio, 2)),
            largest_tables: largest.into_iter().map(table).collect(),
            slow_queries: slow.into_iter().map(|one| SlowQuery::new(one, measured)).collect(),
            recommendations: facts.advice(),
        }
    }
}

/// How indexes are used since the server's statistics were last reset.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseIndexUsage)]
pub(super) struct IndexUsage {
    /// The most scans first, at most 20.
    pub(super) most_used: Vec<Index>,
    /// Fewer than 10 scans, the largest first, at most 20. Those that keep a rule are not among them.
    pub(super) potentially_unused: Vec<UnusedIndex>,
}

/// An index.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseIndex)]
pub(super) struct Index {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) index: String,
    pub(super) scans: i64,
    /// Its entries that scans have returned.
    pub(super) tuples_read: i64,
    /// Living rows that plain index scans have fetched.
    pub(super) tuples_fetched: i64,
    #[schema(example = "12.5 MB")]
    pub(super) size: String,
    pub(super) size_bytes: i64,
}

/// An index that is hardly read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseUnusedIndex)]
pub(super) struct UnusedIndex {
    #[serde(flatten)]
    pub(super) index: Index,
    pub(super) suggestion: &'static str,
}

impl IndexUsage {
    pub(super) fn new(most_used: Vec<server::IndexUse>, unused: Vec<server::IndexUse>) -> Self {
        let doubtful = |one| UnusedIndex {
            index: Index::from(one),
            suggestion: "Watch it for as long as your rarest work takes, then consider dropping it.",
        };
        Self {
            most_used: most_used.into_iter().map(Index::from).collect(),
            potentially_unused: unused.into_iter().map(doubtful).collect(),
        }
    }
}

impl From<server::IndexUse> for Index {
    fn from(found: server::IndexUse) -> Self {
        Self {
            schema: found.schema,
            table: found.table,
            index: found.index,
            scans: found.scans,
            tuples_read: found.tuples_read,
            tuples_fetched: found.tuples_fetched,
            size: size_text(found.size_bytes),
            size_bytes: found.size_bytes,
        }
    }
}

/// How often the server found in its memory what it needed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseCacheHitRatio)]
pub(super) struct CacheHitRatio {
    /// Blocks of tables that were not in memory.
    pub(super) heap_blocks_read: i64,
    /// Blocks of tables that were.
    pub(super) heap_blocks_hit: i64,
    /// Those of all, in percent; null before anything was read.
    #[schema(example = 98.5)]
    pub(super) cache_hit_ratio_percent: Option<f64>,
    /// The same for indexes.
    pub(super) index_hit_ratio_percent: Option<f64>,
    /// Null before anything was read.
    pub(super) performance_assessment: Option<Assessment>,
}

/// What the ratio means.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CacheAssessment)]
pub(super) enum Assessment {
    /// 90 % or more.
    Excellent,
    /// 80 % or more.
    Good,
    /// 70 % or more.
    Fair,
    /// Less.
    Poor,
}

impl CacheHitRatio {
    pub(super) fn new(hits: &server::CacheHits) -> Self {
        let of_indexes =
            server::percent(hits.index_blocks_hit, hits.index_blocks_hit + hits.index_blocks_read);
        Self {
            heap_blocks_read: hits.heap_blocks_read,
            heap_blocks_hit: hits.heap_blocks_hit,
            cache_hit_ratio_percent: hits.ratio_percent().map(|ratio| rounded(ratio, 2)),
            index_hit_ratio_percent: of_indexes.map(|ratio| rounded(ratio, 2)),
            performance_assessment: hits.assessment().map(|assessment| match assessment {
                server::CacheAssessment::Excellent => Assessment::Excellent,
                server::CacheAssessment::Good => Assessment::Good,
                server::CacheAssessment::Fair => Assessment::Fair,
                server::CacheAssessment::Poor => Assessment::Poor,
            }),
        }
    }
}

/// Tables with dead rows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseTableBloats)]
pub(super) struct TableBloats {
    /// Those that waste most first, at most 50.
    pub(super) tables: Vec<TableBloat>,
}

/// A table with rows that nobody can see any more. Rows are estimates of the server.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DatabaseTableBloat)]
pub(super) struct TableBloat {
    pub(super) schema: String,
    pub(super) table: String,
    pub(super) live_tuples: i64,
    pub(super) dead_tuples: i64,
    /// Dead rows of all, in percent.
    pub(super) dead_tuple_percent: Option<f64>,
    #[schema(example = "12.5 MB")]
    pub(super) table_size: String,
    pub(super) table_size_bytes: i64,
    /// If dead rows are as long as the others.
    pub(super) estimated_wasted_bytes: i64,
    /// By hand or by itself.
    pub(super) last_vacuum: Option<Timestamp>,
    /// By hand or by itself.
    pub(super) last_analyze: Option<Timestamp>,
}

impl TableBloats {
    pub(super) fn new(found: Vec<server::TableBloat>) -> Self {
        let table = |one: server::TableBloat| TableBloat {
            dead_tuple_percent: server::percent(one.dead_tuples, one.live_tuples + one.dead_tuples)
                .map(|part| rounded(part, 2)),
            schema: one.schema,
            table: one.table,
            live_tuples: one.live_tuples,
            dead_tuples: one.dead_tuples,
            table_size: size_text(one.size_bytes),
            table_size_bytes: one.size_bytes,
            estimated_wasted_bytes: one.estimated_wasted_bytes,
            last_vacuum: one.last_vacuum,
            last_analyze: one.last_analyze,
        };
        Self { tables: found.into_iter().map(table).collect() }
    }
}

/// Bytes for people, in steps of 1024.
#[expect(clippy::cast_precision_loss, reason = "one digit behind the point is shown")]
fn size_text(bytes: i64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if size < 1024.0 {
            return format!("{} {unit}", rounded(size, 1));
        }
        size /= 1024.0;
    }
    format!("{} TB", rounded(size, 1))
}

fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_steps_of_1024() {
        let shown = [0, 1023, 1024, 12_976_128, 5 << 40].map(size_text);
        assert_eq!(shown, ["0 B", "1023 B", "1 kB", "12.4 MB", "5 TB"]);
    }
}
