//! Asks again and again, so that the node's knowledge stays young. Never here: what it does with the answers
//! (`coherence::Node`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Target;
use mainstay_runtime::{Clock, Stop};
use mainstay_telemetry::events;
use tokio::sync::Notify;

use super::changes::Followers;
use super::{Changes, InvalidationError, Outbox};
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
    /// Most events that a poll brings; with more the node begins anew.
    pub events_most: u32,
    /// So many polls in a row that took too long, and the node begins anew: the next asks for no events.
    pub late_most: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { idle_ms: 50, within_ms: 2_000, retry_ms: 200, events_most: 10_000, late_most: 3 }
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
    followers: Followers,
    asks_for_log: bool,
}

impl Poller {
    /// One for this node and this server.
    pub fn new(node: Arc<Node>, target: Target, clock: Clock, config: Config) -> Self {
        let (hint, followers) = (Arc::default(), Followers::default());
        Self { node, target, clock, config, hint, figures: None, followers, asks_for_log: false }
    }

    /// Its polls are counted.
    pub(crate) fn counted(mut self, figures: PollFigures) -> Self {
        self.figures = Some(figures);
        self
    }

    /// What the polls bring from now on, for whom so many tags wait at most.
    pub fn changes(&self, most: usize) -> Changes {
        self.followers.join(most)
    }

    /// It hears also of where the log ends ([`Node::shows`]), where sessions read from replicas.
    #[must_use]
    pub fn with_log(mut self, asks_for_log: bool) -> Self {
        self.asks_for_log = asks_for_log;
        self
    }

    /// Something may have changed: ask now. A hint that is lost costs a pause.
    pub fn hint(&self) {
        self.hint.notify_one();
    }

    /// Runs until stopped. While the server is away, the node's knowledge ages, and nothing is fresh.
    pub async fn run(self, stop: Stop) {
        let (mut is_told, mut late) = (false, 0);
        while !stop.is_stopping() {
            stop.heartbeat();
            let Err(error) = self.follow(&stop, &mut is_told, &mut late).await else { return };
            // Where the log ended may be the end of one that a crash has cut shorter.
            self.node.forget_log();
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
            // Hints do not cut this short: a server that is away is not to be hit by as many attempts as others commit.
            tokio::select! {
                () = stop.stopped() => {}
                () = self.clock.sleep(Duration::from_millis(self.config.retry_ms)) => {}
            }
        }
    }

    /// Asks over one connection until it fails, or until stopped.
    async fn follow(&self, stop: &Stop, is_told: &mut bool, late: &mut u32) -> Result<(), InvalidationError> {
        let within = Duration::from_millis(self.config.within_ms);
        let outbox = Outbox::connect(&self.target, within).await?.with_log(self.asks_for_log);
        while !stop.is_stopping() {
            let poll = self.node.begin_poll(self.clock.boottime());
            let answer = outbox.poll(poll.since(), self.config.events_most, within).await;
            // A server that cannot be reached is late with its connections: nothing is too much for it then.
            *late = if matches!(answer, Err(InvalidationError::Late(_))) { *late + 1 } else { 0 };
            if *late >= self.config.late_most {
                self.node.forget();
            }
            let answer = answer?;
            let age = self.node.age(self.clock.boottime());
            let told = self.followers.is_any().then(|| answer.events.clone());
            let applied = self.node.poll_answer(&poll, answer);
            if let Some(events) = told {
                self.followers.tell(applied, &events);
            }
            if let Some(figures) = &self.figures {
                figures.heard(age, applied);
            }
            if std::mem::take(is_told) {
                tracing::info!(event = events::CACHE_HEARD, "changes of the database are heard of again");
            }
            stop.heartbeat();
            self.pause(stop).await;
        }
        Ok(())
    }

    async fn pause(&self, stop: &Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.hint.notified() => {}
            () = self.clock.sleep(Duration::from_millis(self.config.idle_ms)) => {}
        }
    }
}
