//! Hearing of events in the process that has told them, right behind their commit: for what may be missed, such as a page that
//! looks live. Who is too slow misses some, and knows how many; nobody waits for him. Never here: what must not be missed.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use mainstay_db::Tx;
use tokio::sync::mpsc;

use crate::event::{Delivered, Envelope, Event};

/// The most events that wait for one who hears of them.
pub const CAPACITY_MOST: usize = 100_000;

/// Hears of the events of one type that this process tells. Dropped, it hears of nothing more.
#[derive(Debug)]
pub struct Volatile<E> {
    events: mpsc::Receiver<Arc<Envelope>>,
    missed: Arc<AtomicU64>,
    of: PhantomData<fn() -> E>,
}

#[derive(Debug)]
struct Listener {
    events: mpsc::Sender<Arc<Envelope>>,
    missed: Arc<AtomicU64>,
}

static LISTENERS: LazyLock<Mutex<HashMap<&'static str, Vec<Listener>>>> = LazyLock::new(Mutex::default);

/// From now on; so many wait at most, and further ones are missed.
pub fn volatile<E: Event>(capacity: usize) -> Volatile<E> {
    let (sender, events) = mpsc::channel(capacity.clamp(1, CAPACITY_MOST));
    let missed = Arc::<AtomicU64>::default();
    let listener = Listener { events: sender, missed: Arc::clone(&missed) };
    let mut all = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(E::TYPE).or_default().push(listener);
    Volatile { events, missed, of: PhantomData }
}

impl<E: Event> Volatile<E> {
    /// The next one. Cancelled, it has taken none.
    pub async fn next(&mut self) -> Delivered<E> {
        loop {
            match self.events.recv().await.map(|envelope| Delivered::open(Arc::unwrap_or_clone(envelope))) {
                Some(Ok(delivered)) => return delivered,
                // It reads no more what it has written itself.
                Some(Err(_)) => drop(self.missed.fetch_add(1, Ordering::Relaxed)),
                None => std::future::pending().await,
            }
        }
    }

    /// So many it has missed.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// Whether anybody hears of this type.
pub(crate) fn has_any(kind: &'static str) -> bool {
    let mut all = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(listeners) = all.get_mut(kind) else { return false };
    listeners.retain(|listener| !listener.events.is_closed());
    !listeners.is_empty()
}

/// They are told when the transaction has committed.
pub(crate) fn after_commit(tx: &Tx, kind: &'static str, envelopes: Vec<Envelope>) {
    if !has_any(kind) {
        return;
    }
    tx.after_commit(move || {
        let all = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
        let listeners = all.get(kind).map(Vec::as_slice).unwrap_or_default();
        for envelope in envelopes.into_iter().map(Arc::new) {
            for listener in listeners {
                if listener.events.try_send(Arc::clone(&envelope)).is_err() {
                    listener.missed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
}
