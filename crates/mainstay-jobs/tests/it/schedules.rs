//! What begins by itself, on a real server whose clock is given.

use std::sync::mpsc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use mainstay_jobs::cron::{self, CronError};
use mainstay_jobs::schedule::Misfire;
use mainstay_jobs::{Config, Kinds, Schedule, Schedules, Worker};
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::{own_cluster, until};
use rustix::process::{Pid, Signal, kill_process};

use crate::world::{Say, Then, Working, World, config, on_own};

/// Statements see this clock instead of the server's own.
const CLOCK: &str = "\
    create schema fake; create table fake.clock (at timestamptz not null); \
    create function fake.statement_timestamp() returns timestamptz stable language sql as 'select at from fake.clock'; \
    insert into fake.clock (at) values ('2026-03-28T12:00:00Z')";

/// No process of these does jobs: they wait in a queue that nobody works on.
pub(crate) fn schedule(name: &str, spec: &str) -> Schedule {
    Schedule::of(name, spec, &Say { word: name.to_owned(), then: Then::Succeed })
}

pub(crate) fn schedules(all: impl IntoIterator<Item = Schedule>) -> Schedules {
    all.into_iter().try_fold(Schedules::new(), Schedules::with).unwrap()
}

pub(crate) fn idle() -> Config {
    Config { queues: vec![("nobody".to_owned(), 1)], ..config() }
}

pub(crate) fn worker(world: &World, schedules: Schedules) -> Worker {
    Worker::new(world.test.target(), Kinds::new(), idle(), &Effects::system()).with_schedules(schedules)
}

pub(crate) fn work(world: &World, schedules: Schedules) -> Working {
    Working::begin(worker(world, schedules))
}

/// A world whose clock stands.
pub(crate) async fn world() -> World {
    let world = World::new().await;
    world.psql.batch_execute(CLOCK).await.unwrap();
    let name = world.test.name();
    let first = format!("alter database \"{name}\" set search_path = fake, pg_catalog, public");
    world.psql.batch_execute(&first).await.unwrap();
    world
}

pub(crate) async fn at(world: &World, time: &str) {
    world
        .psql
        .execute("update fake.clock set at = $1", &[&time.parse::<Timestamp>().unwrap()])
        .await
        .unwrap();
}

pub(crate) async fn forward(world: &World, seconds: i64) {
    let later = "update fake.clock set at = at + $1::bigint * interval '1 second'";
    world.psql.execute(later, &[&seconds]).await.unwrap();
}

pub(crate) async fn asked(world: &World, word: &str) -> i64 {
    let count = "select count(*) from mainstay.job where payload->>'word' = $1";
    world.psql.query_one(count, &[&word]).await.unwrap().get(0)
}

/// Waits until it is not due any more, and tells how often it was asked for.
pub(crate) async fn fired(world: &World, word: &str) -> i64 {
    until("it has fired", async || {
        world.number("select count(*) from mainstay.job_cron, fake.clock where next_at <= at and paused_at is null and retired_at is null").await == 0
    })
    .await;
    asked(world, word).await
}

pub(crate) async fn declared(world: &World, count: i64) {
    until("they are declared", async || {
        world.number("select count(*) from mainstay.job_cron where retired_at is null").await == count
    })
    .await;
}

/// Who leads, and the number of its lease.
pub(crate) async fn leader(world: &World) -> (String, i64) {
    let lease = "select holder, token from mainstay.lease where name = 'mainstay jobs' and expires_at > clock_timestamp()";
    let mut found = (String::new(), 0);
    until("somebody leads", async || match world.psql.query_opt(lease, &[]).await.unwrap() {
        Some(row) => {
            found = (row.get(0), row.get(1));
            true
        }
        None => false,
    })
    .await;
    found
}

