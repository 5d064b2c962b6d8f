//! What the figures of kept answers advise. Pure. Never here: asking for them.

use std::collections::HashMap;
use std::time::Duration;

use mainstay_cache::{NameStats, PollStats, Reason, SharedState};
use serde::Serialize;
use utoipa::ToSchema;

/// Fewer look-ups of a name say nothing yet.
const ENOUGH: u64 = 100;

/// A name whose look-ups hit less often, 0 to 1, helps little.
const LOW_RATIO: f64 = 0.5;

/// More look-ups than this part of them, found while nothing was known of changes, were not the start alone.
const UNHEARD_PART: u64 = 100;
const UNHEARD_MANY: u64 = 10;

/// What advice is given on.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) is_keeping: bool,
    pub(super) names: Vec<NameStats>,
    /// For each name, the busiest tag of what it is made from.
    pub(super) hottest: HashMap<&'static str, Hottest>,
    /// Of each name.
    pub(super) max_bytes: u64,
    pub(super) age: Option<Duration>,
    pub(super) bound: Duration,
    pub(super) polls: PollStats,
    pub(super) shared: Option<SharedState>,
}

/// A tag that changes often.
#[derive(Debug, Clone)]
pub(super) struct Hottest {
    pub(super) tag: String,
    pub(super) changes: u64,
}

/// How much it matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CacheAdviceSeverity)]
pub(super) enum Severity {
    /// Worth a look.
    Info,
    /// Somebody waits for it.
    Warning,
    /// Something wrong was served.
    Error,
}

/// Something to do.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CacheAdvice)]
pub(super) struct Advice {
    /// `tags`, `changes`, `memory`, `database`, `level2` or `answers`.
    pub(super) category: &'static str,
    pub(super) severity: Severity,
    /// What was seen.
    pub(super) message: String,
    /// What to do about it.
    pub(super) action: String,
}

impl Facts {
    /// What to do, if anything, the worst first.
    pub(super) fn advice(&self) -> Vec<Advice> {
        let of_names = self.names.iter().flat_map(|name| {
            [missing_tag(name), self.often_changed(name), self.no_room(name), not_kept(name)]
        });
        let others = [self.unheard(), self.busy(), self.began_anew(), self.shared_away()];
        let mut all: Vec<Advice> = of_names.chain(others).flatten().collect();
        all.sort_by_key(|advice| std::cmp::Reverse(advice.severity));
        all
    }

    fn often_changed(&self, stats: &NameStats) -> Option<Advice> {
        let ratio = low_ratio(stats)?;
        let changed = stats.misses_for(Reason::Changed);
        if !is_chief(Reason::Changed, stats) {
            return None;
        }
        let hottest = self.hottest.get(stats.name)?;
        Some(Advice {
            category: "changes",
            severity: Severity::Warning,
            message: format!(
                "{:.0} % of the look-ups of {} hit; {changed} entries were over because something had changed, most often \
                 {} ({} times).",
                ratio * 100.0,
                stats.name,
                hottest.tag,
                hottest.changes
            ),
            action: format!(
                "Look for what writes {} so often, or make {} from finer tags; entries of others end with it where \
                 cache.node.slots is small.",
                hottest.tag, stats.name
            ),
        })
    }

    fn no_room(&self, stats: &NameStats) -> Option<Advice> {
        let is_missed = low_ratio(stats).is_some() && is_chief(Reason::Absent, stats);
        (stats.evicted > 0).then(|| Advice {
            category: "memory",
            severity: if is_missed { Severity::Warning } else { Severity::Info },
            message: format!(
                "{} entries of {} had to make room; it holds {} of {} bytes.",
                stats.evicted, stats.name, stats.bytes, self.max_bytes
            ),
            action: "Raise answers.max_bytes, which each name may take.".to_owned(),
        })
    }

