//! Who goes first, and who waits for whom.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::Session;
use mainstay_jobs::{Config, Enqueue, Limits, Priority};
use mainstay_runtime::Clock;
use mainstay_testing::until;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

const CLAIM: &str = include_str!("../../src/store/claim.sql");

/// One place, so that the order is that of the claims.
fn one_at_a_time() -> Config {
    Config { queues: vec![("default".to_owned(), 1)], ..config() }
}

#[tokio::test]
async fn high_goes_before_low_and_low_waits_for_ten_claims_at_most() {
    let world = World::new().await;
    for n in 0..30 {
        world.ask(say(&format!("high {n}"), Then::Succeed).priority(Priority::High)).await;
    }
    let low = world.ask(say("low", Then::Succeed).priority(Priority::Low)).await;
    let working = world.work_with(one_at_a_time());
    world.until(low, "succeeded 1").await;
    let words = world.said.words();
    let place = words.iter().position(|word| word.starts_with("low")).unwrap();
    assert!((5..10).contains(&place), "{words:?}");
    assert_eq!(words[0], "high 0 1");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_backlog_above_and_one_below_keep_nobody_in_between_waiting() {
    let world = World::new().await;
    let tx = world.tx().await;
    // More than is done while the test looks, of which each fills every claim.
    for (name, many, priority) in [("high", 3_000, Priority::High), ("low", 3_000, Priority::Low)] {
        let backlog =
            (0..many).map(|n| say(&format!("{name} {n}"), Then::Succeed).priority(priority)).collect();
        tx.enqueue_all(backlog).await.unwrap();
    }
    let between = (0..20).map(|n| say(&format!("normal {n}"), Then::Succeed)).collect();
    tx.enqueue_all(between).await.unwrap();
    tx.commit().await.unwrap();
    let working = world.work_with(Config { queues: vec![("default".to_owned(), 2)], ..config() });
    let done = |word: &'static str| {
        let said = world.said.clone();
        move || said.words().iter().filter(|said| said.starts_with(word)).count()
    };
    let (high, normal, low) = (done("high"), done("normal"), done("low"));
    until("all of them are done", async || normal() == 20).await;
    assert!(high() < 3_000 && low() < 3_000, "before the others are: {} and {}", high(), low());
    assert!(high() > normal() + low(), "which come first and last all the same: {} and {}", high(), low());
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn those_of_one_key_go_one_after_the_other_also_when_one_fails() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for n in 0..12 {
        let then = if n % 4 == 1 { Then::FailBefore(2) } else { Then::Succeed };
        ids.push(world.ask(say(&format!("{n}"), then).in_order("key")).await);
    }
    let free = world.ask(say("free", Then::Succeed)).await;
    let (one, other) = (world.work(), world.work());
    world.until(free, "succeeded 1").await;
    for id in ids {
        until("it is done", async || world.state(id).await.starts_with("succeeded")).await;
    }
    let words: Vec<String> =
        world.said.words().into_iter().filter(|word| !word.starts_with("free")).collect();
    let expected: Vec<String> = (0..12)
        .flat_map(
            |n| if n % 4 == 1 { vec![format!("{n} 1"), format!("{n} 2")] } else { vec![format!("{n} 1")] },
        )
        .collect();
    assert_eq!(words, expected);
    world.check().await;
    one.stop().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn the_next_of_a_key_begins_at_once_when_nobody_looks_at_everything() {
    let world = World::new().await;
    let past = Clock::system().now() - SignedDuration::from_hours(1);
    let free = world.ask(say("free", Then::Succeed)).await;
    let mut ids = Vec::new();
    for n in 0..8 {
        ids.push(world.ask(say(&format!("{n}"), Then::Succeed).at(past).in_order("key")).await);
    }
    let never = Duration::from_secs(3_600);
    let working = world.work_with(Config { poll: never, full_every: never, ..config() });
    for id in ids.into_iter().chain([free]) {
        world.until(id, "succeeded 1").await;
    }
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_long_line_behind_a_key_keeps_nobody_else_waiting() {
    let world = World::new().await;
    let first = world.ask(say("first", Then::Wait).in_order("key")).await;
    let mut last = Uuid::nil();
    for n in 0..60 {
        last = world.ask(say(&format!("{n}"), Then::Succeed).in_order("key")).await;
    }
    let never = Duration::from_secs(3_600);
    let working = world.work_with(Config { poll: never, ..one_at_a_time() });
    world.until(first, "running 1").await;
    // From now on the next of the line is always known.
    let free = world.ask(say("free", Then::Succeed).priority(Priority::High)).await;
    world.said.0.go_on.notify_one();
    world.until(free, "succeeded 1").await;
    world.until(last, "succeeded 1").await;
    let before = world.said.words().iter().position(|word| word.starts_with("free")).unwrap();
    assert!(before < 5, "{before} of the line went before");
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_queue_that_is_paused_rests_and_others_do_not() {
    let world = World::new().await;
    world
        .psql
        .batch_execute("insert into mainstay.job_queue (name, paused_at) values ('default', now())")
        .await
        .unwrap();
    let queues = vec![("default".to_owned(), 5), ("other".to_owned(), 5)];
    let working = world.work_with(Config { queues, ..config() });
    let rests = world.ask(say("rests", Then::Succeed)).await;
    let goes = world.ask(say("goes", Then::Succeed).queue("other")).await;
    world.until(goes, "succeeded 1").await;
    assert_eq!(world.state(rests).await, "ready 0");
    world.psql.batch_execute("update mainstay.job_queue set paused_at = null").await.unwrap();
    world.until(rests, "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn the_order_is_that_of_the_server_whatever_the_clock_of_an_id_says() {
    let world = World::new().await;
    let first = world.ask(say("first", Then::Succeed).in_order("key")).await;
    let second = world.ask(say("second", Then::Succeed).in_order("key")).await;
    for table in ["job", "job_ready"] {
        let late = format!("update mainstay.{table} set id = $2 where id = $1");
        world.psql.execute(&late, &[&first, &later_of(second)]).await.unwrap();
    }
    let working = world.work();
    world.until(second, "succeeded 1").await;
    assert_eq!(world.said.words(), ["first 1", "second 1"]);
    working.stop().await;
    world.close().await.unwrap();
}

/// The jobs that a claim of picked ones takes of a queue.
async fn claimed(world: &World, picked: &[Uuid]) -> Vec<Uuid> {
    let (lanes, marks, kinds) = (vec![1_i16, 2, 3], vec![None::<Timestamp>; 3], vec!["say"]);
    let parameters: [&(dyn ToSql + Sync); 8] =
        [&"default", &lanes, &marks, &kinds, &10_i64, &1_i64, &false, &Some(picked)];
    let rows = world.psql.query(CLAIM, &parameters).await.unwrap();
    rows.iter().filter_map(|row| row.get("id")).collect()
}

#[tokio::test]
async fn one_that_was_picked_begins_only_if_it_is_still_the_first_of_its_key_and_none_runs() {
    let world = World::new().await;
    let first = world.ask(say("first", Then::Succeed).in_order("key")).await;
    let second = world.ask(say("second", Then::Succeed).in_order("key")).await;
    assert!(claimed(&world, &[second]).await.is_empty(), "there is one before it");
    assert_eq!(claimed(&world, &[second, first]).await, [first]);
    assert!(claimed(&world, &[second]).await.is_empty(), "one runs");
    world.psql.batch_execute("delete from mainstay.job_running").await.unwrap();
    assert_eq!(claimed(&world, &[second]).await, [second]);
    world.close().await.unwrap();
}

#[tokio::test]
async fn the_order_is_kept_by_all_processes_while_limits_come_and_go() {
    let world = World::new().await;
    let limits = Limits { running_most_of_key: NonZeroU32::new(2), ..Limits::default() };
    world.operate(async |operator| operator.limit("default", limits).await).await;
    let tx = world.tx().await;
    let jobs = (0..120).map(|n| {
        let then = if n % 7 == 3 { Then::FailBefore(2) } else { Then::Succeed };
        let job = say(&format!("{} {n:03}", n % 6), then).in_order(format!("key {}", n % 6));
        if n % 2 == 0 { job.limited_by("limited") } else { job }
    });
    tx.enqueue_all(jobs.collect()).await.unwrap();
    tx.commit().await.unwrap();
    let slots = || Config { queues: vec![("default".to_owned(), 4)], ..config() };
    let working = [world.work_with(slots()), world.work_with(slots()), world.work_with(slots())];
    let ended = async || world.number("select count(*) from mainstay.job_outcome").await;
    until("some are done by picks", async || ended().await >= 40).await;
    world.operate(async |operator| operator.limit("default", Limits::default()).await).await;
    until("all are done", async || ended().await == 120).await;
    let words = world.said.words();
    for key in 0..6 {
        let of_key: Vec<_> = words.iter().filter(|word| word.starts_with(&format!("{key} "))).collect();
        assert!(of_key.is_sorted(), "{of_key:?}");
    }
    world.check().await;
    for one in working {
        one.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_claim_that_gives_way_where_two_wait_for_each_other_is_tried_again_at_once() {
    let world = World::new().await;
    let never = Duration::from_secs(3_600);
    let mut ids = Vec::new();
    for key in ["a", "m", "z"] {
        ids.push(world.ask(say(key, Then::Succeed).in_order(key)).await);
    }
    let run = |key: &str, n: u8| {
        format!(
            "insert into mainstay.job_running \
                (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, ordering_key) \
             values ('00000000-0000-7000-8000-00000000000{n}', 0, 0, 'default', 2, 'say', 1, 0, 3, '{key}')"
        )
    };
    let other = Session::connect(world.test.target(), "other", Duration::from_secs(20)).await.unwrap();
    other.batch_execute(&format!("set deadlock_timeout = '1h'; begin; {}", run("m", 1))).await.unwrap();
    let working = world.work_with(Config { poll: never, full_every: never, may_lead: false, ..config() });
    let line = "select coalesce(max(pid), 0)::bigint from pg_stat_activity \
        where application_name = 'mainstay jobs claims' and datname = current_database()";
    until("the claim waits", async || {
        world.number(&format!("{line} and wait_event_type = 'Lock'")).await > 0
    })
    .await;
    let before = world.number(line).await;
    // It has one of these two, whatever its order is.
    other.batch_execute(&format!("{}; {}", run("a", 2), run("z", 3))).await.unwrap();
    other.batch_execute("rollback").await.unwrap();
    for id in ids {
        world.until(id, "succeeded 1").await;
    }
    assert_eq!(world.number(line).await, before, "the connection is the same");
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

/// An id of the same millisecond, behind it.
fn later_of(id: Uuid) -> Uuid {
    let mut bytes = *id.as_bytes();
    bytes[6..].fill(0xff);
    Uuid::from_bytes(bytes)
}
