//! Processes that die, sleep or are cut off: nothing is lost, and who has lost a job changes nothing of it.

use std::time::Duration;

use mainstay_jobs::Config;
use mainstay_testing::until;

use crate::world::{Then, World, config, say};

#[tokio::test]
async fn the_jobs_of_a_dead_process_are_done_by_another() {
    let world = World::new().await;
    let dying = world.work();
    let id = world.ask(say("held", Then::Wait)).await;
    world.until(id, "running 1").await;
    let first = world.number("select id from mainstay.job_worker").await;
    world
        .psql
        .batch_execute("create table before as select host, pid from mainstay.job_worker")
        .await
        .unwrap();
    dying.die().await;
    let other = world.work_with(Config { crash_pause: Duration::from_secs(3_600), ..config() });
    until("it is rescued", async || world.state(id).await == "ready 1").await;
    let again = "select coalesce(min(id), 0) from mainstay.job_worker where (host, pid) in (select host, pid from before)";
    assert!(world.number(again).await > first, "on the same host, and with the same number there");
    let later = "select count(*) from mainstay.job_ready where crashes = 1 and run_at > now() + interval '25 minutes'";
    assert_eq!(world.number(later).await, 1);
    world.psql.batch_execute("update mainstay.job_ready set run_at = now()").await.unwrap();
    world.until(id, "running 2").await;
    world.said.0.go_on.notify_one();
    world.until(id, "succeeded 2").await;
    let crashed = "select count(*) from mainstay.job_attempt \
        where cause = 'crash' and detail = 'its process was not heard of any more'";
    assert_eq!(world.number(crashed).await, 1);
    world.check().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn those_that_went_down_together_do_not_come_back_together() {
    let world = World::new().await;
    let dying = world.work();
    for n in 0..20 {
        let id = world.ask(say(&format!("{n}"), Then::Wait)).await;
        world.until(id, "running 1").await;
    }
    dying.die().await;
    let other = world.work_with(Config { crash_pause: Duration::from_secs(3_600), ..config() });
    let ready = "select count(*) from mainstay.job_ready";
    until("all are rescued", async || world.number(ready).await == 20).await;
    // Of an hour, half of it more or less: that twenty fall into ten minutes is a matter of one in billions.
    let spread =
        "select (max(run_at) - min(run_at) > interval '10 minutes')::int::bigint from mainstay.job_ready";
    assert_eq!(world.number(spread).await, 1);
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_is_alone_takes_up_at_once_what_the_dead_had() {
    let world = World::new().await;
    // Longer than anybody waits here.
    let patient = Config { ttl: Duration::from_secs(600), ..config() };
    let dying = world.work_with(patient.clone());
    let id = world.ask(say("held", Then::Wait)).await;
    world.until(id, "running 1").await;
    until("it leads", async || world.number("select count(*) from mainstay.lease").await == 1).await;
    dying.die().await;
    let alone = world.work_with(Config { is_alone: true, ..patient });
    world.until(id, "ready 1").await;
    assert_eq!(world.number("select count(*) from mainstay.job_ready where crashes = 1").await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_worker").await, 1);
    world.check().await;
    alone.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_takes_three_processes_with_it_is_tried_no_more() {
    let world = World::new().await;
    let id = world.ask(say("poison", Then::Wait).attempts(10).unique("poison")).await;
    for life in 1..=3 {
        let dying = world.work_with(Config { may_lead: false, ..config() });
        world.until(id, &format!("running {life}")).await;
        dying.die().await;
        let leader = world.work_with(Config { queues: vec![("other".to_owned(), 1)], ..config() });
        until("it is rescued", async || !world.state(id).await.starts_with("running")).await;
        leader.stop().await;
        world.psql.batch_execute("update mainstay.job_ready set run_at = now()").await.unwrap();
    }
    assert_eq!(world.state(id).await, "failed 3");
    assert_eq!(
        world.number("select count(*) from mainstay.job_dead where reason = 'poison' and crashes = 3").await,
        1
    );
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_is_not_known_any_more_drops_everything_and_begins_a_new_life() {
    World::run(config(), async |world| {
        let id = world.ask(say("held", Then::Wait)).await;
        world.until(id, "running 1").await;
        let first = world.number("select id from mainstay.job_worker").await;
        world.psql.batch_execute("delete from mainstay.job_worker").await.unwrap();
        until("it has another number", async || {
            world.number("select coalesce(max(id), 0) from mainstay.job_worker").await > first
        })
        .await;
        // What it says of the job now comes from a life that is over.
        world.said.0.go_on.notify_one();
        until("the job is somebody's again", async || {
            world.psql.batch_execute("update mainstay.job_ready set run_at = now()").await.unwrap();
            world.said.0.go_on.notify_one();
            world.state(id).await == "succeeded 2"
        })
        .await;
        assert_eq!(world.said.words(), ["held 1", "held 2"]);
    })
    .await;
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_given_back() {
    World::run(config(), async |world| {
    // It has claimed over that connection before.
    let first = world.ask(say("first", Then::Succeed)).await;
    world.until(first, "succeeded 1").await;
    // As if it had been claimed, and the answer had been lost with its connection.
    world
        .psql
        .batch_execute("insert into mainstay.job_queue (name, paused_at) values ('default', now())")
        .await
        .unwrap();
    let id = world.ask(say("unheard", Then::Succeed)).await;
    world
        .psql
        .batch_execute(
            "with gone as (delete from mainstay.job_ready returning *) \
             insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
             select id, nth, (select id from mainstay.job_worker), queue, priority, kind, 1, 0, 3 from gone; \
             update mainstay.job_queue set paused_at = null",
        )
        .await
        .unwrap();
    world.cut_claims().await;
    world.until(id, "succeeded 1").await;
    })
    .await;
}

#[tokio::test]
async fn cut_connections_cost_no_job() {
    let world = World::new().await;
    let (one, other) = (world.work(), world.work());
    for round in 0..6 {
        let tx = world.tx().await;
        let jobs = (0..200).map(|n| say(&format!("{round}-{n}"), Then::Succeed)).collect();
        mainstay_jobs::Enqueue::enqueue_all(&tx, jobs).await.unwrap();
        tx.commit().await.unwrap();
        world
            .psql
            .execute(
                "select pg_terminate_backend(pid) from pg_stat_activity \
                 where datname = current_database() and application_name like 'mainstay jobs%'",
                &[],
            )
            .await
            .unwrap();
        until("somebody has gone on", async || {
            world.number("select count(*) from mainstay.job_outcome").await > 0
                && world.number("select count(*) from mainstay.job_worker where last_seen > now() - interval '1 second'").await > 0
        })
        .await;
    }
    until("all are done", async || {
        world
            .psql
            .batch_execute("update mainstay.job_ready set run_at = least(run_at, now())")
            .await
            .unwrap();
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 1_200
    })
    .await;
    let crashes = "select count(*) from mainstay.job_attempt where cause = 'crash'";
    assert_eq!(
        world.number(crashes).await,
        0,
        "a process that goes on gives back by itself what it has lost"
    );
    world.check().await;
    one.stop().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_somebody_wants_to_stop_does_not_begin_again_when_its_process_dies() {
    let world = World::new().await;
    let dying = world.work();
    let id = world.ask(say("unwanted", Then::Wait).unique("unwanted")).await;
    world.until(id, "running 1").await;
    dying.die().await;
    world.psql.batch_execute("update mainstay.job_running set cancel_requested = true").await.unwrap();
    let other = world.work();
    world.until(id, "cancelled 1").await;
    assert_eq!(world.number("select count(*) from mainstay.job_dead").await, 0);
    world.check().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_transaction_that_holds_one_lost_job_keeps_no_other_from_being_rescued() {
    let world = World::new().await;
    let dying = world.work();
    let (held, free) = (world.ask(say("held", Then::Wait)).await, world.ask(say("free", Then::Wait)).await);
    world.until(held, "running 1").await;
    world.until(free, "running 1").await;
    dying.die().await;
    let tx = world.tx().await;
    tx.execute("select from mainstay.job_running where id = $1 for update", &[&held]).await.unwrap();
    let other = world.work();
    world.until(free, "ready 1").await;
    assert_eq!(world.state(held).await, "running 1");
    tx.rollback().await.unwrap();
    world.until(held, "ready 1").await;
    world.check().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_is_long_past_its_deadline_is_taken_from_a_process_that_lives() {
    World::run(config(), async |world| {
        let id = world.ask(say("hung", Then::Wait).timeout(None)).await;
        world.until(id, "running 1").await;
        world
            .psql
            .batch_execute("update mainstay.job_running set deadline = now() - interval '61 seconds'")
            .await
            .unwrap();
        world.until(id, "ready 1").await;
        let told = world.psql.query_one("select detail from mainstay.job_attempt", &[]).await.unwrap();
        assert!(told.get::<_, &str>(0).starts_with("it did not end at its deadline"), "its process lives");
        // It ends after all, and nobody believes it.
        world.said.0.go_on.notify_one();
        let good = world.ask(say("good", Then::Succeed)).await;
        world.until(good, "succeeded 1").await;
        assert_eq!(world.state(id).await, "ready 1");
        assert_eq!(world.number("select count(*) from mainstay.job_worker").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_process_is_dead_by_its_own_time_and_not_by_the_leaders() {
    let world = World::new().await;
    let on = |queue: &str, ttl| Config { queues: vec![(queue.to_owned(), 1)], ttl, ..config() };
    let leading = world.work_with(on("nothing", config().ttl));
    until("it leads", async || world.number("select count(*) from mainstay.lease").await == 1).await;
    let slow = world.work_with(on("default", Duration::from_secs(60)));
    let long = world.ask(say("long", Then::Wait)).await;
    world.until(long, "running 1").await;
    let silence = "select count(*) from mainstay.job_worker where ttl_ms = 60000 and last_seen < now() - interval '4 seconds'";
    until("it was silent for longer than the leader would be", async || world.number(silence).await == 1)
        .await;
    let dying = world.work_with(on("third", config().ttl));
    let lost = world.ask(say("lost", Then::Wait).queue("third")).await;
    world.until(lost, "running 1").await;
    dying.die().await;
    world.until(lost, "ready 1").await;
    assert_eq!(world.state(long).await, "running 1", "who is slow lives");
    world.said.0.go_on.notify_one();
    world.until(long, "succeeded 1").await;
    slow.stop().await;
    leading.stop().await;
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_cut_connection_of_claims_costs_nobody_an_attempt() {
    let world = World::new().await;
    let working = world.work();
    let held = world.ask(say("held", Then::Wait)).await;
    world.until(held, "running 1").await;
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where application_name = 'mainstay jobs claims' and datname = current_database()";
    for n in 0..5 {
        until("it is cut", async || world.number(cut).await == 1).await;
        let next = world.ask(say(&n.to_string(), Then::Succeed)).await;
        // Where the answer to its claim was lost, it is given back first.
        world.until(next, "succeeded 1").await;
    }
    assert_eq!(world.state(held).await, "running 1");
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1);
    world.said.0.go_on.notify_one();
    world.until(held, "succeeded 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn keys_whose_time_is_over_go_at_once_however_many_they_are() {
    let world = World::new().await;
    let keys = "insert into mainstay.job_unique (key, id, until) \
        select int4send(n), gen_random_uuid(), case \
            when n > 2 then now() - interval '1 second' when n = 2 then now() + interval '1 hour' \
        end from generate_series(1, 25002) as n";
    world.psql.batch_execute(keys).await.unwrap();
    // The second round would come when nobody waits any more.
    let leads = Config { ttl: Duration::from_secs(600), is_alone: true, ..config() };
    let working = world.work_with(leads);
    until("they are gone", async || world.number("select count(*) from mainstay.job_unique").await <= 2)
        .await;
    let left = "select count(*) from mainstay.job_unique where until is null or until > now()";
    assert_eq!(world.number(left).await, 2, "those that somebody has stay");
    working.stop().await;
    world.close().await.unwrap();
}
