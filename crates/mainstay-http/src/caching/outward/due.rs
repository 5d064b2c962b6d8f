//! Which tags are to be purged, and when: as soon as a change is heard of, and again when no answer that lacks it can be
//! stored any more. Pure. Never here: requests, and what becomes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mainstay_cache::Change;
use mainstay_cache::coherence::Tag;

/// What one request purges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    Everything,
    Tags(Vec<Tag>),
}

/// When, and how much is remembered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    /// From a change's hearing to its second purge.
    pub(super) again_after: Duration,
    /// Second purges wait for the next multiple of this, so that those of one tag become few.
    pub(super) step: Duration,
    /// Least time between two purges of everything.
    pub(super) everything_pause: Duration,
    /// Most tags that wait.
    pub(super) most: usize,
}

/// What waits to be purged. Times are since the machine's start.
#[derive(Debug)]
pub(super) struct Due {
    times: Times,
    now: Load,
    again: BTreeMap<Duration, Load>,
    /// Everything is purged no sooner.
    everything_from: Duration,
}

/// What is purged at one time.
#[derive(Debug)]
enum Load {
    Everything,
    Tags(BTreeSet<Tag>),
}

impl Due {
    pub(super) fn new(times: Times) -> Self {
        Self { times, now: Load::default(), again: BTreeMap::new(), everything_from: Duration::ZERO }
    }

    /// It was heard of at this time.
    pub(super) fn hear(&mut self, at: Duration, change: Change) {
        let load = match change {
            Change::Everything => Load::Everything,
            Change::Events(events) => Load::Tags(events.into_iter().flatten().collect()),
        };
        if load.is_empty() {
            return;
        }
        let again = later(at.saturating_add(self.times.again_after), self.times.step);
        self.again.entry(again).or_default().add(&load);
        self.now.add(&load);
        if self.tags() > self.times.most {
            for load in self.again.values_mut().chain([&mut self.now]).filter(|load| !load.is_empty()) {
                *load = Load::Everything;
            }
        }
    }

    /// What is to be purged next, so many tags at most.
    pub(super) fn take(&mut self, now: Duration, most: usize) -> Option<Work> {
        while let Some(entry) = self.again.first_entry().filter(|entry| *entry.key() <= now) {
            let load = entry.remove();
            self.now.add(&load);
        }
        match &mut self.now {
            Load::Everything if now < self.everything_from => None,
            Load::Everything => {
                self.now = Load::default();
                self.everything_from = now.saturating_add(self.times.everything_pause);
                Some(Work::Everything)
            }
            Load::Tags(tags) => {
                let taken: Vec<Tag> = std::iter::from_fn(|| tags.pop_first()).take(most.max(1)).collect();
                (!taken.is_empty()).then_some(Work::Tags(taken))
            }
        }
    }

    /// It was not purged.
    pub(super) fn put_back(&mut self, work: Work) {
        self.now.add(&match work {
            Work::Everything => Load::Everything,
            Work::Tags(tags) => Load::Tags(tags.into_iter().collect()),
        });
    }

    /// When there is something to take; `None`: not before something is heard of.
    pub(super) fn next_at(&self) -> Option<Duration> {
        match &self.now {
            Load::Everything => Some(self.everything_from),
            Load::Tags(tags) if !tags.is_empty() => Some(Duration::ZERO),
            Load::Tags(_) => self.again.keys().next().copied(),
        }
    }

    /// How many tags wait, each counted for each time that it is to be purged; everything counts as none.
    pub(super) fn tags(&self) -> usize {
        self.again.values().chain([&self.now]).map(Load::tags).sum()
    }
}

impl Load {
    fn add(&mut self, other: &Self) {
        match (&mut *self, other) {
            (Self::Everything, _) => {}
            (Self::Tags(_), Self::Everything) => *self = Self::Everything,
            (Self::Tags(tags), Self::Tags(more)) => tags.extend(more),
        }
    }

    fn tags(&self) -> usize {
        match self {
            Self::Everything => 0,
            Self::Tags(tags) => tags.len(),
        }
    }

    fn is_empty(&self) -> bool {
        matches!(self, Self::Tags(tags) if tags.is_empty())
    }
}

impl Default for Load {
    fn default() -> Self {
        Self::Tags(BTreeSet::new())
    }
}

/// The next multiple of `step`.
fn later(time: Duration, step: Duration) -> Duration {
    let step = step.as_nanos().max(1);
    let nanos = time.as_nanos().div_ceil(step) * step;
    u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos)
}

#[cfg(test)]
mod tests;
