//! What the wire shows of kept answers. Never here: what the figures advise (`advice`).

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_cache::{Caches, Entries, KeptEntry, NameStats, PollStats, SharedState, hit_ratio};
use serde::Serialize;
use utoipa::ToSchema;

use super::advice::{Advice, Facts};

/// What one process keeps and has done since it began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheStats)]
pub(super) struct Stats {
    /// Whether answers are kept at all: not with `cache.enabled = false`.
    enabled: bool,
    /// `total_hits` of all look-ups, 0 to 1; null before the first.
    #[schema(example = 0.93)]
    hit_ratio: Option<f64>,
    /// Look-ups that were served from what is kept, here or by another node.
    total_hits: u64,
    /// Look-ups that were read, took what another one read, or were served something perhaps outdated.
    total_misses: u64,
    /// Bytes of the entries.
    memory_usage: u64,
    /// Entries.
    total_keys: u64,
    /// Entries that had to make room.
    evicted_keys: u64,
    /// How old the knowledge of changes is; null before the first poll. Above `bound_ms` nothing kept is served.
    watermark_age_ms: Option<u64>,
    /// How old a fresh answer may be at most.
    bound_ms: u64,
    /// Times that the process has asked for changes.
    polls: u64,
    /// Polls that failed, and connections for them.
    poll_failures: u64,
    /// Tags of changes that polls have brought.
    events: u64,
    /// Times that the process began anew, its start included.
    flushes: u64,
    /// Each name by itself.
    names: Vec<NameFigures>,
    /// What nodes share entries by.
    level2: Level2,
}

/// What one name has done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheNameStats)]
struct NameFigures {
    #[schema(example = "activities")]
    name: &'static str,
    /// Hits of all look-ups, 0 to 1; null before the first.
    hit_ratio: Option<f64>,
    /// Served from this process.
    hits: u64,
    /// Served from this process, that there is nothing.
    negative_hits: u64,
    /// Taken over from another node.
    imported: u64,
    /// Entries of other nodes that were looked for and not taken over, by reason.
    #[schema(example = json!({ "absent": 3 }))]
    not_imported: BTreeMap<&'static str, u64>,
    /// Read from the database, by the reason why nothing kept was served.
    #[schema(example = json!({ "absent": 12, "changed": 5 }))]
    misses: BTreeMap<&'static str, u64>,
    /// Took what somebody else read at the same time.
    joined: u64,
    /// Served although perhaps outdated, as the reader allowed.
    stale: u64,
    /// Asked the database by their own wish.
    bypassed: u64,
    /// Reads that failed.
    failed: u64,
    /// Reads that were not begun, because too many were under way.
    busy: u64,
    /// Hits that were compared with what the database says.
    checked: u64,
    /// Of these, answers that were wrong: a tag is missing.
    mismatches: u64,
    /// Answers that were read and not kept.
    refused: u64,
    /// Entries that had to make room.
    evicted: u64,
    /// Entries now.
    entries: u64,
    /// Their memory now.
    bytes: u64,
}

impl From<&NameStats> for NameFigures {
    fn from(stats: &NameStats) -> Self {
        Self {
            name: stats.name,
            hit_ratio: stats.hit_ratio().map(rounded),
            hits: stats.hits,
            negative_hits: stats.negative_hits,
            imported: stats.imported,
            not_imported: stats
                .not_imported
                .iter()
                .map(|(refusal, count)| (refusal.name(), *count))
                .collect(),
            misses: stats.misses.iter().map(|(reason, count)| (reason.name(), *count)).collect(),
            joined: stats.joined,
            stale: stats.stale,
            bypassed: stats.bypassed,
            failed: stats.failed,
            busy: stats.busy,
            checked: stats.checked,
            mismatches: stats.mismatches,
            refused: stats.refused,
            evicted: stats.evicted,
            entries: stats.entries,
            bytes: stats.bytes,
        }
    }
}

