//! What each name of the cache has done, for the metrics and for whoever asks. Counting takes one atomic addition. Never
//! here: keys.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use mainstay_telemetry::Registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;

/// Why what is kept was not served, or not without further ado.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Nothing is kept, or no longer.
    Absent,
    /// Its time is over.
    Expired,
    /// Something that it was made from has changed.
    Changed,
    /// This node has not heard from the database for longer than the bound.
    Unheard,
    /// It was made before this node had to begin anew.
    Flushed,
    /// The reader has written what this node has not heard of yet.
    Unseen,
    /// It is fresh, and this reader reads it again ahead of its end.
    Refresh,
}

impl Reason {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Absent,
        Self::Expired,
        Self::Changed,
        Self::Unheard,
        Self::Flushed,
        Self::Unseen,
        Self::Refresh,
    ];

    /// As the metrics call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Expired => "expired",
            Self::Changed => "changed",
            Self::Unheard => "unheard",
            Self::Flushed => "flushed",
            Self::Unseen => "unseen",
            Self::Refresh => "refresh",
        }
    }
}

/// How a look-up ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ended {
    Missed,
    Joined,
    Stale,
    Imported,
}

/// How it ended, the level that answered, and what the metrics call it.
const ENDS: [(Ended, &str, &str); 4] = [
    (Ended::Missed, "database", "miss"),
    (Ended::Joined, "database", "joined"),
    (Ended::Stale, "level1", "stale"),
    (Ended::Imported, "level2", "hit"),
];

/// Why an entry of another node was not taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// There is none.
    Absent,
    /// The shared store failed, or did not answer in time.
    Failed,
    /// It has failed too often, and is left alone.
    Open,
    /// The bytes are no entry of this key.
    Malformed,
    /// Its time is over.
    Expired,
    /// This node has not heard from the database for longer than the bound.
    Unheard,
    /// It was read in another life of the server.
    Incarnation,
    /// It is older than what this node can judge.
    Horizon,
    /// Something that it was made from has changed since, or may have.
    Changed,
    /// Its node does not say how far it shows the database, and sessions of this one read from replicas.
    Unplaced,
}

impl Refusal {
    /// As the metrics call it.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(refusal, _)| *refusal == self).map_or(NO_REASON, |(_, name)| name)
    }

    /// Every one, with what the metrics call it.
    pub const ALL: [(Self, &str); 10] = [
        (Self::Absent, "absent"),
        (Self::Failed, "failed"),
        (Self::Open, "open"),
        (Self::Malformed, "malformed"),
        (Self::Expired, "expired"),
        (Self::Unheard, "unheard"),
        (Self::Incarnation, "incarnation"),
        (Self::Horizon, "horizon"),
        (Self::Changed, "changed"),
        (Self::Unplaced, "unplaced"),
    ];
}
const NO_REASON: &str = "none";
/// From a tenth of a millisecond to ten seconds.
pub(crate) const SECONDS: &[f64] = &[0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

/// What one name has done since the process began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameStats {
    /// The name.
    pub name: &'static str,
    /// Served from this process.
    pub hits: u64,
    /// Served from this process, that there is nothing.
    pub negative_hits: u64,
    /// Taken over from another node.
    pub imported: u64,
    /// Entries of other nodes that were looked for and not taken over, by reason.
    pub not_imported: Vec<(Refusal, u64)>,
    /// Read from the database, by reason.
    pub misses: Vec<(Reason, u64)>,
    /// Took what somebody else read at the same time.
    pub joined: u64,
    /// Served although perhaps outdated, as the reader allowed.
    pub stale: u64,
    /// Asked the database by their own wish.
    pub bypassed: u64,
    /// Reads that failed.
    pub failed: u64,
    /// Reads that were not begun, because too many were under way while the cache could not help.
    pub busy: u64,
    /// Hits that were compared with what the database says.
    pub checked: u64,
    /// Of these, answers that were wrong and that nothing would have ended: a tag is missing.
    pub mismatches: u64,
    /// Answers that were read and not kept: before the first poll, changed meanwhile, too many tags, no time to live.
    pub refused: u64,
    /// Entries that had to make room.
    pub evicted: u64,
    /// Entries now.
    pub entries: u64,
    /// Their memory now.
    pub bytes: u64,
}

