//! How attempts end, and what becomes of their jobs.

use std::time::Duration;

use mainstay_jobs::Enqueue;
use mainstay_testing::until;

use crate::world::{Then, World, config, say};

#[tokio::test]
async fn what_fails_is_tried_again_until_it_succeeds_or_is_a_dead_letter() {
    World::run(config(), async |world| {
    let third_time = world.ask(say("third", Then::FailBefore(3))).await;
    let never = world.ask(say("never", Then::FailBefore(9))).await;
    let panics = world.ask(say("panics", Then::Panic)).await;
    world.until(third_time, "succeeded 3").await;
    world.until(never, "failed 3").await;
    world.until(panics, "failed 3").await;
    let causes = "select count(*) from mainstay.job_attempt where (cause, detail) in (('error', 'not yet'), ('panic', 'as it was told'))";
    assert_eq!(world.number(causes).await, 2 + 3 + 3);
    let dead = "select count(*) from mainstay.job_dead where reason = 'attempts' and attempts = 3 and payload->>'word' in ('never', 'panics')";
    assert_eq!(world.number(dead).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_snooze_is_no_attempt_a_discard_no_dead_letter_and_a_retry_comes_when_it_says() {
    World::run(config(), async |world| {
        let snoozed = world.ask(say("snoozed", Then::SnoozeOnce)).await;
        world.until(snoozed, "succeeded 1").await;
        assert_eq!(world.said.words(), ["snoozed 1", "snoozed 1"]);
        let discarded = world.ask(say("discarded", Then::Discard).unique("discarded")).await;
        world.until(discarded, "discarded 1").await;
        let soon = world.ask(say("soon", Then::RetryIn(700))).await;
        world.until(soon, "succeeded 2").await;
        let early = "select count(*) from mainstay.job_outcome inner join mainstay.job_attempt using (id) \
        where job_outcome.started_at < ended_at + interval '700 milliseconds'";
        assert_eq!(world.number(early).await, 0);
        assert_eq!(world.number("select count(*) from mainstay.job_dead").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_takes_too_long_or_cannot_be_read_fails_and_holds_nobody_up() {
    let world = World::new().await;
    let hung = world.ask(say("hung", Then::Wait).attempts(1)).await;
    let garbled = world.ask(say("garbled", Then::Succeed)).await;
    let strange = world.ask(say("strange", Then::Succeed)).await;
    world
        .psql
        .batch_execute(
            "update mainstay.job_ready set timeout_ms = 50 where id in (select id from mainstay.job where payload->>'word' = 'hung'); \
             update mainstay.job set payload = '{\"word\": 7}' where payload->>'word' = 'garbled'; \
             update mainstay.job_ready set kind = 'nobody does this' where id in (select id from mainstay.job where payload->>'word' = 'strange')",
        )
        .await
        .unwrap();
    let working = world.work();
    world.until(hung, "failed 1").await;
    world.until(garbled, "failed 3").await;
    let good = world.ask(say("good", Then::Succeed)).await;
    world.until(good, "succeeded 1").await;
    assert_eq!(world.state(strange).await, "ready 0", "it waits for somebody who knows it");
    let begun = "select last_value from pg_sequences where sequencename = 'job_running_run_seq'";
    assert_eq!(world.number(begun).await, 1 + 3 + 1, "nor is it taken and given back");
    assert_eq!(world.number("select count(*) from mainstay.job_attempt where cause = 'timeout'").await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_attempt where cause = 'payload'").await, 3);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_is_asked_to_stop_stops_by_itself_or_is_stopped() {
    World::run(config(), async |world| {
        let listens = world.ask(say("listens", Then::Listen)).await;
        let deaf = world.ask(say("deaf", Then::Wait)).await;
        world.until(listens, "running 1").await;
        world.until(deaf, "running 1").await;
        world.psql.batch_execute("update mainstay.job_running set cancel_requested = true").await.unwrap();
        world.until(listens, "cancelled 1").await;
        world.until(deaf, "cancelled 1").await;
    })
    .await;
}

#[tokio::test]
async fn an_effect_that_is_written_with_its_success_is_there_once() {
    World::run(config(), async |world| {
        let id = world.ask(say("effect", Then::Complete { waits: false })).await;
        world.until(id, "succeeded 1").await;
        assert_eq!(world.number("select count(*) from effect").await, 1);
        let lost = world.ask(say("lost", Then::Complete { waits: true })).await;
        world.until(lost, "running 1").await;
        // Somebody else has it by now, as far as that attempt goes.
        world.psql.batch_execute("update mainstay.job_running set run = default").await.unwrap();
        world.cut_claims().await;
        world.said.0.go_on.notify_waiters();
        until("it was refused", async || {
            world.said.0.go_on.notify_one();
            world.number("select count(*) from effect where word = 'lost'").await == 1
        })
        .await;
        until("by its next attempt", async || world.state(lost).await.starts_with("succeeded")).await;
        assert_eq!(world.number("select count(*) from effect where word = 'lost'").await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_stop_lets_work_end_and_gives_back_what_does_not() {
    let world = World::new().await;
    let working = world.work_with(mainstay_jobs::Config { grace: Duration::from_secs(5), ..config() });
    let quick = world.ask(say("quick", Then::Wait)).await;
    world.until(quick, "running 1").await;
    let asking = async {
        until("it says that it takes no more", async || {
            world.number("select count(*) from mainstay.job_worker where is_draining").await == 1
        })
        .await;
        let late = world.ask(say("late", Then::Succeed)).await;
        world.said.0.go_on.notify_one();
        late
    };
    let (late, ()) = tokio::join!(asking, working.stop());
    assert_eq!(
        (world.state(quick).await, world.state(late).await),
        ("succeeded 1".to_owned(), "ready 0".to_owned())
    );
    let slow = world.ask(say("slow", Then::Wait)).await;
    let working = world.work();
    world.until(slow, "running 1").await;
    working.stop().await;
    assert_eq!(world.state(slow).await, "ready 0", "as if it had never begun");
    world.check().await;
    let tx = world.tx().await;
    assert!(tx.enqueue_all(Vec::<mainstay_jobs::New<crate::world::Say>>::new()).await.unwrap().is_empty());
    tx.rollback().await.unwrap();
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_payload_that_cannot_be_read_is_quoted_in_no_error() {
    let world = World::new().await;
    let id = world.ask(say("word", Then::Succeed).attempts(2)).await;
    let garbled = r#"update mainstay.job set payload = '{"word": "a", "then": {"Pause": "sk_live_1"}}'"#;
    world.psql.batch_execute(garbled).await.unwrap();
    let working = world.work();
    world.until(id, "failed 2").await;
    for told in [
        "select detail from mainstay.job_attempt limit 1",
        "select error from mainstay.job_outcome limit 1",
        "select error from mainstay.job_dead limit 1",
    ] {
        let why: String = world.psql.query_one(told, &[]).await.unwrap().get(0);
        assert!(why.contains("`then`") && why.contains("u64") && !why.contains("sk_live"), "{why}");
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_that_blocks_its_thread_keeps_no_stop_from_giving_back_what_is_left() {
    let world = World::new().await;
    // It would be rescued long after this test.
    let working = world.work_with(mainstay_jobs::Config { ttl: Duration::from_secs(120), ..config() });
    let mut cut = Vec::new();
    for (word, then) in [("first", Then::Wait), ("blocked", Then::Block), ("last", Then::Wait)] {
        cut.push(world.ask(say(word, then)).await);
        until("it is at work", async || world.said.words().contains(&format!("{word} 1"))).await;
    }
    working.stop().await;
    for id in &cut {
        assert_eq!(world.state(*id).await, "ready 0", "as if it had never begun");
    }
    assert_eq!(world.number("select count(*) from mainstay.job_worker").await, 0, "it has left");
    world.said.free();
    until("it goes on", async || world.said.words().contains(&"blocked is free".to_owned())).await;
    let other = world.work();
    world.until(cut[1], "succeeded 1").await;
    assert_eq!(world.said.words().iter().filter(|word| *word == "blocked 1").count(), 2, "by another one");
    assert_eq!(world.number("select count(*) from mainstay.job_attempt").await, 0, "and nobody crashed");
    world.check().await;
    other.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn times_without_end_are_no_trouble() {
    let world = World::new().await;
    let endless = world.ask(say("endless", Then::RetryIn(u64::MAX)).timeout(Some(Duration::MAX))).await;
    let never = world.ask(say("never", Then::Succeed).after(Duration::MAX)).await;
    let working = world.work();
    world.until(endless, "ready 1").await;
    let good = world.ask(say("good", Then::Succeed)).await;
    world.until(good, "succeeded 1").await;
    assert_eq!(world.state(never).await, "ready 0");
    assert_eq!(world.number("select count(*) from mainstay.job_attempt where cause <> 'error'").await, 0);
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_success_that_was_never_committed_is_none() {
    World::run(config(), async |world| {
        let id = world.ask(say("forgets", Then::Forget)).await;
        world.until(id, "failed 3").await;
        assert_eq!(world.said.words(), ["forgets 1", "forgets 2", "forgets 3"]);
    })
    .await;
}

#[tokio::test]
async fn who_asks_for_a_key_that_is_held_holds_nobody_up() {
    World::run(config(), async |world| {
        let held = world.ask(say("held", Then::Wait).unique("key")).await;
        world.until(held, "running 1").await;
        let tx = world.tx().await;
        let asked = tx.enqueue(say("again", Then::Succeed).unique("key")).await.unwrap();
        assert_eq!(asked.id(), Some(held));
        world.said.0.go_on.notify_one();
        world.until(held, "succeeded 1").await;
        tx.rollback().await.unwrap();
    })
    .await;
}
