//! Which priority a claim begins with: the highest, but for one claim in eleven each for the others, so that a backlog that fills
//! each claim starves nobody. Pure. Never here: the claim.

use crate::job::Priority::{self, High, Low, Normal};

/// A prime: what takes up every second claim, or every fourth, takes none of the turns of a priority more than its part.
const ROUND: u64 = 11;

/// The priorities in the order of the claim with this number.
pub(super) fn order(claim: u64) -> [Priority; 3] {
    match claim % ROUND {
        9 => [Low, Normal, High],
        4 => [Normal, High, Low],
        _ => [High, Normal, Low],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::walk::{Look, Walk};

    fn firsts(claims: impl Iterator<Item = u64>) -> [usize; 3] {
        claims.fold([0; 3], |mut firsts, claim| {
            firsts[[High, Normal, Low].iter().position(|whose| order(claim)[0] == *whose).unwrap()] += 1;
            firsts
        })
    }

    #[test]
    fn each_priority_comes_first_in_its_turns_whatever_takes_up_the_others() {
        for every in 1..=10 {
            for from in 0..every {
                let claims = (from..).step_by(usize::try_from(every).unwrap()).take(11);
                assert_eq!(firsts(claims), [9, 1, 1], "each {every}th, from the {from}th on");
            }
        }
        for claim in 0..22 {
            let mut all = order(claim);
            all.sort_unstable();
            assert_eq!(all, Priority::ALL, "none is left out");
        }
    }

    #[test]
    fn so_it_does_among_the_looks_of_each_sort_while_a_walk_goes_on() {
        for front_every in 1..=5 {
            let mut walk = Walk::new();
            walk.begin([1]);
            let mut looks: [Vec<u64>; 3] = Default::default();
            for claim in 1..=4 * 11 * front_every {
                if claim % front_every == 0 {
                    walk.look_in_front();
                }
                let look = walk.turn();
                let sort = [Look::New, Look::Front, Look::On].iter().position(|other| *other == look);
                looks[sort.unwrap()].push(claim);
            }
            for claims in looks {
                let [_, normal, low] = firsts(claims.iter().copied());
                let least = claims.len() / 22;
                assert!(
                    normal >= least.max(1) && low >= least.max(1),
                    "{front_every}: {normal} {low} {claims:?}"
                );
            }
        }
    }
}
