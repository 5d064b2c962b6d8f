//! How long events are kept: by the day on which they were told, and as a whole. Never here: dropping partitions.

use std::num::NonZeroU32;

use mainstay_db::partitions::{Expiring, Key, PartitionedTable, Unit};
use mainstay_db::{Db, DbError, Executor};
use mainstay_jobs::{Context, Failure, Job, Options, Priority, Schedule};
use serde::{Deserialize, Serialize};

use crate::store;

/// Whether every reader is behind all of a day. What subscribers hear of stands in their jobs.
const ALL_HAVE_READ: &str = "\
    select not exists ( \
        select from mainstay.event_reader as reader where exists ( \
            select from mainstay.event \
            where event.id >= $1 and event.id < $2 and (event.tx, event.nth) > (reader.tx, reader.nth)))";

/// The table that a [`Keeper`](mainstay_db::partitions::Keeper) looks after, kept for so many days.
pub fn partitions(days: NonZeroU32) -> [Expiring; 1] {
    let table = PartitionedTable {
        key: Key::UuidV7,
        unit: Unit::Day,
        ..PartitionedTable::new("mainstay", "event", "id")
    };
    [Expiring { table, retention: days, export: None, guard: Some(ALL_HAVE_READ) }]
}

/// Keys of one statement.
const SWEPT_MOST: i64 = 10_000;

/// Forgets the keys of events of which nobody needs to know the place any more.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Sweep;

impl Sweep {
    /// Every hour.
    pub fn hourly() -> Schedule {
        Schedule::of("mainstay: keys of events", "20 * * * *", &Self)
    }
}

impl Job for Sweep {
    const NAME: &'static str = "mainstay.events.sweep";
    type State = Db;
    type Output = ();

    fn options() -> Options {
        Options { priority: Priority::Low, ..Options::default() }
    }

    async fn run(self, db: Db, context: Context) -> Result<(), Failure> {
        while !context.is_cancelled() && sweep(&db).await? {}
        Ok(())
    }
}

/// Forgets some of those keys; whether there may be more.
///
/// # Errors
/// As [`Db::transaction`].
pub async fn sweep(db: &Db) -> Result<bool, DbError> {
    let swept =
        db.transaction(|tx| async move { Executor::execute(&**tx, &store::SWEEP, &[&SWEPT_MOST]).await });
    Ok(swept.await? >= SWEPT_MOST.unsigned_abs())
}
