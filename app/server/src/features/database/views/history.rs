//! What the wire shows of the history of statements, over all processes and restarts. Never here: what this process has
//! measured since its start.

use jiff::Timestamp;
use mainstay_db::insight::views as server;
use serde::Serialize;
use utoipa::ToSchema;

use super::rounded;

/// What statements cost in a span, as every process wrote it down. Times are in seconds.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformanceHistory)]
pub(in super::super) struct History {
    /// Whether this process writes its part (`database.insight.history_interval_ms`).
    pub(super) recorded: bool,
    /// Between two readings, in seconds; what has run since the last one is not here yet.
    pub(super) interval: f64,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    /// Those that took most time together first, at most 100.
    pub(super) statements: Vec<PastStatement>,
    /// The statement that was asked for, step by step; steps in which it did not run are left out.
    pub(super) curve: Vec<PastStep>,
}

/// One statement in the span.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformancePastStatement)]
pub(in super::super) struct PastStatement {
    #[schema(example = "activities.list_activities")]
    pub(super) name: String,
    pub(super) count: i64,
    /// Runs that failed or were given up.
    pub(super) errors: i64,
    /// Runs that were slow.
    pub(super) slow: i64,
    pub(super) rows: i64,
    pub(super) total_time: f64,
    pub(super) avg_time: f64,
    /// In the equally long span before; null where it did not run.
    pub(super) avg_time_before: Option<f64>,
}

/// One step of a statement's curve.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PerformancePastStep)]
pub(in super::super) struct PastStep {
    /// When it began.
    pub(super) timestamp: Timestamp,
    pub(super) count: i64,
    pub(super) errors: i64,
    pub(super) avg_time: f64,
}

impl History {
    pub(in super::super) fn new(
        interval: Option<std::time::Duration>,
        (since, until): (Timestamp, Timestamp),
        statements: Vec<server::PastStatement>,
        curve: Vec<server::PastStep>,
    ) -> Self {
        Self {
            recorded: interval.is_some(),
            interval: interval.unwrap_or_default().as_secs_f64(),
            since,
            until,
            statements: statements.into_iter().map(PastStatement::from).collect(),
            curve: curve.into_iter().map(PastStep::from).collect(),
        }
    }
}

impl From<server::PastStatement> for PastStatement {
    fn from(found: server::PastStatement) -> Self {
        Self {
            count: found.calls,
            errors: found.failed,
            slow: found.slow,
            rows: found.rows,
            total_time: seconds(found.total_ms),
            avg_time: mean(found.total_ms, found.calls),
            avg_time_before: found.mean_before_ms.map(seconds),
            name: found.name,
        }
    }
}

impl From<server::PastStep> for PastStep {
    fn from(found: server::PastStep) -> Self {
        Self {
            timestamp: found.began,
            count: found.calls,
            errors: found.failed,
            avg_time: mean(found.total_ms, found.calls),
        }
    }
}

/// To the microsecond.
fn seconds(milliseconds: f64) -> f64 {
    rounded(milliseconds / 1e3, 6)
}

#[expect(clippy::cast_precision_loss, reason = "a mean to the microsecond needs no 53 bits")]
fn mean(total_ms: f64, calls: i64) -> f64 {
    seconds(total_ms / calls.max(1) as f64)
}
