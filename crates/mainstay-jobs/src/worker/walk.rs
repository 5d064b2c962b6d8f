//! All that waits, looked at in steps where one statement cannot look at it in its time: from place to place along each lane,
//! in turns with claims from the marks on. Pure. Never here: the statements.

use std::time::Duration;

use jiff::Timestamp;

use crate::marks::Lane;

/// Where a step has ended: by its time, and of one time by the order in which jobs were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) run_at: Timestamp,
    pub(super) nth: i64,
}

/// Lanes in their order, and from where on each is looked at; without a place from its beginning.
pub(super) type Way = Vec<(Lane, Option<Spot>)>;

/// What is looked at next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// What lies behind the marks.
    New,
    /// What waits longest: that is where most of what was given back lies, and the next of a long line.
    Front,
    /// What comes behind the last step.
    On,
}

/// What a step has left behind of those that may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    Nothing,
    /// There may be more than it could take.
    More,
    /// So many were found, and none was taken: somebody holds them.
    Held(i64),
}

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// What is new is too much by itself.
    New,
    /// The next step is a smaller one.
    Step,
    /// It cannot be gone through in the smallest steps, and rests.
    Smallest,
}

/// The way through all lanes, time and again.
#[derive(Debug)]
pub(super) struct Walk {
    /// The lanes that are not gone through; none while it rests.
    lanes: Way,
    /// So many rows of each lane are one step.
    rows: i64,
    /// So many that may begin are passed over where it is: somebody holds them.
    held: i64,
    /// So long the steps have taken.
    took: Duration,
    is_front_wanted: bool,
    /// Whether the last step was one at the front.
    was_front: bool,
    last: Look,
    /// Whether the marks lie where claims from them on take no longer than they may.
    pub(super) is_marked: bool,
}

/// A step of so many rows takes a few hundred milliseconds,
const ROWS_MOST: i64 = 10_000;

/// and one of so few is refused by no server that does anything at all.
const ROWS_LEAST: i64 = 100;

impl Walk {
    /// One that rests.
    pub(super) fn new() -> Self {
        Self {
            lanes: Way::new(),
            rows: ROWS_MOST,
            held: 0,
            took: Duration::ZERO,
            is_front_wanted: false,
            was_front: false,
            last: Look::New,
            is_marked: false,
        }
    }

    /// From the beginning of these lanes.
    pub(super) fn begin(&mut self, lanes: impl IntoIterator<Item = Lane>) {
        self.lanes = lanes.into_iter().map(|lane| (lane, None)).collect();
        (self.held, self.took) = (0, Duration::ZERO);
    }

    /// Whether there is anything before its end.
    pub(super) fn is_underway(&self) -> bool {
        !self.lanes.is_empty()
    }

    /// Something has been given back.
    pub(super) fn look_in_front(&mut self) {
        self.is_front_wanted = true;
    }

    /// Whose turn it is: every second look is for what is new, and however often the front is wanted, every second step goes on.
    pub(super) fn turn(&mut self) -> Look {
        let is_front = self.is_front_wanted && !(self.was_front && self.is_underway());
        self.last = match self.last {
            Look::New if is_front => Look::Front,
            Look::New if self.is_underway() => Look::On,
            _ => Look::New,
        };
        if self.last != Look::New {
            self.was_front = is_front;
            self.is_front_wanted &= !is_front;
        }
        self.last
    }

    /// From where on the next step goes, through the lanes in this order.
    pub(super) fn from(&self, order: [Lane; 3]) -> Way {
        let lanes = order.iter().flat_map(|lane| self.lanes.iter().filter(move |(other, _)| other == lane));
        lanes.cloned().collect()
    }

    /// So many rows of each lane at most.
    pub(super) fn rows(&self) -> i64 {
        self.rows
    }

    /// So many that may begin the next step finds at most, for so many of them to be taken.
    pub(super) fn asked(&self, most: i64) -> i64 {
        most.saturating_add(self.held)
    }

    /// A step has ended there, and has taken so long. Where it has left something behind that may begin, the next begins at the
    /// same place, and looks at fewer, or finds more; else those that are done in a small part of `long` grow. Whether it was the
    /// last one, and how long all of them have taken.
    pub(super) fn stepped(
        &mut self,
        ends: Way,
        took: Duration,
        left: Left,
        long: Duration,
    ) -> Option<Duration> {
        self.took += took;
        match left {
            Left::More => self.rows = (self.rows / 2).max(ROWS_LEAST),
            // However many somebody holds, a few steps get past them.
            Left::Held(found) => self.held = self.held.saturating_mul(2).max(found),
            Left::Nothing => {
                (self.lanes, self.held) = (ends, 0);
                let is_quick = took < long / 4;
                self.rows = if is_quick { (self.rows * 2).min(ROWS_MOST) } else { self.rows };
            }
        }
        (!self.is_underway()).then_some(self.took)
    }

