//! What an operator sees and ends of one name. Never here: keys, values.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Inner;
use crate::level1::Entry;
use crate::operations::{Held, KeptEntry, hash_of};
use crate::{Freshness, Key, Value};

impl<V: Value> Inner<V> {
    /// What is being read meanwhile is not kept, and who asks from now on does not wait for it.
    pub(super) fn forget(&self, key: &Key) {
        // First, so that a read that ends meanwhile either is seen here or sees this.
        self.removals.fetch_add(1, Ordering::SeqCst);
        self.flights.forget(key);
        self.level1.remove(key);
        self.count();
    }

    /// The same of all.
    pub(super) fn forget_all(&self) {
        self.removals.fetch_add(1, Ordering::SeqCst);
        self.flights.forget_all();
        self.level1.clear();
        self.count();
    }

    fn shown(&self, key: &Key, entry: &Entry<V>) -> KeptEntry {
        let asked = self.ask(Freshness::Fresh);
        let now = asked.arrived;
        KeptEntry {
            name: self.name,
            key_hash: hash_of(key),
            age: Duration::from_nanos(now.saturating_sub(entry.started)),
            left: Duration::from_nanos(entry.expires.saturating_sub(now)),
            bytes: entry.weight(),
            is_negative: entry.is_negative,
            not_fresh: self.judge(entry, &asked, now).err(),
        }
    }
}

impl<V: Value> Held for Inner<V> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn each(&self, look: &mut dyn FnMut(KeptEntry) -> ControlFlow<()>) -> ControlFlow<()> {
        self.level1.iter().try_for_each(|(key, entry)| look(self.shown(&key, &entry)))
    }

    fn remove(&self, key_hash: u64) -> bool {
        let found = self.level1.iter().find(|(key, _)| hash_of(key) == key_hash);
        found.is_some_and(|(key, _)| {
            self.forget(&key);
            true
        })
    }

    fn clear(&self) -> u64 {
        let before = self.level1.len() as u64;
        self.forget_all();
        before
    }
}
