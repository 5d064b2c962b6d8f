//! What every look-up reads and only changes write: when each slot last changed, and how old that knowledge is. No lock.
//! Never here: what a change is, who may write.
//!
//! One writer at a time. Look-ups go on meanwhile, so the order of writing is part of the promise: a poll's changes stand
//! before its time does, and a look-up reads the time first.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use zerocopy::FromZeros;

use super::Tag;

/// A number that threads share. The machine's own, or one that a model of memory watches.
pub trait Word: Send + Sync {
    /// Holding `value`.
    fn new(value: u64) -> Self;
    /// So many of them, all 0.
    fn zeros(count: usize) -> Box<[Self]>
    where
        Self: Sized,
    {
        (0..count).map(|_| Self::new(0)).collect()
    }
    /// What it holds; everything written before that value was is seen after this (acquire).
    fn load(&self) -> u64;
    /// Holds `value` from now on (release).
    fn store(&self, value: u64);
}

impl Word for AtomicU64 {
    fn new(value: u64) -> Self {
        Self::new(value)
    }

    /// As the machine hands memory out: what no change falls into takes none of it.
    fn zeros(count: usize) -> Box<[Self]> {
        <[Self]>::new_box_zeroed_with_elems(count)
            .unwrap_or_else(|_| (0..count).map(|_| Self::new(0)).collect())
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

/// The shared numbers. They have lines of the processor's cache to themselves: every look-up reads them, and what stood
/// beside them and was written would slow it.
#[derive(Debug)]
#[repr(align(128))]
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
        Self { changed: W::zeros(slots), floor: W::new(0), heard: W::new(0) }
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.changed.len()
    }

    /// The slot that a tag falls into.
    pub fn slot(&self, tag: Tag) -> usize {
        tag.hash() as usize & (self.changed.len() - 1)
    }

    /// The slots of all tags of an entry.
    pub(crate) fn slots_of(&self, tags: &[Tag]) -> Slots {
        let all = tags.iter().map(|tag| self.slot(*tag) as u32);
        let mut few = [0; FEW];
        if tags.len() > FEW {
            return Slots(Places::Many(all.collect()));
        }
        few.iter_mut().zip(all).for_each(|(place, slot)| *place = slot);
        Slots(Places::Few(tags.len() as u8, few))
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
        let slots = tags.iter().map(|tag| self.slot(*tag));
        self.judge_slots(position, slots, nanoseconds(now), nanoseconds(bound))
    }

    /// As [`Marks::judge`], for slots that were looked up before. Times are in nanoseconds.
    #[inline]
    pub(crate) fn judge_at(
        &self,
        position: u64,
        slots: &Slots,
        now: u64,
        bound: u64,
    ) -> Result<(), Staleness> {
        self.judge_slots(position, slots.iter(), now, bound)
    }

    #[inline]
    fn judge_slots(
        &self,
        position: u64,
        mut slots: impl Iterator<Item = usize>,
        now: u64,
        bound: u64,
    ) -> Result<(), Staleness> {
        // 0: nothing is heard.
        let heard = self.heard.load();
        if heard == 0 || now.saturating_sub(heard - 1) > bound {
            return Err(Staleness::Unheard);
        }
        if position < self.floor.load() {
            return Err(Staleness::Flushed);
        }
        let is_changed = slots.any(|slot| self.changed[slot].load() > position);
        if is_changed { Err(Staleness::Changed) } else { Ok(()) }
    }
}

/// So many slots of an entry stand in the entry itself: a row, its owner, its table and one more.
const FEW: usize = 4;

/// Where the tags of one entry fall, looked up once.
#[derive(Debug)]
pub(crate) struct Slots(Places);

#[derive(Debug)]
enum Places {
    Few(u8, [u32; FEW]),
    Many(Box<[u32]>),
}

impl Slots {
    /// These and others.
    pub(crate) fn and(self, others: &[u32]) -> Self {
        if others.is_empty() {
            return self;
        }
        Self(Places::Many(self.iter().map(|slot| slot as u32).chain(others.iter().copied()).collect()))
    }

    pub(crate) fn len(&self) -> usize {
        self.iter().count()
    }

    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        let slots = match &self.0 {
            Places::Few(count, slots) => &slots[..usize::from(*count).min(FEW)],
            Places::Many(slots) => slots,
        };
        slots.iter().map(|slot| *slot as usize)
    }

    /// The memory that they take besides their own place.
    pub(crate) fn held(&self) -> usize {
        match &self.0 {
            Places::Few(..) => 0,
            Places::Many(slots) => size_of_val::<[u32]>(slots),
        }
    }
}

/// Half a millennium fits; what is longer is as long as that.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    let whole = time.as_secs().saturating_mul(1_000_000_000);
    whole.saturating_add(u64::from(time.subsec_nanos())).min(u64::MAX - 1)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;

    #[test]
    fn slots_that_nothing_falls_into_take_no_memory() {
        // In pages of 4 KiB or more.
        let resident = || -> u64 {
            let told = std::fs::read_to_string("/proc/self/statm").unwrap();
            told.split(' ').nth(1).unwrap().parse().unwrap()
        };
        let before = resident();
        let marks = Marks::<AtomicU64>::new(1 << 24);
        marks.mark(7, 1);
        assert_eq!(
            (marks.slots(), Word::load(&marks.changed[7]), Word::load(&marks.changed[1 << 23])),
            (1 << 24, 1, 0)
        );
        let taken = resident() - before;
        assert!(taken < 1 << 11, "{taken} pages");
    }

    /// As the crate's page on slots says: 1 − (1 − 1/slots)^(changes × tags).
    #[test]
    fn two_tags_in_one_slot_cost_as_many_reads_as_is_said() {
        const SLOTS: usize = 1 << 16;
        const LOOKUPS: usize = 20_000;
        let mut random = StdRng::seed_from_u64(7);
        let mut tag = || Tag::from_hash(random.next_u64());
        let marks = Marks::<AtomicU64>::new(SLOTS);
        marks.hear(Duration::ZERO);
        for changes in [0_i32, 1_000, 9_000] {
            // Each of these is after the entries, of which none is touched.
            (0..changes).for_each(|_| marks.mark(marks.slot(tag()), 2));
            let judge = |tags: &[Tag; 3]| marks.judge(1, tags, Duration::ZERO, Duration::ZERO);
            let missed = (0..LOOKUPS).filter(|_| judge(&[tag(), tag(), tag()]).is_err()).count();
            let marked = if changes == 9_000 { 10_000 } else { changes };
            let said = 1.0 - (1.0 - 1.0 / SLOTS as f64).powi(3 * marked);
            let seen = missed as f64 / LOOKUPS as f64;
            assert!((seen - said).abs() < 0.015, "{seen} of {said} after {marked} changes");
        }
    }
}
