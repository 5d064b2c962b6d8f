//! Changes of a real PostgreSQL are heard of: all of them, once, by whoever makes them, through crashes too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mainstay_cache::coherence::{Applied, Config, Incarnation, Node, PollAnswer, Snapshot, Staleness, Tag};
use mainstay_cache::invalidation::{self, MIGRATIONS, Outbox, OwnChanges, Poller};
use mainstay_db::embedded::Cluster;
use mainstay_db::{Session, Target, migrate};
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::{OwnCluster, TestDb, own_cluster, until};
use rustix::process::{Pid, Signal, kill_process};

const WITHIN: Duration = Duration::from_secs(20);
const BOUND: Duration = Duration::from_secs(10);

const TABLES: &str = "\
    create table note (owner bigint, id bigint, part bigint, body text, primary key (owner, id, part)); \
    select mainstay.cache_watch('note', 'owner', array['id', 'part'], most => 3)";

async fn world() -> (TestDb, Outbox, Session) {
    let test = TestDb::migrated(&[&MIGRATIONS]).await.unwrap();
    let outbox = Outbox::connect(test.target(), WITHIN).await.unwrap();
    let psql = session(test.target()).await;
    psql.batch_execute(TABLES).await.unwrap();
    (test, outbox, psql)
}

async fn session(target: &Target) -> Session {
    Session::connect(target, "psql", WITHIN).await.unwrap()
}

async fn poll(outbox: &Outbox, since: Option<&Snapshot>) -> PollAnswer {
    outbox.poll(since, WITHIN).await.unwrap()
}

/// The tags that a statement has told of, by name.
async fn told(outbox: &Outbox, psql: &Session, sql: &str) -> Vec<&'static str> {
    const NAMES: [&str; 13] = [
        "note",
        "note:*",
        "note:1",
        "note:2",
        "note:1:*",
        "note:2:*",
        "note:1:1:1",
        "note:1:1:2",
        "note:1:2:1",
        "note:1:3:1",
        "note:2:1:1",
        "note:3",
        "note:3:1:1",
    ];
    let before = poll(outbox, None).await.seen.snapshot;
    psql.batch_execute(sql).await.unwrap();
    let mut tags: Vec<Tag> =
        poll(outbox, Some(&before)).await.events.into_iter().flat_map(|event| event.tags).collect();
    let known = NAMES.into_iter().filter(|name| {
        let tag = Tag::named(name);
        let is_told = tags.contains(&tag);
        tags.retain(|other| *other != tag);
        is_told
    });
    let known: Vec<&str> = known.collect();
    assert_eq!(tags, [], "besides {known:?}");
    known
}

#[tokio::test]
async fn every_kind_of_change_names_table_owners_and_rows() {
    let (_test, outbox, psql) = world().await;
    let told = async |sql| told(&outbox, &psql, sql).await;
    assert_eq!(told("insert into note values (1, 1, 1)").await, ["note", "note:1", "note:1:1:1"]);
    assert_eq!(told("update note set body = 'x'").await, ["note", "note:1", "note:1:1:1"]);
    // A row that moves has been in two places.
    let moved = told("update note set owner = 2").await;
    assert_eq!(moved, ["note", "note:1", "note:2", "note:1:1:1", "note:2:1:1"]);
    assert_eq!(told("delete from note").await, ["note", "note:2", "note:2:1:1"]);
    assert_eq!(told("truncate note").await, ["note", "note:*"]);
    assert_eq!(told("delete from note").await, [""; 0], "nothing was touched");
    assert_eq!(told("begin; insert into note values (1, 1, 1); rollback").await, [""; 0]);
    let twice =
        "insert into note values (1, 1, 1) on conflict (owner, id, part) do update set body = excluded.body";
    assert_eq!(told(twice).await, ["note", "note:1", "note:1:1:1"]);
    assert_eq!(told(twice).await, ["note", "note:1", "note:1:1:1"]);
}

