//! Figures of the pools for metrics and probes. Never here: when they are published.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::Status;
use mainstay_telemetry::Registry;

use super::pipeline::PipelineStats;
use super::room::{self, Room};
use crate::Lane;

/// Both pools at one moment, and what happened since start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stats {
    /// The pool of read sessions.
    pub read: PoolStats,
    /// The pool of transactions.
    pub write: PoolStats,
    /// The pipelined lane.
    pub pipeline: PipelineStats,
    /// Transactions that took effect.
    pub committed: u64,
    /// Times that a transaction was run again after it had lost against another one.
    pub retried: u64,
    /// Transactions undone by name.
    pub rolled_back: u64,
    /// Times that a connection was tried again because the server refused it or was not there.
    pub connect_retries: u64,
    /// Statements and commits that were refused because the server's disk was full.
    pub storage_full: u64,
    /// Transactions dropped without an end: early returns and cancelled requests. Each cost a connection.
    pub dropped: u64,
}

/// One pool at one moment, in connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStats {
    /// The most that there may be.
    pub max: usize,
    /// As many are kept open.
    pub min: usize,
    /// Open now.
    pub open: usize,
    /// In use now.
    pub in_use: usize,
    /// Callers who wait for one now.
    pub waiting: usize,
    /// Opened since start before somebody asked for them.
    pub kept: u64,
    /// Callers who waited in vain since start.
    pub exhausted: u64,
    /// Callers who asked for one since start.
    pub acquired: u64,
    /// How long they waited together.
    pub waited: Duration,
}

impl Stats {
    pub(super) fn of(
        read: &Status,
        write: &Status,
        pipeline: PipelineStats,
        room: &Room,
        counters: &Counters,
    ) -> Self {
        Self {
            connect_retries: counters.connect_retries.load(Ordering::Relaxed),
            storage_full: room.refusals(),
            read: pool(read, &counters.read),
            write: pool(write, &counters.write),
            pipeline,
            retried: counters.retried.load(Ordering::Relaxed),
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
        let min = registry.gauge("db_pool_connections_min", "Connections that are kept open.", &["lane"]);
        let kept =
            registry.counter("db_pool_kept", "Connections opened before one was asked for.", &["lane"]);
        let waiting = registry.gauge("db_pool_waiting", "Callers who wait for a connection.", &["lane"]);
        let vain = registry.counter("db_pool_exhausted", "Callers who waited in vain.", &["lane"]);
        let asked = registry.counter("db_pool_acquired", "Callers who asked for a connection.", &["lane"]);
        let waited = registry.counter(
            "db_pool_wait_microseconds",
            "How long callers waited for a connection, together.",
            &["lane"],
        );
        for (lane, pool) in [("read", &self.read), ("write", &self.write)] {
            for (gauge, value) in [
                (&open, pool.open),
                (&busy, pool.in_use),
                (&max, pool.max),
                (&min, pool.min),
                (&waiting, pool.waiting),
            ] {
                gauge.with(&[lane]).set(i64::try_from(value).unwrap_or(i64::MAX));
            }
            for (family, now) in [
                (&kept, pool.kept),
                (&vain, pool.exhausted),
                (&asked, pool.acquired),
                (&waited, micros(pool.waited)),
            ] {
                let counter = family.with(&[lane]);
                counter.inc_by(now.saturating_sub(counter.get()));
            }
        }
        self.pipeline.publish(registry);
        room::publish(self.storage_full, registry);
        let retried =
            registry.counter("db_transaction_retries", "Transactions run again after a conflict.", &[]);
        let counter = retried.with(&[]);
        counter.inc_by(self.retried.saturating_sub(counter.get()));
        let about = "Connections tried again because the server refused them or was not there.";
        let counter = registry.counter("db_connect_retries", about, &[]).with(&[]);
        counter.inc_by(self.connect_retries.saturating_sub(counter.get()));
        let ended = registry.counter("db_transactions", "Transactions by how they ended.", &["end"]);
        let ends =
            [("committed", self.committed), ("rolled_back", self.rolled_back), ("dropped", self.dropped)];
        for (end, count) in ends {
            let counter = ended.with(&[end]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}

impl PipelineStats {
    fn publish(&self, registry: &Registry) {
        let open = registry.gauge("db_pipeline_connections", "Open connections of the pipelined lane.", &[]);
        let busy =
            registry.gauge("db_pipeline_in_flight", "Statements under way in the pipelined lane.", &[]);
        for (gauge, value) in [(open, self.open), (busy, self.in_flight)] {
            gauge.with(&[]).set(i64::try_from(value).unwrap_or(i64::MAX));
        }
        let statements =
            registry.counter("db_pipeline_statements", "Statements by what became of them.", &["outcome"]);
        let outcomes = [("served", self.served), ("overflowed", self.overflowed), ("demoted", self.demoted)];
        for (outcome, count) in outcomes {
            let counter = statements.with(&[outcome]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

fn pool(status: &Status, counters: &PoolCounters) -> PoolStats {
    PoolStats {
        max: status.max_size,
        min: 0,
        open: status.size,
        in_use: status.size.saturating_sub(status.available),
        waiting: status.waiting,
        kept: counters.kept.load(Ordering::Relaxed),
        exhausted: counters.exhausted.load(Ordering::Relaxed),
        acquired: counters.acquired.load(Ordering::Relaxed),
        waited: Duration::from_nanos(counters.waited_ns.load(Ordering::Relaxed)),
    }
}

/// What is counted since start.
#[derive(Debug, Default)]
pub(super) struct Counters {
    committed: AtomicU64,
    rolled_back: AtomicU64,
    dropped: AtomicU64,
    retried: AtomicU64,
    connect_retries: AtomicU64,
    read: PoolCounters,
    write: PoolCounters,
}

#[derive(Debug, Default)]
struct PoolCounters {
    kept: AtomicU64,
    exhausted: AtomicU64,
    acquired: AtomicU64,
    waited_ns: AtomicU64,
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

    pub(super) fn retried(&self) {
        self.retried.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn tried_again(&self) {
        self.connect_retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn kept(&self, lane: Lane) {
        self.pool(lane).kept.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn exhausted(&self, lane: Lane) {
        self.pool(lane).exhausted.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn waited(&self, lane: Lane, waited: Duration) {
        let pool = self.pool(lane);
        pool.acquired.fetch_add(1, Ordering::Relaxed);
        pool.waited_ns.fetch_add(u64::try_from(waited.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn pool(&self, lane: Lane) -> &PoolCounters {
        match lane {
            Lane::Read => &self.read,
            Lane::Write => &self.write,
        }
    }
}
