//! Lives of a real server: crashes, restarts, what they leave prepared, and copies. Never here: single events.

use std::time::Duration;

use mainstay_cache::coherence::{Applied, Config, Incarnation, Node, Staleness, Tag, Weak};
use mainstay_cache::invalidation::{MIGRATIONS, Outbox};
use mainstay_db::embedded::Cluster;
use mainstay_db::{Target, migrate};
use mainstay_testing::{OwnCluster, own_cluster, replica_set, until};
use rustix::process::{Pid, Signal, kill_process};

use crate::invalidation::{BOUND, MOST, WITHIN, poll, session};

const TABLE: &str = "\
    create table note (owner bigint, id bigint, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id'])";

/// A server that can prepare transactions, with a watched table.
async fn world(is_logged: bool) -> (OwnCluster, Cluster) {
    let mut own = own_cluster().await.unwrap();
    own.cluster.take().unwrap().stop().await.unwrap();
    let cluster = start(&own).await;
    migrate::run(&cluster.target(), &[&MIGRATIONS]).await.unwrap();
    let psql = session(&cluster.target()).await;
    psql.batch_execute(TABLE).await.unwrap();
    psql.batch_execute(&format!("select mainstay.cache_log_events({is_logged})")).await.unwrap();
    (own, cluster)
}

async fn start(own: &OwnCluster) -> Cluster {
    let mut config = OwnCluster::config(own.folder());
    for (name, value) in [("max_prepared_transactions", "2"), ("synchronous_commit", "on")] {
        config.settings.insert(name.to_owned(), value.to_owned());
    }
    Cluster::start(&config).await.unwrap()
}

/// The incarnation, and how many events one change gives.
async fn life(target: &Target) -> (Incarnation, usize) {
    let outbox = Outbox::connect(target, WITHIN).await.unwrap();
    let answer = poll(&outbox, None).await;
    let event = "insert into mainstay.cache_event (tags) values ('{1}')";
    session(target).await.batch_execute(event).await.unwrap();
    (answer.seen.incarnation, poll(&outbox, Some(&answer.seen.snapshot)).await.events.len())
}

/// One process of the server is killed, which ends and recovers all of them.
async fn crash(target: &Target) {
    let before = life(target).await.0;
    let victim = session(target).await;
    let pid: i32 = victim.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    until("it has ended", async || victim.batch_execute("select").await.is_err()).await;
    // It may still let somebody in before it ends the others.
    until("a new life has begun", async || {
        let Ok(outbox) = Outbox::connect(target, WITHIN).await else { return false };
        outbox.poll(None, MOST, WITHIN).await.is_ok_and(|answer| answer.seen.incarnation != before)
    })
    .await;
}

#[tokio::test]
async fn a_crash_begins_a_new_life_and_a_clean_restart_only_where_events_are_logged() {
    for is_logged in [false, true] {
        let (own, cluster) = world(is_logged).await;
        let first = life(&cluster.target()).await;
        assert_eq!(first.1, 1);
        assert_eq!(life(&cluster.target()).await, first, "as often as it is asked");
        let psql = session(&cluster.target()).await;
        let elsewhere =
            "set timezone = 'Asia/Kolkata'; set datestyle = 'German'; begin; insert into note values (1, 1)";
        psql.batch_execute(elsewhere).await.unwrap();
        let row = psql.query_one("select incarnation from mainstay.cache_own()", &[]).await.unwrap();
        assert_eq!(
            row.get::<_, Option<uuid::Uuid>>(0).map(Incarnation),
            Some(first.0),
            "wherever its client is"
        );
        drop(psql);
        cluster.stop().await.unwrap();
        let cluster = start(&own).await;
        let second = life(&cluster.target()).await;
        assert_eq!((second.0 == first.0, second.1), (!is_logged, 1));
        crash(&cluster.target()).await;
        let third = life(&cluster.target()).await;
        assert!(third.0 != second.0 && third.1 == 1);
        cluster.stop().await.unwrap();
    }
}

/// As where a crash does not empty unlogged tables: what is called so survives here, too.
#[tokio::test]
async fn where_events_are_logged_a_crash_is_noticed_though_nothing_is_emptied() {
    let (own, cluster) = world(true).await;
    let psql = session(&cluster.target()).await;
    psql.batch_execute("alter table mainstay.cache_incarnation set logged").await.unwrap();
    let first = life(&cluster.target()).await.0;
    let since = poll(&Outbox::connect(&cluster.target(), WITHIN).await.unwrap(), None).await.seen.snapshot;
    psql.batch_execute("insert into note values (1, 1)").await.unwrap();
    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::QUIT).unwrap();
    until("it has ended", async || cluster.has_ended()).await;
    drop(cluster);
    let cluster = start(&own).await;
    let psql = session(&cluster.target()).await;
    let kept: i64 =
        psql.query_one("select count(*) from mainstay.cache_incarnation", &[]).await.unwrap().get(0);
    assert_eq!(kept, 1);
    psql.batch_execute("begin; insert into note values (1, 2)").await.unwrap();
    let is_none: bool =
        psql.query_one("select incarnation is null from mainstay.cache_own()", &[]).await.unwrap().get(0);
    psql.batch_execute("commit").await.unwrap();
    assert!(is_none, "a commit does not name a life that is over");
    let outbox = Outbox::connect(&cluster.target(), WITHIN).await.unwrap();
    let answer = poll(&outbox, Some(&since)).await;
    assert!(answer.seen.incarnation != first && answer.events.len() == 2);
    cluster.stop().await.unwrap();
}

