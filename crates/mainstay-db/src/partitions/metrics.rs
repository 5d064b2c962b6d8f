//! What the keeper shows of its work. Never here: when it works.

use std::fmt;

use mainstay_telemetry::metrics::{Counter, Gauge};
use mainstay_telemetry::{Registry, events};

use super::export::Exported;
use super::{PartitionedTable, Period};

/// The metrics of all tables, and the log lines that go with them.
#[derive(Clone)]
pub(super) struct Metrics {
    ahead: Gauge,
    partitions: Gauge,
    changes: Counter,
    failures: Counter,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    pub(super) fn new(registry: &Registry) -> Self {
        let ahead = "Periods of a table after the present one that exist without a gap; -1 if not even that one does.";
        let changes = "Partitions that were created, on demand too, or retired.";
        Self {
            ahead: registry.gauge("db_partitions_ahead", ahead, &["table"]),
            partitions: registry.gauge("db_partitions", "Partitions in use.", &["table"]),
            changes: registry.counter("db_partition_changes", changes, &["table", "change"]),
            failures: registry.counter(
                "db_partition_failures",
                "Rounds of a table, and partitions on demand, that failed.",
                &["table"],
            ),
        }
    }

    pub(super) fn seen(&self, table: &PartitionedTable, partitions: usize, ahead: i32) {
        self.ahead.with(&[&table.name()]).set(i64::from(ahead));
        self.partitions.with(&[&table.name()]).set(i64::try_from(partitions).unwrap_or(i64::MAX));
    }

    pub(super) fn failed(&self, table: &PartitionedTable) {
        self.failures.with(&[&table.name()]).inc();
    }

    pub(super) fn created(&self, table: &PartitionedTable, period: Period, change: &'static str) {
        self.changes.with(&[&table.name(), change]).inc();
        tracing::info!(
            event = events::DB_PARTITION_CREATED,
            db.partition.table = %table.name(),
            db.partition.period = %period,
            "created a partition"
        );
    }

    pub(super) fn retired(&self, table: &PartitionedTable, period: Period, exported: Option<&Exported>) {
        self.changes.with(&[&table.name(), "retired"]).inc();
        let path = exported.map(|exported| exported.path.display().to_string()).unwrap_or_default();
        tracing::info!(
            event = events::DB_PARTITION_RETIRED,
            db.partition.table = %table.name(),
            db.partition.period = %period,
            db.partition.export = path,
            db.partition.export_bytes = exported.map_or(0, |exported| exported.bytes),
            "dropped a partition past its retention"
        );
    }

    pub(super) fn short(table: &PartitionedTable, ahead: i32) {
        tracing::error!(
            event = events::DB_PARTITION_SHORT,
            db.partition.table = %table.name(),
            db.partition.ahead = ahead,
            "too few partitions lie ahead of a table; rows will soon have no place"
        );
    }
}
