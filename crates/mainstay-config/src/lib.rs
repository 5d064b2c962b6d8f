#![doc = include_str!("../README.md")]

mod environment;
mod faults;
mod layers;
mod origin;
mod secret;
mod text_file;
mod tree;

pub mod byte_size;
pub mod duration;

pub use environment::process_environment;
pub use faults::Faults;
pub use layers::{Layers, Loaded};
pub use origin::{ConfigError, Entry, Fault, Origin};
pub use secret::Secret;
pub use text_file::{MAX_FILE_BYTES, MAX_SECRET_BYTES};
