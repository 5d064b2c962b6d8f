#![doc = include_str!("../README.md")]

mod database;
mod history;
mod partitions;
mod platform;
mod private_server;
mod tasks;

pub use database::DatabaseError;
pub use platform::{Platform, PlatformConfig, ServeError, StartError, StopReport};
pub use private_server::ServerLost;

/// The names that an application on the platform uses everywhere.
pub mod prelude {
    pub use mainstay_db::{Db, DbError, Tx};
    pub use mainstay_http::{Json, List, OrProblem, PageRequest, Path, Problem, Query, ValidJson, Validate};
    pub use mainstay_runtime::{Effects, Stop, Supervisor};
}
