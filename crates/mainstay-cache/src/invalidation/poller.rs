//! Asks again and again, so that the node's knowledge stays young. Never here: what it does with the answers
//! (`coherence::Node`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Target;
use mainstay_runtime::{Clock, Stop};
use mainstay_telemetry::events;
use tokio::sync::Notify;

use super::{InvalidationError, Outbox};
use crate::coherence::Node;
use crate::figures::PollFigures;

/// How often it asks, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// Pause between two polls when nobody says that something changed.
    pub idle_ms: u64,
    /// Longest time that a poll, or connecting, may take.
    pub within_ms: u64,
    /// Pause before it connects again.
    pub retry_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { idle_ms: 50, within_ms: 2_000, retry_ms: 200 }
    }
}

/// Keeps one node's knowledge young. Clones are of the same.
#[derive(Debug, Clone)]
pub struct Poller {
    node: Arc<Node>,
    target: Target,
    clock: Clock,
    config: Config,
    hint: Arc<Notify>,
    figures: Option<PollFigures>,
}

impl Poller {
    /// One for this node and this server.
    pub fn new(node: Arc<Node>, target: Target, clock: Clock, config: Config) -> Self {
        Self { node, target, clock, config, hint: Arc::default(), figures: None }
    }

    /// Its polls are counted.
    pub(crate) fn counted(mut self, figures: PollFigures) -> Self {
        self.figures = Some(figures);
        self
    }

    /// Something may have changed: ask now. A hint that is lost costs a pause.
    pub fn hint(&self) {
        self.hint.notify_one();
    }

    /// Runs until stopped. While the server is away, the node's knowledge ages, and nothing is fresh.
    pub async fn run(self, stop: Stop) {
        let mut is_told = false;
        while !stop.is_stopping() {
            stop.heartbeat();
            let Err(error) = self.follow(&stop, &mut is_told).await else { return };
            if let Some(figures) = &self.figures {
                figures.failed();
            }
            if !std::mem::replace(&mut is_told, true) {
                tracing::warn!(
                    event = events::CACHE_UNHEARD,
                    error = %error,
                    "changes of the database are not heard of; the cache steps aside"
                );
            }
            self.pause(&stop, self.config.retry_ms).await;
        }
    }

    /// Asks over one connection until it fails, or until stopped.
    async fn follow(&self, stop: &Stop, is_told: &mut bool) -> Result<(), InvalidationError> {
        let within = Duration::from_millis(self.config.within_ms);
        let outbox = Outbox::connect(&self.target, within).await?;
        while !stop.is_stopping() {
            let poll = self.node.begin_poll(self.clock.boottime());
            let answer = outbox.poll(poll.since(), within).await?;
            let age = self.node.age(self.clock.boottime());
            let applied = self.node.poll_answer(&poll, answer);
            if let Some(figures) = &self.figures {
                figures.heard(age, applied);
            }
            if std::mem::take(is_told) {
                tracing::info!(event = events::CACHE_HEARD, "changes of the database are heard of again");
            }
            stop.heartbeat();
            self.pause(stop, self.config.idle_ms).await;
        }
        Ok(())
    }

    async fn pause(&self, stop: &Stop, milliseconds: u64) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.hint.notified() => {}
            () = self.clock.sleep(Duration::from_millis(milliseconds)) => {}
        }
    }
}
