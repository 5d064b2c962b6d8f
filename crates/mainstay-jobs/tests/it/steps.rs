//! What waits and may not begin is too much for one look: what stands behind it begins all the same.

use std::num::NonZeroU32;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mainstay_jobs::{Config, Limits};
use mainstay_runtime::Clock;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

/// Behind one that runs wait fifteen thousand of one instant and the others of one each, some of them of a kind that nobody knows,
/// with limit keys as they are given.
const IN_FRONT: &str = "\
    insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, ordering_key) \
        values ('00000000-0000-7000-8000-000000000000', 0, 0, 'default', 2, 'say', 1, 0, 3, 'line'); \
    insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts_most, ordering_key, limit_key) \
        select gen_random_uuid(), 'default', 2, \
            date_trunc('second', clock_timestamp()) - interval '1 minute' + greatest(n - 15000, 0) * interval '1 microsecond', \
            case when n % 10 = 0 then 'strange' else 'say' end, 3, case when n % 10 > 0 then 'line' end, \
            LIMITED \
        from generate_series(1, 100000) as n; \
    analyze mainstay.job_ready";

/// The limit keys of some of them.
const SOME: &str = "case when n % 3 = 0 then 'limited' end";

/// One look at all of them takes longer.
const HASTY: Duration = Duration::from_millis(80);

/// No look takes so long.
const PATIENT: Duration = Duration::from_secs(5);

/// What stands behind them, of the instant of the first, between them and now, and new, begins in a queue with these limits.
async fn gets_past(claim_longest: Duration, limits: Limits, limited: &str, limit_key: Option<&str>) {
    let world = World::new().await;
    world.operate(async |operator| operator.limit("default", limits).await).await;
    world.psql.batch_execute(&IN_FRONT.replace("LIMITED", limited)).await.unwrap();
    let first = "select min(run_at) from mainstay.job_ready";
    let first: Timestamp = world.psql.query_one(first, &[]).await.unwrap().get(0);
    let ask = async |word: &str, at: Timestamp| -> Uuid {
        let job = say(word, Then::Succeed).at(at);
        world.ask(if let Some(key) = limit_key { job.limited_by(key) } else { job }).await
    };
    let same = ask("same", first).await;
    let between = ask("between", Clock::system().now() - SignedDuration::from_secs(20)).await;
    let working = world.work_with(Config { claim_longest, may_lead: false, ..config() });
    world.until(same, "succeeded 1").await;
    world.until(between, "succeeded 1").await;
    let new = ask("new", Clock::system().now()).await;
    world.until(new, "succeeded 1").await;
    assert_eq!(world.number("select count(*) from mainstay.job_ready").await, 100_000);
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1, "nobody's life ended");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_somebody_holds_for_long_is_passed_over_by_the_walk() {
    let world = World::new().await;
    world.psql.batch_execute(&IN_FRONT.replace("LIMITED", SOME)).await.unwrap();
    let earlier = Clock::system().now() - SignedDuration::from_secs(50);
    let mut held = Vec::new();
    for n in 0..5 {
        held.push(world.ask(say(&format!("held {n}"), Then::Succeed).at(earlier)).await);
    }
    let behind = world.ask(say("behind", Then::Succeed).at(earlier)).await;
    let tx = world.tx().await;
    tx.execute("select from mainstay.job_ready where id = any($1) for update", &[&held]).await.unwrap();
    let queues = vec![("default".to_owned(), 1)];
    let hasty = Config { queues, claim_longest: HASTY, may_lead: false, ..config() };
    let working = world.work_with(hasty);
    world.until(behind, "succeeded 1").await;
    for id in &held {
        assert_eq!(world.state(*id).await, "ready 0");
    }
    tx.rollback().await.unwrap();
    for id in held {
        world.until(id, "succeeded 1").await;
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_hundred_thousand_that_may_not_begin_stop_nobody_behind_them() {
    gets_past(HASTY, Limits::default(), SOME, None).await;
}

#[tokio::test]
async fn nor_in_a_queue_with_a_limit() {
    gets_past(HASTY, Limits { running_most: NonZeroU32::new(2), ..Limits::default() }, SOME, None).await;
}

#[tokio::test]
async fn nor_in_one_that_limits_its_keys_behind_those_without_one() {
    gets_past(PATIENT, Limits { running_most_of_key: NonZeroU32::new(2), ..Limits::default() }, "null", None)
        .await;
}

#[tokio::test]
async fn nor_behind_those_of_the_same_limit_key() {
    let limits = Limits { running_most_of_key: NonZeroU32::new(2), ..Limits::default() };
    gets_past(PATIENT, limits, "'limited'", Some("limited")).await;
}
