//! The promise of the cache, tried in simulated and real worlds.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod invalidation;
mod keeping;
mod memory;
mod node;
mod shared;
mod simulation;
mod single_flight;
mod snapshots;
mod two_nodes;
mod world;
