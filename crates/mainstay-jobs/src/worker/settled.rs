//! Up to which run nothing of a life's can turn up any more, so that a beat need not look there: behind it lie all that the life
//! has ever done, and while somebody holds an old snapshot the server has to step over each of them. Pure. Never here: beats.

use std::collections::VecDeque;
use std::time::Duration;

use crate::store;

/// A claim that took its number before a look has ended by then, or the server has ended it.
const AFTER: Duration = store::LONGEST.saturating_mul(2);

/// One timed beat in so many looks at everything all the same: nobody says how long a commit may take.
const ALL_EVERY: u32 = 64;

/// What timed beats have shown.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// Of looks of a while ago: when, and up to which run everything was known.
    looks: VecDeque<(Duration, i64)>,
    up_to: i64,
    beats: u32,
}

impl Settled {
    /// The run above which a beat that is sent now looks at whatever it finds; 0: at everything.
    pub(super) fn up_to(&mut self, now: Duration, is_timed: bool) -> i64 {
        while let Some((_, known)) = self.looks.pop_front_if(|(sent, _)| now.saturating_sub(*sent) >= AFTER) {
            self.up_to = self.up_to.max(known);
        }
        self.beats = self.beats.wrapping_add(u32::from(is_timed));
        // One that fails for that is not asked again soon: the next begins behind what is settled.
        if is_timed && self.beats.is_multiple_of(ALL_EVERY) { 0 } else { self.up_to }
    }

    /// A timed beat that was sent then knew every run up to this one, as far as it has looked.
    pub(super) fn known(&mut self, sent: Duration, up_to: i64) {
        self.looks.push_back((sent, up_to));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn what_was_known_is_settled_a_while_later_and_never_unsettled() {
        let mut settled = Settled::default();
        settled.known(at(100), 7);
        settled.known(at(103), 5);
        assert_eq!(settled.up_to(at(109), true), 0, "a claim may still be under way");
        assert_eq!(settled.up_to(at(110), true), 7);
        assert_eq!(settled.up_to(at(120), false), 7, "and goes on only");
        settled.known(at(121), 90);
        assert_eq!(settled.up_to(at(131), true), 90);
    }

    #[test]
    fn now_and_then_everything_is_looked_at() {
        let mut settled = Settled::default();
        settled.known(at(0), 7);
        let timed = (1..=128).filter(|beat| settled.up_to(at(10 + beat), true) == 0).count();
        assert_eq!(timed, 2);
        assert!((0..1_000).all(|_| settled.up_to(at(200), false) == 7), "somebody who asks does not count");
    }
}
