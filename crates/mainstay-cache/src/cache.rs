//! The cache of one name: what is kept is served if it is provably fresh, else read again. Never here: what follows from a
//! change (`coherence`), when the node hears of one (`invalidation`).

mod behind;
mod held;
mod reading;
mod sharing;

use std::marker::PhantomData;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, OnceLock};

use mainstay_db::replicas::Token;
use mainstay_db::{Read, causality};

use crate::caches::Shared;
use crate::coherence::{Staleness, Tag, nanoseconds};
use crate::config::NameConfig;
use crate::figures::{Ended, Figures, Reason};
use crate::flights::Flights;
use crate::freshness::{Answer, Freshness, LoadError, Source};
use crate::hot::Hot;
use crate::invalidation::Commit;
use crate::level1::{Entry, Level1};
use crate::notes::Noted;
use crate::operations::Held;
use crate::{Key, KeyPart, Value, nesting};

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
    /// How often entries have been forgotten: what was being read meanwhile is not kept.
    removals: AtomicU64,
    hot: Arc<Hot>,
    /// How two answers are compared, if they are.
    same: OnceLock<fn(&V, &V) -> bool>,
}

/// How entries look outside of this process.
pub(crate) struct Sharing<V> {
    pub(crate) version: u32,
    pub(crate) encode: fn(&V, &mut Vec<u8>),
    pub(crate) decode: fn(&[u8]) -> Option<V>,
}

/// What one reader asks for. Times are in nanoseconds, as the entries have them.
struct Asked {
    arrived: u64,
    bound: u64,
    commit: Option<Commit>,
    seen: Option<Token>,
    stale_for: Option<u64>,
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
        let inner = Inner {
            shared,
            level1,
            flights: Flights::new(),
            figures,
            name,
            sharing,
            removals: AtomicU64::new(0),
            hot: Arc::new(Hot::new(config.hot_most)),
            same: OnceLock::new(),
            config,
        };
        Self { inner: Arc::new(inner), keys: PhantomData }
    }

    /// What it keeps, for operators.
    pub(crate) fn held(&self) -> Arc<dyn Held> {
        Arc::<Inner<V>>::clone(&self.inner)
    }

    /// The answer for `key`, kept or read. `tags` name all that it is made from (a row, an owner's rows, a table:
    /// [`Tag::of_row`] and its like); they are asked for only if it is read. Of those who come at the same time one reads,
    /// and the others take what was read if it is fresh enough for them.
    ///
    /// `load` must read from what it is given, the primary: a replica may not have yet what this node has heard of, and
    /// its old answer would be kept as a new one. It must read nothing before it is called.
    ///
    /// Where it cannot be known whether something is fresh, it is read. Whoever is dropped while reading for others leaves
    /// that to one of them; who has waited for [`NameConfig::wait_ms`], or would wait for himself, reads for himself.
    ///
    /// `load` may ask the cache, in the same task: its answer is then made from theirs, too, and ends with the first of
    /// them. Their freshness is what it asks for.
    ///
    /// # Errors
    /// What `load` says, also to those who have waited for it; [`LoadError::Busy`] if too many read while the cache cannot
    /// help.
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
            // Apart, as what is missed.
            return Box::pin(inner.bypass(load)).await;
        }
        let (key, asked) = (Key::of(key), inner.ask(freshness));
        match inner.look(&key, &asked) {
            Ok(entry) => Ok(inner.hit(entry)),
            // Apart, so that who is served at once does not pay for the place that waiting takes.
            Err(missed) => Box::pin(inner.miss(key, asked, missed, tags, load)).await,
        }
    }

    /// The answer for `key` if it is kept and fresh enough, at once and without reading; else `None`, and
    /// [`Cache::get_or_load`] reads it. Only hits count in the figures: who asks further is counted there.
    #[inline]
    pub fn get(&self, key: &K, freshness: Freshness) -> Option<Answer<V>> {
        if freshness == Freshness::Bypass {
            return None;
        }
        let inner = &*self.inner;
        inner.look(&Key::of(key), &inner.ask(freshness)).ok().map(|entry| inner.hit(entry))
    }

    /// The keys that are hit most, those first, with how often, about; for whoever warms another process by them
    /// ([`Key::as_bytes`]). Of [`NameConfig::hot_most`] at most.
    pub fn hot(&self, most: usize) -> Vec<(Key, u64)> {
        self.inner.hot.top(most)
    }

    /// The keys that are hit most are noted in the database, every [`crate::Config::hot_note_every_ms`] and when the
    /// process stops, for whoever starts anew ([`crate::Caches::hottest`]). To be said once.
    #[must_use]
    pub fn noted(self) -> Self {
        let (name, hot) = (self.inner.name, Arc::clone(&self.inner.hot));
        self.inner.shared.noted().push(Noted { name, hot });
        self
    }

    /// Forgets one entry of this process. What is being read meanwhile is not kept, and who asks from now on does not wait
    /// for it.
    pub fn remove(&self, key: &K) {
        self.inner.forget(&Key::of(key));
    }

    /// Forgets all entries of this process, as [`Cache::remove`] does.
    pub fn clear(&self) {
        self.inner.forget_all();
    }
}

