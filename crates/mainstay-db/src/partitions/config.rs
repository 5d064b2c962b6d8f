//! Limits of the keeper. Never here: which tables there are and how long each keeps its rows.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use super::Unit;
use crate::config::DAY_MS;

/// Limits of the keeper of partitions. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Pause between two rounds.
    pub every_ms: u64,
    /// How many months after the present one exist before they are needed, of tables by month.
    pub months_ahead: u32,
    /// The alarm: fewer months ahead than this after a round are an error in the log.
    pub alarm_below: u32,
    /// How far before the present month a row may make its month be created.
    pub on_demand_back_months: u32,
    /// How far after the present month a row may make its month be created.
    pub on_demand_ahead_months: u32,
    /// How many days after the present one exist before they are needed, of tables by day.
    pub days_ahead: u32,
    /// The alarm: fewer days ahead than this after a round are an error in the log.
    pub alarm_below_days: u32,
    /// How far before the present day a row may make its day be created.
    pub on_demand_back_days: u32,
    /// How far after the present day a row may make its day be created.
    pub on_demand_ahead_days: u32,
    /// Most partitions of one table that one round retires.
    pub retire_most: u32,
    /// Most BRIN indexes of one table that one round builds.
    pub index_most: u32,
    /// Longest wait of a statement for a lock. Everybody who comes after it waits behind it, so keep it short.
    pub lock_timeout_ms: u64,
    /// How often a step is tried that did not get its lock, in one round.
    pub lock_tries: u32,
    /// Longest time of one statement; an export is one.
    pub statement_timeout_ms: u64,
    /// Longest time to connect. The keeper's session is one beside the pools.
    pub connect_timeout_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            every_ms: 3_600_000,
            months_ahead: 3,
            alarm_below: 2,
            on_demand_back_months: 12,
            on_demand_ahead_months: 12,
            days_ahead: 7,
            alarm_below_days: 3,
            on_demand_back_days: 31,
            on_demand_ahead_days: 31,
            retire_most: 6,
            index_most: 6,
            lock_timeout_ms: 2_000,
            lock_tries: 5,
            statement_timeout_ms: 3_600_000,
            connect_timeout_ms: 10_000,
        }
    }
}

/// Most months that any setting may span: a hundred years.
const MOST_MONTHS: u32 = 1_200;

/// Most days that any setting may span: ten years.
const MOST_DAYS: u32 = 3_660;

/// The limits of tables of one unit, counted in periods of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// How many after the present one exist before they are needed.
    pub(super) ahead: u32,
    /// Fewer ahead are an alarm.
    pub(super) alarm_below: u32,
    /// How far back one may be created on demand.
    pub(super) on_demand_back: u32,
    /// How far ahead.
    pub(super) on_demand_ahead: u32,
}

impl Config {
    /// What cannot be, by key. 0 would switch a limit of the server off.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("every_ms", self.every_ms, 1_000..=DAY_MS);
        faults.number("months_ahead", self.months_ahead, 1..=120);
        faults.number("alarm_below", self.alarm_below, 0..=120);
        faults.number("on_demand_back_months", self.on_demand_back_months, 0..=MOST_MONTHS);
        faults.number("on_demand_ahead_months", self.on_demand_ahead_months, 0..=MOST_MONTHS);
        faults.number("days_ahead", self.days_ahead, 1..=366);
        faults.number("alarm_below_days", self.alarm_below_days, 0..=366);
        faults.number("on_demand_back_days", self.on_demand_back_days, 0..=MOST_DAYS);
        faults.number("on_demand_ahead_days", self.on_demand_ahead_days, 0..=MOST_DAYS);
        for (alarm, ahead, unit) in
            [("alarm_below", "months_ahead", Unit::Month), ("alarm_below_days", "days_ahead", Unit::Day)]
        {
            let limits = self.limits(unit);
            if limits.alarm_below > limits.ahead {
                let below = limits.alarm_below;
                let what = format_args!("is {below}, more than the keeper makes: it would never be silent");
                faults.across(alarm, &[ahead], what);
            }
        }
        faults.number("retire_most", self.retire_most, 1..=MOST_MONTHS);
        faults.number("index_most", self.index_most, 0..=MOST_MONTHS);
        faults.number("lock_timeout_ms", self.lock_timeout_ms, 10..=DAY_MS);
        faults.number("lock_tries", self.lock_tries, 1..=1_000);
        faults.number("statement_timeout_ms", self.statement_timeout_ms, 10..=DAY_MS);
        faults.number("connect_timeout_ms", self.connect_timeout_ms, 10..=DAY_MS);
        faults
    }

    /// Those of tables of this unit.
    pub(super) fn limits(&self, unit: Unit) -> Limits {
        match unit {
            Unit::Month => Limits {
                ahead: self.months_ahead,
                alarm_below: self.alarm_below,
                on_demand_back: self.on_demand_back_months,
                on_demand_ahead: self.on_demand_ahead_months,
            },
            Unit::Day => Limits {
                ahead: self.days_ahead,
                alarm_below: self.alarm_below_days,
                on_demand_back: self.on_demand_back_days,
                on_demand_ahead: self.on_demand_ahead_days,
            },
        }
    }

    /// Pause between two rounds, for whoever starts them.
    pub fn every(&self) -> Duration {
        Duration::from_millis(self.every_ms)
    }

    pub(super) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// Bounds are read and rows exported in UTC, whatever the role or the database prefers.
    pub(super) fn session_settings(&self) -> String {
        format!(
            "set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; \
             set bytea_output = 'hex'; set extra_float_digits = 1; set client_min_messages = 'warning'; \
             set lock_timeout = {}; set statement_timeout = {}; set idle_in_transaction_session_timeout = {}",
            self.lock_timeout_ms, self.statement_timeout_ms, self.statement_timeout_ms
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        let told = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            config.faults().messages().collect::<Vec<_>>()
        };
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(told(|config| config.lock_tries = 0), ["lock_tries is 0; write 1 to 1000"]);
        let loud = told(|config| config.alarm_below = 4);
        assert!(loud.len() == 1 && loud[0].starts_with("alarm_below is 4, more than"), "{loud:?}");
        let loud = told(|config| config.alarm_below_days = 8);
        assert!(loud.len() == 1 && loud[0].starts_with("alarm_below_days is 8, more than"), "{loud:?}");
    }
}
