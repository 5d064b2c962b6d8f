//! The database layer against a real server.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod advisor;
mod embedded;
mod given_up;
mod history;
mod hosts;
mod insight;
mod keeping;
mod migrations;
mod network;
mod outages;
mod partitions;
mod pipeline;
mod replica_lanes;
mod replicas;
mod requests;
mod retries;
mod sessions;
mod settling;
mod silence;
mod silent_sessions;
mod stale_plans;