/// The Redis by which nodes share entries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheLevel2)]
struct Level2 {
    /// Whether there is one.
    configured: bool,
    /// Whether it answered now; null where there is none.
    reachable: Option<bool>,
    /// Null where there is none.
    breaker: Option<Breaker>,
}

/// Whether a server is asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CacheBreaker)]
enum Breaker {
    /// It is.
    Closed,
    /// It has failed too often and is left alone for a while.
    Open,
}

impl From<Option<SharedState>> for Level2 {
    fn from(shared: Option<SharedState>) -> Self {
        let breaker = |state: SharedState| if state.is_open { Breaker::Open } else { Breaker::Closed };
        Self {
            configured: shared.is_some(),
            reachable: shared.map(|state| state.is_reachable),
            breaker: shared.map(breaker),
        }
    }
}

impl Stats {
    pub(super) fn new(
        enabled: bool,
        caches: &Caches,
        names: &[NameStats],
        shared: Option<SharedState>,
    ) -> Self {
        let PollStats { polls, events, flushes, failures } = caches.poll_stats();
        let (total_hits, total_misses) =
            (sum(names, NameStats::total_hits), sum(names, NameStats::total_misses));
        Self {
            enabled,
            hit_ratio: hit_ratio(total_hits, total_misses).map(rounded),
            total_hits,
            total_misses,
            memory_usage: sum(names, |one| one.bytes),
            total_keys: sum(names, |one| one.entries),
            evicted_keys: sum(names, |one| one.evicted),
            watermark_age_ms: caches.age().map(millis),
            bound_ms: millis(caches.bound()),
            polls,
            poll_failures: failures,
            events,
            flushes,
            names: names.iter().map(NameFigures::from).collect(),
            level2: shared.into(),
        }
    }
}

/// Which tags change most.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheTags)]
pub(super) struct Tags {
    /// Tags that are counted: the busiest ones.
    total_tags: usize,
    /// The busiest of them. A whole table is `table:TABLE`; other tags are told by their hashes.
    tags: BTreeMap<String, TagFigures>,
}

/// What is known of a tag. Which entries were made from it is noted nowhere: each entry is judged by its own tags.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheTag)]
struct TagFigures {
    /// Changes that this process has heard of since it began; short by a thousandth of all changes at most.
    changes: u64,
}

impl Tags {
    pub(super) fn new(total_tags: usize, shown: impl Iterator<Item = (String, u64)>) -> Self {
        Self { total_tags, tags: shown.map(|(tag, changes)| (tag, TagFigures { changes })).collect() }
    }
}

/// Some entries of one process.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheKeys)]
pub(super) struct Keys {
    keys: Vec<Key>,
    /// Whether there are more that fit.
    truncated: bool,
}

/// An entry. What it was asked by and what it says may tell of persons, and is not told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheKey)]
pub(super) struct Key {
    /// The name, and a hash of what it is kept by, the same in every process.
    #[schema(example = "activities.0123456789abcdef")]
    key: String,
    /// Since it was read.
    age_ms: u64,
    /// Until its time is over, if nothing ends it before.
    ttl_ms: u64,
    /// What it takes in memory.
    bytes: u64,
    /// It says that there is nothing.
    negative: bool,
    /// Whether it would be served now.
    fresh: bool,
    /// Why not: `expired`, `changed`, `unheard` or `flushed`; null where it would.
    reason: Option<&'static str>,
}

impl Keys {
    pub(super) fn new(entries: Entries) -> Self {
        Self { keys: entries.found.into_iter().map(Key::from).collect(), truncated: entries.is_cut }
    }
}

impl From<KeptEntry> for Key {
    fn from(entry: KeptEntry) -> Self {
        Self {
            key: entry.id().to_string(),
            age_ms: millis(entry.age),
            ttl_ms: millis(entry.left),
            bytes: entry.bytes,
            negative: entry.is_negative,
            fresh: entry.not_fresh.is_none(),
            reason: entry.not_fresh.map(mainstay_cache::Reason::name),
        }
    }
}

/// What became of an entry.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheKeyRemoved)]
pub(super) struct Removed {
    pub(super) deleted: bool,
}