#[tokio::test]
async fn times_that_clocks_skip_or_show_twice_fire_once_through_years() {
    let world = world().await;
    let working = work(&world, schedules([schedule("night", "30 2 * * *").zone("Europe/Berlin")]));
    declared(&world, 1).await;
    // Both changes of the clocks, hour by hour.
    for (day, next) in [
        ("2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"),
        ("2026-03-29T12:00:00Z", "2026-03-30T00:30:00Z"),
        ("2026-10-24T23:59:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T12:00:00Z", "2026-10-26T01:30:00Z"),
        ("2031-01-01T00:00:00Z", "2031-01-01T01:30:00Z"),
    ] {
        at(&world, day).await;
        fired(&world, "night").await;
        let listed = cron::list(world.test.db(), None, 10, 1).await.unwrap();
        assert_eq!(listed[0].next, [next.parse().unwrap()], "at {day}");
        let before = asked(&world, "night").await;
        at(&world, next).await;
        until("it fires", async || asked(&world, "night").await > before).await;
        assert_eq!(fired(&world, "night").await, before + 1, "at {next}");
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_leader_that_was_stopped_and_goes_on_fires_nothing_again() {
    let world = world().await;
    // So many that firing them takes a while.
    const MANY: i64 = 400;
    let minutely = |n| schedule(&format!("{n}"), "* * * * *").misfire(Misfire::CatchUp { most: 7 });
    let every_minute = || schedules((0..MANY).map(minutely));
    // Its runtime stands still when it is told to, and its pulse goes on.
    let (first, stop) = (worker(&world, every_minute()), Stop::new());
    let (freeze, mut frozen) = tokio::sync::mpsc::unbounded_channel::<mpsc::Receiver<()>>();
    let stopped = stop.clone();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async move {
            let standing = async {
                while let Some(until) = frozen.recv().await {
                    // Until it is dropped.
                    let _ = until.recv();
                }
            };
            tokio::select! {
                () = first.run(stopped) => {}
                () = standing => {}
            }
        });
    });
    declared(&world, MANY).await;
    let (holder, token) = leader(&world).await;
    let second = work(&world, every_minute());
    for round in 0..4 {
        let (go_on, waiting) = mpsc::channel();
        freeze.send(waiting).unwrap();
        until("another one leads", async || {
            let (other, later) = leader(&world).await;
            round > 0 || (other != holder && later > token)
        })
        .await;
        forward(&world, 2 * 60).await;
        // Both of them look at what is due.
        drop(go_on);
        assert_eq!(fired(&world, "7").await, 2 * (round + 1));
    }
    stop.trigger();
    thread.join().unwrap();
    second.stop().await;
    assert_eq!(world.number("select count(*) from mainstay.job").await, 4 * 2 * MANY);
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_does_not_lead_any_more_fires_nothing() {
    let world = world().await;
    let working = work(&world, schedules([schedule("minutely", "* * * * *")]));
    declared(&world, 1).await;
    leader(&world).await;
    let fires = "select count(*) from pg_stat_activity where datname = current_database() and application_name = 'mainstay jobs schedules'";
    until("it looks at schedules", async || world.number(fires).await == 1).await;
    for round in 0..3 {
        // Somebody else leads, and in the same moment it is due.
        world
            .psql
            .batch_execute(
                "begin; update mainstay.lease set holder = 'another', token = token + 1, expires_at = 'infinity'; \
                 update fake.clock set at = at + interval '1 minute'; commit",
            )
            .await
            .unwrap();
        until("it has noticed", async || world.number(fires).await == 0).await;
        assert_eq!(asked(&world, "minutely").await, round, "what is due is the other's");
        world.psql.batch_execute("update mainstay.lease set expires_at = '-infinity'").await.unwrap();
        assert_eq!(fired(&world, "minutely").await, round + 1);
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_thousand_that_are_due_in_the_same_second_each_fire_once_with_three_processes() {
    let world = world().await;
    let all = || schedules((0..1_000).map(|n| schedule(&format!("{n:04}"), "0 3 * * *")));
    let working: Vec<_> = (0..3).map(|_| work(&world, all())).collect();
    declared(&world, 1_000).await;
    for day in 1..=2 {
        forward(&world, 24 * 3_600).await;
        fired(&world, "0000").await;
        let words = "select count(distinct payload->>'word') from mainstay.job";
        assert_eq!(world.number(words).await, 1_000);
        assert_eq!(world.number("select count(*) from mainstay.job").await, day * 1_000);
    }
    for working in working {
        working.stop().await;
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn missed_times_are_left_out_count_once_or_count_each_within_a_day() {
    let world = world().await;
    let policies =
        [("skip", Misfire::Skip), ("once", Misfire::Coalesce), ("each", Misfire::CatchUp { most: 5 })];
    let all = || schedules(policies.map(|(name, policy)| schedule(name, "0 * * * *").misfire(policy)));
    let working = work(&world, all());
    declared(&world, 3).await;
    working.stop().await;
    // 36 hours and a half are missed; a day of them counts.
    at(&world, "2026-03-30T00:30:00Z").await;
    let working = work(&world, all());
    assert_eq!(fired(&world, "skip").await, 0);
    assert_eq!((asked(&world, "once").await, asked(&world, "each").await), (1, 24));
    // Nothing was missed.
    forward(&world, 30 * 60).await;
    assert_eq!(fired(&world, "skip").await, 1);
    assert_eq!((asked(&world, "once").await, asked(&world, "each").await), (2, 25));
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_an_operator_pauses_rests_through_restarts_and_goes_on_with_what_is_to_come() {
    let world = world().await;
    let db = world.test.db();
    let all = || schedules([schedule("hourly", "0 * * * *").misfire(Misfire::CatchUp { most: 9 })]);
    let working = work(&world, all());
    declared(&world, 1).await;
    cron::pause(db, "hourly").await.unwrap();
    forward(&world, 60).await;
    cron::pause(db, "hourly").await.unwrap();
    working.stop().await;
    let working = work(&world, all());
    leader(&world).await;
    forward(&world, 3 * 3_600).await;
    let listed = cron::list(db, None, 10, 3).await.unwrap();
    assert_eq!(listed[0].paused_at, "2026-03-28T12:00:00Z".parse().ok(), "since it was paused first");
    assert!(listed[0].next.is_empty(), "{listed:?}");
    let by_hand = cron::run_now(db, "hourly").await.unwrap();
    assert_eq!(world.state(by_hand).await, "ready 0");
    cron::resume(db, "hourly").await.unwrap();
    cron::resume(db, "hourly").await.unwrap();
    assert_eq!(fired(&world, "hourly").await, 1, "only by hand");
    let listed = cron::list(db, None, 10, 2).await.unwrap();
    let hours =
        ["2026-03-28T16:00:00Z", "2026-03-28T17:00:00Z"].map(|hour| hour.parse::<Timestamp>().unwrap());
    assert_eq!((&listed[0].next[..], listed[0].kind.as_str()), (&hours[..], "say"));
    forward(&world, 3_600).await;
    until("it fires again", async || asked(&world, "hourly").await == 2).await;
    // One that is not paused loses no time that nobody was there for.
    working.stop().await;
    forward(&world, 3_600).await;
    cron::resume(db, "hourly").await.unwrap();
    let working = work(&world, all());
    until("it is made up for", async || asked(&world, "hourly").await == 3).await;
    for refused in
        [cron::pause(db, "x").await, cron::resume(db, "x").await, cron::run_now(db, "\0").await.map(drop)]
    {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, CronError::Unknown(_) | CronError::Database(_)), "{refused}");
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn the_newest_process_says_what_there_is_and_an_older_one_only_when_that_is_gone() {
    let world = world().await;
    let db = world.test.db();
    let names = async || {
        let listed = cron::list(db, None, 10, 0).await.unwrap();
        listed.into_iter().map(|one| format!("{} {}", one.name, one.spec)).collect::<Vec<_>>()
    };
    let old = || schedules([schedule("gone", "0 1 * * *"), schedule("kept", "0 2 * * *")]);
    let new = || schedules([schedule("kept", "0 3 * * *"), schedule("new", "0 4 * * *")]);
    let (is_old, is_new) = (["gone 0 1 * * *", "kept 0 2 * * *"], ["kept 0 3 * * *", "new 0 4 * * *"]);
    let first = work(&world, old());
    until("the old ones", async || names().await == is_old).await;
    cron::pause(db, "gone").await.unwrap();
    let second = work(&world, new());
    until("the new ones", async || names().await == is_new).await;
    let (holder, _) = leader(&world).await;
    // An old process starts again late, and is gone for good without a word.
    let late = work(&world, old());
    until("the old ones again", async || names().await == is_old).await;
    late.die().await;
    first.stop().await;
    until("the new ones again", async || names().await == is_new).await;
    let (later, _) = leader(&world).await;
    assert_ne!(holder, later, "the old process led");
    // Back to the old version.
    let back = work(&world, old());
    until("the old ones", async || names().await == is_old).await;
    let listed = cron::list(db, None, 10, 1).await.unwrap();
    assert!(listed[0].paused_at.is_some(), "a pause is an operator's: {listed:?}");
    second.stop().await;
    back.stop().await;
    // Who has none retires nothing, and who declares none retires all.
    let without = world.work_with(idle());
    leader(&world).await;
    assert_eq!(names().await, is_old);
    let none = work(&world, Schedules::new());
    until("none", async || names().await.is_empty()).await;
    none.stop().await;
    without.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_declares_late_undoes_nothing_of_a_newer_process() {
    let world = world().await;
    let newer = "\
        insert into mainstay.job_worker (id, host, pid, last_seen, queues, kinds, slots, ttl_ms) overriding system value \
            values (1000000, 'newer', 1, 'infinity', '{}', '{}', 1, 60000); \
        insert into mainstay.job_cron (name, spec, zone, queue, kind, payload, priority, attempts_most, misfire, next_at, declared_by) \
            select 'newer', '0 * * * *', 'UTC', 'default', 'say', '{\"word\": \"newer\"}', 2, 1, 'coalesce', at, 1000000 from fake.clock";
    world.psql.batch_execute(newer).await.unwrap();
    let working = work(&world, schedules([schedule("older", "0 1 * * *")]));
    // It leads and has declared.
    until("it fires", async || asked(&world, "newer").await == 1).await;
    let names = async || {
        let listed = cron::list(world.test.db(), None, 10, 0).await.unwrap();
        listed.into_iter().map(|one| one.name).collect::<Vec<_>>()
    };
    assert_eq!(names().await, ["newer"]);
    world.psql.batch_execute("delete from mainstay.job_worker where id = 1000000").await.unwrap();
    until("the newer one is gone", async || names().await == ["older"]).await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_changed_expression_counts_from_now_and_the_same_goes_on() {
    let world = world().await;
    let first = work(&world, schedules([schedule("a", "0 11 * * *"), schedule("b", "0 11 * * *")]));
    declared(&world, 2).await;
    first.stop().await;
    at(&world, "2026-03-29T11:30:00Z").await;
    let second = work(&world, schedules([schedule("a", "0 11 * * *"), schedule("b", "10 11 * * *")]));
    until("they are changed", async || {
        world.number("select count(*) from mainstay.job_cron where spec = '10 11 * * *'").await == 1
    })
    .await;
    assert_eq!(fired(&world, "a").await, 1, "what was promised");
    assert_eq!(asked(&world, "b").await, 0, "nothing of what the new one would have had");
    second.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_this_version_does_not_understand_waits_and_holds_nobody_up() {
    let world = world().await;
    // More than are looked at in one transaction, and due before the good one.
    let strange = (0..600).map(|n| schedule(&format!("strange {n}"), "* * * * *"));
    let working = work(&world, schedules(strange.chain([schedule("good", "* * * * *")])));
    declared(&world, 601).await;
    world
        .psql
        .batch_execute("update mainstay.job_cron set spec = '@dusk', next_at = next_at - interval '1 second' where name <> 'good'")
        .await
        .unwrap();
    for minute in 1..=3 {
        forward(&world, 60).await;
        until("the other one fires", async || asked(&world, "good").await == minute).await;
    }
    assert_eq!(asked(&world, "strange 7").await, 0);
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_killed_costs_no_time_and_none_counts_twice() {
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.as_mut().unwrap();
    let mut world = World::of(on_own(cluster).await).await;
    let every_second = schedule("secondly", "* * * * * *").misfire(Misfire::CatchUp { most: 100 });
    let working = work(&world, schedules([every_second]));
    for round in 1..=2 {
        let before = asked(&world, "secondly").await;
        until("it fires", async || asked(&world, "secondly").await > before).await;
        kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::KILL).unwrap();
        cluster.ended().await;
        cluster.restart().await.unwrap();
        until(&format!("the server answers again, {round}"), async || {
            let again = Session::connect(&cluster.target(), "psql", Duration::from_secs(5)).await;
            again.map(|psql| world.psql = psql).is_ok()
        })
        .await;
    }
    let before = asked(&world, "secondly").await;
    until("it fires again", async || asked(&world, "secondly").await > before + 1).await;
    working.stop().await;
    let sums = "select count(*), (select last_at from mainstay.job_cron), min(created_at) from mainstay.job";
    let row = world.psql.query_one(sums, &[]).await.unwrap();
    let (count, last, first): (i64, Timestamp, Timestamp) = (row.get(0), row.get(1), row.get(2));
    // The first job was written within its own second, or behind it where this machine was slow; what was missed is between.
    let seconds = last.as_second() - first.as_second() + 1;
    assert!((seconds..=seconds + 1).contains(&count), "{count} jobs in {seconds} seconds");
    assert_eq!(world.number("select count(distinct held_key) from mainstay.job").await, count);
    world.close().await.unwrap();
    own.close().await.unwrap();
}
