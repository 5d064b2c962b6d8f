//! The history of statements: which ran how often and for how long, round by round. Never here: who writes it.

use std::num::NonZeroU32;

use super::{Brin, PartitionedTable};
use crate::migrate::{Migration, Migrations};

/// `mainstay.statement_history`: three months, then gone.
pub const STATEMENT_HISTORY: PartitionedTable = PartitionedTable {
    schema: "mainstay",
    table: "statement_history",
    column: "taken_at",
    retention: NonZeroU32::new(3),
    export: None,
    brin: Some(Brin { pages_per_range: 32 }),
};

/// Its migration, for whoever runs the platform's.
pub const STATEMENT_HISTORY_MIGRATIONS: Migrations = Migrations::new(
    "mainstay",
    &[Migration::from_file(
        "0001_statement_history.sql",
        include_str!("../../migrations/0001_statement_history.sql"),
    )],
)
.in_schema("mainstay");
