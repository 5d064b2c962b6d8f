//! How many reads may fall back to the primary: a bucket that every read and every second fill. Pure. Never here: why
//! a read falls back.
//!
//! Without it, replicas that all lag send every read to the primary at once, which then falls as well.

use std::time::Duration;

/// The bucket.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    /// What a read adds.
    per_read: f64,
    /// What a second adds.
    per_second: f64,
    most: f64,
    level: f64,
    at: Duration,
}

impl Budget {
    /// A full bucket.
    pub(super) fn new(per_read: f64, per_second: f64, most: f64) -> Self {
        Self { per_read, per_second, most, level: most, at: Duration::ZERO }
    }

    /// A read has come.
    pub(super) fn earn(&mut self, now: Duration) {
        self.flow(now);
        self.level = (self.level + self.per_read).min(self.most);
    }

    /// Takes one fallback, or says how long to wait until there is one again.
    pub(super) fn spend(&mut self, now: Duration) -> Result<(), Duration> {
        self.flow(now);
        if self.level >= 1.0 {
            self.level -= 1.0;
            return Ok(());
        }
        let seconds = (1.0 - self.level) / self.per_second;
        Err(Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT))
    }

    fn flow(&mut self, now: Duration) {
        let gone = now.saturating_sub(self.at);
        self.at = self.at.max(now);
        self.level = (self.level + gone.as_secs_f64() * self.per_second).min(self.most);
    }
}

/// Where nothing flows in by time, there is still hope within this.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(5);

    #[test]
    fn an_empty_bucket_says_when_there_is_more() {
        let mut budget = Budget::new(0.2, 10.0, 2.0);
        assert_eq!((budget.spend(NOW), budget.spend(NOW)), (Ok(()), Ok(())));
        assert_eq!(budget.spend(NOW), Err(Duration::from_millis(100)));
        assert_eq!(budget.spend(NOW + Duration::from_millis(100)), Ok(()));
        assert_eq!(Budget::new(0.2, 0.0, 0.5).spend(NOW), Err(LONGEST_WAIT));
    }

    #[test]
    fn every_fifth_read_may_fall_back() {
        let mut budget = Budget::new(0.25, 0.0, 1.0);
        let mut spent = 0;
        for _ in 0..100 {
            budget.earn(NOW);
            spent += u32::from(budget.spend(NOW).is_ok());
        }
        assert_eq!(spent, 25);
    }

    #[test]
    fn a_clock_that_stands_or_goes_back_fills_nothing() {
        let mut budget = Budget::new(0.0, 1.0, 1.0);
        assert_eq!(budget.spend(NOW), Ok(()));
        assert!(budget.spend(NOW).is_err() && budget.spend(Duration::ZERO).is_err());
        assert!(budget.spend(NOW).is_err());
    }
}
