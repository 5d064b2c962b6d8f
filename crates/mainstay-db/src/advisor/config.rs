//! Limits of the index advisor. Never here: what it judges.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use super::candidates::Limits;
use crate::config::DAY_MS;

/// What the advisor looks at, and when an index pays. Times are integers in the unit of their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many statements are looked at, those that took most time in total first.
    pub statements: u32,
    /// Tables with fewer rows are left alone.
    pub least_rows: u32,
    /// Most candidates.
    pub candidates: u32,
    /// Most plans that are asked for; a search that needs more ends with what it has, and says so.
    pub plans: u32,
    /// The search ends with what it has when it has taken so long, and says so.
    pub search_ms: u64,
    /// Most indexes that are recommended.
    pub recommendations: u32,
    /// The least net saving of an index, in percent of the workload's time.
    pub least_saving_percent: u32,
    /// What one more entry of an index costs a write, in microseconds; an entry that is wider than 16 bytes costs in
    /// proportion.
    pub write_us: u32,
    /// What a gigabyte of index costs while it exists, in milliseconds over the time of the statistics: caches and
    /// vacuum hold and read it.
    pub gigabyte_ms: u32,
    /// Younger statistics do not tell that an index is unused, in days.
    pub unused_after_days: u32,
    /// The server ends a plan that takes longer.
    pub plan_timeout_ms: u64,
    /// Longest wait of a build for a lock.
    pub build_lock_timeout_ms: u64,
    /// How often a build is tried that did not get its lock.
    pub build_tries: u32,
    /// Longest time of one build.
    pub build_timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            statements: 50,
            least_rows: 1_000,
            candidates: 200,
            plans: 20_000,
            search_ms: 10_000,
            recommendations: 10,
            least_saving_percent: 3,
            write_us: 5,
            gigabyte_ms: 100,
            unused_after_days: 14,
            plan_timeout_ms: 5_000,
            build_lock_timeout_ms: 5_000,
            build_tries: 5,
            build_timeout_ms: 6 * 3_600_000,
        }
    }
}

/// Most columns of a recommended index: a fourth rarely narrows further, and every one makes writes dearer.
const MOST_COLUMNS: usize = 3;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("statements", self.statements, 1..=5_000);
        faults.number("least_rows", self.least_rows, 0..=1_000_000_000);
        faults.number("candidates", self.candidates, 1..=10_000);
        faults.number("plans", self.plans, 1..=10_000_000);
        faults.number("search_ms", self.search_ms, 1..=DAY_MS);
        faults.number("recommendations", self.recommendations, 1..=1_000);
        faults.number("least_saving_percent", self.least_saving_percent, 0..=100);
        faults.number("write_us", self.write_us, 0..=1_000_000);
        faults.number("gigabyte_ms", self.gigabyte_ms, 0..=1_000_000);
        faults.number("unused_after_days", self.unused_after_days, 0..=3_650);
        faults.number("plan_timeout_ms", self.plan_timeout_ms, 10..=DAY_MS);
        faults.number("build_lock_timeout_ms", self.build_lock_timeout_ms, 10..=DAY_MS);
        faults.number("build_tries", self.build_tries, 1..=1_000);
        faults.number("build_timeout_ms", self.build_timeout_ms, 10..=DAY_MS);
        faults
    }

    pub(super) fn limits(&self) -> Limits {
        Limits {
            columns: MOST_COLUMNS,
            candidates: self.candidates as usize,
            least_rows: f64::from(self.least_rows),
        }
    }

    pub(super) fn least_saving(&self) -> f64 {
        f64::from(self.least_saving_percent) / 100.0
    }

    pub(super) fn search(&self) -> Duration {
        Duration::from_millis(self.search_ms)
    }

    pub(super) fn plan_timeout(&self) -> Duration {
        Duration::from_millis(self.plan_timeout_ms)
    }

    pub(super) fn build_timeout(&self) -> Duration {
        Duration::from_millis(self.build_timeout_ms)
    }

    pub(super) fn unused_after(&self) -> Duration {
        Duration::from_secs(u64::from(self.unused_after_days) * 24 * 3600)
    }

    /// For the session that plans: what it is asked cannot write, and cannot take long.
    pub(super) fn planning_settings(&self) -> String {
        format!(
            "set default_transaction_read_only = on; set statement_timeout = {}; set lock_timeout = {}; \
             set client_min_messages = error; set plan_cache_mode = force_generic_plan",
            self.plan_timeout_ms, self.plan_timeout_ms
        )
    }

    /// For the session that builds.
    pub(super) fn building_settings(&self) -> String {
        format!(
            "set default_transaction_read_only = off; set statement_timeout = {}; set lock_timeout = {}; \
             set client_min_messages = error",
            self.build_timeout_ms, self.build_lock_timeout_ms
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert!(Config::default().faults().is_empty());
        let told = |config: Config| config.faults().messages().collect::<Vec<_>>();
        assert_eq!(
            told(Config { statements: 0, least_saving_percent: 101, ..Config::default() }),
            ["statements is 0; write 1 to 5000", "least_saving_percent is 101; write 0 to 100"]
        );
    }
}
