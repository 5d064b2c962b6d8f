#![doc = include_str!("../README.md")]

mod environment;
mod layers;
mod secret;
mod tree;

pub use environment::process_environment;
pub use layers::{ConfigError, Entry, Fault, Layers, Loaded, Origin};
pub use secret::Secret;
