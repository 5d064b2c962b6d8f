//! The entries that this process keeps, bounded by bytes. Never here: whether one may be served.

use std::sync::Arc;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use quick_cache::sync::Cache;
use quick_cache::{DefaultHashBuilder, Lifecycle, OptionsBuilder, Weighter};

use crate::coherence::Tag;
use crate::{Key, Value};

/// What is assumed until entries are there; it only sets sizes of tables.
const TYPICAL_BYTES: u64 = 2 << 10;
/// A part of the store has a lock of its own, and no entry can be larger than a part.
const SHARD_BYTES: u64 = 8 << 20;
const SHARDS_MOST: u64 = 64;
/// What the store itself takes for an entry, about.
const STORE_BYTES: usize = 64;

/// A kept answer.
#[derive(Debug)]
pub(crate) struct Entry<V> {
    pub(crate) value: Arc<V>,
    pub(crate) tags: Box<[Tag]>,
    /// Changes up to this one are in it.
    pub(crate) position: u64,
    /// Before it was read.
    pub(crate) started: Duration,
    pub(crate) refresh_at: Duration,
    pub(crate) expires: Duration,
    pub(crate) is_negative: bool,
    /// Another node has read it: that it was taken over now does not make it new.
    pub(crate) is_imported: bool,
    weight: u64,
}

/// How long an entry lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) started: Duration,
    pub(crate) refresh_at: Duration,
    pub(crate) expires: Duration,
}

impl<V: Value> Entry<V> {
    pub(crate) fn new(key: &Key, value: Arc<V>, tags: Box<[Tag]>, position: u64, lifetime: Lifetime) -> Self {
        let held = size_of::<Self>() + STORE_BYTES + key.as_bytes().len() + size_of_val::<[Tag]>(&tags);
        let weight = (held + value.bytes()) as u64;
        let is_negative = value.is_negative();
        let Lifetime { started, refresh_at, expires } = lifetime;
        Self { value, tags, position, started, refresh_at, expires, is_negative, is_imported: false, weight }
    }

    pub(crate) fn imported(self) -> Self {
        Self { is_imported: true, ..self }
    }
}

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

    pub(crate) fn get(&self, key: &Key) -> Option<Arc<Entry<V>>> {
        self.entries.get(key)
    }

    /// Whether there is room for it at all.
    pub(crate) fn insert(&self, key: Key, entry: Arc<Entry<V>>) -> bool {
        // The store would drop it, and an older one of the same key with it.
        let fits = entry.weight <= self.entries.shard_capacity() / 2;
        let mut inserting = Inserting { key: Some(key.clone()) };
        if fits {
            self.entries.insert_with_lifecycle(key, entry, &mut inserting);
        }
        fits
    }

    pub(crate) fn remove(&self, key: &Key) {
        self.entries.remove(key);
    }

    pub(crate) fn clear(&self) {
        self.entries.clear();
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
        entry.weight
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
