//! The task that purges a cache further out: all that the node hears of, at once and again. Never here: how it is asked
//! (`provider`), when what is due (`due`).

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use futures_util::FutureExt;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Caches, Change};
use mainstay_runtime::{Clock, Effects, Random, Stop, Supervisor};
use mainstay_telemetry::{Registry, events};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;

use super::due::{Due, Times, Work};
use super::{Provider, ProviderError, Purge, PurgeConfig, PurgeError};

/// The name of the task.
const PURGING: &str = "cache purging";
/// How often it beats at least while nothing happens.
const BEAT: Duration = Duration::from_secs(10);
/// Second purges of one tag are so many at most.
const STEPS: u32 = 8;

/// Purges one cache further out of what changes. Everything is purged when it starts, and again after the time in which an
/// older answer could be stored.
#[derive(Debug)]
pub struct Purger<P> {
    caches: Caches,
    purge: P,
    only: Option<BTreeSet<Tag>>,
    times: Times,
    config: PurgeConfig,
    clock: Clock,
    random: Random,
    figures: Figures,
}

impl Purger<Provider> {
    /// Starts one for each cache that the configuration names. Of the changes only those count that have one of the tags
    /// `only`, as with [`Purger::only`].
    ///
    /// # Errors
    /// What of the configuration cannot be used.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start_all(
        caches: &Caches,
        config: &PurgeConfig,
        only: Option<&[Tag]>,
        effects: &Effects,
        registry: &Registry,
        supervisor: &Supervisor,
    ) -> Result<(), ProviderError> {
        for provider in Provider::all(config)? {
            let purger = Self::new(caches, config, provider, effects, registry);
            match only {
                Some(tags) => purger.only(tags).start(supervisor),
                None => purger.start(supervisor),
            }
        }
        Ok(())
    }
}

impl<P: Purge> Purger<P> {
    /// One that purges by `purge` what `caches` hear of.
    pub fn new(
        caches: &Caches,
        config: &PurgeConfig,
        purge: P,
        effects: &Effects,
        registry: &Registry,
    ) -> Self {
        let again_after = caches.bound().saturating_add(config.response_time);
        let times = Times {
            again_after,
            step: again_after / STEPS,
            everything_pause: config.everything_pause,
            most: config.waiting_most,
        };
        Self {
            figures: Figures::new(purge.target(), registry),
            caches: caches.clone(),
            purge,
            only: None,
            times,
            config: config.clone(),
            clock: effects.clock.clone(),
            random: effects.random.clone(),
        }
    }

    /// Only changes that have one of these tags: those of the tables that answers for everybody are made from
    /// ([`Tag::of_table`]), which every change of them has, and those that are told by hand. Without it each change is purged.
    #[must_use]
    pub fn only(mut self, tags: &[Tag]) -> Self {
        self.only = Some(tags.iter().copied().collect());
        self
    }

