#![doc = include_str!("../README.md")]

pub mod capture;
pub mod events;
pub mod logs;
pub mod metrics;
pub mod request;

pub use capture::Capture;
pub use logs::{LogConfig, LogFormat};
pub use metrics::{Counter, Gauge, Histogram, Registry};
pub use request::{Request, RequestId};
