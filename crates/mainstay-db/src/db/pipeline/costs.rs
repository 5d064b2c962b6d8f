//! How long each statement takes, and which of them are too slow for the lane. Pure but for its own counters.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use super::nanos;
use crate::statement::Statement;

/// A new time counts for an eighth of the average, the first one too: one slow run tells little.
const WEIGHT: u64 = 8;

/// A run was slowed by this process if one turn of its tasks took this share of the run: the answer waited for several.
const LAG_SHARE: u32 = 8;

/// One warning in so long: where the machine is slow, many statements leave at once.
const WARNING_EVERY: Duration = Duration::from_secs(10);

/// Averages by statement.
#[derive(Debug)]
pub(crate) struct Costs {
    slow: Duration,
    demotion: Duration,
    by_statement: RwLock<HashMap<usize, Arc<Cost>>>,
    demotions: AtomicU64,
    /// Nanoseconds after the lane began: before then no further warning.
    quiet_until_ns: AtomicU64,
}

#[derive(Debug, Default)]
struct Cost {
    average_ns: AtomicU64,
    demoted_until_ns: AtomicU64,
}

impl Costs {
    /// A statement that is slower than `slow` on average leaves for `demotion`.
    pub(crate) fn new(slow: Duration, demotion: Duration) -> Self {
        Self {
            slow,
            demotion,
            by_statement: RwLock::default(),
            demotions: AtomicU64::new(0),
            quiet_until_ns: AtomicU64::new(0),
        }
    }

    /// Whether the statement is to go to the pool. `now` counts from when the lane began, here as everywhere.
    pub(crate) fn is_demoted(&self, statement: &'static Statement, now: Duration) -> bool {
        let costs = self.by_statement.read().unwrap_or_else(PoisonError::into_inner);
        costs
            .get(&statement.key())
            .is_some_and(|cost| nanos(now) < cost.demoted_until_ns.load(Ordering::Relaxed))
    }

    /// Whether a run was so slow that it is worth knowing why.
    pub(crate) fn is_slow(&self, took: Duration) -> bool {
        took > self.slow
    }

    /// Whether it says nothing of the statement, where one turn of this process's tasks took `lag` right after it.
    pub(crate) fn is_of_the_process(took: Duration, lag: Duration) -> bool {
        lag.saturating_mul(LAG_SHARE) >= took
    }

    /// Notes how long it took.
    pub(crate) fn observe(&self, statement: &'static Statement, took: Duration, now: Duration) {
        let cost = self.cost(statement);
        let old = cost.average_ns.load(Ordering::Relaxed);
        // Two at once may lose one of their times: an average bears that.
        let new = old - old / WEIGHT + nanos(took) / WEIGHT;
        cost.average_ns.store(new, Ordering::Relaxed);
        if new > nanos(self.slow) {
            self.demote(statement, now);
        }
    }

    /// Sends it to the pool for a while.
    pub(crate) fn demote(&self, statement: &'static Statement, now: Duration) {
        let cost = self.cost(statement);
        // It begins anew when it comes back.
        let average = Duration::from_nanos(cost.average_ns.swap(0, Ordering::Relaxed));
        cost.demoted_until_ns.store(nanos(now + self.demotion), Ordering::Relaxed);
        self.demotions.fetch_add(1, Ordering::Relaxed);
        let (name, average_ms) = (statement.name(), average.as_millis());
        let what =
            "a statement is too slow for the pipelined lane and has a connection to itself for a while";
        if self.may_warn(now) {
            tracing::warn!(db.statement = name, average_ms, "{what}");
        } else {
            tracing::debug!(db.statement = name, average_ms, "{what}");
        }
    }

    fn may_warn(&self, now: Duration) -> bool {
        let until = self.quiet_until_ns.load(Ordering::Relaxed);
        let next = nanos(now + WARNING_EVERY);
        let swap = || self.quiet_until_ns.compare_exchange(until, next, Ordering::Relaxed, Ordering::Relaxed);
        nanos(now) >= until && swap().is_ok()
    }

    pub(super) fn demotions(&self) -> u64 {
        self.demotions.load(Ordering::Relaxed)
    }

    fn cost(&self, statement: &'static Statement) -> Arc<Cost> {
        let known =
            self.by_statement.read().unwrap_or_else(PoisonError::into_inner).get(&statement.key()).cloned();
        known.unwrap_or_else(|| {
            let mut costs = self.by_statement.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(costs.entry(statement.key()).or_default())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static STATEMENT: Statement = Statement::pipelined("note.find", "select 1");
    static OTHER: Statement = Statement::pipelined("note.list", "select 2");
    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_statement_that_is_slow_on_average_leaves_for_a_while_and_begins_anew() {
        let costs = Costs::new(20 * MS, 60_000 * MS);
        costs.observe(&STATEMENT, MS, MS);
        costs.observe(&STATEMENT, 100 * MS, MS);
        assert!(!costs.is_demoted(&STATEMENT, MS), "one slow time is 13 ms on average");
        costs.observe(&STATEMENT, 100 * MS, MS);
        assert!(costs.is_demoted(&STATEMENT, MS));
        assert!(!costs.is_demoted(&OTHER, MS));
        assert!(costs.is_demoted(&STATEMENT, 60_000 * MS));
        assert!(!costs.is_demoted(&STATEMENT, 60_001 * MS));
        costs.observe(&STATEMENT, 15 * MS, 60_002 * MS);
        assert!(!costs.is_demoted(&STATEMENT, 60_002 * MS), "the old average is forgotten");
        assert_eq!(costs.demotions(), 1);
    }
    #[test]
    fn one_slow_run_alone_demotes_nobody_and_neither_does_a_process_that_lags() {
        let costs = Costs::new(20 * MS, 60_000 * MS);
        costs.observe(&STATEMENT, 100 * MS, MS);
        assert!(!costs.is_demoted(&STATEMENT, MS));
        assert!(costs.is_slow(100 * MS) && !costs.is_slow(MS));
        assert!(Costs::is_of_the_process(100 * MS, 13 * MS) && !Costs::is_of_the_process(100 * MS, 12 * MS));
    }

    #[test]
    fn many_that_leave_at_once_are_one_warning() {
        let costs = Costs::new(20 * MS, 60_000 * MS);
        let warned: Vec<bool> =
            [1, 2, 9_999, 10_001, 10_002].iter().map(|at| costs.may_warn(*at * MS)).collect();
        assert_eq!(warned, [true, false, false, true, false]);
    }
}