impl NameStats {
    /// Look-ups that were served from what is kept, here or by another node.
    pub fn total_hits(&self) -> u64 {
        self.hits + self.negative_hits + self.imported
    }

    /// Look-ups that were read, took what another one read, or were served something perhaps outdated. Those that bypass
    /// the cache are none.
    pub fn total_misses(&self) -> u64 {
        self.reads() + self.joined + self.stale
    }

    /// Look-ups that were read from the database.
    pub fn reads(&self) -> u64 {
        self.misses.iter().map(|(_, count)| count).sum()
    }

    /// Reads for this reason.
    pub fn misses_for(&self, reason: Reason) -> u64 {
        self.misses.iter().find(|(other, _)| *other == reason).map_or(0, |(_, count)| *count)
    }

    /// Hits among the look-ups, 0 to 1; `None` before the first. Those that bypass the cache are none.
    pub fn hit_ratio(&self) -> Option<f64> {
        hit_ratio(self.total_hits(), self.total_misses())
    }
}

/// Hits among all, 0 to 1; `None` of nothing.
pub fn hit_ratio(hits: u64, misses: u64) -> Option<f64> {
    let all = hits + misses;
    (all > 0).then(|| hits as f64 / all as f64)
}

/// The series of one name: looking them up allocates.
pub(crate) struct Figures {
    name: &'static str,
    hits: Counter,
    negative_hits: Counter,
    bypassed: Counter,
    ended: [[Counter; Reason::ALL.len()]; ENDS.len()],
    not_imported: [Counter; Refusal::ALL.len()],
    pub(crate) failed: Counter,
    pub(crate) busy: Counter,
    pub(crate) checked: Counter,
    pub(crate) mismatches: Counter,
    pub(crate) refused: Counter,
    pub(crate) not_offered: Counter,
    pub(crate) evicted: Counter,
    entries: Gauge<i64, AtomicI64>,
    bytes: Gauge<i64, AtomicI64>,
    load: Histogram,
}

impl Figures {
    pub(crate) fn new(name: &'static str, registry: &Registry) -> Arc<Self> {
        let lookups = registry.counter(
            "cache_lookups",
            "Look-ups by the level that answered, how they ended, and why what was kept was not served.",
            &["cache", "tier", "outcome", "reason"],
        );
        let refused = "Look-ups of other nodes' entries that found none to take over, by reason.";
        let refusals = registry.counter("cache_level2_refused", refused, &["cache", "reason"]);
        let level1 = |outcome| lookups.with(&[name, "level1", outcome, NO_REASON]);
        let count = |metric, help| registry.counter(metric, help, &["cache"]).with(&[name]);
        let gauge = |metric, help| registry.gauge(metric, help, &["cache"]).with(&[name]);
        let seconds = "Time of the reads that fill the cache.";
        Arc::new(Self {
            name,
            hits: level1("hit"),
            negative_hits: level1("negative_hit"),
            bypassed: lookups.with(&[name, "database", "bypass", NO_REASON]),
            ended: ENDS.map(|(_, tier, outcome)| {
                Reason::ALL.map(|reason| lookups.with(&[name, tier, outcome, reason.name()]))
            }),
            not_imported: Refusal::ALL.map(|(_, reason)| refusals.with(&[name, reason])),
            failed: count("cache_loads_failed", "Reads for the cache that failed."),
            busy: count("cache_busy", "Reads that were not begun: too many were under way."),
            checked: count("cache_checks", "Hits that were compared with what the database says."),
            mismatches: count("cache_mismatches", "Kept answers that were wrong: a tag is missing."),
            refused: count("cache_refused", "Answers that were read and not kept."),
            not_offered: count("cache_level2_not_offered", "Entries too large or too many to be shared."),
            evicted: count("cache_evictions", "Entries that had to make room."),
            entries: gauge("cache_entries", "Entries kept in this process."),
            bytes: gauge("cache_bytes", "Memory of the entries kept in this process."),
            load: registry.histogram("cache_load_seconds", seconds, SECONDS, &["cache"]).with(&[name]),
        })
    }

