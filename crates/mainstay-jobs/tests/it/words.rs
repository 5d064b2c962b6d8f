//! Words between processes: they shorten the wait, and nothing depends on them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mainstay_db::Session;
use mainstay_jobs::{Config, Waker};
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::until;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

/// Nobody looks by itself.
fn patient() -> Config {
    let hour = Duration::from_secs(3_600);
    Config { poll: hour, full_every: hour, ttl: hour, ..config() }
}

impl World {
    /// A job that another process has asked for: nobody of this one is told.
    async fn ask_elsewhere(&self, word: &str) -> Uuid {
        let id = self.ask(say(word, Then::Succeed).queue("elsewhere")).await;
        let here = "update mainstay.job_ready set queue = 'default' where id = $1";
        self.psql.execute(here, &[&id]).await.unwrap();
        id
    }

    async fn say(&self, word: &str) {
        self.psql.execute("select pg_notify('mainstay_jobs', $1)", &[&word]).await.unwrap();
    }

    async fn hearing(&self) -> i64 {
        self.number(
            "select count(*) from pg_stat_activity where application_name = 'mainstay jobs words' \
             and datname = current_database() and query like '%jobs.hearing%'",
        )
        .await
    }
}

#[tokio::test]
async fn a_process_hears_what_another_asks_for_and_wants_to_stop() {
    let world = World::new().await;
    let working = world.work_with(patient());
    until("it hears", async || world.hearing().await == 1).await;
    let first = world.ask(say("first", Then::Listen)).await;
    world.until(first, "running 1").await;
    for garbage in ["", "new", "beat x", "beat 0", "all nobody", "drop table"] {
        world.say(garbage).await;
    }
    let new = world.ask_elsewhere("new").await;
    world.say("new default").await;
    world.until(new, "succeeded 1").await;
    world.psql.batch_execute("update mainstay.job_running set cancel_requested = true").await.unwrap();
    let worker = world.number("select worker from mainstay.job_running").await;
    world.say(&format!("beat {worker}")).await;
    world.until(first, "cancelled 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_was_cut_off_looks_at_everything_when_it_hears_again() {
    let world = World::new().await;
    let working = world.work_with(patient());
    until("it hears", async || world.hearing().await == 1).await;
    let first = world.ask(say("first", Then::Succeed)).await;
    world.until(first, "succeeded 1").await;
    let unwanted = world.ask(say("unwanted", Then::Listen)).await;
    world.until(unwanted, "running 1").await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
        where application_name = 'mainstay jobs words' and datname = current_database()";
    let unheard = world.ask_elsewhere("unheard").await;
    world.psql.batch_execute("update mainstay.job_running set cancel_requested = true").await.unwrap();
    world.psql.execute(cut, &[]).await.unwrap();
    world.until(unheard, "succeeded 1").await;
    world.until(unwanted, "cancelled 1").await;
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1, "nothing else was lost");
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_process_that_only_asks_tells_the_others_and_not_too_often() {
    let world = World::new().await;
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ears = Arc::clone(&heard);
    let within = Duration::from_secs(10);
    let listener = Session::connect_hearing(world.test.target(), "ears", within, within, move |told| {
        ears.lock().unwrap().push(told.payload().to_owned());
    })
    .await
    .unwrap();
    listener.batch_execute("listen mainstay_jobs").await.unwrap();
    let (stop, mut task) = (Stop::new(), JoinSet::new());
    task.spawn(Waker::new(world.test.target(), &Effects::system()).run(stop.clone()));
    let begun = std::time::Instant::now();
    for n in 0..100 {
        world.ask(say(&n.to_string(), Then::Succeed)).await;
    }
    let tx = world.tx().await;
    mainstay_jobs::Enqueue::enqueue(&tx, say("never", Then::Succeed).queue("never")).await.unwrap();
    tx.rollback().await.unwrap();
    world.ask(say("last", Then::Succeed).queue("last")).await;
    until("the last is heard", async || heard.lock().unwrap().iter().any(|word| word == "new last")).await;
    let most = begun.elapsed().as_millis() / 20 + 2;
    let heard = heard.lock().unwrap().clone();
    assert!(heard.len() as u128 <= most && heard.iter().all(|word| word != "new never"), "{heard:?}");
    // Cut off, it says what it has to say over another connection.
    stop.trigger();
    task.join_next().await.unwrap().unwrap();
    drop(listener);
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_word_that_meets_a_cut_connection_is_said_over_the_next() {
    let world = World::new().await;
    let (stop, mut task) = (Stop::new(), JoinSet::new());
    task.spawn(Waker::new(world.test.target(), &Effects::system()).run(stop.clone()));
    world.ask(say("first", Then::Succeed)).await;
    let said = "select count(*) from pg_stat_activity where application_name = 'mainstay jobs words' \
        and datname = current_database() and query like '%jobs.notify%'";
    until("it is said", async || world.number(said).await == 1).await;
    let cut = "select pg_terminate_backend(pid) from pg_stat_activity \
        where application_name = 'mainstay jobs words' and datname = current_database()";
    world.psql.execute(cut, &[]).await.unwrap();
    until("it is gone", async || world.number(said).await == 0).await;
    world.ask(say("second", Then::Succeed)).await;
    until("it is said again", async || world.number(said).await == 1).await;
    stop.trigger();
    task.join_next().await.unwrap().unwrap();
    world.close().await.unwrap();
}

#[tokio::test]
async fn beats_that_somebody_asks_for_give_nothing_back_whose_answer_may_be_on_its_way() {
    let world = World::new().await;
    let working = world.work_with(patient());
    until("it hears", async || world.hearing().await == 1).await;
    until("it lives", async || world.number("select count(*) from mainstay.job_worker").await == 1).await;
    let worker = world.number("select id from mainstay.job_worker").await;
    let id = world.ask(say("on its way", Then::Succeed).queue("elsewhere")).await;
    // As if it had been claimed, and the answer were on its way.
    const CLAIMED: &str = "\
        with gone as (delete from mainstay.job_ready where id = $1 returning id, nth, queue, kind) \
        insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
        select id, nth, $2, queue, 2, kind, 1, 0, 3 from gone";
    world.psql.execute(CLAIMED, &[&id, &worker]).await.unwrap();
    let beat = "select (extract(epoch from last_seen) * 1e6)::bigint from mainstay.job_worker";
    for _ in 0..4 {
        let last = world.number(beat).await;
        world.say(&format!("beat {worker}")).await;
        until("it beats", async || world.number(beat).await > last).await;
    }
    // For longer than it takes to give something back.
    let since = "select (clock_timestamp() > last_seen + interval '400 milliseconds')::int::bigint from mainstay.job_worker";
    until("a while has passed", async || world.number(since).await == 1).await;
    assert_eq!(world.state(id).await, "running 1");
    working.stop().await;
    world.close().await.unwrap();
}
