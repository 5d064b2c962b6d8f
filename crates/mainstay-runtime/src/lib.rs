#![doc = include_str!("../README.md")]

pub mod clock;
pub mod ids;
pub mod lifecycle;
pub mod random;
pub mod signals;
pub mod stop;
pub mod supervisor;

pub use clock::Clock;
pub use ids::{Effects, Ids};
pub use lifecycle::{Lifecycle, Phase};
pub use random::Random;
pub use signals::{SignalKind, Signals};
pub use stop::Stop;
pub use supervisor::{DrainReport, Supervisor, TaskCounts, TaskState, TaskStatus};
