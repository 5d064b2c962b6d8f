//! One kept answer and what it is judged by, in one piece of memory. Never here: the judgement.

use std::sync::atomic::AtomicBool;

use mainstay_db::replicas::Token;

use crate::coherence::Slots;
use crate::{Key, Value};

/// What the store itself takes for an entry, about: the key's place, the pointer, and its own tables.
const STORE_BYTES: usize = size_of::<Key>() + 48;

/// A kept answer. Times are in nanoseconds of `CLOCK_BOOTTIME`. The order is that of a hit, which reads what stands before
/// `is_made_of_kept`, and with the counts of those who share it that is one line of the processor's cache, or two.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Entry<V> {
    /// Changes up to this one are in it.
    pub(crate) position: u64,
    /// From here on more is to be looked at: it is to be read again, or its time is over.
    pub(crate) due: u64,
    /// Where what it was made from falls.
    pub(crate) slots: Slots,
    pub(crate) is_negative: bool,
    /// Another node has read it, or kept answers are in it: that it was made now does not make it new.
    pub(crate) is_made_of_kept: bool,
    /// Somebody reads it again behind an answer.
    pub(crate) is_refreshing: AtomicBool,
    /// It was put among the entries.
    pub(crate) is_stored: AtomicBool,
    pub(crate) value: V,
    /// Before it was read.
    pub(crate) started: u64,
    pub(crate) expires: u64,
    weight: u64,
    /// What whoever gets it has seen, where sessions read from replicas.
    pub(crate) shown: Option<Box<Token>>,
}

/// How long an entry lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) started: u64,
    pub(crate) refresh_at: u64,
    pub(crate) expires: u64,
}

impl Lifetime {
    /// No longer than that.
    pub(crate) fn until(self, end: u64) -> Self {
        Self { refresh_at: self.refresh_at.min(end), expires: self.expires.min(end), ..self }
    }
}

impl<V: Value> Entry<V> {
    pub(crate) fn new(key: &Key, value: V, slots: Slots, position: u64, lifetime: Lifetime) -> Self {
        // The two counts of those who share it stand before it.
        let held = size_of::<Self>() + 2 * size_of::<usize>() + STORE_BYTES + key.held() + slots.held();
        // What the value says includes its own place, which is in the entry.
        let weight = (held + value.bytes()).saturating_sub(size_of::<V>()) as u64;
        let Lifetime { started, refresh_at, expires } = lifetime;
        let is_negative = value.is_negative();
        Self {
            position,
            due: refresh_at.min(expires),
            slots,
            is_negative,
            is_made_of_kept: false,
            is_refreshing: AtomicBool::new(false),
            is_stored: AtomicBool::new(false),
            value,
            started,
            expires,
            weight,
            shown: None,
        }
    }

    pub(crate) fn made_of_kept(self, is_so: bool) -> Self {
        Self { is_made_of_kept: is_so, ..self }
    }

    pub(crate) fn shown(self, shown: Option<Token>) -> Self {
        let weight = self.weight + shown.map_or(0, |_| size_of::<Token>() as u64);
        Self { shown: shown.map(Box::new), weight, ..self }
    }
}

impl<V> Entry<V> {
    /// In bytes, with what the store takes for it.
    pub(crate) fn weight(&self) -> u64 {
        self.weight
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Representation;
    use crate::coherence::{Config, Node, Tag};

    /// As the crate's page says it.
    #[test]
    fn what_an_entry_takes_besides_its_answer_is_known() {
        let node = Node::new(Config { slots: 1, history: 0, ..Config::default() });
        let lifetime = Lifetime { started: 0, refresh_at: 0, expires: 0 };
        let (key, tags) = (Key::of(&(7_i64, "list")), Tag::of_row("note", "7", "1"));
        let of = |tags: &[Tag]| {
            let body = Representation::new(vec![0_u8; 2_048]);
            let bytes = (body.bytes().len() + body.etag().len()) as u64;
            Entry::new(&key, body, node.slots_of(tags), 0, lifetime).weight() - bytes
        };
        assert_eq!((of(&tags), of(&[tags[0]; 64])), (OVERHEAD, OVERHEAD + 4 * 64));
        assert_eq!(size_of::<Entry<Representation>>(), 128);
    }

    const OVERHEAD: u64 = 248;
}
