//! Which priority a claim begins with: the highest, but for one claim in ten each for the others, so that a backlog that fills
//! each claim starves nobody. Pure. Never here: the claim.

use crate::job::Priority::{self, High, Low, Normal};

/// The priorities in the order of the claim with this number. Every second claim may be taken up by other things: the turns of
/// each priority fall among odd ones and among even ones.
pub(super) fn order(claim: u64) -> [Priority; 3] {
    match claim % 20 {
        9 | 18 => [Low, Normal, High],
        4 | 13 => [Normal, High, Low],
        _ => [High, Normal, Low],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_priority_comes_first_in_its_turns_among_odd_claims_and_among_even_ones() {
        let first = |from: u64, many: u64, every: usize, whose| {
            (from..from + many).step_by(every).filter(|claim| order(*claim)[0] == whose).count()
        };
        for round in (0..1_000).step_by(10) {
            assert_eq!([High, Normal, Low].map(|whose| first(round, 10, 1, whose)), [8, 1, 1], "{round}");
        }
        for from in [0, 1] {
            assert_eq!([High, Normal, Low].map(|whose| first(from, 200, 2, whose)), [80, 10, 10]);
        }
        for claim in 0..20 {
            let mut all = order(claim);
            all.sort_unstable();
            assert_eq!(all, Priority::ALL, "none is left out");
        }
    }
}