    pub(crate) fn hit(&self, is_negative: bool) {
        if is_negative {
            self.negative_hits.inc()
        } else {
            self.hits.inc()
        };
    }

    pub(crate) fn bypassed(&self) {
        self.bypassed.inc();
    }

    pub(crate) fn ended(&self, end: Ended, reason: Reason) {
        self.ended[end as usize][reason as usize].inc();
    }

    pub(crate) fn not_imported(&self, refusal: Refusal) {
        self.not_imported[refusal as usize].inc();
    }

    pub(crate) fn loaded(&self, took: Duration) {
        self.load.observe(took.as_secs_f64());
    }

    pub(crate) fn holds(&self, entries: usize, bytes: u64) {
        self.entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
        self.bytes.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    pub(crate) fn stats(&self) -> NameStats {
        let ended = |end: Ended| &self.ended[end as usize];
        let all = |end| ended(end).iter().map(Counter::get).sum();
        let misses = Reason::ALL.into_iter().zip(ended(Ended::Missed).iter().map(Counter::get));
        let refusals = Refusal::ALL.into_iter().zip(self.not_imported.iter().map(Counter::get));
        NameStats {
            name: self.name,
            imported: all(Ended::Imported),
            not_imported: refusals
                .filter(|(_, count)| *count > 0)
                .map(|((refusal, _), count)| (refusal, count))
                .collect(),
            hits: self.hits.get(),
            negative_hits: self.negative_hits.get(),
            misses: misses.filter(|(_, count)| *count > 0).collect(),
            joined: all(Ended::Joined),
            stale: all(Ended::Stale),
            bypassed: self.bypassed.get(),
            failed: self.failed.get(),
            busy: self.busy.get(),
            checked: self.checked.get(),
            mismatches: self.mismatches.get(),
            refused: self.refused.get(),
            evicted: self.evicted.get(),
            entries: self.entries.get().unsigned_abs(),
            bytes: self.bytes.get().unsigned_abs(),
        }
    }
}

/// What the polls have done.
#[derive(Debug, Clone)]
pub(crate) struct PollFigures {
    age: Histogram,
    events: Counter,
    flushes: Counter,
    failures: Counter,
}

impl PollFigures {
    pub(crate) fn new(registry: &Registry) -> Self {
        let age = "How old the knowledge of changes was when the next poll renewed it.";
        let count = |metric, help| registry.counter(metric, help, &[]).with(&[]);
        Self {
            age: registry.histogram("cache_watermark_age_seconds", age, SECONDS, &[]).with(&[]),
            events: count("cache_events", "Tags of changes that polls have brought."),
            flushes: count("cache_flushes", "Times that this node began anew."),
            failures: count("cache_poll_failures", "Polls that failed, and connections for them."),
        }
    }

    /// A poll has told of so many changes.
    pub(crate) fn heard(&self, age_before: Option<Duration>, applied: crate::coherence::Applied) {
        use crate::coherence::Applied;
        if let Some(age) = age_before {
            self.age.observe(age.as_secs_f64());
        }
        match applied {
            Applied::Events(count) => {
                self.events.inc_by(count as u64);
            }
            Applied::Flushed => {
                self.flushes.inc();
            }
            Applied::Overtaken => {}
        }
    }

    pub(crate) fn failed(&self) {
        self.failures.inc();
    }

    /// Events, flushes and failures.
    pub(crate) fn counts(&self) -> (u64, u64, u64) {
        (self.events.get(), self.flushes.get(), self.failures.get())
    }
}
