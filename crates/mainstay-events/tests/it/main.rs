//! Events on a real server: told with what makes them true, and heard of by whoever must.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod days;
mod killed;
mod order;
mod reading;
mod subscribers;
mod world;
