//! Paceline as its clients see it: every test has a running application and a database of its own.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on must fail"
)]

mod about;
mod accounts;
mod activities;
mod analytics;
mod athletes;
mod batches;
mod cache_operations;
mod commands;
mod computing;
mod contract;
mod database;
mod days;
mod demo;
mod faults;
mod file_jobs;
mod first_run;
mod happenings;
mod imports;
mod job_progress;
mod jobs;
mod kept;
mod merging;
mod migrations;
mod months;
mod plans;
mod platform;
mod process;
mod recompute;
mod seed;
mod stops;
mod uploads;
mod world;
