//! How many jobs there are of all queues, by what became of them: bounded, so that anybody may ask at any time. Never here: single
//! queues and jobs.

use mainstay_db::{DbError, Tx};
use uuid::Uuid;

use crate::enqueue::IDS;
use crate::overview::Overview;
use crate::store;

/// No more jobs are counted in one place: what is told then is this number.
pub const STATISTICS_MOST: i64 = 10_000;

/// Jobs whose days are kept, by where they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// They wait, for a worker or for their time.
    pub pending: i64,
    /// They are being done.
    pub running: i64,
    /// Done, as far back as is looked ([`Overview::list`] says how far).
    pub completed: i64,
    /// Given up, of the last ones that did not succeed.
    pub failed: i64,
    /// Cancelled, or found to be needless, of the last ones that did not succeed.
    pub cancelled: i64,
    /// Whether it was not looked at all that has ended.
    is_cut: bool,
}

impl Statistics {
    /// Whether some of them are so many that they were not counted to the end.
    pub fn is_at_least(&self) -> bool {
        let counts = [self.pending, self.running, self.completed, self.failed + self.cancelled];
        self.is_cut || counts.iter().any(|count| *count >= STATISTICS_MOST)
    }

    /// All of them.
    pub fn total(&self) -> i64 {
        self.pending + self.running + self.completed + self.failed + self.cancelled
    }
}

impl Overview<'_> {
    /// How many jobs are where, each place counted up to [`STATISTICS_MOST`].
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn statistics(&self) -> Result<Statistics, DbError> {
        let reach = self.reach(Uuid::max()).await?;
        let back = reach.unwrap_or(Uuid::nil());
        let row = mainstay_db::one(self.client(), &store::STATISTICS, &[&STATISTICS_MOST, &back]).await?;
        Ok(Statistics {
            pending: row.try_get("pending")?,
            running: row.try_get("running")?,
            completed: row.try_get("completed")?,
            failed: row.try_get("failed")?,
            cancelled: row.try_get("cancelled")?,
            is_cut: reach.is_some(),
        })
    }
}

/// Milliseconds of an hour, and where they stand in an id.
const HOUR_MS: u128 = 3_600_000;
const TIME_AT: u32 = 80;

/// How many jobs of this kind somebody has had in the last hour, counted up to so many.
///
/// # Errors
/// What the database says.
pub async fn asked_lately(tx: &Tx, owner: Uuid, kind: &str, most: i64) -> Result<i64, DbError> {
    let since = Uuid::from_u128(IDS.next().as_u128().saturating_sub(HOUR_MS << TIME_AT));
    let row = mainstay_db::one(&**tx, &store::ASKED, &[&owner, &since, &kind, &most]).await?;
    Ok(row.try_get("asked")?)
}
