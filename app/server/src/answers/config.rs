//! For how long answers are kept at most, in how much memory, and which are asked for at a start. Never here: which
//! answers there are.

use mainstay_cache::NameConfig;
use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

/// Times and memory by kind of answer. A change of the data ends an answer at once, whatever is said here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswersConfig {
    /// Trends over many activities, in milliseconds; 0 keeps none.
    pub trends_ttl_ms: u64,
    /// Lists.
    pub lists_ttl_ms: u64,
    /// Everything else.
    pub default_ttl_ms: u64,
    /// Sessions and their accounts.
    pub sessions_ttl_ms: u64,
    /// Times are longer or shorter by up to so much.
    pub jitter_percent: u8,
    /// From so much of its time on an answer is read again behind what is served; 100: never.
    pub refresh_after_percent: u8,
    /// One in so many kept answers is read again behind what is served, and compared; 0: none.
    pub check_one_in: u64,
    /// Memory for the answers of each of the nine names.
    pub max_bytes: u64,
    /// Before it is ready, a process asks for what was asked for most, in this time at most; 0: it does not.
    pub warm_within_ms: u64,
    /// The same when an administrator asks for it.
    pub warm_asked_within_ms: u64,
    /// So many notes of that are looked at.
    pub warm_most: usize,
}

impl Default for AnswersConfig {
    fn default() -> Self {
        Self {
            trends_ttl_ms: 3_600_000,
            lists_ttl_ms: 300_000,
            default_ttl_ms: 300_000,
            sessions_ttl_ms: 300_000,
            jitter_percent: 10,
            refresh_after_percent: 80,
            check_one_in: 100_000,
            max_bytes: 64 << 20,
            warm_within_ms: 1_000,
            warm_asked_within_ms: 20_000,
            warm_most: 500,
        }
    }
}

/// Which of the times an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    Trend,
    List,
    Default,
    Session,
}

impl AnswersConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        const MONTH_MS: u64 = 30 * 24 * 3_600_000;
        let mut faults = Faults::default();
        faults.number("trends_ttl_ms", self.trends_ttl_ms, 0..=MONTH_MS);
        faults.number("lists_ttl_ms", self.lists_ttl_ms, 0..=MONTH_MS);
        faults.number("default_ttl_ms", self.default_ttl_ms, 0..=MONTH_MS);
        faults.number("sessions_ttl_ms", self.sessions_ttl_ms, 0..=MONTH_MS);
        faults.number("jitter_percent", self.jitter_percent, 0..=50);
        faults.number("refresh_after_percent", self.refresh_after_percent, 1..=100);
        faults.number("warm_within_ms", self.warm_within_ms, 0..=60_000);
        faults.number("warm_asked_within_ms", self.warm_asked_within_ms, 1..=600_000);
        faults.number("warm_most", self.warm_most, 0..=10_000);
        faults.size("max_bytes", self.max_bytes, 1 << 16..=1 << 40);
        faults
    }

    pub(super) fn of(&self, life: Life) -> NameConfig {
        let ttl_ms = match life {
            Life::Trend => self.trends_ttl_ms,
            Life::List => self.lists_ttl_ms,
            Life::Default => self.default_ttl_ms,
            Life::Session => self.sessions_ttl_ms,
        };
        NameConfig {
            ttl_ms,
            jitter_percent: self.jitter_percent,
            refresh_after_percent: self.refresh_after_percent,
            check_one_in: self.check_one_in,
            max_bytes: self.max_bytes,
            // Every request waits to know who asks.
            reads_in_turn: life != Life::Session,
            ..NameConfig::default()
        }
    }
}
