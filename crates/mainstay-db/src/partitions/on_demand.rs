//! A row without a month: the error is recognised, the month is created, the transaction runs once more. Never here:
//! months that are made ahead.

use jiff::Timestamp;
use mainstay_telemetry::events;
use tokio_postgres::error::SqlState;

use super::month::oldest_kept;
use super::{Keeper, Month, PartitionError, PartitionedTable, create};
use crate::DbError;

/// Where PostgreSQL raises "no partition of relation … found for row"; other failed checks come from elsewhere, and
/// the message itself is in the server's language.
const RAISED_BY: &str = "ExecFindPartition";

/// Whether the error says that `table` has no partition for a row.
pub fn is_missing_month(table: &PartitionedTable, error: &DbError) -> bool {
    let DbError::Constraint { source, .. } = error else { return false };
    source.as_db_error().is_some_and(|error| {
        error.code() == &SqlState::CHECK_VIOLATION
            && error.constraint().is_none()
            && error.routine() == Some(RAISED_BY)
            && error.schema() == Some(table.schema)
            && error.table() == Some(table.table)
    })
}

impl Keeper {
    /// Runs a transaction that writes a row of the instant `at` into `table`. Where its month is missing, the month is
    /// created and the transaction runs once more, from its beginning.
    ///
    /// # Errors
    /// What the transaction answers. Where the month could not be created, its first answer: the log says why.
    pub async fn with_month<T, Run, Done>(
        &self,
        table: &PartitionedTable,
        at: Timestamp,
        mut run: Run,
    ) -> Result<T, DbError>
    where
        Run: FnMut() -> Done,
        Done: Future<Output = Result<T, DbError>>,
    {
        let missing = match run().await {
            Err(error) if is_missing_month(table, &error) => error,
            other => return other,
        };
        match self.create_for(table, at).await {
            Ok(()) => run().await,
            Err(error) => {
                self.0.metrics.failed(table);
                tracing::warn!(
                    event = events::DB_PARTITION_BLOCKED,
                    db.partition.table = %table.name(),
                    error = %error,
                    "a row has no month and gets none"
                );
                Err(missing)
            }
        }
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
        let from = match table.retention {
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
