//! What goes wrong with schedules: processes of two versions, stops, what is not understood or refused. The others go on.

use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Target;
use mainstay_jobs::cron::{self, FIRES_LISTED_MOST};
use mainstay_jobs::schedule::Misfire;
use mainstay_jobs::{Config, Kinds, Schedules, Worker};
use mainstay_runtime::{Clock, Effects};
use mainstay_testing::until;

use crate::schedules::{asked, at, declared, fired, forward, idle, leader, schedule, schedules, work, world};
use crate::world::{Then, Working, World, say};

async fn names(world: &World) -> Vec<String> {
    let listed = cron::list(world.test.db(), None, 1_000, 0).await.unwrap();
    listed.into_iter().map(|one| one.name).collect()
}

/// The newest life of all.
async fn newest(world: &World) -> i64 {
    world.number("select coalesce(max(id), 0) from mainstay.job_worker").await
}

async fn declared_by(world: &World) -> i64 {
    world.number("select coalesce(max(declared_by), 0) from mainstay.job_cron").await
}

/// The life of a process that has declared.
async fn begun(world: &World, schedules: Schedules) -> (Working, i64) {
    let before = newest(world).await;
    let working = work(world, schedules);
    until("it has declared", async || declared_by(world).await > before).await;
    (working, newest(world).await)
}

fn one(name: &str) -> Schedules {
    schedules([schedule(name, "0 1 * * *")])
}

