//! What running jobs tell of themselves, and what is kept for their next attempt.

use std::time::Duration;

use mainstay_jobs::{Config, Progress};
use mainstay_testing::until;

use crate::world::{Then, World, config, say};

#[tokio::test]
async fn progress_is_told_as_often_as_one_likes_and_written_once_a_second() {
    const COUNT: &str = "\
        create table told (at timestamptz not null default clock_timestamp()); \
        create function tell() returns trigger language plpgsql as \
            'begin insert into told default values; return new; end'; \
        create trigger tell after update of progress on mainstay.job_running \
            for each row execute function tell()";
    let world = World::new().await;
    world.psql.batch_execute(COUNT).await.unwrap();
    let working = world.work();
    let id = world.ask(say("tells", Then::Tell)).await;
    let last = Progress { fraction: 1.0, message: "1000\u{fffd} of 1000".to_owned() };
    until("the last is written", async || world.show(id).await.progress == Some(last.clone())).await;
    let quick = "select count(*) from told as a inner join told as b on a.at < b.at and b.at < a.at + interval '900 ms'";
    assert_eq!(world.number(quick).await, 0);
    assert!(world.number("select count(*) from told").await <= 2);
    world.said.0.go_on.notify_one();
    world.until(id, "succeeded 1").await;
    assert_eq!(world.show(id).await.progress, None);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_was_kept_is_there_for_the_attempt_after_a_crash_and_goes_with_the_job() {
    let world = World::new().await;
    let dying = world.work();
    let id = world.ask(say("keeps", Then::Keep)).await;
    let kept = "select count(*) from mainstay.job_checkpoint where data = '[1, 2]'";
    until("it has kept both", async || world.number(kept).await == 1).await;
    dying.die().await;
    let other = world.work();
    world.until(id, "ready 1").await;
    world.psql.batch_execute("update mainstay.job_ready set run_at = now()").await.unwrap();
    world.until(id, "succeeded 2").await;
    assert_eq!(world.show(id).await.result.as_deref(), Some("\"[1, 2]\""));
    assert_eq!(world.number("select count(*) from mainstay.job_checkpoint").await, 0);
    world.check().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_has_lost_a_job_keeps_and_tells_nothing_of_it() {
    let world = World::new().await;
    let working = world.work();
    let (keeps, tells) =
        (world.ask(say("keeps", Then::Keep)).await, world.ask(say("tells", Then::Tell)).await);
    until("both are at work", async || {
        world.number("select count(*) from mainstay.job_checkpoint where data = '[1, 2]'").await == 1
            && world.show(tells).await.progress.is_some()
    })
    .await;
    // Somebody else has them by now.
    world
        .psql
        .batch_execute("update mainstay.job_running set worker = 0, progress = null; insert into mainstay.job_worker (host, pid, queues, kinds, slots, ttl_ms) select 'other', 0, '{}', '{}', 0, 60000; update mainstay.job_running set worker = (select max(id) from mainstay.job_worker)")
        .await
        .unwrap();
    until("it has tried to", async || {
        world.said.0.go_on.notify_waiters();
        world.said.words().iter().any(|word| word == "Err(Lost)")
    })
    .await;
    assert_eq!(world.number("select count(*) from mainstay.job_checkpoint where data = '[1, 2]'").await, 1);
    assert_eq!((world.show(tells).await.progress, world.state(keeps).await.as_str()), (None, "running 1"));
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_is_told_while_the_process_stops_is_written_too() {
    let world = World::new().await;
    let working = world.work_with(Config { grace: Duration::from_secs(20), ..config() });
    let id = world.ask(say("late", Then::TellLate)).await;
    world.until(id, "running 1").await;
    let telling = async {
        until("it takes no more", async || {
            world.number("select count(*) from mainstay.job_worker where is_draining").await == 1
        })
        .await;
        world.said.0.go_on.notify_one();
        let late = Progress { fraction: 0.5, message: "late".to_owned() };
        until("it is written", async || world.show(id).await.progress == Some(late.clone())).await;
        world.said.0.go_on.notify_one();
    };
    tokio::join!(working.stop(), telling);
    assert_eq!(world.state(id).await, "succeeded 1");
    world.close().await.unwrap();
}
