//! Which keys are asked for most, for whoever warms another process. Never here: where they are noted (`notes`).
//!
//! One hit in some is looked at. The sketch is the space-saving one of Metwally, Agrawal and El Abbadi (2005): a key that is
//! not among the counted ones takes the place of the least of them and its count, so that no frequent key is missed.

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Key;

/// One hit in so many is counted.
const ONE_IN: u64 = 64;
/// After so many counted ones all counts are halved, so that what was asked for once fades.
const FADE_EVERY: u64 = 1 << 16;

/// The keys of one name that are asked for most.
pub(crate) struct Hot {
    most: usize,
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    counts: HashMap<Key, u64>,
    since_fading: u64,
}

impl Hot {
    /// Counts so many keys; 0: none.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, counted: Mutex::default() }
    }

    /// There was a hit.
    #[inline]
    pub(crate) fn hit(&self, key: &Key) {
        if one_in(ONE_IN) {
            self.count(key);
        }
    }

    #[cold]
    fn count(&self, key: &Key) {
        // Who would have to wait does not count.
        if self.most > 0
            && let Ok(mut counted) = self.counted.try_lock()
        {
            counted.count(key, self.most);
        }
    }

    /// The most frequent first, with their hits, about.
    pub(crate) fn top(&self, most: usize) -> Vec<(Key, u64)> {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut top: Vec<_> =
            counted.counts.iter().map(|(key, count)| (key.clone(), count * ONE_IN)).collect();
        drop(counted);
        top.sort_unstable_by(|(one, more), (other, less)| less.cmp(more).then_with(|| one.cmp(other)));
        top.truncate(most);
        top
    }
}

impl Counted {
    fn count(&mut self, key: &Key, most: usize) {
        if let Some(count) = self.counts.get_mut(key) {
            *count += 1;
        } else {
            let mut before = 0;
            if self.counts.len() >= most
                && let Some((least, count)) = self.counts.iter().min_by_key(|(_, count)| **count)
            {
                before = *count;
                let least = least.clone();
                self.counts.remove(&least);
            }
            self.counts.insert(key.clone(), before + 1);
        }
        self.since_fading += 1;
        if self.since_fading == FADE_EVERY {
            self.since_fading = 0;
            self.counts.retain(|_, count| {
                *count /= 2;
                *count > 0
            });
        }
    }
}

/// True once in so many calls, on the average; 0: never. No thread waits for another one.
#[inline]
pub(crate) fn one_in(number: u64) -> bool {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(seed());
    }
    // Vigna's xorshift64 (2016): what is sampled need not be hard to guess.
    let drawn = STATE.with(|state| {
        let mut next = state.get();
        next ^= next << 13;
        next ^= next >> 7;
        next ^= next << 17;
        state.set(next);
        next
    });
    number > 0 && (u128::from(drawn) * u128::from(number)) >> 64 == 0
}

/// Another one for each thread, never 0.
fn seed() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    THREADS.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key n is asked for 1/n as often as the first.
    #[test]
    fn the_most_frequent_keys_are_found_among_many_more() {
        let hot = Hot::new(64);
        for round in 1_u64..=2_000 {
            for number in (1..=round).filter(|number| round % number == 0) {
                hot.count(&Key::of(&number));
            }
        }
        let top = hot.top(5);
        let keys: Vec<Key> = top.iter().map(|(key, _)| key.clone()).collect();
        assert_eq!(keys, [1_u64, 2, 3, 4, 5].map(|number| Key::of(&number)));
        let first = top[0].1 / ONE_IN;
        assert!((2_000..2_300).contains(&first), "{first}");
        assert_eq!((hot.top(1_000).len(), Hot::new(0).top(1).len()), (64, 0));
    }

    #[test]
    fn what_was_asked_for_once_fades() {
        let hot = Hot::new(2);
        (0..1_000).for_each(|_| hot.count(&Key::of("old")));
        (0..10 * FADE_EVERY).for_each(|_| hot.count(&Key::of("new")));
        assert_eq!(hot.top(2).first().map(|(key, _)| key.clone()), Some(Key::of("new")));
        assert_eq!(hot.top(2).len(), 1, "the other is forgotten");
    }

    #[test]
    fn one_in_so_many_is_drawn() {
        let count = |number| (0..64_000).filter(|_| one_in(number)).count();
        assert_eq!((count(0), count(1)), (0, 64_000));
        let drawn = count(64);
        assert!((800..1_200).contains(&drawn), "{drawn}");
    }
}
