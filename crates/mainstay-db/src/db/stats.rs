//! Figures of the pools for metrics and probes. Never here: when they are published.

use std::sync::atomic::{AtomicU64, Ordering};

use deadpool_postgres::Status;
use mainstay_telemetry::Registry;

use crate::Lane;

/// Both pools at one moment, and what happened since start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The pool of read sessions.
    pub read: PoolStats,
    /// The pool of transactions.
    pub write: PoolStats,
    /// Transactions that took effect.
    pub committed: u64,
    /// Transactions undone by name.
    pub rolled_back: u64,
    /// Transactions dropped without an end: early returns and cancelled requests. Each cost a connection.
    pub dropped: u64,
}

/// One pool at one moment, in connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStats {
    /// The most that there may be.
    pub max: usize,
    /// Open now.
    pub open: usize,
    /// In use now.
    pub in_use: usize,
    /// Callers who wait for one now.
    pub waiting: usize,
    /// Callers who waited in vain since start.
    pub exhausted: u64,
}

impl Stats {
    pub(super) fn of(read: &Status, write: &Status, counters: &Counters) -> Self {
        Self {
            read: pool(read, &counters.read_exhausted),
            write: pool(write, &counters.write_exhausted),
            committed: counters.committed.load(Ordering::Relaxed),
            rolled_back: counters.rolled_back.load(Ordering::Relaxed),
            dropped: counters.dropped.load(Ordering::Relaxed),
        }
    }
}

impl Stats {
    /// Writes the figures into `registry`: levels as they are, counters up to where they are. Call it before each
    /// scrape, from one place.
    pub fn publish(&self, registry: &Registry) {
        let open = registry.gauge("db_pool_connections", "Open connections.", &["lane"]);
        let busy = registry.gauge("db_pool_connections_in_use", "Connections in use.", &["lane"]);
        let max = registry.gauge("db_pool_connections_max", "Most connections that there may be.", &["lane"]);
        let waiting = registry.gauge("db_pool_waiting", "Callers who wait for a connection.", &["lane"]);
        let vain = registry.counter("db_pool_exhausted", "Callers who waited in vain.", &["lane"]);
        for (lane, pool) in [("read", &self.read), ("write", &self.write)] {
            for (gauge, value) in
                [(&open, pool.open), (&busy, pool.in_use), (&max, pool.max), (&waiting, pool.waiting)]
            {
                gauge.with(&[lane]).set(i64::try_from(value).unwrap_or(i64::MAX));
            }
            let counter = vain.with(&[lane]);
            counter.inc_by(pool.exhausted.saturating_sub(counter.get()));
        }
        let ended = registry.counter("db_transactions", "Transactions by how they ended.", &["end"]);
        let ends =
            [("committed", self.committed), ("rolled_back", self.rolled_back), ("dropped", self.dropped)];
        for (end, count) in ends {
            let counter = ended.with(&[end]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}

fn pool(status: &Status, exhausted: &AtomicU64) -> PoolStats {
    PoolStats {
        max: status.max_size,
        open: status.size,
        in_use: status.size.saturating_sub(status.available),
        waiting: status.waiting,
        exhausted: exhausted.load(Ordering::Relaxed),
    }
}

/// What is counted since start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    committed: AtomicU64,
    rolled_back: AtomicU64,
    dropped: AtomicU64,
    read_exhausted: AtomicU64,
    write_exhausted: AtomicU64,
}

impl Counters {
    pub(super) fn committed(&self) {
        self.committed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn rolled_back(&self) {
        self.rolled_back.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn dropped(&self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn exhausted(&self, lane: Lane) {
        let counter = match lane {
            Lane::Read => &self.read_exhausted,
            Lane::Write => &self.write_exhausted,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
