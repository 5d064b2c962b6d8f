#![doc = include_str!("../README.md")]

mod config;
mod target;

mod error;

pub mod causality;

mod cancel;
mod db;
mod direct;
pub mod opening;
mod probe;
mod statement;

pub mod insight;

pub mod migrate;

pub mod advisor;

pub mod partitions;

pub mod embedded;

pub mod replicas;

pub use config::{Config, DatabaseUrl};
pub use db::pipeline;
pub use db::{Client, CommitHook, Db, NoRoom, PoolStats, Read, ServerInfo, Stats, TransactionError, Tx};
pub use direct::Session;
pub use error::{ConnectError, ConstraintKind, DbError, Lane};
pub use probe::Probe;
pub use statement::{Executor, Parameters, Params, Statement, one, opt};
pub use target::Target;
