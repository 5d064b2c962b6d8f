//! Tests of the test bench itself.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod databases;
mod processes;
mod replicas;
