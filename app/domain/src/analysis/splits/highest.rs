//! The highest value of any part of a column, without looking at all of the part: as many laps as a file may have may
//! each be as long as the whole. Never here: which values count.

use std::ops::Range;

/// Values of one block, whose highest is known.
const BLOCK: usize = 512;

/// A column and the highest value of each of its blocks; those that do not count are the least there is.
pub(super) struct Highest {
    values: Vec<f64>,
    blocks: Vec<f64>,
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

impl Highest {
    /// Of the values that `counts`.
    pub(super) fn new(values: &[f64], counts: impl Fn(f64) -> bool) -> Self {
        let known = |&value: &f64| if counts(value) { value } else { f64::NEG_INFINITY };
        let values: Vec<f64> = values.iter().map(known).collect();
        let blocks = values.chunks(BLOCK).map(highest).collect();
        Self { values, blocks }
    }

    /// The highest value of these samples, which end with the column; `None` where none counts.
    pub(super) fn of(&self, samples: Range<usize>) -> Option<f64> {
        let (first, last) = (samples.start.div_ceil(BLOCK), samples.end / BLOCK);
        let found = if first < last {
            let ends = [&self.values[samples.start..first * BLOCK], &self.values[last * BLOCK..samples.end]];
            ends.map(highest).into_iter().fold(highest(&self.blocks[first..last]), f64::max)
        } else {
            highest(self.values.get(samples)?)
        };
        found.is_finite().then_some(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_what_looking_at_all_finds(
            values in prop::collection::vec(prop_oneof![Just(f64::NAN), Just(0.0), 30.0..200.0f64], 0..3000),
            ends in (0.0..=1.0f64, 0.0..=1.0f64)
        ) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of the length")]
            let at = |share: f64| (values.len() as f64 * share) as usize;
            let samples = at(ends.0)..at(ends.1);
            let counts = |bpm: f64| bpm > 0.0;
            let all = values.get(samples.clone()).into_iter().flatten().copied();
            let expected = all.filter(|&bpm| counts(bpm)).reduce(f64::max);
            prop_assert_eq!(Highest::new(&values, counts).of(samples), expected);
        }
    }
}
