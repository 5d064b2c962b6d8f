//! A row without a partition: the error is recognised, the partition is created, the transaction runs again. Never here:
//! partitions that are made ahead.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mainstay_telemetry::events;
use tokio_postgres::error::SqlState;

use super::period::oldest_kept;
use super::{Declared, Keeper, Key, PartitionError, PartitionedTable, Period, create};
use crate::{DbError, TransactionError};

/// Where PostgreSQL raises "no partition of relation … found for row"; other failed checks come from elsewhere, and
/// the message itself is in the server's language.
const RAISED_BY: &str = "ExecFindPartition";

/// Whether the error says that `table` has no partition for a row.
pub fn is_missing_partition(table: &PartitionedTable, error: &DbError) -> bool {
    missing(table, error).is_some()
}

/// The server's report of a row of `table` that has no partition.
fn missing<'a>(table: &PartitionedTable, error: &'a DbError) -> Option<&'a tokio_postgres::error::DbError> {
    let DbError::Constraint { source, .. } = error else { return None };
    source.as_db_error().filter(|error| {
        error.code() == &SqlState::CHECK_VIOLATION
            && error.constraint().is_none()
            && error.routine() == Some(RAISED_BY)
            && error.schema() == Some(table.schema)
            && error.table() == Some(table.table)
    })
}

/// The time of that row: `… (taken_at) = (2026-01-31 23:59:59+00).`, whose first words are in the server's language.
/// Pools see to the ISO form of times (`Db::connect`), in whatever zone.
fn time_of(key: Key, detail: &str) -> Option<Timestamp> {
    let (_, rest) = detail.split_once(") = (")?;
    key.instant(rest.split_once(')')?.0)
}

impl Keeper {
    /// Runs a transaction that writes rows into `table`, whatever their times. Where a row has no partition, in this table or in
    /// any other that is declared, such as those of the ends of jobs and of events, which are made ahead as a rule, that is
    /// created and the transaction runs again, from its beginning: once for each partition that it lacks. It is made in a
    /// session of its own between two runs, when the transaction holds no locks any more that would be in its way.
    ///
    /// # Errors
    /// What the transaction answers; so a row of `table` whose time is further from now than the configuration allows is
    /// answered with its own error ([`is_missing_partition`]). [`DbError::NoPartition`] where a partition could not be made for
    /// another reason, or is one of another table: no row of the caller's is to blame, and the same may work later.
    pub async fn with_partitions<T, E, Run, Done>(
        &self,
        table: &PartitionedTable,
        mut run: Run,
    ) -> Result<T, E>
    where
        E: TransactionError,
        Run: FnMut() -> Done,
        Done: Future<Output = Result<T, E>>,
    {
        let mut made = BTreeSet::new();
        loop {
            let error = match run().await {
                Err(error) => error,
                done => return done,
            };
            let found = error.database().and_then(|error| self.lacking(table, error));
            let Some((lacking, at)) = found else { return Err(error) };
            let Some(at) = at else {
                return Err(self.blocked(lacking, &"the server's words name no time").into());
            };
            if !made.insert((lacking.name(), Period::of(lacking.unit, at))) {
                // Another's memory of it is as wrong as this one's.
                self.0.on_demand.lock().await.clear();
                return Err(self.blocked(lacking, &"it is missing again after it was made").into());
            }
            match self.create_for(lacking, at).await {
                Ok(()) => {}
                Err(far @ PartitionError::OutOfWindow { .. }) if lacking == table => {
                    tracing::info!(
                        event = events::DB_PARTITION_BLOCKED,
                        db.partition.table = %table.name(),
                        error = %far,
                        "a row is refused: its time is too far from now"
                    );
                    return Err(error);
                }
                Err(why) => return Err(self.blocked(lacking, &why).into()),
            }
        }
    }

