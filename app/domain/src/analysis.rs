//! What is computed from sessions, as pure functions with their sources.
//!
//! [`summary::analyse`] is the way in for one session; [`fitness`] and [`trend`] look at many. Everything stored from
//! here carries [`summary::ALGORITHM_VERSION`] and a hash of its inputs. Never here: files, databases, the clock.

pub mod best_efforts;
pub mod distance;
pub mod downsample;
pub mod efficiency;
pub mod elevation;
pub mod fitness;
pub mod grade;
mod grid;
pub mod load;
pub mod moving;
pub mod polarity;
pub mod profile;
pub mod splits;
pub mod summary;
pub mod trend;
