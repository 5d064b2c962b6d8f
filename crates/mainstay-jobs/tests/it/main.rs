//! Jobs on a real server: what is asked for is done, whoever fails.
#![expect(clippy::unwrap_used, reason = "a test that cannot set up its world has failed")]

mod asking;
mod capped;
mod days;
mod ends;
mod failover;
mod leading;
mod lives;
mod locks;
mod long_lives;
mod lost_locks;
mod model;
mod operating;
mod order;
mod plans;
mod schedules;
mod seeing;
mod steps;
mod strangers;
mod telling;
mod tested;
mod unscheduled;
mod unwritten;
mod way;
mod words;
mod world;
