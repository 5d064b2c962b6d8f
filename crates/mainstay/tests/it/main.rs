//! The started platform as its callers see it. Never here: what one part shows alone.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should fail right there")]

mod events;
mod jobs;
mod private_server;
mod tasks;
mod world;
