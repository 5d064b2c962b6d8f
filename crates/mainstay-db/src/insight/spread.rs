//! How times are spread over a few bounds. Pure. Never here: whose times they are.

use std::time::Duration;

/// Upper bounds in seconds; what is longer than the last counts above it.
pub const BOUNDS_S: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// One more than there are bounds.
pub(super) const CELLS: usize = BOUNDS_S.len() + 1;

/// The cell that a time falls into; a bound belongs to the cell below it.
pub(super) fn cell(time: Duration) -> usize {
    let seconds = time.as_secs_f64();
    BOUNDS_S.partition_point(|bound| *bound < seconds)
}

/// How many times fell between which bounds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread(pub(super) [u64; CELLS]);

impl Spread {
    /// Both together.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        for (cell, more) in self.0.iter_mut().zip(other.0) {
            *cell += more;
        }
        self
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many took longer than the cell that `time` falls into: exact where `time` is one of [`BOUNDS_S`].
    pub fn slower_than(&self, time: Duration) -> u64 {
        self.0.iter().skip(cell(time) + 1).sum()
    }

    /// The time that this share of all stays below, 0 to 1, by a straight line within its cell as Prometheus'
    /// `histogram_quantile` draws it; `longest` where it lies above the last bound, and never more than that. Nothing
    /// for nothing.
    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
    pub fn quantile(&self, share: f64, longest: Duration) -> Option<Duration> {
        let count = self.count();
        if count == 0 {
            return None;
        }
        let rank = share.clamp(0.0, 1.0) * count as f64;
        let mut below = 0.0;
        for (index, held) in self.0.iter().enumerate() {
            let held = *held as f64;
            if held > 0.0 && below + held >= rank {
                let Some(upper) = BOUNDS_S.get(index) else { return Some(longest) };
                let lower = index.checked_sub(1).map_or(0.0, |before| BOUNDS_S[before]);
                let within = lower + (upper - lower) * (rank - below) / held;
                return Some(Duration::from_secs_f64(within.max(0.0)).min(longest));
            }
            below += held;
        }
        Some(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times_ms: &[u64]) -> Spread {
        let mut spread = Spread::default();
        for time in times_ms {
            spread.0[cell(Duration::from_millis(*time))] += 1;
        }
        spread
    }

    #[test]
    fn a_bound_belongs_to_the_cell_below_it() {
        assert_eq!(cell(Duration::ZERO), 0);
        assert_eq!(BOUNDS_S[cell(Duration::from_millis(100))].to_bits(), 0.1_f64.to_bits());
        assert_eq!(cell(Duration::from_secs(11)), CELLS - 1);
        assert_eq!(of(&[100, 101, 300]).slower_than(Duration::from_millis(100)), 2);
    }

    #[test]
    fn quantiles_lie_in_their_cell_and_never_above_the_longest() {
        let spread = of(&[3, 3, 3, 3, 3, 3, 3, 3, 3, 90]);
        let longest = Duration::from_millis(90);
        let half = spread.quantile(0.5, longest).unwrap();
        assert!(half > Duration::from_micros(2_500) && half < Duration::from_millis(5), "{half:?}");
        assert_eq!(spread.quantile(0.99, longest), Some(longest), "the line ends at the longest");
        assert_eq!(of(&[20_000]).quantile(0.5, Duration::from_secs(20)), Some(Duration::from_secs(20)));
        assert_eq!(Spread::default().quantile(0.5, longest), None);
        assert_eq!(spread.and(&of(&[4])).count(), 11);
    }
}
