//! Limits of what is kept about statements. Never here: the budget of a request, which its server sets.

use std::num::NonZeroU32;
use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

/// Months of history: a quarter shows what a release has changed.
const MONTHS: NonZeroU32 = NonZeroU32::MIN.saturating_add(2);

/// What is kept about statements. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Slow runs that are kept; the oldest makes room for a new one.
    pub slow_kept: usize,
    /// One line of the log for slow runs of one statement in so long; the next line has the number of those between.
    pub slow_told_every_ms: u64,
    /// Routes that are named for a statement; further ones are left out.
    pub routes_kept: usize,
    /// How often plans of slow statements are asked for, and how old a plan gets before it is asked for again.
    pub plan_interval_ms: u64,
    /// The server ends the search for a plan, or its wait for a lock, that takes longer.
    pub plan_timeout_ms: u64,
    /// Pause between two readings of the history of statements; 0: none is written.
    pub history_interval_ms: u64,
    /// How many months the history is kept.
    pub history_months: NonZeroU32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            slow_kept: 100,
            slow_told_every_ms: 10_000,
            routes_kept: 8,
            plan_interval_ms: 60_000,
            plan_timeout_ms: 1_000,
            history_interval_ms: 300_000,
            history_months: MONTHS,
        }
    }
}

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("slow_kept", self.slow_kept, 0..=10_000);
        faults.number("slow_told_every_ms", self.slow_told_every_ms, 0..=crate::config::DAY_MS);
        faults.number("routes_kept", self.routes_kept, 0..=100);
        faults.number("plan_interval_ms", self.plan_interval_ms, 1_000..=crate::config::DAY_MS);
        // 0 would switch the server's limit off.
        faults.number("plan_timeout_ms", self.plan_timeout_ms, 10..=crate::config::DAY_MS);
        if self.history_interval_ms > 0 {
            faults.number("history_interval_ms", self.history_interval_ms, 1_000..=crate::config::DAY_MS);
        }
        faults.number("history_months", self.history_months.get(), 1..=120);
        faults
    }

    pub(super) fn slow_told_every(&self) -> Duration {
        Duration::from_millis(self.slow_told_every_ms)
    }

    /// See [`Config::history_interval_ms`].
    pub fn history_interval(&self) -> Option<Duration> {
        (self.history_interval_ms > 0).then(|| Duration::from_millis(self.history_interval_ms))
    }

    /// See [`Config::plan_interval_ms`].
    pub fn plan_interval(&self) -> Duration {
        Duration::from_millis(self.plan_interval_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_by_key() {
        assert!(Config::default().faults().is_empty());
        let bad = Config { plan_timeout_ms: 0, plan_interval_ms: 1, ..Config::default() };
        assert_eq!(bad.faults().messages().count(), 2);
    }
}
