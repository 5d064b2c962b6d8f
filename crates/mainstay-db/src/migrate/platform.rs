//! The platform's own migrations, which a start applies before the application's. Never here: the history table itself,
//! which the runner makes (`ledger`).

use super::{Migration, Migrations};

/// The history of the platform's tables, all of them in the schema `mainstay`.
pub const PLATFORM: Migrations = Migrations::new(
    "mainstay",
    &[Migration::from_file(
        "0001_statement_history.sql",
        include_str!("../../migrations/0001_statement_history.sql"),
    )],
)
.in_schema("mainstay");
