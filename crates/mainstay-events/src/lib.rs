#![doc = include_str!("../README.md")]

mod event;
mod store;

mod emit;

mod subscriber;
mod volatile;

pub mod reader;

mod retention;

pub use emit::{Emit, EmitError, TOGETHER_MOST};
pub use event::{BODY_MOST, DEPTH_MOST, Delivered, Envelope, Event, KEY_MOST, TEXT_MOST};
pub use retention::{Sweep, partitions, sweep};
pub use store::MIGRATIONS;
pub use subscriber::{NAME_MOST, SubscribeError, Subscriber, Subscribers};
pub use volatile::{CAPACITY_MOST, Volatile, volatile};
