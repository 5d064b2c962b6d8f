//! The cache of one name: what is kept is served if it is provably fresh, else read again. Never here: what follows from a
//! change (`coherence`), when the node hears of one (`invalidation`).

mod sharing;

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Read;

use crate::caches::Shared;
use crate::coherence::{Fill, Staleness, Tag};
use crate::config::NameConfig;
use crate::figures::{Ended, Figures, Reason};
use crate::flights::{Flight, Flights, Lead, Outcome, Turn};
use crate::freshness::{Answer, Freshness, LoadError, Source};
use crate::invalidation::Commit;
use crate::level1::{Entry, Level1, Lifetime};
use crate::{Key, KeyPart, Value};

/// Answers of one kind, by keys of type `K`. Clones are the same.
pub struct Cache<K: ?Sized, V> {
    inner: Arc<Inner<V>>,
    keys: PhantomData<fn(&K)>,
}

struct Inner<V> {
    shared: Arc<Shared>,
    config: NameConfig,
    level1: Level1<V>,
    flights: Flights<V>,
    figures: Arc<Figures>,
    name: &'static str,
    sharing: Option<Sharing<V>>,
}

/// How entries look outside of this process.
pub(crate) struct Sharing<V> {
    pub(crate) version: u32,
    pub(crate) encode: fn(&V, &mut Vec<u8>),
    pub(crate) decode: fn(&[u8]) -> Option<V>,
}

/// What one reader asks for.
struct Asked {
    arrived: Duration,
    bound: Duration,
    commit: Option<Commit>,
    stale_for: Option<Duration>,
}

/// Why it must be read, and what is there nevertheless.
struct Missed<V> {
    reason: Reason,
    entry: Option<Arc<Entry<V>>>,
}

impl<K: KeyPart + ?Sized, V: Value> Cache<K, V> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        name: &'static str,
        config: NameConfig,
        figures: Arc<Figures>,
        sharing: Option<Sharing<V>>,
    ) -> Self {
        let level1 = Level1::new(config.max_bytes, figures.evicted.clone());
        let inner = Inner { shared, config, level1, flights: Flights::new(), figures, name, sharing };
        Self { inner: Arc::new(inner), keys: PhantomData }
    }

    /// The answer for `key`, kept or read. `tags` name all that it is made from (a row, an owner's rows, a table:
    /// [`Tag::of_row`] and its like); they are asked for only if it is read. Of those who come at the same time one reads,
    /// and the others take what was read if it is fresh enough for them.
    ///
    /// `load` must read from what it is given, the primary: a replica may not have yet what this node has heard of, and
    /// its old answer would be kept as a new one. It must read nothing before it is called.
    ///
    /// Where it cannot be known whether something is fresh, it is read; the cache itself never fails. Whoever is dropped
    /// while reading for others leaves that to one of them.
    ///
    /// # Errors
    /// What `load` says, also to those who have waited for it.
    pub async fn get_or_load<E, Loading>(
        &self,
        key: &K,
        tags: impl FnOnce() -> Vec<Tag>,
        freshness: Freshness,
        load: impl FnOnce(Read) -> Loading,
    ) -> Result<Answer<V>, LoadError<E>>
    where
        Loading: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        let inner = &*self.inner;
        if freshness == Freshness::Bypass {
            inner.figures.bypassed();
            let value = load(inner.read()).await.map_err(|error| LoadError::Failed(Arc::new(error)))?;
            return Ok(Answer { value: Arc::new(value), source: Source::Loaded });
        }
        let key = Key::of(key);
        let asked = inner.ask(freshness);
        let missed = match inner.look(&key, &asked) {
            Ok(entry) => return Ok(inner.hit(&entry)),
            Err(missed) => missed,
        };
        if missed.reason == Reason::Unheard
            && let Some(answer) = inner.spare(&missed, &asked)
        {
            return Ok(answer);
        }
        let lead = loop {
            let kept = || inner.kept_since(&key, &missed, &asked);
            match inner.flights.turn(&key, kept, || inner.begin()) {
                Turn::Lead(lead) => break lead,
                Turn::Take(entry) => return Ok(inner.hit(&entry)),
                Turn::Wait(flight) => {
                    if let Some(answer) = inner.spare(&missed, &asked) {
                        return Ok(answer);
                    }
                    if let Some(entry) = inner.wait(&flight, &asked).await? {
                        inner.figures.ended(Ended::Joined, missed.reason);
                        return Ok(Answer { value: Arc::clone(&entry.value), source: Source::Joined });
                    }
                }
            }
        };
        let tags = tags();
        if let Some(entry) = inner.import(&key, &tags, &missed, &asked).await {
            inner.figures.ended(Ended::Imported, missed.reason);
            let value = Arc::clone(&entry.value);
            lead.end(Outcome::Loaded(entry));
            return Ok(Answer { value, source: Source::Level2 });
        }
        inner.figures.ended(Ended::Missed, missed.reason);
        let loaded = load(inner.read()).await;
        inner.end(lead, &key, tags, loaded).or_else(|error| inner.spare(&missed, &asked).ok_or(error))
    }

    /// Forgets one entry of this process.
    pub fn remove(&self, key: &K) {
        self.inner.level1.remove(&Key::of(key));
        self.inner.count();
    }

    /// Forgets all entries of this process.
    pub fn clear(&self) {
        self.inner.level1.clear();
        self.inner.count();
    }
}

