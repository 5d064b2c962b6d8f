//! Up to which run nothing of a life's can turn up any more, so that a beat need not look there: behind it lie all that anybody has
//! ever done, and while somebody holds an old snapshot the server has to step over each of them. Pure. Never here: beats.

use std::collections::VecDeque;
use std::time::Duration;

use crate::store;

/// A claim that took its number before a look has ended by then, or the server has ended its statement: it is in the next look.
/// What takes longer all the same, as one of several statements or a commit may, is for the look at everything.
const AFTER: Duration = store::LONGEST.saturating_mul(2);

/// One timed beat in so many looks at everything of this life.
const ALL_EVERY: u32 = 64;

/// What timed beats have shown.
#[derive(Debug)]
pub(super) struct Settled {
    /// The last run before this life.
    before: i64,
    up_to: i64,
    /// Looks that none of [`AFTER`] has confirmed yet: when each was sent, and up to which run all was known then.
    looks: VecDeque<(Duration, i64)>,
    beats: u32,
}

/// Where a beat looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// At whatever it finds above this run.
    pub(super) above: i64,
    /// Of this life that is everything. It may take long: nothing is lost where it has no answer.
    pub(super) is_all: bool,
}

impl Settled {
    /// Of a life that has no run up to this one.
    pub(super) fn new(before: i64) -> Self {
        Self { before, up_to: before, looks: VecDeque::new(), beats: 0 }
    }

    /// Where the beat looks that is sent now.
    pub(super) fn look(&mut self, is_timed: bool) -> Look {
        self.beats = self.beats.wrapping_add(u32::from(is_timed));
        let is_all = is_timed && self.beats.is_multiple_of(ALL_EVERY);
        Look { above: if is_all { self.before } else { self.up_to }, is_all }
    }

    /// What the answer to a timed beat says that was sent then: the last run that anybody had been given, and the first of what
    /// it has found that nobody knows of here.
    pub(super) fn heard(&mut self, sent: Duration, last: i64, strange: Option<i64>) {
        let known = strange.map_or(i64::MAX, |strange| strange - 1);
        while let Some((_, then)) = self.looks.pop_front_if(|(at, _)| sent.saturating_sub(*at) >= AFTER) {
            self.up_to = self.up_to.max(then.min(known));
        }
        self.looks.push_back((sent, last.min(known)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn above(settled: &mut Settled) -> i64 {
        settled.look(true).above
    }

    #[test]
    fn what_was_known_is_settled_when_a_later_look_has_seen_what_was_under_way() {
        let mut settled = Settled::new(3);
        settled.heard(at(100), 70, None);
        settled.heard(at(107), 90, None);
        assert_eq!(above(&mut settled), 3, "a claim may still be under way");
        settled.heard(at(109), 95, None);
        assert_eq!(above(&mut settled), 3);
        settled.heard(at(111), 99, None);
        assert_eq!(above(&mut settled), 70);
        assert_eq!(settled.look(false), Look { above: 70, is_all: false });
    }

    #[test]
    fn what_has_turned_up_late_is_not_passed() {
        let mut settled = Settled::new(0);
        settled.heard(at(0), 70, None);
        settled.heard(at(12), 90, Some(40));
        assert_eq!(above(&mut settled), 39, "it is looked at again, and given back if it is still there");
        settled.heard(at(24), 95, Some(40));
        assert_eq!(above(&mut settled), 39);
        settled.heard(at(36), 99, None);
        assert_eq!(above(&mut settled), 39, "what the look of then knew");
        settled.heard(at(48), 120, None);
        assert_eq!(above(&mut settled), 99);
        settled.heard(at(60), 130, Some(5));
        assert_eq!(above(&mut settled), 99, "and goes on only");
    }

    #[test]
    fn now_and_then_everything_of_the_life_is_looked_at() {
        let mut settled = Settled::new(3);
        settled.heard(at(0), 7, None);
        settled.heard(at(20), 8, None);
        let all: Vec<i64> =
            (0..128).map(|_| settled.look(true)).filter(|look| look.is_all).map(|look| look.above).collect();
        assert_eq!(all, [3, 3]);
        assert!(
            (0..1_000).all(|_| settled.look(false) == Look { above: 7, is_all: false }),
            "not for who asks"
        );
    }
}
