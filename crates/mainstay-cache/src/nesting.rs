//! Reads of the cache within a read of the cache, in one task: what the inner answers were made from, the outer one is made
//! from, too. Never here: what follows from that (`coherence`), how a read goes (`cache/reading`).

use std::sync::{Arc, Mutex, PoisonError};

use mainstay_db::replicas::Token;

use crate::level1::Entry;

tokio::task_local! {
    static READING: Arc<Reading>;
}

/// A read under way in this task.
struct Reading {
    /// Whose it is; no other read has this number while it lasts.
    number: usize,
    outer: Option<Arc<Self>>,
    parts: Mutex<Parts>,
}

/// What the inner answers of a read say of the outer one.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// The first position of those that had changed already, so that what is made from them has, too. The others hold for
    /// wherever the outer read began: when they were given, nothing had changed them since.
    pub(crate) position: u64,
    /// The first of their ends, in nanoseconds.
    pub(crate) expires: u64,
    /// Where what they were made from falls.
    pub(crate) slots: Vec<u32>,
    /// Whether there are any.
    pub(crate) is_any: bool,
    /// What whoever gets it has seen, where sessions read from replicas.
    pub(crate) shown: Option<Token>,
}

impl Parts {
    pub(crate) fn none() -> Self {
        Self { position: u64::MAX, expires: u64::MAX, slots: Vec::new(), is_any: false, shown: None }
    }

    /// The same, which shows this, too.
    pub(crate) fn and_shown(self, shown: Option<Token>) -> Self {
        Self { shown: merge(shown, self.shown), ..self }
    }
}

/// Runs a read, and tells with what it says what it was made from besides.
pub(crate) async fn reading<T>(number: usize, read: impl Future<Output = T>) -> (T, Parts) {
    let outer = READING.try_with(Arc::clone).ok();
    let reading = Arc::new(Reading { number, outer, parts: Mutex::new(Parts::none()) });
    let said = READING.scope(Arc::clone(&reading), read).await;
    let parts = reading.parts.lock().unwrap_or_else(PoisonError::into_inner).clone();
    (said, parts)
}

/// Whether this task is within that read: who waits for it, waits for ever.
pub(crate) fn is_within(number: usize) -> bool {
    let is_one = |innermost: &Arc<Reading>| {
        let outwards = std::iter::successors(Some(innermost), |reading| reading.outer.as_ref());
        outwards.into_iter().any(|reading| reading.number == number)
    };
    READING.try_with(is_one).unwrap_or(false)
}

/// Whether this task reads for the cache.
pub(crate) fn is_nested() -> bool {
    READING.try_with(|_| ()).is_ok()
}

/// An answer was given to this task. If it reads for another one, that one is made from it. `is_unchanged`: so far as is
/// known after it was decided to give it.
#[inline]
pub(crate) fn given<V>(entry: &Entry<V>, is_unchanged: impl FnOnce() -> bool) {
    let _ = READING.try_with(|reading| {
        let mut parts = reading.parts.lock().unwrap_or_else(PoisonError::into_inner);
        parts.is_any = true;
        if !is_unchanged() {
            parts.position = parts.position.min(entry.position);
        }
        parts.shown = merge(entry.shown.as_deref().copied(), parts.shown);
        parts.expires = parts.expires.min(entry.expires);
        for slot in entry.slots.iter() {
            let slot = slot as u32;
            if !parts.slots.contains(&slot) {
                parts.slots.push(slot);
            }
        }
    });
}

fn merge(newer: Option<Token>, older: Option<Token>) -> Option<Token> {
    newer.map_or(older, |newer| Some(newer.merge_some(older)))
}
