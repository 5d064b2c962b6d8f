//! Single-flight: of those who miss the same key at the same time one reads, the others wait for it. Never here: whether
//! one who waited may take what was read (R8).

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mainstay_db::replicas::Token;
use tokio::sync::watch;

use crate::Key;
use crate::coherence::Fill;
use crate::level1::Entry;

/// The reads of one name that are under way.
pub(crate) struct Flights<V>(Mutex<HashMap<Key, Arc<Flight<V>>>>);

/// What was so before a read was sent.
pub(crate) struct Begun {
    pub(crate) fill: Fill,
    /// How often entries of this name had been forgotten.
    pub(crate) removals: u64,
}

/// A read under way, or done.
pub(crate) struct Flight<V> {
    pub(crate) begun: Begun,
    outcome: watch::Sender<Option<Outcome<V>>>,
}

/// How a read ended.
pub(crate) enum Outcome<V> {
    Loaded(Arc<Entry<V>>),
    /// The error, of a type that who waits may know, and what the primary had shown by then.
    Failed(Arc<dyn Any + Send + Sync>, Option<Token>),
    Panicked,
    /// Too many read already.
    Busy,
    /// Whoever read was dropped: somebody else must read.
    Abandoned,
}

impl<V> Clone for Outcome<V> {
    fn clone(&self) -> Self {
        match self {
            Self::Loaded(entry) => Self::Loaded(Arc::clone(entry)),
            Self::Failed(error, shown) => Self::Failed(Arc::clone(error), *shown),
            Self::Panicked => Self::Panicked,
            Self::Busy => Self::Busy,
            Self::Abandoned => Self::Abandoned,
        }
    }
}

/// What one who has missed does.
pub(crate) enum Turn<'a, V> {
    /// Reads, for all.
    Lead(Lead<'a, V>),
    /// Waits for somebody's read.
    Wait(Arc<Flight<V>>),
    /// Takes what somebody has kept meanwhile.
    Take(Arc<Entry<V>>),
}

/// The duty to read. Dropped, it passes on to one of those who wait.
pub(crate) struct Lead<'a, V> {
    flights: &'a Flights<V>,
    key: &'a Key,
    pub(crate) flight: Arc<Flight<V>>,
    is_over: bool,
}

impl<V> Flights<V> {
    pub(crate) fn new() -> Self {
        Self(Mutex::default())
    }

    /// `kept` looks once more before a read begins: one may have ended since the miss.
    pub(crate) fn turn<'a>(
        &'a self,
        key: &'a Key,
        kept: impl FnOnce() -> Option<Arc<Entry<V>>>,
        begin: impl FnOnce() -> Begun,
    ) -> Turn<'a, V> {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(key) {
            return Turn::Wait(Arc::clone(flight));
        }
        if let Some(entry) = kept() {
            return Turn::Take(entry);
        }
        let flight = Arc::new(Flight { begun: begin(), outcome: watch::channel(None).0 });
        flights.insert(key.clone(), Arc::clone(&flight));
        Turn::Lead(Lead { flights: self, key, flight, is_over: false })
    }

    /// Who comes from now on does not wait for the read of this key that is under way; who waits already, does.
    pub(crate) fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    /// As [`Flights::forget`], of every key.
    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Flight<V>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V> Flight<V> {
    pub(crate) async fn outcome(&self) -> Outcome<V> {
        let mut told = self.outcome.subscribe();
        match told.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone().unwrap_or(Outcome::Abandoned),
            // Whoever waits holds the sender, so this cannot be.
            Err(_) => Outcome::Abandoned,
        }
    }

    /// Told apart by it from all others while it lasts.
    pub(crate) fn number(self: &Arc<Self>) -> usize {
        Arc::as_ptr(self) as usize
    }

    /// Whether it was sent no earlier than that, in nanoseconds.
    pub(crate) fn is_sent_since(&self, arrived: u64) -> bool {
        self.begun.fill.is_sent_since(Duration::from_nanos(arrived))
    }
}

impl<V> Lead<'_, V> {
    /// Tells those who wait. What was read must be kept by now, so that who comes next finds either.
    pub(crate) fn end(mut self, outcome: Outcome<V>) {
        self.tell(outcome);
    }

    fn tell(&mut self, outcome: Outcome<V>) {
        self.is_over = true;
        let mut flights = self.flights.lock();
        // After it was forgotten, another one may have its place.
        if flights.get(self.key).is_some_and(|flight| Arc::ptr_eq(flight, &self.flight)) {
            flights.remove(self.key);
        }
        drop(flights);
        self.flight.outcome.send_replace(Some(outcome));
    }
}

impl<V> Drop for Lead<'_, V> {
    fn drop(&mut self) {
        if !self.is_over {
            // A panic of the read is told where it is seen. Being dropped while something else panics says nothing of it.
            self.tell(Outcome::Abandoned);
        }
    }
}
