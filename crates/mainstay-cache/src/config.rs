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
    /// Tags fall into so many slots, 16 bytes of memory each once something falls into them; two in one slot cost a
    /// read. Rounded up to a power of two.
    pub slots: usize,
    /// So many events are remembered one by one, to judge what other nodes have kept.
    pub history: usize,
    /// So many slots of own commits are remembered until a poll has seen them; with more the node begins anew.
    pub own: usize,
    /// So many tags are counted, to tell which change most.
    pub busiest: usize,
    /// Most tags of one entry; an answer with more is not kept.
    pub tags_most: usize,
    /// While this node no longer hears, for longer than the bound, or what nodes share by fails, so many read for the cache
    /// at most, of the names that take turns ([`NameConfig::reads_in_turn`]). Before its first poll there is no limit.
    pub fills_most: usize,
    /// Longest wait for one's turn then; after that there is no answer ([`crate::LoadError::Busy`]).
    pub fill_wait_ms: u64,
    /// So many reads run behind answers at the same time, at most; what would be one more waits for another asker.
    pub behind_most: usize,
    /// Pause between two polls when nobody says that something changed.
    pub poll_idle_ms: u64,
    /// Longest time that a poll, or connecting, may take.
    pub poll_within_ms: u64,
    /// Pause before the poller connects again.
    pub poll_retry_ms: u64,
    /// Most events that a poll brings; with more the node begins anew.
    pub poll_events_most: u32,
    /// So many polls in a row that took too long, and the node begins anew.
    pub poll_late_most: u32,
    /// How long the database keeps events. A node that was cut off for longer begins anew.
    pub events_kept_ms: u64,
    /// Pause between two prunings of older events.
    pub prune_every_ms: u64,
    /// Most events that one statement prunes.
    pub prune_most: u32,
    /// How often it is noted in the database which keys are hit most, of the names that want it
    /// ([`crate::Cache::noted`]); 0: never.
    pub hot_note_every_ms: u64,
    /// How long a note stays that nobody writes anew.
    pub hot_kept_ms: u64,
    /// Most notes of a name.
    pub hot_rows_most: u32,
}

impl Default for Config {
    fn default() -> Self {
        let (poll, node) = (invalidation::Config::default(), coherence::Config::default());
        Self {
            bound_ms: 500,
            slots: node.slots,
            history: node.history,
            own: node.own,
            busiest: node.busiest,
            tags_most: 64,
            fills_most: 64,
            fill_wait_ms: 5_000,
            behind_most: 4,
            poll_idle_ms: poll.idle_ms,
            poll_within_ms: poll.within_ms,
            poll_retry_ms: poll.retry_ms,
            poll_events_most: poll.events_most,
            poll_late_most: poll.late_most,
            events_kept_ms: HOUR_MS,
            prune_every_ms: 60_000,
            prune_most: 10_000,
            hot_note_every_ms: 60_000,
            hot_kept_ms: DAY_MS,
            hot_rows_most: 1_000,
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
        faults.number("own", self.own, 1..=1 << 24);
        faults.number("busiest", self.busiest, 1..=1 << 20);
        faults.number("tags_most", self.tags_most, 1..=1_000);
        faults.number("fills_most", self.fills_most, 1..=10_000);
        faults.number("fill_wait_ms", self.fill_wait_ms, 1..=60_000);
        faults.number("behind_most", self.behind_most, 1..=10_000);
        faults.number("poll_idle_ms", self.poll_idle_ms, 1..=60_000);
        if self.poll_idle_ms >= self.bound_ms {
            let what =
                format_args!("is {}, no less than the bound: nothing would be fresh", self.poll_idle_ms);
            faults.across("poll_idle_ms", &["bound_ms"], what);
        }
        faults.number("poll_within_ms", self.poll_within_ms, 10..=60_000);
        faults.number("poll_retry_ms", self.poll_retry_ms, 1..=60_000);
        faults.number("poll_events_most", self.poll_events_most, 1..=1_000_000);
        faults.number("poll_late_most", self.poll_late_most, 1..=1_000);
        faults.number("events_kept_ms", self.events_kept_ms, 60_000..=30 * DAY_MS);
        faults.number("prune_every_ms", self.prune_every_ms, 1_000..=DAY_MS);
        faults.number("prune_most", self.prune_most, 1..=1_000_000);
        faults.number("hot_note_every_ms", self.hot_note_every_ms, 0..=DAY_MS);
        faults.number("hot_kept_ms", self.hot_kept_ms, 60_000..=30 * DAY_MS);
        faults.number("hot_rows_most", self.hot_rows_most, 1..=100_000);
        faults
    }

    pub(crate) fn bound(&self) -> Duration {
        Duration::from_millis(self.bound_ms)
    }

    /// The pause, and statements of all names.
    pub(crate) fn notes_beat_within(&self) -> Duration {
        Duration::from_millis(self.hot_note_every_ms + 20 * self.poll_within_ms)
    }

    pub(crate) fn node(&self) -> coherence::Config {
        coherence::Config { slots: self.slots, history: self.history, own: self.own, busiest: self.busiest }
    }

    pub(crate) fn poller(&self) -> invalidation::Config {
        invalidation::Config {
            idle_ms: self.poll_idle_ms,
            within_ms: self.poll_within_ms,
            retry_ms: self.poll_retry_ms,
            events_most: self.poll_events_most,
            late_most: self.poll_late_most,
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
    /// Longest wait for somebody else's read of the same key; who has waited for longer reads for himself.
    pub wait_ms: u64,
    /// One in so many hits is compared with the database, where answers can be; 0: none.
    pub check_one_in: u64,
    /// So many keys are counted to know which are asked for most; 0: none.
    pub hot_most: usize,
    /// Whether reads take turns while the cache cannot help ([`Config::fills_most`]): not those that everything waits for.
    pub reads_in_turn: bool,
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
            wait_ms: 5_000,
            check_one_in: 100_000,
            hot_most: 256,
            reads_in_turn: true,
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
        faults.number("wait_ms", self.wait_ms, 1..=600_000);
        faults.number("hot_most", self.hot_most, 0..=4_096);
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
