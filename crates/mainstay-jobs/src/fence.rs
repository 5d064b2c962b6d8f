//! Whether a process may still act on what it has claimed: by the heartbeats that the database has confirmed. Pure. Never
//! here: sending them, or what is stopped when it may not.

use std::time::Duration;

/// How the life of a claim is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// After so long without a heartbeat others take over.
    pub ttl: Duration,
}

impl Pace {
    /// Between two heartbeats: three may be lost.
    pub fn every(self) -> Duration {
        self.ttl / 4
    }

    /// Without a confirmation for so long, a process believes itself dead, while the others do not yet.
    pub fn trusted(self) -> Duration {
        self.ttl / 3 * 2
    }
}

/// What a process knows of its own life. Times are those of a monotonic clock that runs on while the machine sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fence {
    pace: Pace,
    /// When the last confirmed heartbeat was sent.
    sent: Duration,
    is_over: bool,
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Go on, for so long at most without asking again.
    Alive(Duration),
    /// Nothing that this process has claimed is its own any more: stop it, discard what it says, and begin a new life.
    Over,
}

impl Fence {
    /// A life that begins with what was sent at this time.
    pub fn begin(pace: Pace, sent: Duration) -> Self {
        Self { pace, sent, is_over: false }
    }

    /// A heartbeat that was sent then has been confirmed. One that comes after the end does not bring it back: what was
    /// claimed may be somebody else's by now. That of an earlier time says nothing new.
    pub fn confirmed(&mut self, sent: Duration, now: Duration) {
        if self.state(now) != State::Over {
            self.sent = self.sent.max(sent.min(now));
        }
    }

    /// The database knows nothing of this life, or nobody can say whether it does.
    pub fn disowned(&mut self) {
        self.is_over = true;
    }

    /// By this time. Once it is over it stays so.
    pub fn state(&mut self, now: Duration) -> State {
        let left = (self.sent + self.pace.trusted()).saturating_sub(now);
        self.is_over |= left.is_zero();
        if self.is_over { State::Over } else { State::Alive(left) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PACE: Pace = Pace { ttl: Duration::from_secs(30) };

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_counts_from_when_a_heartbeat_was_sent() {
        let mut fence = Fence::begin(PACE, seconds(100));
        assert_eq!(fence.state(seconds(119)), State::Alive(seconds(1)));
        fence.confirmed(seconds(107), seconds(119));
        assert_eq!(fence.state(seconds(126)), State::Alive(seconds(1)));
        assert_eq!(fence.state(seconds(127)), State::Over);
        fence.confirmed(seconds(127), seconds(127));
        assert_eq!(fence.state(seconds(127)), State::Over, "there is no way back");
    }

    #[test]
    fn a_sleep_that_nobody_noticed_ends_it_and_so_does_who_knows_nothing_of_it() {
        let mut asleep = Fence::begin(PACE, seconds(100));
        // What was sent before the sleep is confirmed behind it.
        asleep.confirmed(seconds(101), seconds(1_000));
        assert_eq!(asleep.state(seconds(102)), State::Over);
        let mut disowned = Fence::begin(PACE, seconds(100));
        disowned.disowned();
        assert_eq!(disowned.state(seconds(100)), State::Over);
    }

    proptest! {
        /// The others take over when the database has heard nothing for `ttl`; it hears a heartbeat after it was sent.
        #[test]
        fn nobody_is_alive_when_others_may_take_over(
            beats in prop::collection::vec((0_u64..12_000, 0_u64..9_000, any::<bool>()), 0..40),
            looked_ms in 0_u64..40_000,
        ) {
            let (mut now, mut heard, mut fence) = (Duration::ZERO, Duration::ZERO, Fence::begin(PACE, Duration::ZERO));
            for (pause_ms, way_ms, is_heard) in beats {
                now += Duration::from_millis(pause_ms);
                let sent = now;
                now += Duration::from_millis(way_ms);
                if is_heard {
                    // Somewhere on the way; the earliest is the worst case.
                    heard = sent;
                    fence.confirmed(sent, now);
                }
            }
            now += Duration::from_millis(looked_ms);
            if now >= heard + PACE.ttl {
                prop_assert_eq!(fence.state(now), State::Over);
            }
            if fence.state(now) != State::Over {
                prop_assert!(now < heard + PACE.trusted());
            }
        }
    }
}
