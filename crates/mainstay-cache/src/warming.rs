//! What comes of asking, before a process is ready, for what was asked for most. Never here: which keys those are
//! (`notes`), how an application asks for them.

use std::time::Duration;

use mainstay_telemetry::events;

use crate::Caches;
use crate::figures::SECONDS;

/// Between two looks whether the node has heard.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Warmed {
    /// Questions that were asked again.
    pub asked: usize,
    /// Of these, those that were answered.
    pub warmed: usize,
    /// Of these, those that were not: what is gone, and what took too long.
    pub failed: usize,
    /// Notes that stand for no question, or for one that nobody may ask any more.
    pub skipped: usize,
    /// How long it took.
    pub took: Duration,
}

impl Caches {
    /// Waits until the node has heard from the database for the first time: what is read before is not kept. Where it is
    /// not started, for ever.
    pub async fn heard(&self) {
        while self.age().is_none() {
            self.0.clock.sleep(LOOK_EVERY).await;
        }
    }

    /// Counts what came of a warming, and tells it in the log.
    pub fn count_warmed(&self, warmed: &Warmed) {
        let Warmed { asked, warmed, failed, skipped, took } = *warmed;
        let counter = self.0.registry.counter(
            "cache_warmed",
            "Questions that were noted as asked for most and asked again, by what came of it.",
            &["outcome"],
        );
        for (outcome, count) in [("warmed", warmed), ("failed", failed), ("skipped", skipped)] {
            counter.with(&[outcome]).inc_by(count as u64);
        }
        let seconds = "Time that asking again for what was asked for most took.";
        let seconds = self.0.registry.histogram("cache_warming_seconds", seconds, SECONDS, &[]);
        seconds.with(&[]).observe(took.as_secs_f64());
        tracing::info!(
            event = events::CACHE_WARMED,
            cache.asked = asked,
            cache.warmed = warmed,
            cache.failed = failed,
            cache.skipped = skipped,
            took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "what was asked for most has been read"
        );
    }
}
