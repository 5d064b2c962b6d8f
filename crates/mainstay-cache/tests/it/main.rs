//! The promise of the cache, tried in simulated and real worlds.

mod memory;
mod node;
mod simulation;
mod snapshots;
