//! How long is kept what is known of jobs: by the day on which they were asked for, and as a whole. Never here: dropping
//! partitions.

use std::num::NonZeroU32;

use mainstay_db::partitions::{Expiring, Key, PartitionedTable, Unit};

/// Whether nothing that was asked for on a day is alive: what lives needs its payload, and a place for its end. Nothing is
/// asked for on a day that is over, or again when it has been over for long, so that it stays true.
const NOTHING_LIVES: &str = "\
    select not exists (select from mainstay.job_ready where id >= $1 and id < $2) \
        and not exists (select from mainstay.job_running where id >= $1 and id < $2)";

/// A day and the one before it: what ended yesterday may be asked for again.
const LEAST: NonZeroU32 = NonZeroU32::new(2).unwrap();

/// The tables that a [`Keeper`](mainstay_db::partitions::Keeper) looks after, each kept for so many days, two at least.
pub fn partitions(days: NonZeroU32) -> [Expiring; 3] {
    let days = days.max(LEAST);
    ["job", "job_outcome", "job_attempt"].map(|name| Expiring {
        table: PartitionedTable {
            key: Key::UuidV7,
            unit: Unit::Day,
            ..PartitionedTable::new("mainstay", name, "id")
        },
        retention: days,
        export: None,
        guard: Some(NOTHING_LIVES),
    })
}