    /// The last look took longer than it may.
    pub(super) fn refused(&mut self) -> Refused {
        match self.last {
            Look::New => {
                self.is_marked = false;
                Refused::New
            }
            Look::Front | Look::On if self.rows > ROWS_LEAST => {
                self.rows = (self.rows / 2).max(ROWS_LEAST);
                Refused::Step
            }
            Look::Front | Look::On => {
                self.lanes.clear();
                Refused::Smallest
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(n: i64) -> Spot {
        Spot { run_at: Timestamp::from_second(n).unwrap(), nth: n }
    }

    #[test]
    fn steps_take_turns_with_what_is_new_until_all_lanes_are_gone_through() {
        let mut walk = Walk::new();
        assert_eq!([walk.turn(), walk.turn()], [Look::New; 2], "it rests");
        walk.begin([1, 2]);
        assert_eq!([walk.turn(), walk.turn(), walk.turn()], [Look::On, Look::New, Look::On]);
        let second = Duration::from_secs(1);
        assert_eq!(walk.stepped(vec![(2, Some(spot(5)))], second, Left::More, second), None);
        let order = [2, 1, 3];
        assert_eq!(walk.from(order), [(2, None), (1, None)], "there is more where it was");
        assert_eq!(walk.rows(), ROWS_MOST / 2, "and little is enough to find it");
        assert_eq!(walk.stepped(vec![(2, Some(spot(5)))], second, Left::Nothing, second), None);
        assert_eq!(walk.from(order), [(2, Some(spot(5)))]);
        walk.look_in_front();
        assert_eq!([walk.turn(), walk.turn(), walk.turn()], [Look::New, Look::Front, Look::New]);
        assert_eq!(walk.stepped(Way::new(), second, Left::Nothing, second), Some(3 * second));
        assert_eq!([walk.turn(), walk.turn()], [Look::New; 2]);
    }

    #[test]
    fn whoever_is_given_something_back_all_the_time_goes_on_all_the_same() {
        let mut walk = Walk::new();
        walk.begin([1]);
        let mut turns = Vec::new();
        for _ in 0..8 {
            walk.look_in_front();
            turns.push(walk.turn());
        }
        let (new, front, on) = (Look::New, Look::Front, Look::On);
        assert_eq!(turns, [front, new, on, new, front, new, on, new]);
    }

    #[test]
    fn what_somebody_holds_is_passed_over_in_a_few_steps_however_many_they_are() {
        let (mut walk, second) = (Walk::new(), Duration::from_secs(1));
        walk.begin([1]);
        let (held, most) = (5_000, 1);
        let mut steps = 0;
        while walk.asked(most) <= held {
            assert_eq!(walk.stepped(Way::new(), Duration::ZERO, Left::Held(walk.asked(most)), second), None);
            steps += 1;
            assert!(steps <= 14, "{steps}");
        }
        assert!(walk.is_underway());
        assert_eq!(walk.rows(), ROWS_MOST, "a smaller step finds no more");
        // What was taken behind them was not all: they are passed over at once again.
        let asked = walk.asked(most);
        walk.stepped(Way::new(), Duration::ZERO, Left::More, second);
        assert_eq!(walk.asked(most), asked);
        walk.stepped(vec![(1, Some(spot(5)))], Duration::ZERO, Left::Nothing, second);
        assert_eq!(walk.asked(most), most, "they lie behind");
        walk.stepped(Way::new(), Duration::ZERO, Left::Held(7), second);
        walk.begin([1]);
        assert_eq!(walk.asked(most), most);
    }

    #[test]
    fn a_step_that_is_refused_gets_smaller_and_in_the_end_holds_up_nobody() {
        let mut walk = Walk::new();
        walk.is_marked = true;
        walk.begin([1]);
        let mut refused = 0;
        while walk.is_underway() {
            assert!(walk.rows() >= ROWS_LEAST);
            if walk.turn() == Look::On {
                let expected = if walk.rows() > ROWS_LEAST { Refused::Step } else { Refused::Smallest };
                assert_eq!(walk.refused(), expected);
                refused += 1;
            }
        }
        assert_eq!((refused, walk.rows(), walk.is_marked), (8, ROWS_LEAST, true));
        assert_eq!((walk.turn(), walk.refused(), walk.is_marked), (Look::New, Refused::New, false));
        walk.begin([1]);
        let long = Duration::from_secs(1);
        for _ in 0..10 {
            walk.stepped(vec![(1, None)], long / 5, Left::Nothing, long);
        }
        assert_eq!(walk.rows(), ROWS_MOST, "they grow again");
    }
}