/// What was ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheInvalidated)]
pub(super) struct Invalidated {
    /// Tags that every node is told of. How many entries that ends, no node knows.
    invalidated_count: usize,
    invalidated_by: InvalidatedBy,
    message: String,
}

/// By what it was named.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CacheInvalidatedBy)]
pub(super) enum InvalidatedBy {
    /// `tags`.
    Tags,
    /// `table_name`.
    Table,
}

impl Invalidated {
    pub(super) fn new(invalidated_by: InvalidatedBy, invalidated_count: usize, bound: Duration) -> Self {
        let bound = millis(bound);
        let message = format!("This process has heard of it; every other one has within {bound} ms.");
        Self { invalidated_count, invalidated_by, message }
    }
}

/// Everything was ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheCleared)]
pub(super) struct Cleared {
    /// Entries that this process had.
    cleared_count: u64,
    message: String,
}

impl Cleared {
    pub(super) fn new(cleared_count: u64, bound: Duration) -> Self {
        let bound = millis(bound);
        let message =
            format!("This process keeps nothing; every other one serves nothing kept within {bound} ms.");
        Self { cleared_count, message }
    }
}

/// What was asked for again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CacheWarmed)]
pub(super) struct Warmed {
    /// Answers that are kept now.
    warmed_count: usize,
    /// What was asked and not answered.
    failed_count: usize,
    /// Notes of what nobody may ask any more: of accounts that are gone, for example.
    skipped_count: usize,
    took_ms: u64,
}

impl From<mainstay_cache::Warmed> for Warmed {
    fn from(warmed: mainstay_cache::Warmed) -> Self {
        Self {
            warmed_count: warmed.warmed,
            failed_count: warmed.failed,
            skipped_count: warmed.skipped,
            took_ms: millis(warmed.took),
        }
    }
}

/// How kept answers do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CachePerformanceReport)]
pub(super) struct PerformanceReport {
    performance_metrics: PerformanceMetrics,
    /// What follows, errors first; empty where nothing is to be done.
    recommendations: Vec<Advice>,
}

/// All names together, since the process began.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CachePerformanceMetrics)]
struct PerformanceMetrics {
    /// `total_hits` of all look-ups, 0 to 1; null before the first.
    hit_ratio: Option<f64>,
    total_hits: u64,
    total_misses: u64,
    /// Hits for each read of the database; null before the first read.
    hits_per_read: Option<f64>,
    /// Entries now.
    total_keys: u64,
    /// Their bytes.
    memory_usage: u64,
    evicted_keys: u64,
    /// How old the knowledge of changes is; null before the first poll.
    watermark_age_ms: Option<u64>,
    /// Kept answers that were found to be wrong.
    mismatches: u64,
    /// Reads that were not begun, because too many were under way.
    busy: u64,
}

impl PerformanceReport {
    #[expect(clippy::cast_precision_loss, reason = "two digits behind the point are shown")]
    pub(super) fn new(facts: &Facts) -> Self {
        let names = &facts.names;
        let (total_hits, total_misses) =
            (sum(names, NameStats::total_hits), sum(names, NameStats::total_misses));
        let reads = sum(names, NameStats::reads);
        Self {
            performance_metrics: PerformanceMetrics {
                hit_ratio: hit_ratio(total_hits, total_misses).map(rounded),
                total_hits,
                total_misses,
                hits_per_read: (reads > 0).then(|| rounded(total_hits as f64 / reads as f64)),
                total_keys: sum(names, |one| one.entries),
                memory_usage: sum(names, |one| one.bytes),
                evicted_keys: sum(names, |one| one.evicted),
                watermark_age_ms: facts.age.map(millis),
                mismatches: sum(names, |one| one.mismatches),
                busy: sum(names, |one| one.busy),
            },
            recommendations: facts.advice(),
        }
    }
}

fn sum(names: &[NameStats], figure: impl Fn(&NameStats) -> u64) -> u64 {
    names.iter().map(figure).sum()
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
