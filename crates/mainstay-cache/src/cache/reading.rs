//! What follows a miss: somebody else's read is waited for, another node's entry is taken over, or the database is read,
//! and what was read is kept. Never here: whether a kept answer may be served (`cache`).

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use mainstay_db::replicas::Token;
use mainstay_db::{Read, causality};

use super::{Asked, Inner, Missed};
use crate::coherence::{Tag, Waiter, nanoseconds};
use crate::figures::{Ended, Reason};
use crate::fills::Busy;
use crate::flights::{Begun, Flight, Lead, Outcome, Turn};
use crate::freshness::{Answer, LoadError, Source};
use crate::level1::{Entry, Lifetime};
use crate::nesting::Parts;
use crate::{Key, Value, nesting};

/// How a read ended.
pub(super) enum Loaded<V, E> {
    Value(V, Parts),
    /// The error, and what the primary had shown by then.
    Failed(E, Option<Token>),
    Panicked(Box<dyn Any + Send>),
    Busy,
}

/// Who reads.
pub(super) enum Reader<'a, V> {
    /// For all who wait.
    Leads(Lead<'a, V>),
    /// For himself: he has waited too long, or would wait for himself.
    Alone(Begun),
}

impl<V: Value> Inner<V> {
    /// What is not kept, or not to be served.
    pub(super) async fn miss<E, Loading>(
        &self,
        key: Key,
        asked: Asked,
        missed: Missed<V>,
        tags: impl FnOnce() -> Vec<Tag>,
        load: impl FnOnce(Read) -> Loading,
    ) -> Result<Answer<V>, LoadError<E>>
    where
        Loading: Future<Output = Result<V, E>>,
        E: Send + Sync + 'static,
    {
        if missed.reason == Reason::Unheard
            && let Some(answer) = self.spare(&missed, &asked)
        {
            return Ok(answer);
        }
        let waits_until = self.now().saturating_add(self.config.wait_ms.saturating_mul(1_000_000));
        let reader = loop {
            let kept = || self.kept_since(&key, &missed, &asked);
            match self.flights.turn(&key, kept, || self.begin()) {
                Turn::Lead(lead) => break Reader::Leads(lead),
                Turn::Take(entry) => return Ok(self.hit(entry)),
                Turn::Wait(flight) => {
                    if let Some(answer) = self.spare(&missed, &asked) {
                        return Ok(answer);
                    }
                    match self.wait(&flight, &asked, waits_until).await? {
                        Waited::Take(entry) => {
                            self.figures.ended(Ended::Joined, missed.reason);
                            return Ok(self.give(entry, Source::Joined));
                        }
                        Waited::Again => {}
                        Waited::InVain => break Reader::Alone(self.begin()),
                    }
                }
            }
        };
        let tags = tags();
        let removals = reader.begun().removals;
        if let Some(entry) = self.import(&key, &tags, &missed, &asked, removals).await {
            self.figures.ended(Ended::Imported, missed.reason);
            reader.end(|| Outcome::Loaded(Arc::clone(&entry)));
            return Ok(self.give(entry, Source::Level2));
        }
        self.figures.ended(Ended::Missed, missed.reason);
        let loaded = self.load(reader.number(), load).await;
        self.end(reader, &key, &tags, loaded).or_else(|error| self.spare(&missed, &asked).ok_or(error))
    }

    pub(super) fn begin(&self) -> Begun {
        let removals = self.removals.load(Ordering::SeqCst);
        Begun { fill: self.shared.node.begin_fill(self.shared.clock.boottime()), removals }
    }

    /// What somebody reads, if this reader may take it.
    async fn wait<E>(
        &self,
        flight: &Arc<Flight<V>>,
        asked: &Asked,
        until: u64,
    ) -> Result<Waited<V>, LoadError<E>>
    where
        E: Send + Sync + 'static,
    {
        if nesting::is_within(flight.number()) {
            return Ok(Waited::InVain);
        }
        let left = Duration::from_nanos(until.saturating_sub(self.now()));
        let outcome = tokio::select! {
            biased;
            outcome = flight.outcome() => outcome,
            () = self.shared.clock.sleep(left) => return Ok(Waited::InVain),
        };
        match outcome {
            Outcome::Loaded(entry) if self.may_take(flight, &entry, asked) => Ok(Waited::Take(entry)),
            Outcome::Loaded(_) | Outcome::Abandoned => Ok(Waited::Again),
            // R8 holds for errors, too: "there is none" may be older than what this reader has made.
            _ if !flight.is_sent_since(asked.arrived) => Ok(Waited::Again),
            _ if asked.seen.is_some_and(|seen| !flight.begun.fill.shows(&seen)) => Ok(Waited::Again),
            Outcome::Panicked => Err(LoadError::Panicked),
            Outcome::Busy => Err(LoadError::Busy),
            Outcome::Failed(error, shown) => {
                let Ok(error) = error.downcast() else { return Ok(Waited::Again) };
                self.saw(shown);
                Err(LoadError::Failed(error))
            }
        }
    }