/// A crash loses what a prepared transaction has told, and not its work.
#[tokio::test]
async fn what_a_crash_has_left_prepared_makes_no_answer_stale() {
    for is_logged in [false, true] {
        let (_own, cluster) = world(is_logged).await;
        let target = cluster.target();
        let psql = session(&target).await;
        psql.batch_execute("begin; insert into note values (1, 1); prepare transaction 'one'").await.unwrap();
        crash(&target).await;
        let outbox = Outbox::connect(&target, WITHIN).await.unwrap();
        let psql = session(&target).await;
        let now = Duration::from_secs;
        let hear = async |node: &Node, at| {
            let asked = node.begin_poll(now(at));
            node.poll_answer(&asked, poll(&outbox, asked.since()).await)
        };
        let (node, careless) = (Node::new(Config::default()), Node::new(Config::default()));
        let careless = careless.weakened(Weak::NothingInherited);
        let tags = Tag::of_owner("note", "1");
        let mut positions = vec![];
        for node in [&node, &careless] {
            assert_eq!(hear(node, 1).await, Applied::Flushed);
            // An answer without the row.
            positions.push(node.end_fill(&node.begin_fill(now(1))).unwrap());
            assert_eq!(hear(node, 2).await, Applied::Events(0));
        }
        assert_eq!(node.lookup(positions[0], &tags, now(2), BOUND), Ok(()));
        psql.batch_execute("commit prepared 'one'").await.unwrap();
        assert_eq!(hear(&node, 3).await, Applied::Flushed);
        assert_eq!(node.lookup(positions[0], &tags, now(3), BOUND), Err(Staleness::Flushed));
        assert_eq!(hear(&node, 4).await, Applied::Events(0), "once");
        // Whoever expects to be told of it is told only where events are logged.
        hear(&careless, 3).await;
        let expected = if is_logged { Err(Staleness::Changed) } else { Ok(()) };
        assert_eq!(careless.lookup(positions[1], &tags, now(3), BOUND), expected);
        cluster.stop().await.unwrap();
    }
}

#[tokio::test]
async fn a_copy_of_the_database_lives_its_own_life() {
    let (_own, cluster) = world(false).await;
    let target = cluster.target();
    let first = life(&target).await.0;
    let elsewhere = target.with_database("postgres");
    let admin = session(&elsewhere).await;
    let copy = format!("create database copy template \"{}\"", target.database());
    until("nobody uses it", async || admin.batch_execute(&copy).await.is_ok()).await;
    let copy = target.with_database("copy");
    let second = life(&copy).await.0;
    assert!(second != first);
    assert_eq!((life(&copy).await.0, life(&target).await.0), (second, first));
    // As a dump is restored: the row is written by another transaction than it says, while a node is connected.
    let outbox = Outbox::connect(&target, WITHIN).await.unwrap();
    let psql = session(&target).await;
    let restore = "begin; create temp table dumped as select * from mainstay.cache_incarnation; \
        delete from mainstay.cache_incarnation; insert into mainstay.cache_incarnation select * from dumped; commit";
    assert_eq!(poll(&outbox, None).await.seen.incarnation, first);
    psql.batch_execute(restore).await.unwrap();
    let third = poll(&outbox, None).await.seen.incarnation;
    assert!(third != first);
    assert_eq!(life(&target).await.0, third);
    // The same files under another server.
    let moved = "update mainstay.cache_incarnation set place = '1 2', xid = pg_current_xact_id()";
    psql.batch_execute(moved).await.unwrap();
    assert!(life(&target).await.0 != third);
    cluster.stop().await.unwrap();
}

/// The one that is promoted has what was prepared, and not what that has told.
#[tokio::test]
async fn a_promotion_begins_a_new_life_in_which_prepared_transactions_end() {
    let mut set = replica_set(1).await.unwrap();
    for at in [1, 0] {
        set.execute(at, "alter system set max_prepared_transactions = 2").await.unwrap();
        set.stop(at).await.unwrap();
    }
    for at in [0, 1] {
        set.start(at).await.unwrap();
    }
    migrate::run(&set.target(0), &[&MIGRATIONS]).await.unwrap();
    set.execute(0, TABLE).await.unwrap();
    let first = life(&set.target(0)).await.0;
    set.execute(0, "begin; insert into note values (1, 1); prepare transaction 'one'").await.unwrap();
    set.wait_until_streams(1).await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    set.kill(0).await.unwrap();
    set.promote(1).await.unwrap();
    let outbox = Outbox::connect(&set.target(1), WITHIN).await.unwrap();
    let begun = poll(&outbox, None).await.seen;
    assert!(begun.incarnation != first);
    let node = Node::new(Config::default());
    let hear = async || {
        let asked = node.begin_poll(WITHIN);
        node.poll_answer(&asked, poll(&outbox, asked.since()).await)
    };
    assert_eq!((hear().await, hear().await), (Applied::Flushed, Applied::Events(0)));
    set.execute(1, "commit prepared 'one'").await.unwrap();
    assert_eq!(poll(&outbox, Some(&begun.snapshot)).await.events, [], "what it told is lost");
    assert_eq!(hear().await, Applied::Flushed);
    set.close().await.unwrap();
}
