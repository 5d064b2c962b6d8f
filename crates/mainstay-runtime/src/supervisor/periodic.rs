//! Work that comes back every so often. Never here: what it is, and that it is started again after a panic.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use super::{FIRST_PAUSE, FIRST_ROUND_WITHIN, backoff};
use crate::{Effects, Stop};

/// The rounds of one periodic task.
pub(super) struct Rounds<F> {
    name: &'static str,
    every: Duration,
    effects: Effects,
    /// Shared by the run at work and the ones after it; a panic does not poison this lock.
    round: Arc<Mutex<F>>,
}

impl<F> Clone for Rounds<F> {
    fn clone(&self) -> Self {
        Self { effects: self.effects.clone(), round: Arc::clone(&self.round), ..*self }
    }
}

impl<F, Fut, E> Rounds<F>
where
    F: FnMut() -> Fut + Send + 'static,
    Fut: Future<Output = Result<(), E>> + Send + 'static,
    E: Display + Send + 'static,
{
    pub(super) fn new(name: &'static str, every: Duration, effects: Effects, round: F) -> Self {
        Self { name, every, effects, round: Arc::new(Mutex::new(round)) }
    }

    /// Round after round until the stop.
    pub(super) async fn run(self, stop: Stop) {
        let mut round = self.round.lock().await;
        let mut pause = backoff::part_of(self.every.min(FIRST_ROUND_WITHIN), &self.effects.random);
        let mut failures: u32 = 0;
        loop {
            tokio::select! {
                biased;
                () = stop.stopped() => return,
                () = self.effects.clock.sleep(pause) => {}
            }
            stop.heartbeat();
            let done = round().await;
            stop.heartbeat();
            (failures, pause) = match done {
                Ok(()) => (0, self.every),
                Err(error) => self.failed(failures.saturating_add(1), &error),
            };
        }
    }

    fn failed(&self, failures: u32, error: &E) -> (u32, Duration) {
        let pause = backoff::pause_after(failures, FIRST_PAUSE, self.every, &self.effects.random);
        tracing::warn!(
            event = "task.round_failed",
            task.name = self.name,
            task.pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX),
            error = format!("{error:#}"),
            "a round of a task failed; it is tried again"
        );
        (failures, pause)
    }
}

#[cfg(test)]
mod tests;
