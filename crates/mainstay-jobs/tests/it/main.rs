//! Jobs on a real server: what is asked for is done, whoever fails.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod asking;
mod days;
mod ends;
mod lives;
mod order;
mod world;