impl<V: Value> Inner<V> {
    fn now(&self) -> Duration {
        self.shared.clock.boottime()
    }

    fn read(&self) -> Read {
        self.shared.db.read_from_primary()
    }

    fn ask(&self, freshness: Freshness) -> Asked {
        let mut asked =
            Asked { arrived: self.now(), bound: self.shared.bound, commit: None, stale_for: None };
        match freshness {
            Freshness::Bypass | Freshness::Fresh => {}
            Freshness::Within(bound) => asked.bound = bound,
            Freshness::ReadYourWrites(commit) => asked.commit = Some(commit),
            Freshness::StaleOk(most) => asked.stale_for = Some(most),
        }
        asked
    }

    /// What is kept, if it may be served as fresh.
    fn look(&self, key: &Key, asked: &Asked) -> Result<Arc<Entry<V>>, Missed<V>> {
        let Some(entry) = self.level1.get(key) else {
            if !self.is_seen(asked) {
                self.shared.poller.hint();
                return Err(Missed { reason: Reason::Unseen, entry: None });
            }
            return Err(Missed { reason: Reason::Absent, entry: None });
        };
        if let Err(reason) = self.judge(&entry, asked, asked.arrived) {
            if reason == Reason::Unseen {
                self.shared.poller.hint();
            }
            return Err(Missed { reason, entry: Some(entry) });
        }
        // While one reads it again, it is served to the others.
        if asked.arrived >= entry.refresh_at {
            return Err(Missed { reason: Reason::Refresh, entry: Some(entry) });
        }
        Ok(entry)
    }

    fn judge(&self, entry: &Entry<V>, asked: &Asked, now: Duration) -> Result<(), Reason> {
        if !self.is_seen(asked) {
            return Err(Reason::Unseen);
        }
        if now >= entry.expires {
            return Err(Reason::Expired);
        }
        let fresh = self.shared.node.lookup(entry.position, &entry.tags, now, asked.bound);
        fresh.map_err(|staleness| match staleness {
            Staleness::Unheard => Reason::Unheard,
            Staleness::Changed => Reason::Changed,
            Staleness::Flushed => Reason::Flushed,
        })
    }

    fn is_seen(&self, asked: &Asked) -> bool {
        asked.commit.is_none_or(|commit| self.shared.node.has_seen(commit.incarnation, commit.xid))
    }

    /// Another entry than the one that was not served, kept meanwhile.
    fn kept_since(&self, key: &Key, missed: &Missed<V>, asked: &Asked) -> Option<Arc<Entry<V>>> {
        let entry = self.level1.get(key)?;
        let is_same = missed.entry.as_ref().is_some_and(|before| Arc::ptr_eq(before, &entry));
        (!is_same && self.judge(&entry, asked, self.now()).is_ok()).then_some(entry)
    }

    fn begin(&self) -> Fill {
        self.shared.node.begin_fill(self.now())
    }

    /// What may be served although it is to be read, or cannot be.
    fn spare(&self, missed: &Missed<V>, asked: &Asked) -> Option<Answer<V>> {
        let (entry, now) = (missed.entry.as_ref()?, self.now());
        if missed.reason == Reason::Refresh && self.judge(entry, asked, now).is_ok() {
            return Some(self.hit(entry));
        }
        let most = asked.stale_for?;
        (now.saturating_sub(entry.started) <= most).then(|| {
            self.figures.ended(Ended::Stale, missed.reason);
            Answer { value: Arc::clone(&entry.value), source: Source::Stale }
        })
    }

