//! Hearing of events by jobs: each subscriber has one for each event, asked for in the transaction that tells it, tried again
//! until it succeeds, in the order of the event's key. Never here: what may be missed.

use std::fmt;
use std::marker::PhantomData;

use mainstay_db::{Db, DbError, Executor, TransactionError};
use mainstay_jobs::{Context, Failure, Job, Kinds, Options, Treatment};
use mainstay_telemetry::events;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::event::{Delivered, Envelope, Event};
use crate::store;

/// The longest name of a subscriber, in bytes.
pub const NAME_MOST: usize = 100;

/// Who hears of events of one type.
pub trait Subscriber: Send + Sync + 'static {
    /// The name under which it subscribes, which is also the kind of its jobs: no other subscriber and no other kind has it,
    /// and it stays with its type of events for ever. 1 to [`NAME_MOST`] bytes and no NUL.
    const NAME: &'static str;

    /// What it hears of.
    type Event: Event;

    /// What the work needs of its process.
    type State: Clone + Send + Sync + 'static;

    /// How its jobs are treated.
    fn options() -> Options {
        Options::default()
    }

    /// Hears of one. It may hear of it again after a crash: what it writes besides [`Context::complete_in`] must bear that.
    fn receive(
        event: Delivered<Self::Event>,
        state: Self::State,
        context: Context,
    ) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The job of one event for one subscriber.
struct Delivery<S>(Envelope, PhantomData<fn() -> S>);

impl<S> Serialize for Delivery<S> {
    fn serialize<W: Serializer>(&self, to: W) -> Result<W::Ok, W::Error> {
        self.0.serialize(to)
    }
}

impl<'de, S> Deserialize<'de> for Delivery<S> {
    fn deserialize<R: Deserializer<'de>>(from: R) -> Result<Self, R::Error> {
        Envelope::deserialize(from).map(|envelope| Self(envelope, PhantomData))
    }
}

impl<S: Subscriber> Job for Delivery<S> {
    const NAME: &'static str = S::NAME;
    type State = S::State;
    type Output = ();

    fn options() -> Options {
        S::options()
    }

    async fn run(self, state: S::State, context: Context) -> Result<(), Failure> {
        let event = Delivered::open(self.0)?;
        S::receive(event, state, context).await
    }
}

/// The subscribers of a process, beside the kinds of jobs that it does.
pub struct Subscribers {
    kinds: Kinds,
    known: Vec<(&'static str, &'static str, Treatment)>,
    gone: Vec<&'static str>,
}

/// They cannot subscribe.
#[derive(Debug, thiserror::Error)]
pub enum SubscribeError {
    /// Events of another type are on their way to this name.
    #[error("the subscriber {name:?} hears of {known:?}; to hear of {asked:?} it needs another name")]
    Type {
        /// The subscriber.
        name: &'static str,
        /// What it hears of.
        known: String,
        /// What it is to hear of.
        asked: &'static str,
    },
    /// No key of an event fits behind it.
    #[error("the name of a subscriber has 1 to {NAME_MOST} bytes and no NUL; this has {0} bytes")]
    Name(usize),
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for SubscribeError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Type { .. } | Self::Name(_) => None,
        }
    }
}

impl Subscribers {
    /// None, beside these kinds.
    pub fn new(kinds: Kinds) -> Self {
        Self { kinds, known: Vec::new(), gone: Vec::new() }
    }

    /// And this one, done with `state`.
    #[must_use]
    pub fn durable<S: Subscriber>(mut self, state: S::State) -> Self {
        self.kinds = self.kinds.with::<Delivery<S>>(state);
        self.known.push((S::NAME, S::Event::TYPE, Treatment::of::<Delivery<S>>()));
        self
    }

    /// Nobody subscribes by this name any more: what is told from now on has no job for it, whoever starts again. It has to be
    /// said in the version that has lost the subscriber, or its jobs wait for nobody.
    #[must_use]
    pub fn gone(mut self, name: &'static str) -> Self {
        self.gone.push(name);
        self
    }

    /// Writes them down: each hears of all events whose transaction begins to tell them after this, by whichever process,
    /// also one that does not know it. Then a worker may be given the kinds. Whoever is gone by the word of another version
    /// hears of nothing, and the log says so.
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub async fn declare(self, db: &Db) -> Result<Kinds, SubscribeError> {
        let Self { kinds, known, gone } = self;
        let bad = |name: &&str| name.is_empty() || name.len() > NAME_MOST || name.contains('\0');
        if let Some(name) = known.iter().map(|(name, ..)| *name).find(bad) {
            return Err(SubscribeError::Name(name.len()));
        }
        let (known, gone) = (&known, &gone);
        db.transaction(|tx| async move {
            for (name, asked, treatment) in known {
                let Treatment { queue, kind, priority, attempts_most, timeout_ms } = treatment;
                let row = mainstay_db::one(
                    &**tx,
                    &store::SUBSCRIBE,
                    &[name, asked, queue, kind, priority, attempts_most, timeout_ms],
                )
                .await?;
                let known: String = row.try_get("type").map_err(DbError::from)?;
                if known != *asked {
                    return Err(SubscribeError::Type { name, known, asked });
                }
                if row.try_get("is_gone").map_err(DbError::from)? {
                    tracing::warn!(
                        event = events::EVENTS_GONE,
                        subscriber = name,
                        "a subscriber hears of nothing: another version has said that nobody subscribes by its name any more"
                    );
                }
            }
            for name in gone {
                tx.rows(&store::UNSUBSCRIBE, &[name]).await?;
            }
            Ok(())
        })
        .await?;
        Ok(kinds)
    }
}

impl fmt::Debug for Subscribers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.known.iter().map(|(name, ..)| name).collect();
        f.debug_struct("Subscribers").field("known", &names).field("gone", &self.gone).finish_non_exhaustive()
    }
}
