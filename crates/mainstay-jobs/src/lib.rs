#![doc = include_str!("../README.md")]

mod json;
mod limits;
mod reports;
mod store;
pub mod testing;
mod wake;

pub mod backoff;
pub mod cron;
pub mod fence;
pub mod lock;
pub mod marks;
pub mod schedule;

mod asked;
mod by_name;
mod columns;
mod context;
mod counts;
mod days;
mod enqueue;
mod job;
mod kinds;

mod leader;
mod operator;
mod overview;
mod retention;
mod run;
mod state;
mod statistics;
mod unreadable;
mod watch;
mod weak;
mod wire;
mod worker;

pub use asked::{AskError, AskedBy, Known, Wish};
pub use by_name::{Named, NamedError, Treatment, Unkept, enqueue_named};
pub use context::{Attempt, CheckpointError, CompleteError, Context};
pub use counts::{Counts, counts};
pub use cron::{Schedule, ScheduleError, Schedules};
pub use enqueue::{Enqueue, EnqueueError, Enqueued, KEY_MOST, New};
pub use job::{DEFAULT_QUEUE, Failure, Job, Options, PAYLOAD_MOST, Priority};
pub use json::JsonText;
pub use kinds::Kinds;
pub use lock::with_xact_lock;
pub use operator::{Cancelled, Limits, OPERATED_MOST, OperateError, Operator, Rate, RateError, Retried};
pub use overview::{
    COUNTED_MOST, Dead, DeadFilter, Filter, Listed, Overview, PAGE_MOST, Progress, QueueShown, Shown, Tried,
    WorkerShown, is_least,
};
pub use retention::partitions;
pub use state::State;
pub use statistics::{STATISTICS_MOST, Statistics, asked_lately};
pub use store::MIGRATIONS;
pub use watch::{Seen, TooMany, Watch, Watching};
pub use weak::Weak;
pub use wire::Waker;
pub use worker::{Config, Worker};
