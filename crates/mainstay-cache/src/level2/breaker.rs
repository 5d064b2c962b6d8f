//! When a server that fails is left alone. Pure. Never here: what failed.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// Closed while things go well; after so many failures in a row it is open for a while, and then lets one try.
#[derive(Debug)]
pub(crate) struct Breaker {
    most: u32,
    pause: Duration,
    failures: AtomicU32,
    /// In nanoseconds, plus one; 0 while it is closed.
    open_until: AtomicU64,
}

impl Breaker {
    pub(crate) fn new(most: u32, pause: Duration) -> Self {
        Self { most, pause, failures: AtomicU32::new(0), open_until: AtomicU64::new(0) }
    }

    /// Whether to try now. Of those who come after the pause one does, and the others after another pause.
    pub(crate) fn allows(&self, now: Duration) -> bool {
        let until = self.open_until.load(Ordering::Relaxed);
        if until == 0 {
            return true;
        }
        let again = mark(now.saturating_add(self.pause));
        mark(now) >= until
            && self.open_until.compare_exchange(until, again, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Whether it has failed too often.
    pub(crate) fn is_open(&self) -> bool {
        self.open_until.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn succeeded(&self) {
        self.failures.store(0, Ordering::Relaxed);
        self.open_until.store(0, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self, now: Duration) {
        if self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1) >= self.most {
            self.open_until.store(mark(now.saturating_add(self.pause)), Ordering::Relaxed);
        }
    }
}

fn mark(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX - 1).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_some_failures_in_a_row_it_opens_and_lets_one_try_after_a_pause() {
        let (breaker, ms) = (Breaker::new(3, Duration::from_millis(100)), Duration::from_millis);
        breaker.failed(ms(0));
        breaker.failed(ms(1));
        breaker.succeeded();
        (2..4).for_each(|at| breaker.failed(ms(at)));
        assert!(breaker.allows(ms(4)), "not in a row");
        breaker.failed(ms(5));
        assert!(!breaker.allows(ms(5)) && !breaker.allows(ms(104)));
        assert!(breaker.allows(ms(105)) && !breaker.allows(ms(105)), "one tries");
        breaker.failed(ms(110));
        assert!(!breaker.allows(ms(209)));
        assert!(breaker.allows(ms(210)));
        breaker.succeeded();
        assert!(breaker.allows(ms(211)) && breaker.allows(ms(211)));
    }
}
