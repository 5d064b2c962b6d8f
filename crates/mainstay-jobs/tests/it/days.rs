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
async fn without_a_day_an_end_waits_for_it_and_is_not_lost() {
    let world = World::new().await;
    let id = world.ask(say("early", Then::Succeed)).await;
    let partition: String = world
        .psql
        .query_one("select tableoid::regclass::text from mainstay.job where id = $1", &[&id])
        .await
        .unwrap()
        .get(0);
    let outcome = partition.replace("mainstay.job_", "mainstay.job_outcome_");
    world.psql.batch_execute(&format!("drop table {outcome}")).await.unwrap();
    let working = world.work();
    world.until(id, "running 1").await;
    world.keeper(&Clock::system()).round().await.unwrap();
    world.until(id, "succeeded 1").await;
    assert_eq!(world.said.words(), ["early 1"]);
    working.stop().await;
    world.close().await.unwrap();
}
