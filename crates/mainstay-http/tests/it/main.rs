//! The crate over real sockets. Each test starts its own server on a free port.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should fail right there")]

mod docs;
mod further_out;
mod logs;
mod probes;
mod serving;
mod stack;
mod world;
