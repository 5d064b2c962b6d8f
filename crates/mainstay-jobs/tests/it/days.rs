//! What is known of jobs leaves by days, and never while one of them is alive.

use std::time::Duration;

use mainstay_runtime::Clock;
use uuid::Uuid;

use crate::world::{Then, World, say};

async fn days(world: &World, table: &str) -> i64 {
    let sql = format!("select count(*) from pg_inherits where inhparent = 'mainstay.{table}'::regclass");
    world.number(&sql).await
}

/// The same id, of an earlier time.
pub(crate) fn earlier(id: Uuid, by: Duration) -> Uuid {
    let mut bytes = *id.as_bytes();
    let ms = u64::from_be_bytes([0, 0, bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5]]);
    let ms = ms - u64::try_from(by.as_millis()).unwrap();
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    Uuid::from_bytes(bytes)
}

#[tokio::test]
async fn a_day_goes_when_it_is_old_and_nothing_of_it_lives() {
    let world = World::new().await;
    let asked = world.ask(say("later", Then::Succeed).after(Duration::from_secs(3_600))).await;
    assert_eq!(days(&world, "job").await, 8, "today and seven ahead");
    // As if it had been asked for a week ago; two days are kept.
    let week = Duration::from_secs(7 * 24 * 3_600);
    world.keeper(&Clock::paused(Clock::system().now() - week)).round().await.unwrap();
    let later = earlier(asked, week);
    for table in ["job", "job_ready"] {
        let moved = format!("update mainstay.{table} set id = $2 where id = $1");
        world.psql.execute(&moved, &[&asked, &later]).await.unwrap();
    }
    let keeper = world.keeper(&Clock::system());
    let round = keeper.round().await.unwrap();
    // What lives needs its payload and places for its attempts and its end.
    let mut held: Vec<_> = round.held.iter().filter_map(|day| day.split(' ').next()).collect();
    held.sort_unstable();
    assert_eq!(held, ["mainstay.job", "mainstay.job_attempt", "mainstay.job_outcome"]);
    let working = world.work();
    world.psql.batch_execute("update mainstay.job_ready set run_at = now()").await.unwrap();
    world.until(later, "succeeded 1").await;
    let round = keeper.round().await.unwrap();
    assert!(round.held.is_empty(), "{:?}", round.held);
    assert_eq!(world.state(later).await, "");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_day_that_is_not_there_is_made_when_an_end_needs_it() {
    let world = World::new().await;
    let (id, fails) = (world.ask(say("early", Then::Succeed)).await, world.ask(say("a", Then::Panic)).await);
    without_day(&world, id, &["job_outcome_", "job_attempt_"]).await;
    let working = world.work();
    world.until(id, "succeeded 1").await;
    world.until(fails, "failed 3").await;
    let mut words = world.said.words();
    words.sort_unstable();
    assert_eq!(words, ["a 1", "a 2", "a 3", "early 1"]);
    // Also what a process leaves behind that is gone.
    let lost = world.ask(say("lost", Then::Wait)).await;
    world.until(lost, "running 1").await;
    working.die().await;
    without_day(&world, id, &["job_attempt_"]).await;
    let working = world.work();
    world.until(lost, "ready 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_day_that_is_dropped_again_is_made_again() {
    let world = World::new().await;
    let working = world.work();
    let first = world.ask(say("first", Then::Succeed)).await;
    world.until(first, "succeeded 1").await;
    // All in one life of the worker.
    for n in 0..3 {
        without_day(&world, first, &["job_outcome_"]).await;
        let next = world.ask(say(&n.to_string(), Then::Succeed)).await;
        world.until(next, "succeeded 1").await;
    }
    working.stop().await;
    world.close().await.unwrap();
}

/// Takes the day of a job away, of these tables.
async fn without_day(world: &World, id: Uuid, tables: &[&str]) {
    let day = "select tableoid::regclass::text from mainstay.job where id = $1";
    let day: String = world.psql.query_one(day, &[&id]).await.unwrap().get(0);
    for table in tables {
        let day = day.replace("mainstay.job_", &format!("mainstay.{table}"));
        world.psql.batch_execute(&format!("drop table {day}")).await.unwrap();
    }
}

#[tokio::test]
async fn an_end_that_can_be_kept_nowhere_holds_up_no_other() {
    let world = World::new().await;
    let id = world.ask(say("strange", Then::Pause(300))).await;
    // Of a time of which there is no day of ends, and never will be.
    let strange = Uuid::from_u128(0x0000_0000_0001_7000_8000_0000_0000_0000);
    let day = format!(
        "create table mainstay.job_strange partition of mainstay.job for values from ('{strange}') to ('{}')",
        Uuid::from_u128(strange.as_u128() + 1)
    );
    world.psql.batch_execute(&day).await.unwrap();
    for table in ["job", "job_ready"] {
        let moved = format!("update mainstay.{table} set id = $2 where id = $1");
        assert_eq!(world.psql.execute(&moved, &[&id, &strange]).await.unwrap(), 1);
    }
    let working = world.work();
    world.until(strange, "running 1").await;
    let run = world.number("select run from mainstay.job_running").await;
    // For longer than two beats.
    for n in 0..60 {
        let good = world.ask(say(&n.to_string(), Then::Pause(20))).await;
        world.until(good, "succeeded 1").await;
    }
    // Also with its number: it was not given back and taken again.
    assert_eq!(world.number("select run from mainstay.job_running").await, run, "it stays as it is");
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1);
    working.stop().await;
    world.close().await.unwrap();
}
