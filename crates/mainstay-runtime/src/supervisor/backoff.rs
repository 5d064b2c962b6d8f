//! How long to wait before the next try. Never here: what is tried, and the waiting.

use std::time::Duration;

use crate::Random;

/// Between half and all of `first`, doubled with each failure after the first one up to `longest`.
pub(super) fn pause_after(failures: u32, first: Duration, longest: Duration, random: &Random) -> Duration {
    let doubled = first.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX));
    let whole = doubled.min(longest);
    whole / 2 + part_of(whole - whole / 2, random)
}

/// A random part of `span`, from none to all of it but a nanosecond.
pub(super) fn part_of(span: Duration, random: &Random) -> Duration {
    Duration::from_nanos(random.below(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_secs(60);

    proptest! {
        #[test]
        fn a_pause_is_between_half_and_all_of_its_bound_and_the_bound_never_shrinks(failures in 1_u32.., seed: u64) {
            let bound = |failures: u32| LONGEST.min(FIRST.saturating_mul(2_u32.saturating_pow(failures - 1)));
            let pause = pause_after(failures, FIRST, LONGEST, &Random::seeded(seed));
            prop_assert!(pause >= bound(failures) / 2 && pause <= bound(failures), "{:?}", pause);
            prop_assert!(bound(failures.saturating_add(1)) >= bound(failures));
        }

        #[test]
        fn a_part_is_less_than_the_whole(nanos: u64, seed: u64) {
            let span = Duration::from_nanos(nanos);
            let part = part_of(span, &Random::seeded(seed));
            prop_assert!(part < span || span.is_zero() && part.is_zero());
        }
    }

    #[test]
    fn two_that_failed_together_do_not_come_back_together() {
        let pause = |seed| pause_after(3, FIRST, LONGEST, &Random::seeded(seed));
        assert_ne!(pause(1), pause(2));
    }
}
