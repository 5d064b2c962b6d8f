//! What breaks around the application, each on a real server and seen through HTTP: its disk is full, its primary dies
//! under load, it goes away and comes back, its pool is empty, its replica is
//! behind, an index is missing.

mod disk;
mod outages;
mod promotion;
mod sessions;
mod slow_table;

use http::Method;

use crate::world::{Answer, World};

/// What the log may say while the database is away, its disk is full, or a replica is lost: how often, and which of it,
/// depends on what was under way.
fn allow_an_outage(world: &World) {
    for part in [
        "Connection error",
        "Connection could not be recycled",
        "the database is not available",
        "a disk is full",
        "cache.unheard",
        "db.replica.lost",
        "import.paused",
        "recompute.paused",
        "jobs.ends_wait",
        "jobs.halted",
        "jobs.unled",
        "jobs.unscheduled",
        "storage.full",
        "task.round_failed",
    ] {
        world.log.allow(part);
    }
}

async fn probe(world: &World, path: &str) -> Answer {
    world.anonymous(Method::GET, path, None).await
}

/// A problem that says when to come back.
#[track_caller]
fn assert_comes_back(answer: &Answer, code: &str) {
    assert_eq!(answer.problem(), (503, code.to_owned()), "{}", answer.text());
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(answer.json()["detail"].as_str().is_some_and(|words| words.len() > 10), "{}", answer.text());
}
