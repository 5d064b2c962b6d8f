//! Ids: UUID version 7 (RFC 9562), ordered by time and, within one process, strictly increasing.
//! Never here: what an id names.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use uuid::Uuid;

use crate::{Clock, Random};

/// Clock, randomness and ids together: what a part of the program needs of the world.
#[derive(Clone, Debug)]
pub struct Effects {
    /// Time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Ids.
    pub ids: Ids,
}

impl Effects {
    /// The machine's.
    pub fn system() -> Self {
        Self::new(Clock::system(), Random::system())
    }

    /// A paused clock and a seeded stream: everything repeats.
    pub fn fixed(start: Timestamp, seed: u64) -> Self {
        Self::new(Clock::paused(start), Random::seeded(seed))
    }

    fn new(clock: Clock, random: Random) -> Self {
        let ids = Ids::new(clock.clone(), random.clone());
        Self { clock, random, ids }
    }
}

/// Makes ids. Clones continue one sequence.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Clock,
    random: Random,
    last: Arc<Mutex<Uuid>>,
}

impl Ids {
    /// Ids by this clock and these random bits.
    pub fn new(clock: Clock, random: Random) -> Self {
        Self { clock, random, last: Arc::new(Mutex::new(Uuid::nil())) }
    }

    /// The next id: greater than every one before, even when the clock stands still or goes back.
    pub fn next(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        let fresh = uuid::Builder::from_unix_timestamp_millis(millis, &self.random.bytes()).into_uuid();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let next = if fresh > *last { fresh } else { successor(*last) };
        *last = next;
        next
    }
}

/// The next larger version 7 id: counts in the 62 random bits behind the variant, and carries into the 12 before.
fn successor(id: Uuid) -> Uuid {
    const LOW: u128 = (1 << 62) - 1;
    let bits = id.as_u128();
    if bits & LOW < LOW {
        return Uuid::from_u128(bits + 1);
    }
    // Carries over the variant (2 bits) into rand_a, and over the version (4 bits) into the time.
    let time_and_a = ((bits >> 80) << 12) | ((bits >> 64) & 0xfff);
    let carried = time_and_a + 1;
    let high = ((carried >> 12) << 16) | 0x7000 | (carried & 0xfff);
    Uuid::from_u128((high << 64) | (0b10 << 62))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ids_increase_whatever_the_clock_does(steps in prop::collection::vec(0_u64..5, 1..200), seed: u64) {
            let effects = Effects::fixed(Timestamp::from_second(1_700_000_000).unwrap(), seed);
            let mut last = effects.ids.next();
            for step in steps {
                effects.clock.advance(Duration::from_millis(step));
                let next = effects.ids.next();
                prop_assert!(next > last);
                prop_assert_eq!(next.get_version_num(), 7);
                prop_assert_eq!(next.get_variant(), uuid::Variant::RFC4122);
                last = next;
            }
        }

        #[test]
        fn the_successor_is_larger_and_still_version_7(random: [u8; 10], millis in 0_u64..(1 << 47)) {
            let id = uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
            let next = successor(id);
            prop_assert!(next > id);
            prop_assert_eq!(next.get_version_num(), 7);
        }
    }

    #[test]
    fn the_successor_carries_over_variant_and_version() {
        let full = uuid::Builder::from_unix_timestamp_millis(5, &[0xff; 10]).into_uuid();
        let next = successor(full);
        assert!(next > full);
        assert_eq!((next.get_version_num(), next.get_variant()), (7, uuid::Variant::RFC4122));
    }
}
