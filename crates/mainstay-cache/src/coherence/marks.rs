//! What every look-up reads and only changes write: when each slot last changed, and how old that knowledge is. No lock.
//! Never here: what a change is, who may write.
//!
//! One writer at a time. Look-ups go on meanwhile, so the order of writing is part of the promise: a poll's changes stand
//! before its time does, and a look-up reads the time first.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Tag;

/// A number that threads share. The machine's own, or one that a model of memory watches.
pub trait Word: Send + Sync {
    /// Holding `value`.
    fn new(value: u64) -> Self;
    /// What it holds; everything written before that value was is seen after this (acquire).
    fn load(&self) -> u64;
    /// Holds `value` from now on (release).
    fn store(&self, value: u64);
}

impl Word for AtomicU64 {
    fn new(value: u64) -> Self {
        Self::new(value)
    }

    fn load(&self) -> u64 {
        self.load(Ordering::Acquire)
    }

    fn store(&self, value: u64) {
        self.store(value, Ordering::Release);
    }
}

/// Why an entry is not fresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Staleness {
    /// This node has not heard from the database for longer than the bound.
    Unheard,
    /// Something that it was made from has changed since.
    Changed,
    /// It was made before this node had to begin anew.
    Flushed,
}

/// The shared numbers.
#[derive(Debug)]
pub struct Marks<W = AtomicU64> {
    /// For each slot the position of its last change. Never goes down, so that a flush need not touch it.
    changed: Box<[W]>,
    /// Entries below this position were made before a flush.
    floor: W,
    /// When the poll was sent whose changes are all marked, in nanoseconds, plus one; 0 when there is none.
    heard: W,
}

impl<W: Word> Marks<W> {
    /// `slots` is rounded up to a power of two.
    pub fn new(slots: usize) -> Self {
        let slots = slots.max(1).next_power_of_two();
        Self { changed: (0..slots).map(|_| W::new(0)).collect(), floor: W::new(0), heard: W::new(0) }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.changed.len()
    }

    /// The slot that a tag falls into.
    pub fn slot(&self, tag: Tag) -> usize {
        (tag.hash() % self.changed.len() as u64) as usize
    }

    /// The slot changed at this position.
    pub fn mark(&self, slot: usize, position: u64) {
        self.changed[slot].store(position);
    }

    /// All changes are marked that a poll saw which was sent at `sent`.
    pub fn hear(&self, sent: Duration) {
        self.heard.store(nanoseconds(sent) + 1);
    }

    /// Nothing is known any more: entries below `position` are not fresh, and none is before the next poll.
    pub fn flush(&self, position: u64) {
        self.floor.store(position);
        self.heard.store(0);
    }

    /// How old the knowledge is at `now`; `None` if there is none.
    pub fn age(&self, now: Duration) -> Option<Duration> {
        match self.heard.load() {
            0 => None,
            heard => Some(now.saturating_sub(Duration::from_nanos(heard - 1))),
        }
    }

    /// Whether an entry that was made at `position` from what `tags` name is at most `bound` old.
    ///
    /// # Errors
    /// Why it is not.
    pub fn judge(
        &self,
        position: u64,
        tags: &[Tag],
        now: Duration,
        bound: Duration,
    ) -> Result<(), Staleness> {
        if self.age(now).is_none_or(|age| age > bound) {
            return Err(Staleness::Unheard);
        }
        if position < self.floor.load() {
            return Err(Staleness::Flushed);
        }
        let is_changed = |tag: &Tag| self.changed[self.slot(*tag)].load() > position;
        if tags.iter().any(is_changed) { Err(Staleness::Changed) } else { Ok(()) }
    }
}

/// Half a millennium fits.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX - 1).min(u64::MAX - 1)
}
