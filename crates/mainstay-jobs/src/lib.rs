#![doc = include_str!("../README.md")]

pub mod backoff;
pub mod fence;
pub mod marks;
pub mod schedule;
