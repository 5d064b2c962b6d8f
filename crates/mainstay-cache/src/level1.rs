//! The entries that this process keeps, bounded by bytes. Never here: whether one may be served.

mod entry;

use std::sync::Arc;

use prometheus_client::metrics::counter::Counter;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

pub(crate) use self::entry::{Entry, Lifetime};
use crate::{Key, Value};

/// What is assumed until entries are there; it only sets sizes of tables.
const TYPICAL_BYTES: u64 = 2 << 10;
/// A part of the store has a lock of its own, and no entry can be larger than a part.
const SHARD_BYTES: u64 = 8 << 20;
const SHARDS_MOST: u64 = 64;
/// The entries of one name.
pub(crate) struct Level1<V> {
    entries: Cache<Key, Arc<Entry<V>>, ByWeight, DefaultHashBuilder, CountEvictions>,
}

impl<V: Value> Level1<V> {
    pub(crate) fn new(max_bytes: u64, evictions: Counter) -> Self {
        let shards = (max_bytes / SHARD_BYTES).clamp(1, SHARDS_MOST);
        let options = OptionsBuilder::new()
            .weight_capacity(max_bytes)
            .estimated_items_capacity(usize::try_from(max_bytes / TYPICAL_BYTES).unwrap_or(usize::MAX))
            .shards(usize::try_from(shards).unwrap_or(1))
            .build()
            .unwrap_or_else(|error| unreachable!("both capacities are set: {error}"));
        let hasher = DefaultHashBuilder::default();
        Self { entries: Cache::with_options(options, ByWeight, hasher, CountEvictions(evictions)) }
    }

    #[inline]
    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Entry<V>>> {
        self.entries.get(key)
    }

    /// Whether there is room for it at all.
    pub(crate) fn insert(&self, key: Key, entry: Arc<Entry<V>>) -> bool {
        // The store would drop it, and an older one of the same key with it.
        let fits = entry.weight() <= self.entries.shard_capacity() / 2;
        let mut inserting = Inserting { key: Some(key.clone()) };
        if fits {
            self.entries.insert_with_lifecycle(key, entry, &mut inserting);
        }
        fits
    }

    pub(crate) fn remove(&self, key: &Key) {
        self.entries.remove(key);
    }

    /// Unless another entry has its place, or none; whether it was there.
    pub(crate) fn remove_entry(&self, key: &Key, entry: &Arc<Entry<V>>) -> bool {
        self.entries.remove_if(key, |kept| Arc::ptr_eq(kept, entry)).is_some()
    }

    pub(crate) fn clear(&self) {
        self.entries.clear();
    }

    /// One after the other; what comes or goes meanwhile may be among them or not.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Key, Arc<Entry<V>>)> + '_ {
        self.entries.iter()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// In bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.entries.weight()
    }
}

#[derive(Clone, Copy)]
struct ByWeight;

impl<V> Weighter<Key, Arc<Entry<V>>> for ByWeight {
    fn weight(&self, _key: &Key, entry: &Arc<Entry<V>>) -> u64 {
        entry.weight()
    }
}

#[derive(Clone)]
struct CountEvictions(Counter);

/// The store tells also of the entry that a new one replaces, which makes no room.
#[derive(Default)]
struct Inserting {
    key: Option<Key>,
}

impl<V> Lifecycle<Key, Arc<Entry<V>>> for CountEvictions {
    type RequestState = Inserting;

    fn on_evict(&self, inserting: &mut Inserting, key: Key, _entry: Arc<Entry<V>>) {
        if inserting.key.as_ref() != Some(&key) {
            self.0.inc();
        }
    }
}
