#![doc = include_str!("../README.md")]

mod cache;
mod database;
mod events;
mod history;
mod jobs;
mod partitions;
mod platform;
mod private_server;
mod readying;
mod tasks;

pub use cache::CacheConfig;
pub use database::DatabaseError;
pub use jobs::JobsConfig;
pub use platform::{MIGRATIONS, Platform, PlatformConfig, ServeError, StartError, StopReport};
pub use private_server::ServerLost;

/// The names that an application on the platform uses everywhere.
pub mod prelude {
    pub use mainstay_db::{Db, DbError, Tx};
    pub use mainstay_events::{Emit, Event, Subscribers};
    pub use mainstay_http::{Json, List, OrProblem, PageRequest, Path, Problem, Query, ValidJson, Validate};
    pub use mainstay_jobs::{Enqueue, Job};
    pub use mainstay_runtime::{Effects, Stop, Supervisor};
}
