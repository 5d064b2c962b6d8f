//! The promise of the cache, tried in simulated and real worlds.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod behind;
mod commits;
mod following;
mod invalidation;
mod keeping;
mod lives;
mod memory;
mod nesting;
mod never_back;
mod node;
mod notes;
mod operations;
mod replicas;
mod shared;
mod simulation;
mod single_flight;
mod snapshots;
mod two_nodes;
mod watching;
mod world;
