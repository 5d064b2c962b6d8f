#![doc = include_str!("../README.md")]

pub mod clock;
pub mod ids;
pub mod lifecycle;
pub mod random;
pub mod signals;
pub mod supervisor;

pub use clock::Clock;
pub use ids::{Effects, Ids};
pub use lifecycle::{Lifecycle, Phase};
pub use random::Random;
pub use signals::SignalKind;
pub use supervisor::{DrainReport, Stop, Supervisor, TaskState, TaskStatus};
