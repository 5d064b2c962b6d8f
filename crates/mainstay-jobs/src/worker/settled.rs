//! Where it is looked for attempts of a life that nobody knows of there. What was given out a while ago is looked at once, for by then
//! all of it has turned up; what is new only while the answer to a claim may have been lost. Behind it lie all that
//! anybody has ever done, and while somebody holds an old snapshot the server has to step over each of them. Pure. Never here: beats.

use std::collections::VecDeque;
use std::time::Duration;

use crate::store;

/// A claim that took its number so long ago has ended by now, or the server has ended it, whatever of it was long: where a queue
/// is limited, its statement, what it spends, its commit, and the network between these. What takes longer all the same is for the
/// look at everything.
const AFTER: Duration = store::LONGEST.saturating_mul(3).saturating_add(store::IDLE.saturating_mul(2));

/// One look is at so many runs at most for each millisecond between beats: a server that steps over all of them does so in an
/// eighth of that time, about. What takes longer than a look may would be tried for ever.
const MOST_A_MS: i64 = 250;

/// So many looks at what is new follow a loss: what is found in the first is given back after the second.
const OWED: u32 = 2;

/// So often everything of this life is looked at, or once in so many beats where these are quicker,
const ALL_EVERY: Duration = Duration::from_secs(300);
const ALL_EVERY_BEATS: u32 = 64;

/// and what had no answer is tried again so much sooner.
const ALL_SOONER: u32 = 8;

/// What beats and looks have shown.
#[derive(Debug)]
pub(super) struct Settled {
    /// The last run before this life.
    before: i64,
    /// Up to this run everything has been looked at.
    up_to: i64,
    /// Up to which run all had been given to somebody, and when that was told.
    told: VecDeque<(Duration, i64)>,
    /// The last of these that was told [`AFTER`] ago.
    ripe: i64,
    losses: u64,
    owed: u32,
    /// Runs of one look.
    most: i64,
    all_every: Duration,
    /// When everything is looked at next.
    all_at: Duration,
}

/// Where is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    /// Behind this run,
    pub(super) above: i64,
    /// and up to this one.
    pub(super) up_to: i64,
    is_all: bool,
}

impl Look {
    /// There is nothing to look at.
    pub(super) fn is_empty(self) -> bool {
        self.above >= self.up_to
    }
}

impl Settled {
    /// Of a life that begins now, has no run up to this one, and beats so often.
    pub(super) fn new(before: i64, now: Duration, every: Duration) -> Self {
        let all_every = ALL_EVERY.min(every.saturating_mul(ALL_EVERY_BEATS));
        let (told, all_at) = (VecDeque::new(), now + all_every);
        let most = store::ms(every).saturating_mul(MOST_A_MS).max(1);
        Self { before, up_to: before, told, ripe: before, losses: 0, owed: 0, most, all_every, all_at }
    }

    /// Up to this run all that the server knows of has been looked at.
    pub(super) fn up_to(&self) -> i64 {
        self.up_to
    }

    /// A beat was told at this time that all runs up to this one have been given to somebody.
    pub(super) fn told(&mut self, now: Duration, last: i64) {
        self.told.push_back((now, last));
    }

    /// Where is looked now, after so many losses of connections over which jobs are claimed.
    pub(super) fn look(&mut self, now: Duration, losses: u64) -> Look {
        while let Some((_, last)) = self.told.pop_front_if(|(at, _)| now.saturating_sub(*at) >= AFTER) {
            self.ripe = self.ripe.max(last);
        }
        if losses != self.losses {
            (self.losses, self.owed) = (losses, OWED);
        }
        let is_all = now >= self.all_at;
        if is_all {
            self.all_at = now + self.all_every / ALL_SOONER;
        }
        let above = if is_all { self.before } else { self.up_to };
        let ripe = self.ripe.min(self.up_to.saturating_add(self.most));
        // What is new lies behind all that is ripe.
        let is_new = is_all || self.owed > 0 && ripe == self.ripe;
        Look { above, up_to: if is_new { i64::MAX } else { ripe }, is_all }
    }