#[tokio::test]
async fn of_many_rows_the_owners_are_named_and_of_many_owners_the_table() {
    let (_test, outbox, psql) = world().await;
    let told = async |sql| told(&outbox, &psql, sql).await;
    let four = "insert into note select 1, n, 1 from generate_series(1, 4) as n";
    assert_eq!(told(four).await, ["note", "note:1", "note:1:*"]);
    let owners = "insert into note select n, 9, 1 from generate_series(1, 4) as n";
    assert_eq!(told(owners).await, ["note", "note:*"]);
    // Whoever reads a row or an owner is reached by each.
    let covers = |tags: &[Tag], name: &str| tags.contains(&Tag::named(name));
    assert!(
        covers(&Tag::of_row("note", "1", "1:1"), "note:1:*")
            && covers(&Tag::of_row("note", "1", "1:1"), "note:*")
    );
    assert!(covers(&Tag::of_owner("note", "1"), "note:*") && covers(&Tag::of_table("note"), "note"));
}

#[tokio::test]
async fn what_commits_late_is_told_then_and_once() {
    let (test, outbox, psql) = world().await;
    let slow = session(test.target()).await;
    slow.batch_execute("begin; insert into note values (1, 1, 1)").await.unwrap();
    let mut since = poll(&outbox, None).await.seen.snapshot;
    let mut found = vec![];
    for id in 2..5 {
        psql.batch_execute(&format!("insert into note values (1, {id}, 1)")).await.unwrap();
        if id == 4 {
            slow.batch_execute("commit").await.unwrap();
        }
        let answer = poll(&outbox, Some(&since)).await;
        found.push(answer.events.len());
        since = answer.seen.snapshot;
    }
    assert_eq!(found, [1, 1, 2]);
    assert_eq!(poll(&outbox, Some(&since)).await.events, []);
}

#[tokio::test]
async fn a_row_of_no_owner_is_told_as_its_table_and_stops_nobody() {
    let (test, outbox, psql) = world().await;
    let open = "create table stray (owner bigint, id bigint); select mainstay.cache_watch('stray', 'owner', array['id'])";
    psql.batch_execute(open).await.unwrap();
    let before = poll(&outbox, None).await.seen.snapshot;
    psql.batch_execute("insert into stray values (null, 1)").await.unwrap();
    let tx = test.db().write().await.unwrap();
    tx.execute("insert into stray values (null, 2)", &[]).await.unwrap();
    let own = OwnChanges::of(&tx).await.unwrap().unwrap();
    tx.commit().await.unwrap();
    assert_eq!(own.tags, [Tag::named("stray")]);
    let events = poll(&outbox, Some(&before)).await.events;
    assert_eq!(events.iter().map(|event| &event.tags).collect::<Vec<_>>(), [&own.tags, &own.tags]);
}

/// The server took it for one of a billion rows and compiled it anew each time, for a tenth of a second.
#[tokio::test]
async fn a_poll_of_tables_that_were_never_analysed_is_quick() {
    let (_test, outbox, _psql) = world().await;
    let clock = Effects::system().clock;
    let mut since = None;
    let mut quickest = Duration::MAX;
    for _ in 0..20 {
        let before = clock.boottime();
        since = Some(poll(&outbox, since.as_ref()).await.seen.snapshot);
        quickest = quickest.min(clock.boottime() - before);
    }
    assert!(quickest < Duration::from_millis(60), "{quickest:?}");
}

#[tokio::test]
async fn a_node_serves_what_is_and_never_what_was() {
    let (test, _outbox, psql) = world().await;
    let (node, effects) = (Arc::new(Node::new(Config::default())), Effects::system());
    let clock = effects.clock.clone();
    let poller = Poller::new(
        Arc::clone(&node),
        test.target().clone(),
        clock.clone(),
        invalidation::Config { idle_ms: 5, ..invalidation::Config::default() },
    );
    let stop = Stop::new();
    let running = poller.clone().run(stop.clone());
    let asking = async {
        until("the node has heard", async || node.age(clock.boottime()).is_some()).await;
        let tags = Tag::of_owner("note", "1");
        let position = node.end_fill(&node.begin_fill(clock.boottime())).unwrap();
        assert_eq!(node.lookup(position, &tags, clock.boottime(), BOUND), Ok(()));
        psql.batch_execute("insert into note values (2, 1, 1)").await.unwrap();
        psql.batch_execute("insert into note values (1, 1, 1)").await.unwrap();
        until("the change is heard of", async || {
            poller.hint();
            node.lookup(position, &tags, clock.boottime(), BOUND) == Err(Staleness::Changed)
        })
        .await;

        // One's own commit counts before the next poll.
        let before = node.end_fill(&node.begin_fill(clock.boottime())).unwrap();
        let tx = test.db().write().await.unwrap();
        tx.execute("update note set body = 'own' where owner = 1", &[]).await.unwrap();
        let own = OwnChanges::of(&tx).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        node.own_commit(own.incarnation, own.xid, &own.tags);
        assert_eq!(node.lookup(before, &tags, clock.boottime(), BOUND), Err(Staleness::Changed));
        let tx = test.db().write().await.unwrap();
        assert_eq!(OwnChanges::of(&tx).await.unwrap(), None, "nothing was touched");
        tx.rollback().await.unwrap();
        stop.trigger();
    };
    tokio::join!(running, asking);
}

