//! Partitions of time series by month or by day: periods ahead of the rows, periods past their retention given back at
//! once.
//! Never here: which tables an application has, what stands in a row.
//!
//! A table is declared ([`PartitionedTable`]); its migration makes it `partition by range (column)` with the column, a
//! `timestamptz` or a `uuid` of version 7 ([`Key`]), in the primary key, and no partition at all. The [`Keeper`] makes
//! the partitions, a few ahead of now. There is never a DEFAULT partition: PostgreSQL refuses to detach concurrently
//! beside one, and rows in it keep their own from being created. A row without a partition fails loudly instead, the
//! partition is created, and the caller's transaction runs once more ([`Keeper::with_partitions`]).
//!
//! A table is kept for ever unless it is declared to expire ([`Expiring`]). A period past its retention is detached
//! concurrently, unless a guard keeps it for now, exported if the declaration says so, then dropped: no row is deleted
//! one by one. Each step may be cut off; the next round goes on from what the catalogue shows.

mod config;
mod error;

mod key;
mod period;
mod table;

mod plan;

mod catalog;
mod steward;

mod create;
mod export;
mod patience;
mod retire;

mod keeper;
mod metrics;
mod on_demand;

mod statement_history;

pub use config::Config;
pub use error::PartitionError;
pub use keeper::{Keeper, Round};
pub use key::Key;
pub use on_demand::is_missing_partition;
pub use period::{Period, Unit};
pub use statement_history::statement_history;
pub use table::{Brin, Declared, Expiring, Export, PartitionedTable};