    /// Purges until the supervisor stops it.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn start(self, supervisor: &Supervisor) {
        let purger = Arc::new(self);
        // A purge, as long as it may take, and the pause between two looks.
        let beats_within = purger.config.timeout + 2 * BEAT;
        supervisor.spawn_resident(PURGING, beats_within, move |stop| Arc::clone(&purger).run(stop));
    }

    async fn run(self: Arc<Self>, stop: Stop) {
        tokio::select! {
            () = stop.stopped() => {}
            () = self.purge_on(&stop) => {}
        }
    }

    /// What it has not done when it is dropped is part of everything, with which it begins.
    async fn purge_on(&self, stop: &Stop) {
        let (changes, mut due) = (self.caches.changes(self.times.most), Due::new(self.times));
        let (mut failures, mut not_before) = (0_u32, Duration::ZERO);
        loop {
            stop.heartbeat();
            while let Some(change) = changes.next().now_or_never() {
                due.hear(self.clock.boottime(), self.wanted(change));
            }
            self.figures.waiting.set(i64::try_from(due.tags()).unwrap_or(i64::MAX));
            let now = self.clock.boottime();
            let work = if now < not_before { None } else { due.take(now, self.purge.tags_most()) };
            let Some(work) = work else {
                let pause = due.next_at().map_or(BEAT, |at| at.max(not_before).saturating_sub(now)).min(BEAT);
                tokio::select! {
                    change = changes.next() => due.hear(self.clock.boottime(), self.wanted(change)),
                    () = self.clock.sleep(pause) => {}
                }
                continue;
            };
            let done = self.do_now(&work).await;
            self.tell(&work, &done, failures);
            failures = if done.is_ok() { 0 } else { failures.saturating_add(1) };
            if done.is_err() {
                due.put_back(work);
                not_before = self.clock.boottime().saturating_add(self.pause_after(failures));
            }
        }
    }

    async fn do_now(&self, work: &Work) -> Result<(), PurgeError> {
        match work {
            Work::Everything => self.purge.purge_all().await,
            Work::Tags(tags) => self.purge.purge(tags).await,
        }
    }

    fn wanted(&self, change: Change) -> Change {
        match (change, &self.only) {
            (Change::Events(mut events), Some(only)) => {
                events.retain(|tags| tags.iter().any(|tag| only.contains(tag)));
                Change::Events(events)
            }
            (change, _) => change,
        }
    }

    /// Between half and all of the pause, which doubles.
    fn pause_after(&self, failures: u32) -> Duration {
        let doubled = self.config.retry_pause.saturating_mul(1 << failures.saturating_sub(1).min(20));
        let whole = doubled.min(self.config.retry_pause_most);
        let half = whole / 2;
        half + Duration::from_nanos(self.random.below(u64::try_from(half.as_nanos()).unwrap_or(u64::MAX) + 1))
    }

    fn tell(&self, work: &Work, done: &Result<(), PurgeError>, failures: u32) {
        self.figures.count(work, done.is_ok());
        let target = self.purge.target();
        match done {
            Err(error) if failures == 0 => tracing::warn!(
                event = events::CACHE_UNPURGED,
                cache.target = target,
                error = error as &(dyn Error + 'static),
                "a cache further out cannot be purged and may serve what is outdated; it is tried again"
            ),
            Ok(()) if failures > 0 => tracing::info!(
                event = events::CACHE_PURGED,
                cache.target = target,
                "a cache further out is purged again"
            ),
            _ => {}
        }
        if done.is_ok() && *work == Work::Everything {
            tracing::info!(
                event = events::CACHE_PURGED_WHOLE,
                cache.target = target,
                "everything was purged further out"
            );
        }
    }
}

/// What became of the purges of one cache.
#[derive(Debug)]
struct Figures {
    /// Of tags and of everything: done, failed.
    requests: [[Counter; 2]; 2],
    tags: Counter,
    waiting: Gauge<i64, AtomicI64>,
}

impl Figures {
    fn new(target: &str, registry: &Registry) -> Self {
        let help = "Purges of a cache further out, of what and how they ended.";
        let requests = registry.counter("cache_purges", help, &["target", "what", "outcome"]);
        let of = |what| ["done", "failed"].map(|outcome| requests.with(&[target, what, outcome]));
        let tags = registry.counter("cache_purged_tags", "Tags that were purged further out.", &["target"]);
        let help = "Tags that wait to be purged further out, now or for the second time.";
        let waiting = registry.gauge("cache_purges_waiting", help, &["target"]).with(&[target]);
        Self { requests: ["tags", "everything"].map(of), tags: tags.with(&[target]), waiting }
    }

    fn count(&self, work: &Work, is_done: bool) {
        let what = usize::from(*work == Work::Everything);
        self.requests[what][usize::from(!is_done)].inc();
        if let (Work::Tags(tags), true) = (work, is_done) {
            self.tags.inc_by(tags.len() as u64);
        }
    }
}
