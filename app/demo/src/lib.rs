#![doc = include_str!("../README.md")]

mod truths;

mod calendar;
mod conditions;
mod courses;
mod dice;
mod fit;
mod journal;
mod recording;
mod season;

pub use calendar::{Gear, Planned, RaceDistance, Work};
pub use journal::JournalDay;
pub use season::{Hints, Season, TrainingFile, season};
pub use truths::{Effects, Truths};