    fn unheard(&self) -> Option<Advice> {
        let lookups: u64 = self.names.iter().map(|one| one.total_hits() + one.total_misses()).sum();
        let unheard: u64 = self.names.iter().map(|one| one.misses_for(Reason::Unheard)).sum();
        let is_often = unheard >= UNHEARD_MANY && unheard * UNHEARD_PART >= lookups;
        let is_now = self.is_keeping && self.age.is_none_or(|age| age > self.bound);
        (is_often || is_now).then(|| Advice {
            category: "database",
            severity: Severity::Warning,
            message: format!(
                "{unheard} of {lookups} look-ups came when nothing had been heard from the database for {} ms; {}, and {} \
                 polls have failed.",
                self.bound.as_millis(),
                match self.age {
                    Some(age) => format!("the last news are {} ms old", age.as_millis()),
                    None => "there are no news yet".to_owned(),
                },
                self.polls.failures
            ),
            action: "Look at the load of the primary and the way there; else raise cache.node.bound_ms.".to_owned(),
        })
    }

    fn busy(&self) -> Option<Advice> {
        let busy: u64 = self.names.iter().map(|one| one.busy).sum();
        (busy > 0).then(|| Advice {
            category: "database",
            severity: Severity::Warning,
            message: format!("{busy} reads were refused, since too many were under way while nothing kept could help."),
            action: "See why the database was not heard of or Redis was left alone; cache.node.fills_most read at a time."
                .to_owned(),
        })
    }

    fn began_anew(&self) -> Option<Advice> {
        let again = self.polls.flushes.saturating_sub(1);
        (again > 0).then(|| Advice {
            category: "database",
            severity: Severity::Info,
            message: match again {
                1 => "Everything kept was over once since the start.".to_owned(),
                again => format!("Everything kept was over {again} times since the start."),
            },
            action: "Expected after a crash or promotion of the server, a clearing, a new partition; else see whether polls \
                     bring more than cache.node.poll_events_most."
                .to_owned(),
        })
    }

    fn shared_away(&self) -> Option<Advice> {
        let state = self.shared.filter(|state| state.is_open || !state.is_reachable)?;
        let failed: u64 = self.names.iter().flat_map(|one| &one.not_imported).map(|(_, count)| count).sum();
        let seen = if state.is_open { "has failed too often and is left alone" } else { "did not answer" };
        Some(Advice {
            category: "level2",
            severity: Severity::Warning,
            message: format!("Redis {seen}; {failed} look-ups there brought nothing so far."),
            action: "See whether it runs and answers within cache.redis.timeout_ms; until then each node reads for itself."
                .to_owned(),
        })
    }
}

fn missing_tag(stats: &NameStats) -> Option<Advice> {
    (stats.mismatches > 0).then(|| Advice {
        category: "tags",
        severity: Severity::Error,
        message: format!(
            "{} of {} kept answers of {} that were compared were wrong, and nothing had ended them: a tag is missing.",
            stats.mismatches, stats.checked, stats.name
        ),
        action: "Look for event=cache.mismatch in the log, and add the table that the answer is made from to its tags."
            .to_owned(),
    })
}

fn not_kept(stats: &NameStats) -> Option<Advice> {
    let reads = stats.reads();
    (reads >= ENOUGH && stats.refused * 2 > reads).then(|| Advice {
        category: "answers",
        severity: Severity::Info,
        message: format!("{} of {reads} answers of {} were read and not kept.", stats.refused, stats.name),
        action: "They changed while they were read, are too large, or have no time to live: see answers.*_ttl_ms and \
                 answers.max_bytes."
            .to_owned(),
    })
}

/// The ratio of a name that was asked often enough and helps little.
fn low_ratio(stats: &NameStats) -> Option<f64> {
    let is_known = stats.total_hits() + stats.total_misses() >= ENOUGH;
    stats.hit_ratio().filter(|ratio| is_known && *ratio < LOW_RATIO)
}

/// Whether most reads had this reason.
fn is_chief(reason: Reason, stats: &NameStats) -> bool {
    stats.misses_for(reason) * 2 > stats.reads()
}

#[cfg(test)]
mod tests;
