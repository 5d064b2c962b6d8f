#![doc = include_str!("../README.md")]
//!
//! # Contents

pub mod assets;
pub mod auth;
pub mod caching;
pub mod config;
pub mod consistency;
pub mod etag;
pub mod extract;
mod facts;
pub mod fields;
pub mod health;
pub mod layers;
pub mod metrics;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod serve;
mod starting;

pub use config::Config;
pub use extract::{Json, Path, Query, ValidJson, Validate};
pub use fields::Fields;
pub use layers::{App, Routes, app};
pub use pages::{Limit, List, PageLimits, PageRequest, Pagination};
pub use problem::{FieldError, Halted, OrProblem, Problem};
pub use serve::{ServeReport, serve};
pub use starting::{StartingError, serve_while_starting};