    fn hit(&self, entry: &Entry<V>) -> Answer<V> {
        self.figures.hit(entry.is_negative);
        Answer { value: Arc::clone(&entry.value), source: Source::Level1 }
    }

    /// What somebody reads, if this reader may take it; `None`: read it yourself.
    async fn wait<E>(&self, flight: &Flight<V>, asked: &Asked) -> Result<Option<Arc<Entry<V>>>, LoadError<E>>
    where
        E: Send + Sync + 'static,
    {
        match flight.outcome().await {
            Outcome::Loaded(entry) => Ok(self.may_take(flight, &entry, asked).then_some(entry)),
            Outcome::Abandoned => Ok(None),
            Outcome::Panicked => Err(LoadError::Panicked),
            Outcome::Failed(error) => {
                error.downcast().map_or(Ok(None), |error| Err(LoadError::Failed(error)))
            }
        }
    }

    fn may_take(&self, flight: &Flight<V>, entry: &Entry<V>, asked: &Asked) -> bool {
        if entry.is_imported {
            return self.judge(entry, asked, self.now()).is_ok();
        }
        let Asked { arrived, bound, .. } = *asked;
        let may_join = || self.shared.node.may_join(&flight.fill, arrived, &entry.tags, self.now(), bound);
        flight.is_sent_since(arrived) || (self.is_seen(asked) && may_join())
    }

    /// Keeps what was read, if that may be, and tells those who wait.
    fn end<E: Send + Sync + 'static>(
        &self,
        lead: Lead<'_, V>,
        key: &Key,
        tags: Vec<Tag>,
        loaded: Result<V, E>,
    ) -> Result<Answer<V>, LoadError<E>> {
        let fill = &lead.flight.fill;
        self.figures.loaded(self.now().saturating_sub(fill.started));
        match loaded {
            Ok(value) => {
                let entry = self.keep(key, value, tags, fill);
                let value = Arc::clone(&entry.value);
                lead.end(Outcome::Loaded(entry));
                Ok(Answer { value, source: Source::Loaded })
            }
            Err(error) => {
                self.figures.failed.inc();
                let error = Arc::new(error);
                lead.end(Outcome::Failed(Arc::clone(&error) as _));
                Err(LoadError::Failed(error))
            }
        }
    }

    fn keep(&self, key: &Key, value: V, tags: Vec<Tag>, fill: &Fill) -> Arc<Entry<V>> {
        let position = self.shared.node.end_fill(fill);
        let lifetime = self.lifetime(fill.started, value.is_negative());
        let is_few = tags.len() <= self.shared.tags_most;
        let entry = Entry::new(key, Arc::new(value), tags.into(), position.unwrap_or_default(), lifetime);
        let entry = Arc::new(entry);
        // What has changed meanwhile would never be served.
        let is_unchanged =
            |position| self.shared.node.lookup(position, &entry.tags, self.now(), Duration::MAX).is_ok();
        let is_worth = is_few && lifetime.expires > lifetime.started && position.is_some_and(is_unchanged);
        if is_worth && self.level1.insert(key.clone(), Arc::clone(&entry)) {
            self.count();
            self.offer(key, &entry, fill);
        } else {
            self.figures.refused.inc();
        }
        entry
    }

    fn lifetime(&self, started: Duration, is_negative: bool) -> Lifetime {
        let ttl_ms = if is_negative { self.config.negative_ttl_ms } else { self.config.ttl_ms };
        let spread = ttl_ms * u64::from(self.config.jitter_percent) / 100;
        let ttl_ms = ttl_ms - spread + self.shared.random.below(2 * spread + 1);
        let refresh_ms = ttl_ms * u64::from(self.config.refresh_after_percent) / 100;
        let after = |milliseconds| started.saturating_add(Duration::from_millis(milliseconds));
        Lifetime { started, refresh_at: after(refresh_ms), expires: after(ttl_ms) }
    }

    fn count(&self) {
        self.figures.holds(self.level1.len(), self.level1.weight());
    }
}

impl<K: ?Sized, V> Clone for Cache<K, V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), keys: PhantomData }
    }
}

impl<K: ?Sized, V> std::fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Cache(…)")
    }
}