    /// Which of the declared tables, or `table`, has no partition for a row, and the time of that row.
    fn lacking<'a>(
        &'a self,
        table: &'a PartitionedTable,
        error: &DbError,
    ) -> Option<(&'a PartitionedTable, Option<Timestamp>)> {
        let declared = self.0.tables.iter().map(Declared::table);
        let lacking =
            std::iter::once(table).chain(declared).find(|table| is_missing_partition(table, error))?;
        let detail = missing(lacking, error)?.detail();
        Some((lacking, detail.and_then(|detail| time_of(lacking.key, detail))))
    }

    fn blocked(&self, table: &PartitionedTable, error: &dyn std::fmt::Display) -> DbError {
        self.0.metrics.failed(table);
        tracing::warn!(
            event = events::DB_PARTITION_BLOCKED,
            db.partition.table = %table.name(),
            error = %error,
            "a row has no partition and gets none"
        );
        DbError::NoPartition { why: error.to_string() }
    }

    /// Creates the partition of the instant `at` if it is missing, for a caller that found it missing and will try once
    /// more. Any number may ask at once.
    ///
    /// # Errors
    /// [`PartitionError::OutOfWindow`] if the instant is further from now than the configuration allows, or past the
    /// retention: whoever chooses a row's time must not choose how many tables there are.
    pub async fn create_for(&self, table: &PartitionedTable, at: Timestamp) -> Result<(), PartitionError> {
        let period = self.within_window(table, at)?;
        let mut known = self.0.on_demand.lock().await;
        let key = (table.name(), period);
        if known.contains(&key) {
            // Another caller had it made while this one waited.
            return Ok(());
        }
        let session = self.session().await?;
        if create::partition(&session, table, period, &self.0.config).await? {
            self.0.metrics.created(table, period, "created_on_demand");
        }
        known.insert(key);
        Ok(())
    }

    fn within_window(&self, table: &PartitionedTable, at: Timestamp) -> Result<Period, PartitionError> {
        let (present, limits) = (self.present(table)?, self.0.config.limits(table.unit));
        let back = oldest_kept(present, limits.on_demand_back);
        let back = table.oldest.map_or(back, |oldest| oldest.min(back));
        let declared = self.0.tables.iter().find(|declared| declared.table() == table);
        let from = match declared.and_then(Declared::retention) {
            Some(periods) => back.max(oldest_kept(present, periods.get())),
            None => back,
        };
        let ahead = i32::try_from(limits.on_demand_ahead).unwrap_or(i32::MAX);
        let to = present.plus(ahead);
        match Period::of(table.unit, at) {
            Some(period) if (from..=to).contains(&period) && table.key.reaches(period) => Ok(period),
            other => {
                let period = other.map_or_else(|| "?".to_owned(), |period| period.to_string());
                Err(PartitionError::OutOfWindow { table: table.name(), period, from, to })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_row_is_read_from_the_servers_words() {
        let told = |detail| time_of(Key::Time, detail).map(|at| at.to_string());
        for (detail, time) in [
            (
                "Partition key of the failing row contains (at) = (2026-01-31 23:59:59.5+00).",
                "2026-01-31T23:59:59.5Z",
            ),
            (
                "Partitionierungsschlüssel der Zeile: (at) = (2026-03-01 00:30:00+13:45).",
                "2026-02-28T10:45:00Z",
            ),
            (
                "Partition key of the failing row contains (at) = (1890-01-01 00:00:00+00:53:28).",
                "1889-12-31T23:06:32Z",
            ),
        ] {
            assert_eq!(told(detail).as_deref(), Some(time), "{detail}");
        }
        for detail in
            ["", "(at) = (infinity).", "(at) = (31.01.2026 23:59:59 CET).", "(at) = (2026-01-31 23:59:59+00"]
        {
            assert_eq!(told(detail), None, "{detail}");
        }
    }

    #[test]
    fn the_time_of_a_row_is_read_from_its_id() {
        let told = |detail| time_of(Key::UuidV7, detail).map(|at| at.to_string());
        let detail = |id: &str| format!("Partition key of the failing row contains (id) = ({id}).");
        // 1 ms before midnight.
        let late = detail("01a205b3-cfff-7abc-8def-0123456789ab");
        assert_eq!(told(&late).as_deref(), Some("2026-11-22T23:59:59.999000001Z"));
        // Of no time at all, so far from now that no partition is made for it.
        let random = detail("f47ac10b-58cc-4372-a567-0e02b2c3d479");
        assert_eq!(time_of(Key::UuidV7, &random), Some(Timestamp::MAX));
        assert_eq!(told(&detail("2026-11-22 23:59:59+00")), None);
    }
}
