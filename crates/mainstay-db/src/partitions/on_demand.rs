//! A row without a month: the error is recognised, the month is created, the transaction runs again. Never here: months that are made ahead.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mainstay_telemetry::events;
use tokio_postgres::error::SqlState;

use super::month::oldest_kept;
use super::{Declared, Keeper, Month, PartitionError, PartitionedTable, create};
use crate::{DbError, TransactionError};

/// Where PostgreSQL raises "no partition of relation … found for row"; other failed checks come from elsewhere, and
/// the message itself is in the server's language.
const RAISED_BY: &str = "ExecFindPartition";

/// Whether the error says that `table` has no partition for a row.
pub fn is_missing_month(table: &PartitionedTable, error: &DbError) -> bool {
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
/// Pools see to the ISO form (`Db::connect`), in whatever zone.
fn time_of(detail: &str) -> Option<Timestamp> {
    let (_, rest) = detail.split_once(") = (")?;
    rest.split_once(')')?.0.parse().ok()
}

impl Keeper {
    /// Runs a transaction that writes rows into `table`, whatever their times. Where a row's month is missing, the month
    /// is created and the transaction runs again, from its beginning: once for each month that it lacks. The month is
    /// made in a session of its own between two runs, when the transaction holds no locks any more that would be in its
    /// way.
    ///
    /// # Errors
    /// What the transaction answers; so a row whose time is further from now than the configuration allows is answered
    /// with its own error ([`is_missing_month`]). [`DbError::NoMonth`] where the month could not be made for another
    /// reason: the same may work later.
    pub async fn with_months<T, E, Run, Done>(&self, table: &PartitionedTable, mut run: Run) -> Result<T, E>
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
            let Some(row) = error.database().and_then(|error| missing(table, error)) else {
                return Err(error);
            };
            let Some(at) = row.detail().and_then(time_of) else {
                return Err(self.blocked(table, &"the server's words name no time").into());
            };
            if !made.insert(Month::of(at)) {
                // Another's memory of the month is as wrong as this one's.
                self.0.on_demand.lock().await.clear();
                return Err(self.blocked(table, &"it is missing again after it was made").into());
            }
            match self.create_for(table, at).await {
                Ok(()) => {}
                Err(far @ PartitionError::OutOfWindow { .. }) => {
                    tracing::info!(
                        event = events::DB_PARTITION_BLOCKED,
                        db.partition.table = %table.name(),
                        error = %far,
                        "a row is refused: its time is too far from now"
                    );
                    return Err(error);
                }
                Err(why) => return Err(self.blocked(table, &why).into()),
            }
        }
    }

    fn blocked(&self, table: &PartitionedTable, error: &dyn std::fmt::Display) -> DbError {
        self.0.metrics.failed(table);
        tracing::warn!(
            event = events::DB_PARTITION_BLOCKED,
            db.partition.table = %table.name(),
            error = %error,
            "a row has no month and gets none"
        );
        DbError::NoMonth { why: error.to_string() }
    }

    /// Creates the month of the instant `at` if it is missing, for a caller that found it missing and will try once
    /// more. Any number may ask at once.
    ///
    /// # Errors
    /// [`PartitionError::OutOfWindow`] if the instant is further from now than the configuration allows, or past the
    /// retention: whoever chooses a row's time must not choose how many tables there are.
    pub async fn create_for(&self, table: &PartitionedTable, at: Timestamp) -> Result<(), PartitionError> {
        let month = self.within_window(table, at)?;
        let mut known = self.0.on_demand.lock().await;
        let key = (table.name(), month);
        if known.contains(&key) {
            // Another caller had it made while this one waited.
            return Ok(());
        }
        let session = self.session().await?;
        if create::month(&session, table, month, &self.0.config).await? {
            self.0.metrics.created(table, month, "created_on_demand");
        }
        known.insert(key);
        Ok(())
    }

    fn within_window(&self, table: &PartitionedTable, at: Timestamp) -> Result<Month, PartitionError> {
        let present = self.present(table)?;
        let back = oldest_kept(present, self.0.config.on_demand_back_months);
        let back = table.oldest.map_or(back, |oldest| oldest.min(back));
        let declared = self.0.tables.iter().find(|declared| declared.table() == table);
        let from = match declared.and_then(Declared::retention) {
            Some(months) => back.max(oldest_kept(present, months.get())),
            None => back,
        };
        let ahead = i32::try_from(self.0.config.on_demand_ahead_months).unwrap_or(i32::MAX);
        let to = present.plus(ahead);
        match Month::of(at) {
            Some(month) if (from..=to).contains(&month) => Ok(month),
            other => {
                let month = other.map_or_else(|| "?".to_owned(), |month| month.to_string());
                Err(PartitionError::OutOfWindow { table: table.name(), month, from, to })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_a_row_is_read_from_the_servers_words() {
        let told = |detail| time_of(detail).map(|at| at.to_string());
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
}
