//! How many jobs of a queue with limits may begin now, and when more may. Pure. Never here: counting what runs.

use std::time::Duration;

/// What is known of a queue with limits, while nobody else takes of it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Standing {
    /// So many may run, and so many do.
    pub(crate) running_most: Option<u64>,
    pub(crate) running: u64,
    pub(crate) bucket: Option<Bucket>,
}

/// A bucket of tokens: each job that begins takes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) per_s: f64,
    pub(crate) burst: f64,
    /// So many were in it then.
    pub(crate) tokens: f64,
    /// So long ago, in seconds. A clock that was set back says less than nothing.
    pub(crate) age_s: f64,
}

/// The shortest pause before a bucket is looked into again: what fills quicker begins several at a time.
const SHORTEST: Duration = Duration::from_millis(20);

impl Standing {
    /// So many more may begin.
    pub(crate) fn room(&self) -> u64 {
        let places = self.running_most.map_or(u64::MAX, |most| most.saturating_sub(self.running));
        places.min(self.bucket.map_or(u64::MAX, |bucket| bucket.level() as u64))
    }

    /// When so many of `wanted` have begun: how long until more may, if time alone decides that.
    pub(crate) fn pause(&self, begun: u64, wanted: u64) -> Option<Duration> {
        let bucket = self.bucket?;
        let is_full = self.running_most.is_some_and(|most| self.running + begun >= most);
        if begun >= wanted || is_full || begun < self.room() {
            return None;
        }
        let left = bucket.level() - begun as f64;
        let seconds = (1.0 - left).max(0.0) / bucket.per_s;
        Some(Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX).max(SHORTEST))
    }
}

impl Bucket {
    /// What is in it by now.
    pub(crate) fn level(&self) -> f64 {
        (self.tokens + self.age_s.max(0.0) * self.per_s).clamp(0.0, self.burst)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whoever looks whenever they like, no more begin in any time than its share and a burst.
        #[test]
        fn no_more_begin_than_the_rate_and_a_burst(
            per_s in 0.01_f64..1_000.0, burst in 1.0_f64..50.0,
            looks in prop::collection::vec((0.0_f64..2.0, 0_u64..40), 1..60),
        ) {
            let mut bucket = Bucket { per_s, burst, tokens: burst, age_s: 0.0 };
            let (mut now, mut begun) = (0.0, Vec::new());
            for (pause, wanted) in looks {
                now += pause;
                let standing = Standing { bucket: Some(Bucket { age_s: pause, ..bucket }), ..Standing::default() };
                let taken = standing.room().min(wanted);
                let level = Bucket { age_s: pause, ..bucket }.level();
                bucket.tokens = level - taken as f64;
                begun.push((now, taken));
                if taken < wanted {
                    let again = standing.pause(taken, wanted).unwrap().as_secs_f64();
                    let later = Bucket { age_s: again * 1.000_001, ..bucket };
                    prop_assert!(later.level() >= 0.999_999, "a token is there when it was promised");
                }
            }
            for from in 0..begun.len() {
                let mut sum = 0;
                for (at, taken) in &begun[from..] {
                    sum += taken;
                    let most = burst + per_s * (at - begun[from].0) + 1e-6;
                    prop_assert!(sum as f64 <= most, "{sum} of {most}");
                }
            }
        }
    }

    #[test]
    fn places_and_tokens_both_count_and_time_alone_fills_a_bucket() {
        let bucket = Bucket { per_s: 10.0, burst: 5.0, tokens: 0.5, age_s: 0.2 };
        let both = Standing { running_most: Some(10), running: 7, bucket: Some(bucket) };
        assert_eq!((both.room(), both.pause(2, 9)), (2, Some(Duration::from_millis(50))));
        assert_eq!(both.pause(1, 9), None, "there was nothing to take");
        assert_eq!(both.pause(2, 2), None, "nobody wants more");
        let full = Standing { running: 10, ..both };
        assert_eq!((full.room(), full.pause(0, 9)), (0, None), "a place is needed, and that is told");
        let over = Standing { running: 11, ..both };
        assert_eq!(over.room(), 0);
        assert_eq!(Standing::default().room(), u64::MAX);
        let back = Bucket { age_s: -1_000.0, ..bucket };
        assert!((back.level() - 0.5).abs() < 1e-9);
    }
}
