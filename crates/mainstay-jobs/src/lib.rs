#![doc = include_str!("../README.md")]

mod json;
mod limits;
mod store;
pub mod testing;
mod told;
mod wake;

pub mod backoff;
pub mod cron;
pub mod fence;
pub mod lock;
pub mod marks;
pub mod schedule;

mod asked;
mod by_name;
mod context;
mod counts;
mod enqueue;
mod job;
mod kinds;

mod leader;
mod operator;
mod overview;
mod retention;
mod state;
mod statistics;
mod waker;
mod watch;
mod worker;

pub use asked::{AskError, AskedBy, Known, Wish};
pub use by_name::{Named, Treatment, enqueue_named};
pub use context::{Attempt, CheckpointError, CompleteError, Context};
pub use counts::{COUNTED_MOST, Counts, counts};
pub use cron::{Schedule, ScheduleError, Schedules};
pub use enqueue::{Enqueue, EnqueueError, Enqueued, New, PAYLOAD_MOST};
pub use job::{DEFAULT_QUEUE, Failure, Job, Options, Priority};
pub use json::JsonText;
pub use kinds::Kinds;
pub use lock::with_xact_lock;
pub use operator::{Cancelled, Limits, OPERATED_MOST, OperateError, Operator, Rate, RateError, Retried};
pub use overview::{
    Dead, DeadFilter, Filter, Overview, PAGE_MOST, Progress, QueueShown, Shown, Tried, WorkerShown,
};
pub use retention::partitions;
pub use state::State;
pub use statistics::{STATISTICS_MOST, Statistics, asked_lately};
pub use store::MIGRATIONS;
pub use waker::Waker;
pub use watch::{Seen, TooMany, Watch, Watching};
pub use worker::{Config, Worker};
