//! Limits of queues, on all processes together.

use std::num::NonZeroU32;
use std::time::Duration;

use mainstay_jobs::{Config, Enqueue, Limits, Rate};
use mainstay_testing::until;

use crate::world::{Then, World, config, say};

fn running(most: u32) -> Limits {
    Limits { running_most: NonZeroU32::new(most), ..Limits::default() }
}

impl World {
    async fn limit(&self, limits: Limits) {
        self.operate(async |operator| operator.limit("default", limits).await).await;
    }

    async fn ask_many(&self, many: usize, then: Then) {
        let tx = self.tx().await;
        tx.enqueue_all((0..many).map(|n| say(&n.to_string(), then)).collect()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Writes down how many run of which key whenever one begins, by what the server commits.
    async fn sampled(&self) {
        const SAMPLE: &str = "\
            create table sample (at timestamptz not null, id uuid not null, limit_key text, began boolean not null, \
                xid bigint not null default txid_current()); \
            create table spent (at timestamptz not null, xid bigint not null default txid_current()); \
            create function spend() returns trigger language plpgsql as \
                'begin insert into spent values (new.tokens_at); return new; end'; \
            create trigger spend after update of tokens on mainstay.job_queue for each row execute function spend(); \
            create function sample() returns trigger language plpgsql as 'begin \
                if tg_op = ''INSERT'' then \
                    insert into sample values (clock_timestamp(), new.id, new.limit_key, true); return new; \
                end if; \
                insert into sample values (clock_timestamp(), old.id, old.limit_key, false); return old; \
            end'; \
            create trigger sample after insert or delete on mainstay.job_running for each row execute function sample()";
        self.psql.batch_execute(SAMPLE).await.unwrap();
    }

    /// The most that ran at a time, by when they began and ended.
    async fn most_at_once(&self, of_key: bool) -> i64 {
        let (key, keyed) =
            if of_key { ("partition by limit_key", "where limit_key is not null") } else { ("", "") };
        self.number(&format!(
            "select max(running) from (select sum(case when began then 1 else -1 end) over ({key} order by at, began) \
             as running from sample {keyed}) as samples"
        ))
        .await
    }

    async fn until_done(&self, many: i64) {
        until("all are done", async || {
            self.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == many
        })
        .await;
    }
}

#[tokio::test]
async fn of_a_queue_no_more_run_than_it_may_on_all_processes_together() {
    let world = World::new().await;
    world.limit(running(5)).await;
    world.sampled().await;
    world.ask_many(300, Then::Pause(5)).await;
    let working: Vec<_> = (0..4).map(|_| world.work()).collect();
    let mut sampled = 0;
    until("all are done", async || {
        sampled = sampled.max(world.number("select count(*) from mainstay.job_running").await);
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 300
    })
    .await;
    assert!((2..=5).contains(&sampled), "{sampled}");
    assert_eq!(world.most_at_once(false).await, 5);
    world.check().await;
    for one in working {
        one.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_place_that_is_free_is_taken_at_once_and_a_limit_may_change_meanwhile() {
    let world = World::new().await;
    world.limit(running(1)).await;
    // Nobody looks by itself.
    let hour = Duration::from_secs(3_600);
    let patient = || Config { poll: hour, full_every: hour, ..config() };
    let working = [world.work_with(patient()), world.work_with(patient())];
    until("both work", async || world.number("select count(*) from mainstay.job_worker").await == 2).await;
    world.ask_many(20, Then::Succeed).await;
    world.until_done(20).await;
    world.ask_many(4, Then::Wait).await;
    until("one runs", async || world.number("select count(*) from mainstay.job_running").await == 1).await;
    world.limit(running(3)).await;
    until("three run", async || world.number("select count(*) from mainstay.job_running").await == 3).await;
    world.limit(Limits::default()).await;
    until("all run", async || world.number("select count(*) from mainstay.job_running").await == 4).await;
    for _ in 0..4 {
        world.said.0.go_on.notify_one();
    }
    until("all are done", async || {
        world.said.0.go_on.notify_one();
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 24
    })
    .await;
    world.check().await;
    for one in working {
        one.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn of_one_key_no_more_run_than_may_and_others_pass_by() {
    let world = World::new().await;
    world.limit(Limits { running_most_of_key: NonZeroU32::new(2), ..Limits::default() }).await;
    world.sampled().await;
    let tx = world.tx().await;
    let mut jobs: Vec<_> =
        (0..30).map(|n| say(&format!("many {n}"), Then::Wait).limited_by("many")).collect();
    jobs.extend((0..3).map(|n| say(&format!("few {n}"), Then::Succeed).limited_by("few")));
    jobs.extend((0..3).map(|n| say(&format!("free {n}"), Then::Succeed)));
    tx.enqueue_all(jobs).await.unwrap();
    tx.commit().await.unwrap();
    let queues = vec![("default".to_owned(), 4)];
    let working = [
        world.work_with(Config { queues: queues.clone(), ..config() }),
        world.work_with(Config { queues, ..config() }),
    ];
    // Nobody waits for those that are held up.
    world.until_done(6).await;
    until("the others go on", async || {
        world.said.0.go_on.notify_waiters();
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 36
    })
    .await;
    assert_eq!(world.most_at_once(true).await, 2);
    world.check().await;
    for one in working {
        one.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn no_more_begin_than_the_rate_and_a_burst() {
    let world = World::new().await;
    let limits = Limits { rate: Some(Rate::try_new(40.0, 8.0).unwrap()), ..Limits::default() };
    world.limit(limits).await;
    world.sampled().await;
    world.ask_many(80, Then::Succeed).await;
    let slow = || Config { poll: Duration::from_secs(3_600), ..config() };
    let working = [world.work_with(slow()), world.work_with(slow()), world.work_with(slow())];
    world.until_done(80).await;
    // Within any time no more than its share and the burst, by the instants at which they were granted.
    let over = "\
        with granted as materialized ( \
            select spent.at from sample inner join spent on spent.xid = sample.xid where began \
        ) \
        select count(*) from granted as first \
        cross join lateral ( \
            select later.at, row_number() over (order by later.at) as nth from granted as later \
            where later.at >= first.at \
        ) as later \
        where nth > 8 + 40 * extract(epoch from later.at - first.at) + 0.01";
    assert_eq!(
        world.number("select count(*) from sample inner join spent using (xid) where began").await,
        80
    );
    assert_eq!(world.number(over).await, 0);
    let took = "select (1000 * extract(epoch from max(at) - min(at)))::bigint from sample where began";
    let took = world.number(took).await;
    assert!((1_750..6_000).contains(&took), "72 of them take 1.8 s, and not much more: {took} ms");
    world.check().await;
    for one in working {
        one.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_holds_a_queue_for_long_ends_nobodys_life() {
    let world = World::new().await;
    world.limit(running(2)).await;
    let working = world.work();
    let first = world.ask(say("first", Then::Succeed)).await;
    world.until(first, "succeeded 1").await;
    let holding = world.tx().await;
    holding.execute("select from mainstay.job_queue for update", &[]).await.unwrap();
    let second = world.ask(say("second", Then::Succeed)).await;
    let refused = "select count(*) from pg_stat_activity where application_name = 'mainstay jobs capped claims' \
        and datname = current_database() and state = 'idle' and query = 'commit' and state_change > ( \
            select state_change from pg_stat_activity where query like 'select from mainstay.job_queue for update%' \
                and datname = current_database())";
    until("it has passed it by", async || world.number(refused).await == 1).await;
    holding.rollback().await.unwrap();
    world.until(second, "succeeded 1").await;
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1);
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_connection_of_limited_queues_that_is_cut_costs_nobody_an_attempt() {
    let world = World::new().await;
    world.limit(running(2)).await;
    let working = world.work();
    let held = world.ask(say("held", Then::Wait)).await;
    world.until(held, "running 1").await;
    let cut = "select count(pg_terminate_backend(pid)) from pg_stat_activity \
        where application_name = 'mainstay jobs capped claims' and datname = current_database()";
    for n in 0..5 {
        until("it is cut", async || world.number(cut).await == 1).await;
        let next = world.ask(say(&n.to_string(), Then::Succeed)).await;
        world.until(next, "succeeded 1").await;
    }
    // Nor does what the server refuses: whatever it says to the one who counts.
    world.psql.batch_execute("alter table mainstay.job_queue rename to job_queue_away").await.unwrap();
    until("it is refused", async || world.number(cut).await == 0).await;
    world.psql.batch_execute("alter table mainstay.job_queue_away rename to job_queue").await.unwrap();
    let last = world.ask(say("last", Then::Succeed)).await;
    world.until(last, "succeeded 1").await;
    assert_eq!(world.state(held).await, "running 1");
    assert_eq!(world.number("select max(id) from mainstay.job_worker").await, 1);
    world.said.0.go_on.notify_one();
    world.until(held, "succeeded 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_queue_that_somebody_holds_keeps_no_other_waiting() {
    let world = World::new().await;
    world.limit(running(2)).await;
    world.operate(async |operator| operator.limit("other", running(1)).await).await;
    let queues = vec![("default".to_owned(), 4), ("other".to_owned(), 4)];
    let working = world.work_with(Config { queues, ..config() });
    let seen = world.ask(say("seen", Then::Succeed)).await;
    world.until(seen, "succeeded 1").await;
    let holding = world.tx().await;
    holding.execute("select from mainstay.job_queue where name = 'default' for update", &[]).await.unwrap();
    let stuck = world.ask(say("stuck", Then::Succeed)).await;
    let tx = world.tx().await;
    let others = (0..60).map(|n| say(&n.to_string(), Then::Succeed).queue("other")).collect();
    tx.enqueue_all(others).await.unwrap();
    tx.commit().await.unwrap();
    let (waits, mut waited) = (
        "select count(*) from pg_stat_activity where application_name = 'mainstay jobs capped claims' \
            and datname = current_database() and wait_event_type = 'Lock'",
        0,
    );
    until("the others are done", async || {
        waited += world.number(waits).await;
        world.number("select count(*) from mainstay.job_outcome where state = 'succeeded'").await == 61
    })
    .await;
    assert_eq!(waited, 0, "nobody waits for the row that is held");
    assert_eq!(world.state(stuck).await, "ready 0");
    holding.rollback().await.unwrap();
    world.until(stuck, "succeeded 1").await;
    world.check().await;
    working.stop().await;
    world.close().await.unwrap();
}
