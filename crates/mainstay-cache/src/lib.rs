#![doc = include_str!("../README.md")]

pub mod coherence;
pub mod invalidation;

mod cache;
mod caches;
mod config;
mod figures;
mod flights;
mod freshness;
mod key;
mod level1;
mod level2;
mod value;

pub use cache::Cache;
pub use caches::Caches;
pub use config::{Config, NameConfig};
pub use figures::{NameStats, Reason, Refusal};
pub use freshness::{Answer, Freshness, LoadError, Source};
pub use invalidation::{Commit, Invalidate};
pub use key::{Key, KeyPart};
pub use level2::{NoAddress, SharedConfig};
pub use value::{Portable, Representation, Value};