/// The incarnation, and how many events one change gives.
async fn life(target: &Target) -> (Incarnation, usize) {
    let outbox = Outbox::connect(target, WITHIN).await.unwrap();
    let answer = poll(&outbox, None).await;
    let event = "insert into mainstay.cache_event (tags) values ('{1}')";
    session(target).await.batch_execute(event).await.unwrap();
    (answer.seen.incarnation, poll(&outbox, Some(&answer.seen.snapshot)).await.events.len())
}

#[tokio::test]
async fn a_crash_begins_a_new_life_and_a_clean_restart_does_not() {
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.take().unwrap();
    migrate::run(&cluster.target(), &[&MIGRATIONS]).await.unwrap();
    let first = life(&cluster.target()).await;
    cluster.stop().await.unwrap();
    let cluster = Cluster::start(&OwnCluster::config(own.folder())).await.unwrap();
    let target = cluster.target();
    assert_eq!(life(&target).await, (first.0, 1));
    // One process of the server is killed, which ends and recovers all of them.
    let victim = session(&target).await;
    let pid: i32 = victim.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    until("it has ended", async || victim.batch_execute("select").await.is_err()).await;
    // It may still let somebody in before it ends the others.
    until("a new life has begun", async || {
        let Ok(outbox) = Outbox::connect(&target, WITHIN).await else { return false };
        outbox.poll(None, WITHIN).await.is_ok_and(|answer| answer.seen.incarnation != first.0)
    })
    .await;
    assert_eq!(life(&target).await.1, 1);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn who_asks_after_the_pruning_begins_anew_and_nobody_else() {
    let (test, outbox, psql) = world().await;
    let node = Node::new(Config::default());
    let ms = Duration::from_millis;
    node.poll_answer(&node.begin_poll(ms(0)), poll(&outbox, None).await);
    let asleep = node.begin_poll(ms(1));
    for id in 0..5 {
        psql.batch_execute(&format!("insert into note values (1, {id}, 1)")).await.unwrap();
    }
    assert_eq!(outbox.prune(Duration::from_secs(3600), 100).await.unwrap(), 0, "too young");
    let awake = node.begin_poll(ms(1));
    assert_eq!(node.poll_answer(&awake, poll(&outbox, awake.since()).await), Applied::Events(5));
    // Other tests' transactions on the same server may hold it up.
    let other = Outbox::connect(test.target(), WITHIN).await.unwrap();
    let pruned = AtomicU64::new(0);
    until("all is pruned", async || {
        let now = other.prune(Duration::ZERO, 3).await.unwrap();
        assert!(now <= 3);
        pruned.fetch_add(now, Ordering::Relaxed) + now == 5
    })
    .await;
    let late = poll(&outbox, asleep.since()).await;
    assert!(late.events.is_empty() && late.retained > asleep.since().unwrap().xmin());
    // Who polls after the pruning has seen all of it.
    let after = Node::new(Config::default());
    after.poll_answer(&after.begin_poll(ms(2)), poll(&outbox, None).await);
    let again = after.begin_poll(ms(3));
    assert_eq!(after.poll_answer(&again, poll(&outbox, again.since()).await), Applied::Events(0));
    // As a node that has slept since then.
    let sleeper = Node::new(Config::default());
    let begun = PollAnswer { retained: 0, events: vec![], ..poll(&outbox, None).await };
    let old = PollAnswer {
        seen: mainstay_cache::coherence::Seen {
            snapshot: asleep.since().unwrap().clone(),
            ..begun.seen.clone()
        },
        ..begun
    };
    sleeper.poll_answer(&sleeper.begin_poll(ms(0)), old);
    let woken = sleeper.begin_poll(ms(1));
    assert_eq!(sleeper.poll_answer(&woken, poll(&outbox, woken.since()).await), Applied::Flushed);
}