    /// The last look was answered, which was sent then: the next beats tell of what it has found.
    pub(super) fn heard(&mut self, look: Look, sent: Duration) {
        self.up_to = self.up_to.max(self.ripe.min(look.up_to));
        if look.up_to == i64::MAX {
            self.owed = self.owed.saturating_sub(1);
        }
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

    /// A beat that is told of this run, and the look behind it: where it has looked.
    fn beat(settled: &mut Settled, seconds: u64, last: i64) -> (i64, i64) {
        settled.told(at(seconds), last);
        let look = settled.look(at(seconds), 0);
        settled.heard(look, at(seconds));
        (look.above, look.up_to)
    }

    #[test]
    fn what_was_given_out_a_while_ago_is_looked_at_once() {
        let mut settled = Settled::new(3, at(90), EVERY);
        assert_eq!(beat(&mut settled, 100, 70), (3, 3));
        assert_eq!(beat(&mut settled, 107, 90), (3, 3));
        assert_eq!(beat(&mut settled, 134, 95), (3, 3), "a claim may still be under way");
        assert_eq!(beat(&mut settled, 135, 99), (3, 70));
        assert_eq!(beat(&mut settled, 136, 99), (70, 70));
        assert!(settled.look(at(137), 0).is_empty());
        assert_eq!(beat(&mut settled, 180, 99), (70, 99));
        assert_eq!(beat(&mut settled, 181, 99), (99, 99), "where nothing is done nothing is looked at");
    }

    #[test]
    fn however_many_were_given_out_one_look_is_at_so_many() {
        let most = 7_500 * MOST_A_MS;
        let mut settled = Settled::new(5, at(0), EVERY);
        beat(&mut settled, 0, 2 * most + 7);
        assert_eq!(beat(&mut settled, 40, 3 * most), (5, most + 5));
        // Also where what is new is to be looked at: behind these.
        let look = settled.look(at(41), 1);
        assert_eq!((look.above, look.up_to), (most + 5, 2 * most + 5));
        settled.heard(look, at(41));
        for (above, owed) in [(2 * most + 5, 2), (2 * most + 7, 1)] {
            let look = settled.look(at(42), 1);
            assert_eq!((look.above, look.up_to, settled.owed), (above, i64::MAX, owed));
            settled.heard(look, at(42));
        }
        assert!(settled.look(at(43), 1).is_empty());
        assert_eq!(settled.up_to(), 2 * most + 7);
    }

    #[test]
    fn what_had_no_answer_is_looked_at_again() {
        let mut settled = Settled::new(0, at(0), EVERY);
        settled.told(at(0), 70);
        let look = Look { above: 0, up_to: 70, is_all: false };
        assert_eq!([35, 40].map(|then| settled.look(at(then), 0)), [look, look]);
        settled.heard(look, at(40));
        assert!(settled.look(at(41), 0).is_empty());
    }

    #[test]
    fn after_a_loss_what_is_new_is_looked_at_until_two_have_answered() {
        let mut settled = Settled::new(3, at(0), EVERY);
        let look = settled.look(at(1), 1);
        assert_eq!((look.above, look.up_to, look.is_all), (3, i64::MAX, false));
        assert_eq!(settled.look(at(2), 1), look, "there was no answer");
        settled.heard(look, at(2));
        assert_eq!(settled.look(at(3), 1), look);
        settled.heard(look, at(3));
        assert!(settled.look(at(4), 1).is_empty());
        assert_eq!(settled.look(at(5), 2), look, "the next loss");
    }

    #[test]
    fn now_and_then_everything_of_the_life_is_looked_at_and_sooner_where_nothing_came_of_it() {
        let mut settled = Settled::new(3, at(0), EVERY);
        beat(&mut settled, 0, 7);
        assert_eq!(beat(&mut settled, 299, 8), (3, 7));
        let all = Look { above: 3, up_to: i64::MAX, is_all: true };
        assert_eq!(settled.look(at(300), 0), all);
        assert!(settled.look(at(301), 0).is_empty(), "there was no answer");
        assert_eq!(settled.look(at(338), 0), all);
        settled.heard(all, at(338));
        assert!(settled.look(at(637), 0).is_empty());
        assert_eq!(settled.look(at(638), 0), all);
        let mut quick = Settled::new(3, at(10), Duration::from_millis(500));
        assert_eq!([41, 42].map(|then| quick.look(at(then), 0).is_all), [false, true]);
    }
}
