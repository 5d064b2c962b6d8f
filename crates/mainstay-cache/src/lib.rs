#![doc = include_str!("../README.md")]

pub mod coherence;
pub mod invalidation;

mod cache;
mod caches;
mod commits;
mod config;
mod figures;
mod fills;
mod flights;
mod freshness;
mod hot;
mod key;
mod level1;
mod level2;
mod nesting;
mod notes;
mod operations;
mod value;
mod warming;

pub use cache::Cache;
pub use caches::Caches;
pub use config::{Config, NameConfig};
pub use figures::{NameStats, Reason, Refusal, hit_ratio};
pub use freshness::{Answer, Freshness, Kept, LoadError, Source};
pub use invalidation::{Change, Changes, Commit, Invalidate};
pub use key::{Key, KeyPart, KeyParts};
pub use level2::{NoAddress, SharedConfig};
pub use notes::Note;
pub use operations::{Changed, Entries, EntryId, KeptEntry, PollStats, SharedState, Watched};
pub use value::{Portable, Representation, Value};
pub use warming::Warmed;
