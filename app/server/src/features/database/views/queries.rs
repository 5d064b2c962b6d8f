//! What the wire shows of the statements that this process has run. Never here: their parameters.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::insight::{Plan, SlowStatement, StatementFigures};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::MAX_TEXT;
use super::super::advice::{Advice, Facts};
use super::super::measured::Measured;
use super::rounded;

/// Slow runs of one answer.
const MAX_RUNS: usize = 10;

/// The statements of the process that answers, since it began. Times are in seconds, from asking to the last row.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceQueries)]
pub(in super::super) struct Queries {
    pub(super) total_queries: u64,
    /// Runs that failed or were given up.
    pub(super) failed_queries: u64,
    pub(super) avg_time: Option<f64>,
    pub(super) min_time: Option<f64>,
    pub(super) max_time: Option<f64>,
    /// Drawn between the bounds that times are counted by.
    pub(super) p95_time: Option<f64>,
    /// Drawn between the bounds that times are counted by.
    pub(super) p99_time: Option<f64>,
    /// Runs that took longer than `slow_above`.
    pub(super) slow_queries_count: u64,
    /// `database.slow_statement_ms`, in seconds.
    #[schema(example = 0.1)]
    pub(super) slow_above: f64,
    /// The newest first, at most 10.
    pub(super) slow_queries: Vec<SlowRun>,
    /// Runs by table; one run counts for each table that its statement names.
    pub(super) queries_by_table: BTreeMap<String, u64>,
    /// Each statement, the one that took most time together first.
    pub(super) statements: Vec<StatementTimes>,
}

/// A run that was slow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceSlowQuery)]
pub(in super::super) struct SlowRun {
    #[schema(example = "activities.list_activities")]
    pub(super) name: &'static str,
    /// The first 200 characters of its text, without parameters.
    pub(super) statement: String,
    pub(super) duration: f64,
    /// When it ended.
    pub(super) timestamp: Option<Timestamp>,
    pub(super) rows: u64,
    /// Whether it failed or was given up.
    pub(super) failed: bool,
    /// The route that ran it; null for work beside the requests.
    pub(super) route: Option<String>,
    /// How the server goes about it whatever the parameters; null until it was asked, which happens now and then.
    pub(super) plan: Option<String>,
    /// Why there is no plan.
    pub(super) plan_refused: Option<String>,
}

/// One statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceStatement)]
pub(in super::super) struct StatementTimes {
    #[schema(example = "activities.list_activities")]
    pub(super) name: &'static str,
    pub(super) count: u64,
    pub(super) errors: u64,
    pub(super) rows: u64,
    pub(super) total_time: f64,
    pub(super) avg_time: f64,
    pub(super) max_time: f64,
    pub(super) p95_time: Option<f64>,
    /// The routes that ran it, as many as are kept.
    pub(super) routes: Vec<String>,
}

impl Queries {
    pub(in super::super) fn new(measured: &Measured, slow_above: Duration, now: Timestamp) -> Self {
        let sum = measured.together();
        let share = |share| sum.spread.quantile(share, sum.max).map(seconds);
        let mut by_time: Vec<_> = measured.statements.iter().filter(|one| one.count > 0).collect();
        by_time.sort_by_key(|one| std::cmp::Reverse(one.total));
        Self {
            total_queries: sum.count,
            failed_queries: measured.statements.iter().map(|one| one.errors).sum(),
            avg_time: (sum.count > 0).then(|| mean(sum.total, sum.count)),
            min_time: sum.min.map(seconds),
            max_time: sum.min.map(|_| seconds(sum.max)),
            p95_time: share(0.95),
            p99_time: share(0.99),
            slow_queries_count: measured.slow_runs(),
            slow_above: seconds(slow_above),
            slow_queries: measured.slow.iter().take(MAX_RUNS).map(|run| SlowRun::new(run, now)).collect(),
            queries_by_table: measured.by_table(),
            statements: by_time.into_iter().map(StatementTimes::new).collect(),
        }
    }
}

impl SlowRun {
    fn new(run: &SlowStatement, now: Timestamp) -> Self {
        let (plan, plan_refused) = match &run.plan {
            None => (None, None),
            Some(Plan::Known(plan)) => (Some(plan.to_string()), None),
            Some(Plan::Refused(why)) => (None, Some(why.to_string())),
        };
        Self {
            name: run.name,
            statement: run.text.chars().take(usize::try_from(MAX_TEXT).unwrap_or(0)).collect(),
            duration: seconds(run.took),
            timestamp: now.checked_sub(run.ended.elapsed()).ok(),
            rows: run.rows,
            failed: run.failed,
            route: run.route.as_deref().map(str::to_owned),
            plan,
            plan_refused,
        }
    }
}

impl StatementTimes {
    fn new(found: &StatementFigures) -> Self {
        Self {
            name: found.name,
            count: found.count,
            errors: found.errors,
            rows: found.rows,
            total_time: seconds(found.total),
            avg_time: mean(found.total, found.count),
            max_time: seconds(found.max),
            p95_time: found.spread.quantile(0.95, found.max).map(seconds),
            routes: found.routes.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Statements, the server's memory and advice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceSummary)]
pub(in super::super) struct Summary {
    pub(super) queries: Queries,
    pub(super) cache: BlockCache,
    /// What to do, if anything.
    pub(super) recommendations: Vec<Advice>,
}

/// Blocks of tables that the server needed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceCache)]
pub(in super::super) struct BlockCache {
    /// They were in its memory.
    pub(super) hits: i64,
    /// They were not.
    pub(super) misses: i64,
    pub(super) total_requests: i64,
    /// Null before anything was read.
    pub(super) hit_rate_percent: Option<f64>,
}

impl Summary {
    pub(in super::super) fn new(queries: Queries, facts: &Facts) -> Self {
        let (hits, misses) = (facts.cache.heap_blocks_hit, facts.cache.heap_blocks_read);
        let hit_rate_percent = facts.cache.ratio_percent().map(|ratio| rounded(ratio, 2));
        let cache = BlockCache { hits, misses, total_requests: hits + misses, hit_rate_percent };
        Self { queries, cache, recommendations: facts.advice() }
    }
}

/// To the microsecond.
fn seconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64(), 6)
}

#[expect(clippy::cast_precision_loss, reason = "a mean to the microsecond needs no 53 bits")]
fn mean(total: Duration, count: u64) -> f64 {
    rounded(total.as_secs_f64() / count.max(1) as f64, 6)
}
