#![doc = include_str!("../README.md")]

mod json;
mod store;
mod wake;

pub mod backoff;
pub mod fence;
pub mod marks;
pub mod schedule;

mod context;
mod enqueue;
mod job;
mod kinds;

mod leader;
mod retention;
mod worker;

pub use context::{Attempt, CompleteError, Context};
pub use enqueue::{Enqueue, EnqueueError, Enqueued, New, PAYLOAD_MOST};
pub use job::{DEFAULT_QUEUE, Failure, Job, Options, Priority};
pub use kinds::Kinds;
pub use retention::partitions;
pub use store::MIGRATIONS;
pub use worker::{Config, Worker};
