//! The history of statements as the keeper knows it. Never here: who writes and reads it (`insight`).

use std::num::NonZeroU32;

use super::{Brin, Expiring, PartitionedTable};

/// `mainstay.statement_history`, kept for so many months.
pub fn statement_history(months: NonZeroU32) -> Expiring {
    let table = PartitionedTable {
        brin: Some(Brin { pages_per_range: 32 }),
        ..PartitionedTable::new("mainstay", "statement_history", "taken_at")
    };
    Expiring { table, retention: months, export: None, guard: None }
}
