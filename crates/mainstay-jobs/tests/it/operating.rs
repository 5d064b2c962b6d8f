//! What an operator does to jobs and queues.

use std::time::Duration;

use mainstay_db::DbError;
use mainstay_jobs::{
    Cancelled, Config, DeadFilter, Enqueued, OperateError, Operator, Overview, Retried, State, Tried,
};
use mainstay_testing::until;
use uuid::Uuid;

use crate::days::earlier;
use crate::world::{Then, World, config, say};

impl World {
    async fn cancel(&self, id: Uuid) -> Cancelled {
        self.operate(async |operator| operator.cancel(id).await).await
    }

    async fn retry(&self, id: Uuid) -> Retried {
        self.operate(async |operator| operator.retry(id).await).await
    }

    pub(crate) async fn operate<T>(
        &self,
        act: impl AsyncFnOnce(Operator<'_>) -> Result<T, OperateError>,
    ) -> T {
        let tx = self.tx().await;
        let done = act(Operator::on(&tx)).await.unwrap();
        tx.commit().await.unwrap();
        done
    }

    async fn history(&self, id: Uuid) -> Vec<Tried> {
        let read = self.test.db().read();
        Overview::of(&read).history(id).await.unwrap()
    }
}

#[tokio::test]
async fn what_is_cancelled_while_it_waits_is_not_done_and_holds_nobody_up() {
    let world = World::new().await;
    let hour = Duration::from_secs(3_600);
    let first = world.ask(say("first", Then::Succeed).in_order("order").unique("key").after(hour)).await;
    let second = world.ask(say("second", Then::Succeed).in_order("order")).await;
    world
        .psql
        .execute("insert into mainstay.job_checkpoint (id, data) values ($1, '1')", &[&first])
        .await
        .unwrap();
    // Nobody looks by itself, nor at what was passed over.
    let working = world.work_with(Config { poll: hour, full_every: hour, ..config() });
    let other = world.ask(say("other", Then::Succeed)).await;
    world.until(other, "succeeded 1").await;
    assert_eq!(world.state(second).await, "ready 0", "it stands behind the first");
    assert_eq!(world.cancel(first).await, Cancelled::Waiting);
    world.until(second, "succeeded 1").await;
    assert_eq!(world.state(first).await, "cancelled 0");
    assert_eq!(world.cancel(first).await, Cancelled::Ended(State::Cancelled));
    assert_eq!(world.cancel(second).await, Cancelled::Ended(State::Succeeded));
    assert_eq!(world.cancel(Uuid::max()).await, Cancelled::Unknown);
    assert_eq!(world.number("select count(*) from mainstay.job_checkpoint").await, 0);
    world.ask(say("third", Then::Succeed).unique("key")).await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_is_cancelled_while_it_runs_hears_of_it_long_before_the_next_beat() {
    let world = World::new().await;
    let working = world.work_with(Config { ttl: Duration::from_secs(3_600), ..config() });
    let (listens, deaf) = (world.ask(say("a", Then::Listen)).await, world.ask(say("b", Then::Wait)).await);
    world.until(listens, "running 1").await;
    world.until(deaf, "running 1").await;
    assert_eq!(world.cancel(listens).await, Cancelled::Running);
    world.until(listens, "cancelled 1").await;
    assert_eq!(world.state(deaf).await, "running 1");
    world.said.0.go_on.notify_one();
    world.until(deaf, "succeeded 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_cancellation_that_is_rolled_back_was_never_asked_for() {
    let world = World::new().await;
    let id = world.ask(say("a", Then::Succeed)).await;
    let tx = world.tx().await;
    assert_eq!(Operator::on(&tx).cancel(id).await.unwrap(), Cancelled::Waiting);
    tx.rollback().await.unwrap();
    assert_eq!(world.state(id).await, "ready 0");
    world.close().await.unwrap();
}

/// Moves a job from one place to another in a transaction, and cancels it in the middle.
async fn cancel_while(world: &World, id: Uuid, moving: &str) -> Cancelled {
    let tx = world.tx().await;
    tx.execute(moving, &[&id]).await.unwrap();
    let ending = async {
        until("the cancellation waits", async || {
            world.number("select count(*) from pg_locks where not granted").await > 0
        })
        .await;
        tx.commit().await.unwrap();
    };
    tokio::join!(world.cancel(id), ending).0
}

#[tokio::test]
async fn what_changes_hands_while_it_is_cancelled_is_cancelled_where_it_is_then() {
    const BEGIN: &str = "\
        with gone as (delete from mainstay.job_ready where id = $1 returning id, nth, queue, kind) \
        insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
        select id, nth, 0, queue, 2, kind, 1, 0, 3 from gone";
    const BACK: &str = "\
        with gone as (delete from mainstay.job_running where id = $1 returning id, nth, queue, kind) \
        insert into mainstay.job_ready (id, nth, queue, priority, run_at, kind, attempts_most) \
        select id, nth, queue, 2, now(), kind, 3 from gone";
    let world = World::new().await;
    let id = world.ask(say("a", Then::Succeed)).await;
    assert_eq!(cancel_while(&world, id, BEGIN).await, Cancelled::Running);
    assert_eq!(cancel_while(&world, id, BACK).await, Cancelled::Waiting);
    assert_eq!(world.state(id).await, "cancelled 0");
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_failed_waits_again_under_its_id_with_all_its_attempts() {
    World::run(config(), async |world| {
        let id = world.ask(say("never", Then::FailBefore(9)).unique("key")).await;
        world.until(id, "failed 3").await;
        assert_eq!(world.number("select count(*) from mainstay.job_dead").await, 1);
        assert_eq!(world.retry(id).await, Retried::Queued(id));
        assert_eq!(world.number("select count(*) from mainstay.job_dead").await, 0);
        world.until(id, "failed 3").await;
        let attempts: Vec<u16> = world.history(id).await.iter().map(|tried| tried.attempt).collect();
        assert_eq!(attempts, [3, 2, 1, 3, 2, 1], "what is known of the former ones stays");
        let holder = world.ask(say("holder", Then::Wait).unique("key")).await;
        world.until(holder, "running 1").await;
        assert_eq!(world.retry(id).await, Retried::KeyTaken(Some(holder)));
        assert_eq!(world.retry(holder).await, Retried::Live(State::Running));
        assert_eq!(world.state(id).await, "failed 3");
        world.said.0.go_on.notify_one();
        world.until(holder, "succeeded 1").await;
        assert_eq!(world.retry(holder).await, Retried::Succeeded);
        assert_eq!(world.retry(Uuid::max()).await, Retried::Unknown);
    })
    .await;
}

#[tokio::test]
async fn of_two_who_retry_at_once_one_does() {
    let world = World::new().await;
    let id = world.ask(say("a", Then::Succeed)).await;
    assert_eq!(world.cancel(id).await, Cancelled::Waiting);
    let first = world.tx().await;
    assert_eq!(Operator::on(&first).retry(id).await.unwrap(), Retried::Queued(id));
    let ending = async {
        until("the second waits", async || {
            world.number("select count(*) from pg_locks where not granted").await > 0
        })
        .await;
        first.commit().await.unwrap();
    };
    let (second, ()) = tokio::join!(world.retry(id), ending);
    assert_eq!(second, Retried::Live(State::Queued));
    assert_eq!(world.state(id).await, "ready 0");
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn dead_letters_of_days_that_are_over_are_replayed_under_new_ids() {
    let world = World::new().await;
    let working = world.work();
    let (old, gone) = (world.ask(say("old", Then::Panic)).await, world.ask(say("gone", Then::Discard)).await);
    let young = world.ask(say("young", Then::Panic)).await;
    world.until(old, "failed 3").await;
    world.until(young, "failed 3").await;
    world.until(gone, "discarded 1").await;
    // Both of two days ago.
    let yore = |id| earlier(id, Duration::from_secs(48 * 3_600));
    world.keeper(&mainstay_runtime::Clock::paused(world_ago(48))).round().await.unwrap();
    for (table, id) in [("job_dead", old), ("job_outcome", gone), ("job", gone)] {
        let moving = format!("update mainstay.{table} set id = $2 where id = $1");
        world.psql.execute(&moving, &[&id, &yore(id)]).await.unwrap();
    }
    let asked = [yore(old), young, yore(gone)];
    let fates = world.operate(async |operator| operator.replay(&asked).await).await;
    let Retried::Queued(again) = fates[0] else { panic!("{fates:?}") };
    assert!(again != old && again != yore(old));
    assert_eq!(fates[1..], [Retried::Queued(young), Retried::TooOld]);
    world.until(again, "failed 3").await;
    world.until(young, "failed 3").await;
    assert_eq!(world.operate(async |operator| operator.replay(&asked[..1]).await).await, [Retried::Unknown]);
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_dead_letter_of_another_day_is_replayed_with_its_key_or_not_at_all() {
    let world = World::new().await;
    let working = world.work();
    let mut ids = Vec::new();
    for word in ["first", "second"] {
        let id = world.ask(say(word, Then::Panic).unique("key").traced("trace")).await;
        world.until(id, "failed 3").await;
        ids.push(id);
    }
    let yore: Vec<Uuid> = ids.iter().map(|id| earlier(*id, Duration::from_secs(48 * 3_600))).collect();
    for (id, yore) in ids.iter().zip(&yore) {
        world.psql.execute("update mainstay.job_dead set id = $2 where id = $1", &[id, yore]).await.unwrap();
    }
    let holder = world.ask(say("holder", Then::Wait).unique("key")).await;
    world.until(holder, "running 1").await;
    let fates = world.operate(async |operator| operator.replay(&yore).await).await;
    assert_eq!(fates, [Retried::KeyTaken(Some(holder)), Retried::KeyTaken(Some(holder))]);
    assert_eq!(world.number("select count(*) from mainstay.job_dead").await, 2, "both stay what they are");
    world.said.0.go_on.notify_one();
    world.until(holder, "succeeded 1").await;
    // Of two with one key the first; and it has the key.
    world.operate(async |operator| operator.pause("default").await).await;
    let fates = world.operate(async |operator| operator.replay(&yore).await).await;
    let [Retried::Queued(again), Retried::KeyTaken(_)] = fates[..] else { panic!("{fates:?}") };
    let asked = world.try_ask(say("third", Then::Succeed).unique("key")).await.unwrap();
    assert_eq!(asked, Enqueued::Existing(Some(again)));
    assert_eq!(world.show(again).await.trace.as_deref(), Some("trace"));
    world.operate(async |operator| operator.resume("default").await).await;
    world.until(again, "failed 3").await;
    let dead = "select count(*) from mainstay.job_dead where held_key is not null and trace = 'trace'";
    assert_eq!(world.number(dead).await, 2);
    // What was held for a time that is over is free.
    world
        .psql
        .execute(
            "insert into mainstay.job_unique (key, id, until) select held_key, id, now() - interval '1 second' \
             from mainstay.job_dead where id = $1",
            &[&yore[1]],
        )
        .await
        .unwrap();
    assert!(matches!(world.retry(yore[1]).await, Retried::Queued(_)));
    working.stop().await;
    world.close().await.unwrap();
}

fn world_ago(hours: i64) -> jiff::Timestamp {
    mainstay_runtime::Clock::system().now() - jiff::SignedDuration::from_hours(hours)
}

#[tokio::test]
async fn dead_letters_are_listed_page_by_page_and_purged() {
    let world = World::new().await;
    let working = world.work();
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(world.ask(say(&n.to_string(), Then::Panic)).await);
    }
    for id in &ids {
        world.until(*id, "failed 3").await;
    }
    let (mut filter, mut found) = (DeadFilter::default(), Vec::new());
    loop {
        let read = world.test.db().read();
        let page = Overview::of(&read).dead(&filter, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        assert_eq!((last.reason.as_str(), last.error.as_str()), ("attempts", "as it was told"));
        filter.before = Some((last.died_at, last.id));
        found.extend(page.iter().map(|dead| dead.id));
    }
    assert_eq!(found.len(), 5);
    found.sort_unstable();
    assert_eq!(found, ids);
    let purged = world.operate(async |operator| operator.purge(&ids[..4]).await).await;
    assert_eq!((purged, world.number("select count(*) from mainstay.job_dead").await), (4, 1));
    let read = world.test.db().read();
    let strange = DeadFilter { kind: Some("strange".to_owned()), ..DeadFilter::default() };
    assert!(Overview::of(&read).dead(&strange, 2).await.unwrap().is_empty());
    drop(read);
    // Purged, it is still known as failed, and may be tried again.
    assert_eq!(world.retry(ids[0]).await, Retried::Queued(ids[0]));
    world.until(ids[0], "failed 3").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn dead_letters_that_nobody_decides_on_are_forgotten_when_they_are_old() {
    let world = World::new().await;
    let working = world.work_with(Config { dead_for: Duration::from_secs(3_600), ..config() });
    let (old, young) = (world.ask(say("old", Then::Panic)).await, world.ask(say("young", Then::Panic)).await);
    world.until(old, "failed 3").await;
    world.until(young, "failed 3").await;
    let older = "update mainstay.job_dead set died_at = died_at - interval '61 minutes' where id = $1";
    world.psql.execute(older, &[&old]).await.unwrap();
    let dead = "select count(*) from mainstay.job_dead";
    until("the old one is forgotten", async || world.number(dead).await == 1).await;
    assert_eq!(world.retry(young).await, Retried::Queued(young), "and not the young one");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_pause_is_kept_twice_is_once_and_a_resume_is_heard_at_once() {
    let world = World::new().await;
    for _ in 0..2 {
        world.operate(async |operator| operator.pause("default").await).await;
    }
    let since = "select count(*) from mainstay.job_queue where paused_at is not null";
    assert_eq!(world.number(since).await, 1);
    let slow = Duration::from_secs(3_600);
    let working = world.work_with(Config { poll: slow, full_every: slow, ..config() });
    until("it works", async || world.number("select count(*) from mainstay.job_worker").await == 1).await;
    let id = world.ask(say("a", Then::Succeed)).await;
    let other = world.ask(say("b", Then::Succeed)).await;
    until("it has looked", async || {
        world.number("select count(*) from pg_stat_activity where query like '%jobs.claim%' and state = 'idle' and datname = current_database()").await > 0
    })
    .await;
    assert_eq!(world.state(id).await, "ready 0");
    for _ in 0..2 {
        world.operate(async |operator| operator.resume("default").await).await;
    }
    world.until(id, "succeeded 1").await;
    world.until(other, "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_may_only_read_changes_nothing() {
    let world = World::new().await;
    let id = world.ask(say("a", Then::Succeed)).await;
    let read = world.test.db().read();
    assert!(Overview::of(&read).show(id).await.unwrap().is_some());
    let refused = read.execute("delete from mainstay.job_ready", &[]).await.unwrap_err();
    assert!(matches!(refused, DbError::ReadOnly(_)));
    drop(read);
    world.close().await.unwrap();
}
