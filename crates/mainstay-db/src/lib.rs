#![doc = include_str!("../README.md")]

mod config;
mod target;

mod error;

mod db;
mod direct;

pub mod migrate;

pub mod embedded;

pub use config::{Config, DatabaseUrl};
pub use db::{Db, PoolStats, Read, ServerInfo, Stats, Tx};
pub use deadpool_postgres::Client;
pub use direct::Session;
pub use error::{ConnectError, ConstraintKind, DbError, Lane};
pub use target::Target;
