//! Jobs exist when the transaction that asks for them commits, and never otherwise.

use std::time::Duration;

use mainstay_jobs::{
    Config, Enqueue, EnqueueError, Enqueued, KEY_MOST, Named, NamedError, PAYLOAD_MOST, Treatment,
    enqueue_named,
};
use mainstay_testing::until;

use crate::world::{Say, Then, World, config, say};

#[tokio::test]
async fn what_is_asked_for_is_done_once_and_its_result_kept() {
    let world = World::new().await;
    let id = world.ask(say("hello", Then::Succeed)).await;
    assert_eq!(world.state(id).await, "ready 0");
    let working = world.work();
    world.until(id, "succeeded 1").await;
    assert_eq!(world.said.words(), ["hello 1"]);
    let result =
        "select count(*) from mainstay.job_outcome where result = '\"hello\"' and worker is not null";
    assert_eq!(world.number(result).await, 1);
    working.stop().await;
    assert_eq!(world.number("select count(*) from mainstay.job_worker").await, 0, "it has signed off");
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_is_rolled_back_was_never_asked_for() {
    let world = World::new().await;
    let tx = world.tx().await;
    tx.enqueue_all((0..100).map(|n| say(&n.to_string(), Then::Succeed).unique(&n.to_string())).collect())
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    for table in ["job", "job_ready", "job_unique"] {
        assert_eq!(world.number(&format!("select count(*) from mainstay.{table}")).await, 0, "{table}");
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn thousands_are_asked_for_by_one_statement_and_all_are_done() {
    const MANY: usize = 3_000;
    let world = World::new().await;
    let working = world.work();
    let tx = world.tx().await;
    let jobs = (0..MANY).map(|n| say(&n.to_string(), Then::Succeed)).collect();
    let asked = tx.enqueue_all(jobs).await.unwrap();
    assert_eq!(asked.iter().filter(|asked| matches!(asked, Enqueued::New(_))).count(), MANY);
    assert!(asked.is_sorted_by_key(|asked| asked.id()), "ids grow");
    tx.commit().await.unwrap();
    until("all are done", async || {
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 3_000
    })
    .await;
    assert_eq!(world.said.words().len(), MANY);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_commit_wakes_those_who_work_in_the_same_process() {
    let world = World::new().await;
    let slow = Duration::from_secs(3_600);
    let working = world.work_with(Config { poll: slow, full_every: slow, ..config() });
    until("it lives", async || world.number("select count(*) from mainstay.job_worker").await == 1).await;
    let first = world.ask(say("first", Then::Succeed)).await;
    world.until(first, "succeeded 1").await;
    let second = world.ask(say("second", Then::Succeed)).await;
    world.until(second, "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_done_before_its_time() {
    let world = World::new().await;
    let working = world.work();
    let later = world.ask(say("later", Then::Succeed).after(Duration::from_millis(1_500))).await;
    let now = world.ask(say("now", Then::Succeed)).await;
    world.until(now, "succeeded 1").await;
    world.until(later, "succeeded 1").await;
    let early = "select count(*) from mainstay.job_outcome inner join mainstay.job using (id) \
        where payload->>'word' = 'later' and started_at < created_at + interval '1.5 seconds'";
    assert_eq!(world.number(early).await, 0);
    let tomorrow =
        world.ask(say("tomorrow", Then::Succeed).at("2999-01-01T00:00:00Z".parse().unwrap())).await;
    let again = world.ask(say("again", Then::Succeed)).await;
    world.until(again, "succeeded 1").await;
    assert_eq!(world.state(tomorrow).await, "ready 0");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn of_those_with_one_key_one_is_done_and_a_winner_that_is_rolled_back_costs_none() {
    let world = World::new().await;
    let first = world.tx().await;
    let won = first.enqueue(say("first", Then::Succeed).unique("key")).await.unwrap();
    assert!(matches!(won, Enqueued::New(_)));
    let waiting = world.try_ask(say("second", Then::Succeed).unique("key"));
    let ending = async {
        until("the second waits for the first", async || {
            world.number("select count(*) from pg_locks where not granted").await > 0
        })
        .await;
        first.rollback().await.unwrap();
    };
    let (second, ()) = tokio::join!(waiting, ending);
    let Enqueued::New(second) = second.unwrap() else { panic!("the first was rolled back") };
    let third = world.try_ask(say("third", Then::Succeed).unique("key")).await.unwrap();
    assert_eq!(third, Enqueued::Existing(Some(second)));
    let working = world.work();
    world.until(second, "succeeded 1").await;
    world.ask(say("fourth", Then::Succeed).unique("key")).await;
    until("the key is free again", async || {
        world.number("select count(*) from mainstay.job_unique").await == 0
    })
    .await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn fifty_at_once_with_a_few_keys_leave_one_of_each() {
    let world = World::new().await;
    let asking = (0..50_u32).map(|n| {
        let world = &world;
        async move {
            let tx = world.tx().await;
            // In whatever order they name them.
            let keys = [n % 3, (n + 1) % 3, (n + 2) % 3].map(|key| key.to_string());
            let jobs = keys.iter().map(|key| say(key, Then::Succeed).unique(key)).collect();
            let fates = tx.enqueue_all(jobs).await.unwrap();
            if n % 2 == 0 {
                tx.commit().await.unwrap();
            } else {
                tx.rollback().await.unwrap();
            }
            fates.iter().filter(|fate| n % 2 == 0 && matches!(fate, Enqueued::New(_))).count()
        }
    });
    let won: usize = futures_util::future::join_all(asking).await.into_iter().sum();
    assert_eq!(won, 3);
    assert_eq!(world.number("select count(*) from mainstay.job").await, 3);
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_key_for_a_time_outlives_its_job_and_of_a_list_the_first_counts() {
    let world = World::new().await;
    let working = world.work();
    let hour = Duration::from_secs(3_600);
    let tx = world.tx().await;
    let list = ["a", "b", "c"].map(|word| say(word, Then::Succeed).unique_for("key", hour)).into();
    let fates = tx.enqueue_all(list).await.unwrap();
    tx.commit().await.unwrap();
    let id = fates[0].id().unwrap();
    assert_eq!(fates, [Enqueued::New(id), Enqueued::Existing(Some(id)), Enqueued::Existing(Some(id))]);
    world.until(id, "succeeded 1").await;
    let again = world.try_ask(say("d", Then::Succeed).unique_for("key", hour)).await.unwrap();
    assert_eq!(again, Enqueued::Existing(Some(id)));
    world
        .psql
        .batch_execute("update mainstay.job_unique set until = now() - interval '1 second'")
        .await
        .unwrap();
    world.ask(say("e", Then::Succeed).unique_for("key", hour)).await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_payload_that_is_too_long_is_refused_before_anything_is_written() {
    let world = World::new().await;
    let refused = world.try_ask(say(&"x".repeat(PAYLOAD_MOST), Then::Succeed)).await.unwrap_err();
    assert!(refused.to_string().contains("262144 at most"), "{refused}");
    assert_eq!(world.number("select count(*) from mainstay.job").await, 0);
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_text_that_no_index_holds_is_refused_before_anything_is_written() {
    let world = World::new().await;
    for key in ["x".repeat(KEY_MOST + 1), "a\0b".to_owned()] {
        for job in [say("a", Then::Succeed).limited_by(&*key), say("a", Then::Succeed).in_order(&*key)] {
            let refused = world.try_ask(job).await.unwrap_err();
            assert!(matches!(refused, EnqueueError::Text { .. }), "{refused}");
        }
    }
    // The longest there may be is done.
    let key = "é".repeat(KEY_MOST / 2);
    let working = world.work();
    let id = world.ask(say("a", Then::Succeed).limited_by(&*key).in_order(&*key)).await;
    world.until(id, "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn by_name_too_no_text_is_written_that_no_index_holds() {
    let world = World::new().await;
    let treatment = Treatment::of::<Say>();
    let word = Say { word: "a".to_owned(), then: Then::Succeed };
    let named = |treatment: &Treatment| Named::new(treatment.clone(), &word).unwrap();
    let tx = world.tx().await;
    for bad in ["x".repeat(KEY_MOST + 1), "x".repeat(1 << 20), "a\0b".to_owned()] {
        let queue = Treatment { queue: bad.clone(), ..treatment.clone() };
        let kind = Treatment { kind: bad.clone(), ..treatment.clone() };
        for (what, job) in [
            ("queue", named(&queue)),
            ("name", named(&kind)),
            ("ordering key", named(&treatment).in_order(&*bad)),
        ] {
            let refused = enqueue_named(&tx, &[named(&treatment), job]).await.unwrap_err();
            assert!(matches!(&refused, NamedError::Text(unkept) if unkept.what == what), "{refused}");
            assert!(refused.to_string().len() < 1_000, "it does not say all of it again");
        }
    }
    // The longest there may be is done.
    let queue = Treatment { queue: "q".repeat(KEY_MOST), ..treatment };
    let ids = enqueue_named(&tx, &[named(&queue).in_order("é".repeat(KEY_MOST / 2))]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(world.number("select count(*) from mainstay.job").await, 1);
    let working = world.work_with(Config { queues: vec![("q".repeat(KEY_MOST), 1)], ..config() });
    world.until(ids[0], "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}
