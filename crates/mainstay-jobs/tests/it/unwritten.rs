//! Ends that cannot be written at once: somebody holds their rows, their connection is lost, the server goes, or it refuses them.

use std::time::Duration;

use mainstay_db::Session;
use mainstay_jobs::{Config, Enqueue};
use mainstay_telemetry::Capture;
use mainstay_testing::{TestDb, own_cluster, until};
use rustix::process::{Pid, Signal, kill_process};
use uuid::Uuid;

use crate::way::{Answers, DEADLY, Way};
use crate::world::{Then, World, config, on_own, say};

/// The connection of ends is cut; how many there were.
pub(crate) const CUT: &str = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
    where application_name = 'mainstay jobs ends' and datname = current_database()";

pub(crate) const LIVES: &str = "select max(id) from mainstay.job_worker";

impl World {
    /// Jobs that wait to be let go on, all of them at work.
    async fn at_work(&self, words: &[&str]) -> Vec<Uuid> {
        let mut ids = Vec::new();
        for word in words {
            let id = self.ask(say(word, Then::Wait)).await;
            self.until(id, "running 1").await;
            ids.push(id);
        }
        let has_begun = |word: &&str| self.said.words().contains(&format!("{word} 1"));
        until("all have begun", async || words.iter().all(has_begun)).await;
        ids
    }

    /// What is committed survives a crash of the server: else a life ends with its connection.
    pub(crate) async fn remembers(&self, does: bool) {
        let word = if does { "on" } else { "off" };
        let set = format!("alter database \"{}\" set synchronous_commit = {word}", self.test.name());
        self.psql.batch_execute(&set).await.unwrap();
    }

    async fn succeeds(&self, word: &str) {
        let id = self.ask(say(word, Then::Succeed)).await;
        self.until(id, "succeeded 1").await;
    }
}

#[tokio::test]
async fn a_row_that_somebody_holds_holds_up_no_other_end() {
    let log = Capture::of_thread();
    log.expect("jobs.ends_wait");
    World::run(config(), async |world| {
        let ids = world.at_work(&["a", "b", "c", "d", "e"]).await;
        let tx = world.tx().await;
        tx.execute("select from mainstay.job_running where id = any($1) for update", &[&&ids[1..3]])
            .await
            .unwrap();
        // All five ends come at once.
        world.said.0.go_on.notify_waiters();
        for id in [ids[0], ids[3], ids[4]] {
            world.until(id, "succeeded 1").await;
        }
        // And those that come later, also ends of another sort.
        world.succeeds("later").await;
        let failed = world.ask(say("panics", Then::Panic).attempts(1)).await;
        world.until(failed, "failed 1").await;
        assert_eq!([world.state(ids[1]).await, world.state(ids[2]).await], ["running 1", "running 1"]);
        until("it is said", async || log.faults().is_empty()).await;
        tx.rollback().await.unwrap();
        world.until(ids[1], "succeeded 1").await;
        world.until(ids[2], "succeeded 1").await;
        until("that it is over is said too", async || said(&log, "jobs.ends_go_on") == 1).await;
        assert_eq!((said(&log, "jobs.ends_wait"), said(&log, "jobs.stale")), (1, 0));
        assert_eq!(world.number(LIVES).await, 1);
    })
    .await;
}

pub(crate) fn said(log: &Capture, event: &str) -> usize {
    log.lines().iter().filter(|line| line.event() == Some(event)).count()
}