    fn may_take(&self, flight: &Flight<V>, entry: &Entry<V>, asked: &Asked) -> bool {
        if entry.is_made_of_kept {
            return self.judge(entry, asked, self.now()).is_ok();
        }
        let waiter = Waiter {
            arrived: Duration::from_nanos(asked.arrived),
            bound: Duration::from_nanos(asked.bound),
            shown: asked.commit.map(|commit| (commit.incarnation, commit.xid)),
            seen: asked.seen,
        };
        let now = self.shared.clock.boottime();
        self.shared.node.may_join_at(&flight.begun.fill, &waiter, &entry.slots, now)
    }

    /// Reads, in turn if the cache cannot help.
    pub(super) async fn load<E, Loading>(
        &self,
        number: usize,
        load: impl FnOnce(Read) -> Loading,
    ) -> Loaded<V, E>
    where
        Loading: Future<Output = Result<V, E>>,
    {
        let shared = &*self.shared;
        // Who has heard nothing yet has kept nothing that falls upon the database now.
        let is_deaf =
            shared.node.age(shared.clock.boottime()).is_some_and(|age| nanoseconds(age) > shared.bound_ns);
        let is_pressed = self.config.reads_in_turn && (is_deaf || self.is_sharing_broken());
        let place = match is_pressed {
            // Within another read it has that one's place.
            true if !nesting::is_nested() => match shared.fills.enter(&shared.clock).await {
                Ok(place) => Some(place),
                Err(Busy) => return Loaded::Busy,
            },
            _ => None,
        };
        let mut reading = pin!(nesting::reading(number, async { load(self.read()).await }));
        // Here it is known whose panic it is.
        let read = std::future::poll_fn(|context| {
            match catch_unwind(AssertUnwindSafe(|| reading.as_mut().poll(context))) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready((Ok(value), parts))) => Poll::Ready(Loaded::Value(value, parts)),
                Ok(Poll::Ready((Err(error), _))) => Poll::Ready(Loaded::Failed(error, None)),
                Err(panic) => Poll::Ready(Loaded::Panicked(panic)),
            }
        });
        let loaded = read.await;
        drop(place);
        match loaded {
            Loaded::Value(value, parts) if shared.has_replicas => {
                let shown = shared.db.shown_by_primary().await;
                Loaded::Value(value, parts.and_shown(shown))
            }
            // That there is none is something that was seen, too.
            Loaded::Failed(error, _) if shared.has_replicas => {
                Loaded::Failed(error, shared.db.shown_by_primary().await)
            }
            loaded => loaded,
        }
    }

    /// Keeps what was read, if that may be, and tells those who wait.
    pub(super) fn end<E: Send + Sync + 'static>(
        &self,
        reader: Reader<'_, V>,
        key: &Key,
        tags: &[Tag],
        loaded: Loaded<V, E>,
    ) -> Result<Answer<V>, LoadError<E>> {
        let took = self.shared.clock.boottime().saturating_sub(reader.begun().fill.started);
        match loaded {
            Loaded::Value(value, parts) => {
                self.figures.loaded(took);
                let entry = self.keep(key, value, tags, &parts, reader.begun());
                reader.end(|| Outcome::Loaded(Arc::clone(&entry)));
                Ok(self.give(entry, Source::Loaded))
            }
            Loaded::Failed(error, shown) => {
                self.figures.loaded(took);
                self.figures.failed.inc();
                let error = Arc::new(error);
                reader.end(|| Outcome::Failed(Arc::clone(&error) as _, shown));
                self.saw(shown);
                Err(LoadError::Failed(error))
            }
            Loaded::Panicked(panic) => {
                reader.end(|| Outcome::Panicked);
                resume_unwind(panic)
            }
            Loaded::Busy => {
                self.figures.busy.inc();
                reader.end(|| Outcome::Busy);
                Err(LoadError::Busy)
            }
        }
    }

    fn keep(&self, key: &Key, value: V, tags: &[Tag], parts: &Parts, begun: &Begun) -> Arc<Entry<V>> {
        let fill = &begun.fill;
        let position = self.shared.node.end_fill(fill).map(|position| position.min(parts.position));
        let lifetime = self.lifetime(nanoseconds(fill.started), &value).until(parts.expires);
        let slots = self.shared.node.slots_of(tags).and(&parts.slots);
        let is_few = slots.len() <= self.shared.tags_most;
        let entry = Entry::new(key, value, slots, position.unwrap_or_default(), lifetime);
        let entry = Arc::new(entry.made_of_kept(parts.is_any).shown(parts.shown));
        // What has changed meanwhile would never be served.
        let is_valid = position.is_some() && self.is_unchanged(&entry) && self.says_how_far(&entry);
        let is_worth = is_few && lifetime.expires > lifetime.started && is_valid;
        if !is_worth || !self.insert(key, &entry, begun.removals) {
            self.figures.refused.inc();
        } else if !parts.is_any {
            // Other nodes know the tags of their own reads, not of those within.
            self.offer(key, &entry, fill);
        }
        entry
    }

    /// Where sessions read from replicas, an answer is kept only if whoever gets it can be said to have seen so much.
    fn says_how_far(&self, entry: &Entry<V>) -> bool {
        !self.shared.has_replicas || entry.shown.as_ref().is_some_and(|shown| !shown.is_unknown())
    }

    /// Whether it is kept: there is room, and nothing was forgotten since it began.
    pub(super) fn insert(&self, key: &Key, entry: &Arc<Entry<V>>, removals: u64) -> bool {
        let mut is_kept = self.level1.insert(key.clone(), Arc::clone(entry));
        entry.is_stored.store(is_kept, Ordering::Relaxed);
        // Afterwards: whoever forgets counts first, so that one of the two is seen.
        if is_kept && self.removals.load(Ordering::SeqCst) != removals {
            self.level1.remove_entry(key, entry);
            entry.is_stored.store(false, Ordering::Relaxed);
            is_kept = false;
        }
        self.count();
        is_kept
    }

    pub(super) fn lifetime(&self, started: u64, value: &V) -> Lifetime {
        let ttl_ms = if value.is_negative() { self.config.negative_ttl_ms } else { self.config.ttl_ms };
        let spread = ttl_ms * u64::from(self.config.jitter_percent) / 100;
        let ttl_ms = ttl_ms - spread + self.shared.random.below(2 * spread + 1);
        let refresh_ms = ttl_ms * u64::from(self.config.refresh_after_percent) / 100;
        let after = |milliseconds: u64| started.saturating_add(milliseconds.saturating_mul(1_000_000));
        let lifetime = Lifetime { started, refresh_at: after(refresh_ms), expires: after(ttl_ms) };
        value.valid_until().map_or(lifetime, |until| {
            let left = until.duration_since(self.shared.clock.now());
            // What is over already was over when it began.
            lifetime.until(
                Duration::try_from(left).map_or(0, |left| self.now().saturating_add(nanoseconds(left))),
            )
        })
    }

    /// What is not to be kept, nor taken from what is.
    pub(super) async fn bypass<E, Loading>(
        &self,
        load: impl FnOnce(Read) -> Loading,
    ) -> Result<Answer<V>, LoadError<E>>
    where
        Loading: Future<Output = Result<V, E>>,
    {
        self.figures.bypassed();
        let loaded = load(self.read()).await;
        if self.shared.has_replicas && causality::current().is_some() {
            self.saw(self.shared.db.shown_by_primary().await);
        }
        let value = loaded.map_err(|error| LoadError::Failed(Arc::new(error)))?;
        Ok(Answer::new(self.apart(value), Source::Loaded))
    }

    /// What nobody keeps.
    fn apart(&self, value: V) -> Arc<Entry<V>> {
        let nothing = Lifetime { started: 0, refresh_at: 0, expires: 0 };
        Arc::new(Entry::new(&Key::from_bytes(&[]), value, self.shared.node.slots_of(&[]), 0, nothing))
    }
}

/// How waiting ended.
enum Waited<V> {
    Take(Arc<Entry<V>>),
    /// Nothing that this reader may take.
    Again,
    /// It has lasted too long, or would for ever.
    InVain,
}

impl<'a, V> From<Lead<'a, V>> for Reader<'a, V> {
    fn from(lead: Lead<'a, V>) -> Self {
        Self::Leads(lead)
    }
}

impl<V> Reader<'_, V> {
    fn begun(&self) -> &Begun {
        match self {
            Self::Leads(lead) => &lead.flight.begun,
            Self::Alone(begun) => begun,
        }
    }

    /// No read for all has the number of one that is for one.
    fn number(&self) -> usize {
        match self {
            Self::Leads(lead) => lead.flight.number(),
            Self::Alone(_) => 0,
        }
    }

    fn end(self, outcome: impl FnOnce() -> Outcome<V>) {
        if let Self::Leads(lead) = self {
            lead.end(outcome());
        }
    }
}
