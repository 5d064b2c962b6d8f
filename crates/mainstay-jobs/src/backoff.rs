//! When a failed job is tried again. Pure but for the randomness that it is given. Never here: whether it is.

use std::time::Duration;

use mainstay_runtime::Random;

/// Pauses that double from `base` to `cap`, each longer or shorter by up to a fifth: what has failed together does not come
/// back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second attempt.
    pub base: Duration,
    /// The longest.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(2), cap: Duration::from_secs(3_600) }
    }
}

/// Doublings beyond which every pause is the longest.
const DOUBLINGS: u32 = 62;

impl Backoff {
    /// The pause after so many failed attempts, the first of which is 1.
    pub fn after(&self, attempts: u32, random: &Random) -> Duration {
        let middle = self.middle(attempts).as_nanos();
        // 0.8 to 1.2 of it, in thousandths.
        let part = 800 + u128::from(random.below(401));
        Duration::from_nanos(u64::try_from(middle.saturating_mul(part) / 1_000).unwrap_or(u64::MAX))
    }

    fn middle(&self, attempts: u32) -> Duration {
        let doublings = attempts.saturating_sub(1).min(DOUBLINGS);
        let grown = self.base.as_nanos().saturating_mul(1 << doublings);
        Duration::from_nanos(u64::try_from(grown.min(self.cap.as_nanos())).unwrap_or(u64::MAX))
    }
}

/// The pause after a process has died with a job so many times: 10 s, 40 s, 90 s.
pub fn after_crash(crashes: u32) -> Duration {
    Duration::from_secs(u64::from(crashes).saturating_mul(crashes.into()).saturating_mul(10))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_pause_is_within_a_fifth_of_its_middle_and_middles_never_shrink(
            base_ms in 0_u64..100_000, cap_ms in 0_u64..100_000_000, attempts in 0_u32..100, seed: u64,
        ) {
            let backoff = Backoff { base: Duration::from_millis(base_ms), cap: Duration::from_millis(cap_ms) };
            let middle = backoff.middle(attempts);
            let pause = backoff.after(attempts, &Random::seeded(seed));
            prop_assert!(pause >= middle.mul_f64(0.799) && pause <= middle.mul_f64(1.201), "{pause:?} of {middle:?}");
            prop_assert!(middle <= backoff.cap && middle <= backoff.middle(attempts + 1));
        }
    }

    #[test]
    fn pauses_double_up_to_the_longest() {
        let middles: Vec<u64> =
            (1..15).map(|attempts| Backoff::default().middle(attempts).as_secs()).collect();
        assert_eq!(middles, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 3_600, 3_600, 3_600]);
        assert_eq!([1, 2, 3].map(|crashes| after_crash(crashes).as_secs()), [10, 40, 90]);
    }

    #[test]
    fn what_failed_together_does_not_come_back_together() {
        let random = Random::seeded(1);
        let pauses: std::collections::BTreeSet<_> =
            (0..100).map(|_| Backoff::default().after(5, &random)).collect();
        assert!(pauses.len() > 50, "{}", pauses.len());
    }
}
