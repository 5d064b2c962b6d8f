//! Up to which run nothing of a life's can turn up any more, so that a beat need not look there: behind it lie all that anybody has
//! ever done, and while somebody holds an old snapshot the server has to step over each of them. Pure. Never here: beats.

use std::collections::VecDeque;
use std::time::Duration;

use crate::store;

/// A claim that took its number before a look has ended by then, or the server has ended it, whatever of it was long: where a queue
/// is limited, its statement, what it spends, its commit, and the network between these. It is in the next look. What takes longer
/// all the same is for the look at everything.
const AFTER: Duration = store::LONGEST.saturating_mul(3).saturating_add(store::IDLE);

/// So often everything of this life is looked at, or once in so many beats where these are quicker,
const ALL_EVERY: Duration = Duration::from_secs(300);
const ALL_EVERY_BEATS: u32 = 64;

/// and what had no answer is tried again so much sooner.
const ALL_SOONER: u32 = 8;

/// What looks have shown.
#[derive(Debug)]
pub(super) struct Settled {
    /// The last run before this life.
    before: i64,
    up_to: i64,
    /// Looks that none of [`AFTER`] has confirmed yet: when each was sent, and up to which run all was known then.
    looks: VecDeque<(Duration, i64)>,
    all_every: Duration,
    /// When everything is looked at next.
    all_at: Duration,
}

/// Where is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// At whatever there is above this run.
    pub(super) above: i64,
    /// Of this life that is everything.
    pub(super) is_all: bool,
}

impl Settled {
    /// Of a life that begins now, has no run up to this one, and beats so often.
    pub(super) fn new(before: i64, now: Duration, every: Duration) -> Self {
        let all_every = ALL_EVERY.min(every.saturating_mul(ALL_EVERY_BEATS));
        Self { before, up_to: before, looks: VecDeque::new(), all_every, all_at: now + all_every }
    }

    /// Where is looked now.
    pub(super) fn look(&mut self, now: Duration) -> Look {
        let is_all = now >= self.all_at;
        if is_all {
            self.all_at = now + self.all_every / ALL_SOONER;
        }
        Look { above: if is_all { self.before } else { self.up_to }, is_all }
    }

    /// What the answer to a look says that was sent then: of the runs up to this one, which all had been given to somebody before
    /// it was sent, and of others, the first of what nobody knows of here.
    pub(super) fn heard(&mut self, look: Look, sent: Duration, last: i64, strange: Option<i64>) {
        let known = strange.map_or(i64::MAX, |strange| strange - 1);
        while let Some((_, then)) = self.looks.pop_front_if(|(at, _)| sent.saturating_sub(*at) >= AFTER) {
            self.up_to = self.up_to.max(then.min(known));
        }
        self.looks.push_back((sent, last.min(known)));
        if look.is_all {
            self.all_at = sent + self.all_every;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_millis(7_500);

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Where is looked then, and what that has shown: the last run of all, and the first that is strange.
    fn look(settled: &mut Settled, seconds: u64, last: i64, strange: Option<i64>) -> i64 {
        let look = settled.look(at(seconds));
        settled.heard(look, at(seconds), last, strange);
        look.above
    }

    #[test]
    fn what_was_known_is_settled_when_a_later_look_has_seen_what_was_under_way() {
        let mut settled = Settled::new(3, at(90), EVERY);
        assert_eq!(look(&mut settled, 100, 70, None), 3);
        assert_eq!(look(&mut settled, 107, 90, None), 3);
        assert_eq!(look(&mut settled, 124, 95, None), 3, "a claim may still be under way");
        assert_eq!(look(&mut settled, 125, 99, None), 3);
        assert_eq!(look(&mut settled, 126, 99, None), 70);
    }

    #[test]
    fn what_has_turned_up_late_is_not_passed() {
        let mut settled = Settled::new(0, at(0), EVERY);
        look(&mut settled, 0, 70, None);
        look(&mut settled, 30, 90, Some(40));
        assert_eq!(
            look(&mut settled, 60, 95, Some(40)),
            39,
            "it is looked at again, and given back if it is still there"
        );
        assert_eq!(look(&mut settled, 90, 99, None), 39);
        assert_eq!(look(&mut settled, 120, 120, None), 39, "what the look of then knew");
        assert_eq!(look(&mut settled, 150, 130, Some(5)), 99);
        assert_eq!(look(&mut settled, 180, 140, None), 99, "and goes on only");
    }

    #[test]
    fn now_and_then_everything_of_the_life_is_looked_at_and_sooner_where_nothing_came_of_it() {
        let mut settled = Settled::new(3, at(0), EVERY);
        look(&mut settled, 0, 7, None);
        assert_eq!(look(&mut settled, 299, 8, None), 3);
        assert_eq!(settled.look(at(300)), Look { above: 3, is_all: true });
        assert_eq!(settled.look(at(301)), Look { above: 7, is_all: false }, "there was no answer");
        assert_eq!(settled.look(at(337)), Look { above: 7, is_all: false });
        assert_eq!(look(&mut settled, 338, 9, None), 3);
        assert_eq!(settled.look(at(637)), Look { above: 8, is_all: false });
        assert!(settled.look(at(638)).is_all);
        let mut quick = Settled::new(3, at(10), Duration::from_millis(500));
        assert_eq!([41, 42].map(|then| quick.look(at(then)).is_all), [false, true]);
    }
}
