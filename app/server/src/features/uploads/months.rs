//! The samples' table as the keeper of partitions knows it, and the transactions that may need a month of it, or a day of what
//! the platform keeps. Never here: how a month is made (`mainstay_db::partitions`).

use std::sync::Arc;

use mainstay_db::partitions::{
    Declared, Keeper, PartitionError, PartitionedTable, Period, Round, is_missing_partition,
};
use mainstay_db::{Db, DbError, TransactionError, Tx};

/// The year from which on parsers believe a date (`paceline_domain::formats`): an archive may go back to it.
const OLDEST_YEAR: i16 = 1980;

/// `activity_stream`: by month of the activity's start, kept for ever.
fn streams() -> PartitionedTable {
    PartitionedTable {
        oldest: Period::month(OLDEST_YEAR, 1),
        ..PartitionedTable::new("public", "activity_stream", "start_time")
    }
}

/// The months of the samples. A clone is one reference count.
#[derive(Clone, Debug)]
pub struct Months(Keeper);

impl Months {
    /// With the keeper that `keep` makes of the tables: the platform's, for a process that serves.
    ///
    /// # Errors
    /// Those of `keep`.
    pub fn new(
        keep: impl FnOnce(Vec<Declared>) -> Result<Keeper, PartitionError>,
    ) -> Result<Self, PartitionError> {
        keep(vec![streams().into()]).map(Self)
    }

    /// A round of the keeper at once.
    ///
    /// # Errors
    /// As [`Keeper::round`].
    pub async fn round(&self) -> Result<Round, PartitionError> {
        self.0.round().await
    }

    /// [`Db::transaction`] for work that may write samples, ask for jobs, tell events or end its job: a month that they lack, or
    /// a day, is made, and the work is done again from its beginning.
    ///
    /// # Errors
    /// As [`Keeper::with_partitions`].
    pub async fn transaction<T, E, F>(&self, db: &Db, work: impl Fn(Arc<Tx>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        self.0.with_partitions(&streams(), || db.transaction(&work)).await
    }
}

/// Whether samples have no month and get none: their time is too far from now.
pub(super) fn is_missing(error: &DbError) -> bool {
    is_missing_partition(&streams(), error)
}
