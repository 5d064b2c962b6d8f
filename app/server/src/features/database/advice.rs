//! What the figures advise. Pure. Never here: asking for them.

use mainstay_db::insight::views::{CacheHits, TableBloat, percent};
use mainstay_db::{PoolStats, Stats};
use serde::Serialize;
use utoipa::ToSchema;

/// A pool of which more is in use, in percent, is nearly full.
const POOL_PERCENT: f64 = 80.0;

/// Memory that holds less of what is read, in percent, is small.
const CACHE_PERCENT: f64 = 80.0;

/// More indexes than this that hardly anybody reads are worth a look.
const UNUSED: usize = 5;

/// A table with a larger part of dead rows, in percent, is worth a vacuum, once there are enough of them.
const DEAD_PERCENT: f64 = 20.0;
const DEAD_TUPLES: i64 = 1_000;

/// What advice is given on.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) cache: CacheHits,
    pub(super) unused: usize,
    pub(super) bloated: Vec<TableBloat>,
    pub(super) pools: Stats,
    pub(super) slow_runs: u64,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AdviceSeverity)]
pub(super) enum Severity {
    /// Worth a look.
    Info,
    /// Somebody waits for it.
    Warning,
}

/// Something to do.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DatabaseAdvice)]
pub(super) struct Advice {
    /// `pool`, `cache`, `indexes`, `bloat` or `statements`.
    pub(super) category: &'static str,
    pub(super) severity: Severity,
    /// What was seen.
    pub(super) message: String,
    /// What to do about it.
    pub(super) action: &'static str,
}

impl Facts {
    /// What to do, if anything.
    pub(super) fn advice(&self) -> Vec<Advice> {
        let pools = [("read", &self.pools.read), ("write", &self.pools.write)];
        let pools = pools.into_iter().filter_map(|(lane, pool)| full_pool(lane, pool));
        let others = [self.small_cache(), self.unused_indexes(), self.dead_rows(), self.slow_statements()];
        pools.chain(others.into_iter().flatten()).collect()
    }

    fn small_cache(&self) -> Option<Advice> {
        let ratio = self.cache.ratio_percent().filter(|ratio| *ratio < CACHE_PERCENT)?;
        Some(Advice {
            category: "cache",
            severity: Severity::Warning,
            message: format!("{ratio:.0} % of the blocks that were read were in memory."),
            action: "Raise shared_buffers (embedded.shared_buffers_mb for the private PostgreSQL).",
        })
    }

    fn unused_indexes(&self) -> Option<Advice> {
        (self.unused > UNUSED).then(|| Advice {
            category: "indexes",
            severity: Severity::Info,
            message: format!("{} indexes are hardly ever read.", self.unused),
            action: "Look at /v1/database/index-usage; an index that nothing needs slows every write down.",
        })
    }

    fn dead_rows(&self) -> Option<Advice> {
        let is_bloated = |table: &&TableBloat| {
            table.dead_tuples >= DEAD_TUPLES
                && percent(table.dead_tuples, table.dead_tuples + table.live_tuples)
                    .is_some_and(|part| part > DEAD_PERCENT)
        };
        let tables: Vec<_> = self.bloated.iter().filter(is_bloated).map(|one| one.table.as_str()).collect();
        (!tables.is_empty()).then(|| Advice {
            category: "bloat",
            severity: Severity::Info,
            message: format!("More than {DEAD_PERCENT:.0} % of the rows are dead in: {}.", tables.join(", ")),
            action: "See that autovacuum runs, and that no transaction stays open for long; then `vacuum` them.",
        })
    }

    fn slow_statements(&self) -> Option<Advice> {
        (self.slow_runs > 0).then(|| Advice {
            category: "statements",
            severity: Severity::Info,
            message: format!("{} runs of statements were slow since this process began.", self.slow_runs),
            action: "Look at /v1/performance/queries for their names, routes and plans.",
        })
    }
}

fn full_pool(lane: &str, pool: &PoolStats) -> Option<Advice> {
    let in_use = percent(i64::try_from(pool.in_use).ok()?, i64::try_from(pool.max).ok()?)?;
    (in_use > POOL_PERCENT || pool.waiting > 0).then(|| Advice {
        category: "pool",
        severity: Severity::Warning,
        message: format!("{in_use:.0} % of the {lane} pool is in use, and {} wait.", pool.waiting),
        action: "Raise database.pool_max or database.pool_read_max, or look for what holds connections.",
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mainstay_db::pipeline::PipelineStats;

    use super::*;

    fn calm() -> Facts {
        let pool = PoolStats {
            max: 10,
            min: 0,
            kept: 0,
            open: 8,
            in_use: 8,
            waiting: 0,
            exhausted: 0,
            acquired: 0,
            waited: Duration::ZERO,
        };
        let pipeline = PipelineStats { open: 0, in_flight: 0, served: 0, overflowed: 0, demoted: 0 };
        Facts {
            cache: CacheHits { heap_blocks_hit: 80, heap_blocks_read: 20, ..CacheHits::default() },
            unused: 5,
            bloated: vec![table(4_000, 1_000), table(1, 999)],
            pools: Stats {
                read: pool,
                write: pool,
                pipeline,
                committed: 0,
                retried: 0,
                rolled_back: 0,
                dropped: 0,
                connect_retries: 0,
                storage_full: 0,
            },
            slow_runs: 0,
        }
    }

    fn table(live_tuples: i64, dead_tuples: i64) -> TableBloat {
        TableBloat {
            schema: "public".to_owned(),
            table: "plan".to_owned(),
            live_tuples,
            dead_tuples,
            size_bytes: 0,
            estimated_wasted_bytes: 0,
            last_vacuum: None,
            last_analyze: None,
        }
    }

    fn categories(change: impl FnOnce(&mut Facts)) -> Vec<&'static str> {
        let mut facts = calm();
        change(&mut facts);
        facts.advice().into_iter().map(|one| one.category).collect()
    }

    #[test]
    fn a_database_at_its_bounds_needs_no_advice() {
        assert_eq!(calm().advice(), []);
    }

    #[test]
    fn each_bound_that_is_passed_is_told() {
        assert_eq!(categories(|facts| facts.pools.read.in_use = 9), ["pool"]);
        assert_eq!(categories(|facts| facts.pools.write.waiting = 1), ["pool"]);
        assert_eq!(categories(|facts| facts.cache.heap_blocks_hit = 79), ["cache"]);
        assert_eq!(categories(|facts| facts.unused = 6), ["indexes"]);
        assert_eq!(categories(|facts| facts.bloated.push(table(3_999, 1_000))), ["bloat"]);
        assert_eq!(categories(|facts| facts.slow_runs = 1), ["statements"]);
    }
}