#[tokio::test]
async fn what_ends_need_besides_their_rows_holds_up_no_other_either() {
    let log = Capture::of_thread();
    log.allow("jobs.ends_wait");
    let config = Config { queues: vec![("default".to_owned(), 30)], ..config() };
    World::run(config, async |world| {
        // What is kept of some, and the keys of others: so many that trying each of them takes longer than any is put aside.
        let words: Vec<String> = (0..27).map(|n| n.to_string()).collect();
        let ids = world.at_work(&words.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let needed = "insert into mainstay.job_checkpoint (id, data) select id, '1' from mainstay.job_running; \
            with held as (update mainstay.job_running set held_key = sha256(id::text::bytea) returning id, held_key) \
            insert into mainstay.job_unique (key, id) select held_key, id from held";
        world.psql.batch_execute(needed).await.unwrap();
        let tx = world.tx().await;
        let kept = "select from mainstay.job_checkpoint where id = any($1) for update";
        tx.execute(kept, &[&&ids[1..13]]).await.unwrap();
        let keys = "select from mainstay.job_unique where id = any($1) for update";
        tx.execute(keys, &[&&ids[13..25]]).await.unwrap();
        world.said.0.go_on.notify_waiters();
        for id in [ids[0], ids[25], ids[26]] {
            world.until(id, "succeeded 1").await;
        }
        world.succeeds("later").await;
        for id in &ids[1..25] {
            assert_eq!(world.state(*id).await, "running 1");
        }
        tx.rollback().await.unwrap();
        for id in &ids[1..25] {
            world.until(*id, "succeeded 1").await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_cut_connection_of_ends_costs_nobody_an_attempt() {
    let log = Capture::of_thread();
    let world = World::new().await;
    world.remembers(true).await;
    let working = world.work_with(Config { ttl: Duration::from_secs(30), ..config() });
    let held = world.at_work(&["held"]).await[0];
    for n in 0..5 {
        until("it is cut", async || world.number(CUT).await == 1).await;
        world.succeeds(&n.to_string()).await;
    }
    // As it writes the end of one.
    let between = world.at_work(&["between"]).await[0];
    let tx = world.tx().await;
    tx.execute("select from mainstay.job_running where id = $1 for update", &[&between]).await.unwrap();
    world.said.0.go_on.notify_waiters();
    let waits = "select count(*) from pg_stat_activity where application_name = 'mainstay jobs ends' \
        and datname = current_database() and wait_event_type = 'Lock'";
    until("it waits", async || world.number(waits).await == 1).await;
    assert_eq!(world.number(CUT).await, 1);
    tx.rollback().await.unwrap();
    world.until(between, "succeeded 1").await;
    world.until(held, "succeeded 1").await;
    assert_eq!(world.number(LIVES).await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_attempt").await, 0);
    assert_eq!((said(&log, "jobs.stale"), said(&log, "jobs.halted")), (0, 0));
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn an_end_whose_answer_was_lost_is_written_once_and_nobody_is_told_of_another() {
    let log = Capture::of_thread();
    let world = World::new().await;
    world.remembers(true).await;
    let way = Way::to(world.test.target()).await;
    // One place, nobody who leads, and a slow pulse: while a job is at work hardly anything else is said.
    let quiet = Config {
        queues: vec![("default".to_owned(), 1)],
        ttl: Duration::from_secs(120),
        may_lead: false,
        ..config()
    };
    let working = world.work_over(&way.target, quiet);
    let connected = "select coalesce(max(pid), 0)::bigint from pg_stat_activity \
        where application_name = 'mainstay jobs ends' and datname = current_database()";
    let kept = "select count(*) from mainstay.job_checkpoint where data = '[1, 2]'";
    let (mut round, mut lost) = (0, false);
    // The first thing that it says then is its end, or a checkpoint.
    for then in [Then::Wait, Then::Keep] {
        until("it was an answer to it", async || {
            round += 1;
            let id = world.ask(say(&round.to_string(), then)).await;
            world.until(id, "running 1").await;
            let waits = || world.said.words().contains(&format!("{round} 1"));
            until("it waits", async || waits() && (then == Then::Wait || world.number(kept).await == 1))
                .await;
            let before = world.number(connected).await;
            way.answers.send_replace(Answers::Lost);
            world.said.0.go_on.notify_waiters();
            world.until(id, "succeeded 1").await;
            // Its place is free again.
            world.succeeds("next").await;
            lost = world.number(connected).await != before;
            lost
        })
        .await;
    }
    assert!(!world.said.words().iter().any(|word| word.starts_with("Err")));
    assert_eq!(said(&log, "jobs.stale"), 0);
    assert_eq!(world.number(LIVES).await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_attempt").await, 0);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn an_end_that_kills_whoever_writes_it_is_found_among_others_and_takes_none_with_it() {
    let world = World::new().await;
    world.remembers(true).await;
    let way = Way::to(world.test.target()).await;
    let working = world.work_over(&way.target, Config { ttl: Duration::from_secs(120), ..config() });
    // Its result is its word.
    let ids = world.at_work(&["a", "b", DEADLY, "c", "d"]).await;
    world.said.0.go_on.notify_waiters();
    for id in [ids[0], ids[1], ids[3], ids[4]] {
        world.until(id, "succeeded 1").await;
    }
    world.until(ids[2], "failed 1").await;
    let why =
        "select count(*) from mainstay.job_outcome where error like 'its success could not be written: %'";
    assert_eq!(world.number(why).await, 1);
    world.succeeds("later").await;
    assert_eq!(world.number(LIVES).await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_running").await, 0);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_success_that_somebody_holds_while_its_process_stops_is_not_begun_again() {
    let world = World::new().await;
    let working = world.work();
    let done = world.at_work(&["done"]).await[0];
    let cut_off = world.at_work(&["cut off"]).await[0];
    let tx = world.tx().await;
    tx.execute("select from mainstay.job_running where id = $1 for update", &[&done]).await.unwrap();
    // The first of those that wait.
    world.said.0.go_on.notify_one();
    let asked = "select count(*) from pg_stat_activity where application_name = 'mainstay jobs ends' \
        and datname = current_database() and query like '%jobs.locked%'";
    until("its end is put aside", async || world.number(asked).await == 1).await;
    let letting_go = async {
        // What was not done is given back; what was done is not.
        world.until(cut_off, "ready 0").await;
        tx.rollback().await.unwrap();
    };
    tokio::join!(working.stop(), letting_go);
    assert_eq!([world.state(done).await, world.state(cut_off).await], ["succeeded 1", "ready 0"]);
    assert_eq!(world.number("select count(*) from mainstay.job_worker").await, 0);
    world.check().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_and_back_in_time_costs_no_running_job_an_attempt() {
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.as_mut().unwrap();
    let mut world = World::of(on_own(cluster).await).await;
    let working = world.work_with(Config { ttl: Duration::from_secs(120), ..config() });
    let ids = world.at_work(&["a", "b"]).await;
    let keeps = world.ask(say("keeps", Then::Keep)).await;
    let kept = "select count(*) from mainstay.job_checkpoint where data = '[1, 2]'";
    until("it has kept both", async || world.number(kept).await == 1).await;
    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::KILL).unwrap();
    cluster.ended().await;
    // They come to their ends while nobody can write them, and one wants to keep something.
    world.said.0.go_on.notify_waiters();
    cluster.restart().await.unwrap();
    until("the server answers again", async || {
        let again = Session::connect(&cluster.target(), "psql", Duration::from_secs(5)).await;
        again.map(|psql| world.psql = psql).is_ok()
    })
    .await;
    for id in [ids[0], ids[1], keeps] {
        world.until(id, "succeeded 1").await;
    }
    assert_eq!(world.said.words(), ["a 1", "b 1", "keeps 1", "Ok(())"]);
    let again = TestDb::given(&cluster.target()).await.unwrap();
    let tx = again.db().write().await.unwrap();
    let after = tx.enqueue(say("after", Then::Succeed)).await.unwrap().id().unwrap();
    tx.commit().await.unwrap();
    world.until(after, "succeeded 1").await;
    assert_eq!(world.number(LIVES).await, 1);
    assert_eq!(world.number("select count(*) from mainstay.job_attempt").await, 0);
    world.check().await;
    working.stop().await;
    again.close().await.unwrap();
    world.close().await.unwrap();
    own.close().await.unwrap();
}

#[tokio::test]
async fn where_a_crash_may_forget_what_was_committed_a_life_ends_with_its_connection() {
    let world = World::new().await;
    world.remembers(false).await;
    let working = world.work();
    let held = world.at_work(&["held"]).await[0];
    assert_eq!(world.number(CUT).await, 1);
    world.until(held, "running 2").await;
    world.said.0.go_on.notify_one();
    world.until(held, "succeeded 2").await;
    assert_eq!(world.number("select count(*) from mainstay.job_attempt where cause = 'cut'").await, 1);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_no_waiting_mends_is_said_once_and_ends_the_life() {
    let log = Capture::of_thread();
    log.expect("jobs.ends_refused");
    log.expect("jobs.halted");
    // It is only told when it leads by then.
    log.allow("jobs.unled");
    let world = World::new().await;
    let working = world.work();
    let held = world.at_work(&["held"]).await[0];
    world.psql.batch_execute("alter table mainstay.job_checkpoint rename to away").await.unwrap();
    world.said.0.go_on.notify_waiters();
    let tries = "select count(*) from pg_stat_activity where application_name = 'mainstay jobs ends' \
        and datname = current_database() and backend_start > now() - interval '1 second'";
    until("the life has ended", async || log.faults().is_empty()).await;
    let mut seen = 0;
    until("it tries to begin anew", async || {
        seen += world.number(tries).await;
        seen > 3
    })
    .await;
    assert_eq!((said(&log, "jobs.ends_refused"), said(&log, "jobs.halted")), (1, 1));
    world.psql.batch_execute("alter table mainstay.away rename to job_checkpoint").await.unwrap();
    world.until(held, "running 2").await;
    world.said.0.go_on.notify_waiters();
    world.until(held, "succeeded 2").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}
