//! What is read behind an answer: it is read again ahead of its end, and now and then it is compared with what the database
//! says. Never here: what the asker gets.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mainstay_db::Read;
use mainstay_telemetry::events;
use tokio::sync::OwnedSemaphorePermit;

use super::{Asked, Cache, Inner, Missed};
use crate::coherence::{Tag, nanoseconds};
use crate::figures::{Ended, Reason};
use crate::flights::Turn;
use crate::freshness::{Answer, Freshness, LoadError};
use crate::level1::Entry;
use crate::{Key, KeyPart, Value, hot, nesting};

/// The name of the tasks that read behind answers.
const BEHIND: &str = "cache reading behind";
/// Between two looks whether the node has heard.
const LOOK_EVERY: Duration = Duration::from_millis(10);

impl<K: KeyPart + ?Sized, V: Value> Cache<K, V> {
    /// As [`Cache::get_or_load`], and what is to be read again ahead of its end is read behind the answer, which everybody
    /// gets at once. So are the answers that are compared with the database's ([`Cache::checked`]). Of such reads
    /// [`crate::Config::behind_most`] run at the same time.
    ///
    /// # Errors
    /// As [`Cache::get_or_load`]. What is read behind an answer fails unseen, but for the figures.
    pub async fn get_or_load_behind<E, Loading>(
        &self,
        key: &K,
        tags: impl FnOnce() -> Vec<Tag> + Send + 'static,
        freshness: Freshness,
        load: impl FnOnce(Read) -> Loading + Send + 'static,
    ) -> Result<Answer<V>, LoadError<E>>
    where
        Loading: Future<Output = Result<V, E>> + Send + 'static,
        E: Send + Sync + 'static,
    {
        let inner = &self.inner;
        if freshness == Freshness::Bypass {
            // Apart, as what is missed.
            return Box::pin(inner.bypass(load)).await;
        }
        let (key, asked) = (Key::of(key), inner.ask(freshness));
        match inner.look(&key, &asked) {
            Ok(entry) => {
                if inner.is_to_be_checked()
                    && let Some(place) = inner.place()
                {
                    let (cache, kept) = (Arc::clone(inner), Arc::clone(&entry));
                    inner.behind(place, async move { cache.check(&key, &kept, tags, load).await });
                }
                Ok(inner.hit(entry))
            }
            Err(Missed { reason: Reason::Refresh, entry: Some(entry) }) if inner.is_started() => {
                if !entry.is_refreshing.swap(true, Ordering::Relaxed) {
                    match inner.place() {
                        Some(place) => {
                            let (cache, kept) = (Arc::clone(inner), Arc::clone(&entry));
                            inner.behind(
                                place,
                                async move { cache.refresh(key, asked, kept, tags, load).await },
                            );
                        }
                        None => entry.is_refreshing.store(false, Ordering::Relaxed),
                    }
                }
                Ok(inner.hit(entry))
            }
            Err(missed) => Box::pin(inner.miss(key, asked, missed, tags, load)).await,
        }
    }
}

impl<K: ?Sized, V: Value + PartialEq> Cache<K, V> {
    /// From now on one in [`crate::NameConfig::check_one_in`] hits of [`Cache::get_or_load_behind`] is read again behind
    /// the answer and compared. One that differs, and whose tags still say that nothing has changed after everything has
    /// been heard of that the read could see, lacks a tag: it is counted, told in the log, and forgotten.
    #[must_use]
    pub fn checked(self) -> Self {
        // Said twice, it is the same.
        let _ = self.inner.same.set(V::eq);
        self
    }
}

impl<V: Value> Inner<V> {
    fn is_to_be_checked(&self) -> bool {
        self.same.get().is_some() && hot::one_in(self.config.check_one_in)
    }

    fn is_started(&self) -> bool {
        self.shared.supervisor.get().is_some()
    }

    /// To read behind an answer; `None`: too many do.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.behind).try_acquire_owned().ok()
    }

    fn behind(&self, place: OwnedSemaphorePermit, work: impl Future<Output = ()> + Send + 'static) {
        let Some(supervisor) = self.shared.supervisor.get() else { return };
        supervisor.spawn(BEHIND, |stop| async move {
            tokio::select! {
                () = work => {}
                () = stop.stopped() => {}
            }
            drop(place);
        });
    }

    async fn refresh<E, Loading>(
        self: Arc<Self>,
        key: Key,
        asked: Asked,
        entry: Arc<Entry<V>>,
        tags: impl FnOnce() -> Vec<Tag>,
        load: impl FnOnce(Read) -> Loading,
    ) where
        Loading: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        // Whatever comes of it, another one may try.
        let _tried = Tried(&entry);
        let missed = Missed { reason: Reason::Refresh, entry: Some(Arc::clone(&entry)) };
        let kept = || self.kept_since(&key, &missed, &asked);
        if let Turn::Lead(lead) = self.flights.turn(&key, kept, || self.begin()) {
            self.figures.ended(Ended::Missed, Reason::Refresh);
            let loaded = self.load(lead.flight.number(), load).await;
            // Who waits for it is told of an error, and the figures.
            let _ = self.end(lead.into(), &key, &tags(), loaded);
        }
    }

    async fn check<E, Loading>(
        self: Arc<Self>,
        key: &Key,
        entry: &Arc<Entry<V>>,
        tags: impl FnOnce() -> Vec<Tag>,
        load: impl FnOnce(Read) -> Loading,
    ) where
        Loading: Future<Output = Result<V, E>>,
    {
        let (Some(same), clock) = (self.same.get(), &self.shared.clock) else { return };
        let (Ok(value), _) = nesting::reading(0, async { load(self.read()).await }).await else { return };
        self.figures.checked.inc();
        if same(&value, &entry.value) {
            return;
        }
        // What the read has seen and this node has not heard of is no mismatch: a poll that is sent from now on tells.
        let read = clock.boottime();
        let most = read.saturating_add(Duration::from_millis(self.config.wait_ms));
        let has_heard =
            |now: Duration| self.shared.node.age(now).is_some_and(|age| now.saturating_sub(age) > read);
        self.shared.poller.hint();
        while !has_heard(clock.boottime()) {
            if clock.boottime() >= most || !self.is_unchanged(entry) {
                return;
            }
            clock.sleep(LOOK_EVERY).await;
            self.shared.poller.hint();
        }
        // Of several who compare it at the same time, one tells.
        if nanoseconds(read) < entry.expires
            && self.is_unchanged(entry)
            && self.level1.remove_entry(key, entry)
        {
            self.figures.mismatches.inc();
            let tags: Vec<String> = tags().into_iter().map(|tag| tag.to_bigint().to_string()).collect();
            tracing::warn!(
                event = events::CACHE_MISMATCH,
                cache.name = self.name,
                cache.tags = tags.join(" "),
                "a kept answer is not what the database says, and none of its tags has changed"
            );
        }
    }
}

/// One reads it again.
struct Tried<'a, V>(&'a Entry<V>);

impl<V> Drop for Tried<'_, V> {
    fn drop(&mut self) {
        self.0.is_refreshing.store(false, Ordering::Relaxed);
    }
}
