#![doc = include_str!("../README.md")]

pub mod coherence;
pub mod invalidation;