#[tokio::test]
async fn of_those_who_live_the_newest_says_what_there_is_also_where_an_older_one_leads() {
    let world = world().await;
    let (old, _) = begun(&world, one("old")).await;
    let (holder, _) = leader(&world).await;
    let (new, life) = begun(&world, one("new")).await;
    let (newest, _) = begun(&world, one("new")).await;
    newest.die().await;
    until("the newer one declares", async || declared_by(&world).await == life).await;
    assert_eq!((names(&world).await, leader(&world).await.0), (vec!["new".to_owned()], holder));
    old.stop().await;
    new.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn an_old_process_that_begins_to_live_again_is_no_newer_for_it() {
    let world = world().await;
    let (old, life) = begun(&world, one("old")).await;
    let newer = format!(
        "alter table mainstay.job_worker alter column id restart with {}; \
         insert into mainstay.job_worker (id, host, pid, last_seen, queues, kinds, slots, ttl_ms) overriding system value \
            values ({newer}, 'newer', 1, 'infinity', '{{}}', '{{}}', 1, 60000); \
         update mainstay.job_cron set retired_at = now(), declared_by = {newer}; \
         insert into mainstay.job_cron (name, spec, zone, queue, kind, payload, priority, attempts_most, misfire, next_at, declared_by) \
            select 'newer', '0 * * * *', 'UTC', 'default', 'say', '{{\"word\": \"newer\"}}', 2, 1, 'coalesce', at + interval '1 hour', {newer} from fake.clock; \
         delete from mainstay.job_worker where id = {life}",
        life + 2_000,
        newer = life + 1_000
    );
    world.psql.batch_execute(&newer).await.unwrap();
    until("it lives again", async || newest(&world).await >= life + 2_000).await;
    // When it leads again and fires, it has had its say.
    until("it leads", async || leader(&world).await.0.parse::<i64>().unwrap() >= life + 2_000).await;
    forward(&world, 3_600).await;
    until("it fires", async || asked(&world, "newer").await == 1).await;
    assert_eq!(names(&world).await, ["newer"]);
    old.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_catches_up_hears_that_he_is_to_stop() {
    let world = world().await;
    let every_second =
        || schedules([schedule("secondly", "* * * * * *").misfire(Misfire::CatchUp { most: 1 })]);
    let (working, _) = begun(&world, every_second()).await;
    working.stop().await;
    at(&world, "2026-03-29T11:00:00Z").await;
    let working = work(&world, every_second());
    until("it has begun", async || asked(&world, "secondly").await > 0).await;
    working.stop().await;
    let (fired, known) =
        (asked(&world, "secondly").await, world.number("select count(*) from mainstay.job_unique").await);
    assert!(fired < 23 * 3_600, "it was not over");
    assert_eq!(fired, known, "each once");
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_stop_waits_for_no_statement_of_schedules() {
    let world = world().await;
    let (working, _) = begun(&world, schedules([schedule("minutely", "* * * * *")])).await;
    leader(&world).await;
    let tx = world.tx().await;
    tx.batch_execute("lock table mainstay.job in share mode").await.unwrap();
    forward(&world, 60).await;
    let waits = "select count(*) from pg_stat_activity where datname = current_database() \
        and application_name = 'mainstay jobs schedules' and wait_event_type = 'Lock'";
    until("its job cannot be written", async || world.number(waits).await == 1).await;
    working.stop().await;
    assert_eq!(world.number(waits).await, 1, "the server does not know yet that nobody waits for it");
    tx.rollback().await.unwrap();
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_hears_nothing_of_the_database_stops_all_the_same() {
    let mute = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = format!("host=127.0.0.1 port={} user=a dbname=b", mute.local_addr().unwrap().port());
    let config = Config { ttl: Duration::from_secs(400), ..idle() };
    let worker = Worker::new(&Target::parse(&target).unwrap(), Kinds::new(), config, &Effects::system());
    let working = Working::begin(worker);
    let _connection = mute.accept().await.unwrap();
    working.stop().await;
}

#[tokio::test]
async fn what_nobody_here_understands_lives_through_a_pause_and_fires_when_it_reads_otherwise() {
    let world = world().await;
    let db = world.test.db();
    let (working, _) =
        begun(&world, schedules([schedule("a", "* * * * *"), schedule("b", "* * * * *")])).await;
    cron::pause(db, "a").await.unwrap();
    world.psql.batch_execute("update mainstay.job_cron set spec = '@dusk' where name = 'a'").await.unwrap();
    cron::resume(db, "a").await.unwrap();
    assert_eq!(world.number("select count(*) from mainstay.job_cron where next_at is null").await, 0);
    forward(&world, 60).await;
    until("the other one fires", async || asked(&world, "b").await == 1).await;
    assert_eq!(asked(&world, "a").await, 0);
    world
        .psql
        .batch_execute("update mainstay.job_cron set spec = '*/1 * * * *' where name = 'a'")
        .await
        .unwrap();
    until("it fires", async || asked(&world, "a").await == 1).await;
    // What an older version has left without a time has one again when it is declared.
    working.stop().await;
    world
        .psql
        .batch_execute("update mainstay.job_cron set next_at = null, spec = '* * * * *'")
        .await
        .unwrap();
    let working = work(&world, one("a").with(schedule("b", "* * * * *")).unwrap());
    until("it has a time", async || {
        world.number("select count(*) from mainstay.job_cron where next_at is null").await == 0
    })
    .await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn what_nobody_declares_any_more_rests_for_a_month_and_is_forgotten_then() {
    let world = world().await;
    let (working, _) = begun(&world, one("long gone").with(schedule("gone", "0 1 * * *")).unwrap()).await;
    working.stop().await;
    let working = work(&world, one("kept"));
    until("the others rest", async || names(&world).await == ["kept"]).await;
    working.stop().await;
    world
        .psql
        .batch_execute(
            "update mainstay.job_cron set retired_at = at - case name when 'gone' then interval '29 days' else interval '31 days' end \
             from fake.clock where retired_at is not null",
        )
        .await
        .unwrap();
    let working = work(&world, one("kept"));
    let known = "select string_agg(name, ', ' order by name) from mainstay.job_cron";
    until("one of them is forgotten", async || {
        let known: String = world.psql.query_one(known, &[]).await.unwrap().get(0);
        known == "gone, kept"
    })
    .await;
    working.stop().await;
    world.close().await.unwrap();
}

/// The database refuses rows of a table of which this is true.
async fn refuse(world: &World, table: &str, what: &str) {
    let trigger = format!(
        "create function public.refuse_{table}() returns trigger language plpgsql as $$ begin \
            if {what} then raise exception 'refused' using errcode = '22023'; end if; return new; end $$; \
         create trigger refuse before insert on mainstay.{table} for each row execute function public.refuse_{table}()"
    );
    world.psql.batch_execute(&trigger).await.unwrap();
}

#[tokio::test]
async fn a_schedule_whose_job_or_declaration_is_refused_holds_up_no_other() {
    let world = world().await;
    refuse(&world, "job", "new.payload->>'word' = '07'").await;
    refuse(&world, "job_cron", "new.name = '03'").await;
    let all = || schedules((0..20).map(|n| schedule(&format!("{n:02}"), "* * * * *")));
    let working = work(&world, all());
    declared(&world, 19).await;
    for minute in 1..=2 {
        forward(&world, 60).await;
        until("the others fire", async || {
            world.number("select count(*) from mainstay.job").await == 18 * minute
        })
        .await;
    }
    let words = "select count(distinct payload->>'word') from mainstay.job where payload->>'word' not in ('03', '07')";
    assert_eq!(world.number(words).await, 18);
    assert_eq!(
        world.number("select count(*) from mainstay.job_cron, fake.clock where next_at <= at").await,
        1
    );
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn who_seldom_looks_for_jobs_fires_in_time_all_the_same() {
    let world = world().await;
    let config = Config { poll: Duration::from_secs(60), ..idle() };
    let minutely = schedules([schedule("minutely", "* * * * *")]);
    let working = Working::begin(
        Worker::new(world.test.target(), Kinds::new(), config, &Effects::system()).with_schedules(minutely),
    );
    declared(&world, 1).await;
    for minute in 1..=3 {
        forward(&world, 60).await;
        let clock = Clock::system();
        let began = clock.monotonic();
        assert_eq!(fired(&world, "minutely").await, minute);
        let took = clock.monotonic() - began;
        assert!(took < Duration::from_secs(15), "{took:?}");
    }
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_list_of_many_tells_fewer_times_of_each() {
    let world = world().await;
    let many = schedules((0..1_000).map(|n| schedule(&format!("{n:04}"), "0 0 29 2 *")));
    let (working, _) = begun(&world, many).await;
    working.stop().await;
    let listed = cron::list(world.test.db(), None, 1_000, 100).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.next.len()).sum::<usize>(), FIRES_LISTED_MOST);
    let few = cron::list(world.test.db(), None, 3, 100).await.unwrap();
    let times: Vec<&[Timestamp]> = few.iter().map(|one| &one.next[..]).collect();
    assert_eq!(times.iter().map(|times| times.len()).collect::<Vec<_>>(), [100, 100, 100]);
    assert_eq!(times[0][1], "2032-02-29T00:00:00Z".parse().unwrap());
    world.close().await.unwrap();
}

#[tokio::test]
async fn whoever_is_about_to_commit_under_the_lease_holds_up_no_ends_of_jobs() {
    let world = World::new().await;
    let working = world.work();
    leader(&world).await;
    let tx = world.tx().await;
    tx.batch_execute("select from mainstay.lease where name = 'mainstay jobs' for share").await.unwrap();
    let waits = "select coalesce(max(1000 * extract(epoch from clock_timestamp() - query_start)), 0)::bigint from pg_stat_activity \
        where datname = current_database() and wait_event_type = 'Lock' and query like '%jobs.acquire%'";
    let mut longest = 0;
    for n in 0.. {
        let id = world.ask(say(&format!("{n}"), Then::Succeed)).await;
        until("its end is written", async || {
            longest = longest.max(world.number(waits).await);
            world.state(id).await == "succeeded 1"
        })
        .await;
        if world.number("select count(*) from mainstay.lease where expires_at < clock_timestamp()").await == 1
        {
            break;
        }
    }
    assert!(longest < 1_000, "a statement has waited for {longest} ms in front of the ends of jobs");
    tx.rollback().await.unwrap();
    working.stop().await;
    world.close().await.unwrap();
}
