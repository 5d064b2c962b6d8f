//! Limits of the cache. Never here: which answers are kept and for how long; the application says that by name
//! ([`NameConfig`]).

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use crate::{coherence, invalidation};

const HOUR_MS: u64 = 3_600_000;
const DAY_MS: u64 = 24 * HOUR_MS;
const GIB: u64 = 1 << 30;

/// Limits of one node. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How old a fresh answer may be at most: a node that has not heard from the database for longer asks it.
    pub bound_ms: u64,
    /// Tags fall into so many slots, 16 bytes of memory each; two in one slot cost a read. Rounded up to a power of two.
    pub slots: usize,
    /// So many events are remembered one by one, to judge what other nodes have kept.
    pub history: usize,
    /// Most tags of one entry; an answer with more is not kept.
    pub tags_most: usize,
    /// Pause between two polls when nobody says that something changed.
    pub poll_idle_ms: u64,
    /// Longest time that a poll, or connecting, may take.
    pub poll_within_ms: u64,
    /// Pause before the poller connects again.
    pub poll_retry_ms: u64,
    /// How long the database keeps events. A node that was cut off for longer begins anew.
    pub events_kept_ms: u64,
    /// Pause between two prunings of older events.
    pub prune_every_ms: u64,
    /// Most events that one statement prunes.
    pub prune_most: u32,
}

impl Default for Config {
    fn default() -> Self {
        let (poll, node) = (invalidation::Config::default(), coherence::Config::default());
        Self {
            bound_ms: 500,
            slots: node.slots,
            history: node.history,
            tags_most: 64,
            poll_idle_ms: poll.idle_ms,
            poll_within_ms: poll.within_ms,
            poll_retry_ms: poll.retry_ms,
            events_kept_ms: HOUR_MS,
            prune_every_ms: 60_000,
            prune_most: 10_000,
        }
    }
}

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("bound_ms", self.bound_ms, 10..=60_000);
        faults.number("slots", self.slots, 1..=1 << 28);
        faults.number("history", self.history, 0..=1 << 24);
        faults.number("tags_most", self.tags_most, 1..=1_000);
        faults.number("poll_idle_ms", self.poll_idle_ms, 1..=60_000);
        if self.poll_idle_ms >= self.bound_ms {
            let what =
                format_args!("is {}, no less than the bound: nothing would be fresh", self.poll_idle_ms);
            faults.across("poll_idle_ms", &["bound_ms"], what);
        }
        faults.number("poll_within_ms", self.poll_within_ms, 10..=60_000);
        faults.number("poll_retry_ms", self.poll_retry_ms, 1..=60_000);
        faults.number("events_kept_ms", self.events_kept_ms, 60_000..=30 * DAY_MS);
        faults.number("prune_every_ms", self.prune_every_ms, 1_000..=DAY_MS);
        faults.number("prune_most", self.prune_most, 1..=1_000_000);
        faults
    }

    pub(crate) fn bound(&self) -> Duration {
        Duration::from_millis(self.bound_ms)
    }

    pub(crate) fn node(&self) -> coherence::Config {
        coherence::Config { slots: self.slots, history: self.history }
    }

    pub(crate) fn poller(&self) -> invalidation::Config {
        invalidation::Config {
            idle_ms: self.poll_idle_ms,
            within_ms: self.poll_within_ms,
            retry_ms: self.poll_retry_ms,
        }
    }
}

/// What one name of the cache keeps, and for how long. A change of the data ends an entry at once, whatever is said here:
/// the times are for what changes without the database, and for what nobody asks for any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NameConfig {
    /// How long an answer is kept at most; 0 keeps none.
    pub ttl_ms: u64,
    /// How long it is kept that there is no answer.
    pub negative_ttl_ms: u64,
    /// The times are longer or shorter by up to so much, so that what was kept together does not end together.
    pub jitter_percent: u8,
    /// From this part of its time on an answer is read again by one of those who ask for it, while the others are served;
    /// 100: it is not.
    pub refresh_after_percent: u8,
    /// Most memory for the entries of this name.
    pub max_bytes: u64,
}

impl Default for NameConfig {
    fn default() -> Self {
        Self {
            ttl_ms: 300_000,
            negative_ttl_ms: 60_000,
            jitter_percent: 10,
            refresh_after_percent: 80,
            max_bytes: 64 << 20,
        }
    }
}

impl NameConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("ttl_ms", self.ttl_ms, 0..=30 * DAY_MS);
        faults.number("negative_ttl_ms", self.negative_ttl_ms, 0..=30 * DAY_MS);
        faults.number("jitter_percent", self.jitter_percent, 0..=50);
        faults.number("refresh_after_percent", self.refresh_after_percent, 1..=100);
        faults.size("max_bytes", self.max_bytes, 1 << 16..=1024 * GIB);
        faults
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
        assert_eq!(told(|config| config.tags_most = 0), ["tags_most is 0; write 1 to 1000"]);
        let blind = told(|config| config.bound_ms = 50);
        assert!(blind.len() == 1 && blind[0].starts_with("poll_idle_ms is 50, no less"), "{blind:?}");
        assert!(NameConfig::default().faults().is_empty());
        let wide = NameConfig { jitter_percent: 51, ..NameConfig::default() };
        assert_eq!(wide.faults().messages().collect::<Vec<_>>(), ["jitter_percent is 51; write 0 to 50"]);
    }
}