impl<V: Value> Inner<V> {
    /// In nanoseconds.
    fn now(&self) -> u64 {
        nanoseconds(self.shared.clock.boottime())
    }

    fn read(&self) -> Read {
        self.shared.db.read_from_primary()
    }

    #[inline]
    fn ask(&self, freshness: Freshness) -> Asked {
        let (arrived, bound) = (self.now(), self.shared.bound_ns);
        let mut asked = Asked { arrived, bound, commit: None, seen: None, stale_for: None };
        match freshness {
            Freshness::Bypass | Freshness::Fresh => {}
            Freshness::Within(bound) => asked.bound = nanoseconds(bound),
            Freshness::ReadYourWrites(commit) => asked.commit = Some(commit),
            Freshness::NotBehind { commit, seen } => (asked.commit, asked.seen) = (commit, Some(seen)),
            Freshness::StaleOk(most) => asked.stale_for = Some(nanoseconds(most)),
        }
        asked
    }

    /// What is kept, if it may be served as fresh.
    #[inline]
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
        if asked.arrived >= entry.due {
            return Err(Missed { reason: Reason::Refresh, entry: Some(entry) });
        }
        self.hot.hit(key);
        Ok(entry)
    }

    /// However old that knowledge is.
    fn is_unchanged(&self, entry: &Entry<V>) -> bool {
        self.shared.node.lookup_at(entry.position, &entry.slots, self.now(), u64::MAX).is_ok()
    }

    #[inline]
    fn judge(&self, entry: &Entry<V>, asked: &Asked, now: u64) -> Result<(), Reason> {
        if !self.is_seen(asked) {
            return Err(Reason::Unseen);
        }
        if now >= entry.due && now >= entry.expires {
            return Err(Reason::Expired);
        }
        let fresh = self.shared.node.lookup_at(entry.position, &entry.slots, now, asked.bound);
        fresh.map_err(|staleness| match staleness {
            Staleness::Unheard => Reason::Unheard,
            Staleness::Changed => Reason::Changed,
            Staleness::Flushed => Reason::Flushed,
        })
    }

    fn is_seen(&self, asked: &Asked) -> bool {
        let node = &self.shared.node;
        asked.commit.is_none_or(|commit| node.has_seen(commit.incarnation, commit.xid))
            && asked.seen.is_none_or(|seen| node.shows(&seen))
    }

    /// Another entry than the one that was not served, kept meanwhile.
    fn kept_since(&self, key: &Key, missed: &Missed<V>, asked: &Asked) -> Option<Arc<Entry<V>>> {
        let entry = self.level1.get(key)?;
        let is_same = missed.entry.as_ref().is_some_and(|before| Arc::ptr_eq(before, &entry));
        (!is_same && self.judge(&entry, asked, self.now()).is_ok()).then_some(entry)
    }

    /// What may be served although it is to be read, or cannot be.
    fn spare(&self, missed: &Missed<V>, asked: &Asked) -> Option<Answer<V>> {
        let (entry, now) = (missed.entry.as_ref()?, self.now());
        if missed.reason == Reason::Refresh && self.judge(entry, asked, now).is_ok() {
            return Some(self.hit(Arc::clone(entry)));
        }
        let most = asked.stale_for?;
        (now.saturating_sub(entry.started) <= most).then(|| {
            self.figures.ended(Ended::Stale, missed.reason);
            self.give(Arc::clone(entry), Source::Stale)
        })
    }

    #[inline]
    fn hit(&self, entry: Arc<Entry<V>>) -> Answer<V> {
        self.figures.hit(entry.is_negative);
        self.give(entry, Source::Level1)
    }

    /// Every answer but those that bypass the cache goes this way.
    #[inline]
    fn give(&self, entry: Arc<Entry<V>>, source: Source) -> Answer<V> {
        nesting::given(&entry, || self.is_unchanged(&entry));
        self.saw(entry.shown.as_deref().copied());
        Answer::new(entry, source)
    }

    /// Whom a replica answers next has seen as much.
    #[inline]
    fn saw(&self, shown: Option<Token>) {
        if self.shared.has_replicas
            && let Some(session) = causality::current()
        {
            session.saw(shown);
        }
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
