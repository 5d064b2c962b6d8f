//! Changes of a real PostgreSQL are heard of: all of them, once, by whoever makes them, through crashes too.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mainstay_cache::coherence::{Applied, Config, Node, PollAnswer, Snapshot, Staleness, Tag};
use mainstay_cache::invalidation::{self, MIGRATIONS, Outbox, OwnChanges, Poller};
use mainstay_db::{Session, Target};
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::{TestDb, until};

pub(crate) const WITHIN: Duration = Duration::from_secs(20);
pub(crate) const BOUND: Duration = Duration::from_secs(10);
pub(crate) const MOST: u32 = 1_000;

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

pub(crate) async fn session(target: &Target) -> Session {
    Session::connect(target, "psql", WITHIN).await.unwrap()
}

pub(crate) async fn poll(outbox: &Outbox, since: Option<&Snapshot>) -> PollAnswer {
    outbox.poll(since, MOST, WITHIN).await.unwrap()
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

/// A deletion from a table without a key is refused where it would be published.
#[tokio::test]
async fn events_are_pruned_where_all_tables_are_published() {
    let (_test, outbox, psql) = world().await;
    psql.batch_execute("select mainstay.cache_log_events(true)").await.unwrap();
    psql.batch_execute("create publication everything for all tables").await.unwrap();
    psql.batch_execute("insert into note values (1, 1, 1)").await.unwrap();
    // Other tests' transactions on the same server may hold it up.
    until("it is pruned", async || outbox.prune(Duration::ZERO, 3).await.unwrap() == 1).await;
}

#[tokio::test]
async fn more_events_than_a_poll_may_bring_are_a_gap() {
    let (_test, outbox, psql) = world().await;
    let node = Node::new(Config::default());
    let hear = async |most| {
        let asked = node.begin_poll(WITHIN);
        node.poll_answer(&asked, outbox.poll(asked.since(), most, WITHIN).await.unwrap())
    };
    assert_eq!(hear(2).await, Applied::Flushed);
    for (count, heard) in [(2, Applied::Events(2)), (3, Applied::Flushed), (1, Applied::Events(1))] {
        for _ in 0..count {
            psql.batch_execute("insert into mainstay.cache_event (tags) values ('{1}')").await.unwrap();
        }
        assert_eq!(hear(2).await, heard, "{count}");
    }
}

#[tokio::test]
async fn polls_that_are_late_again_and_again_begin_everything_anew() {
    let (test, _outbox, psql) = world().await;
    let (node, clock) = (Arc::new(Node::new(Config::default())), Effects::system().clock);
    let config = invalidation::Config {
        idle_ms: 5,
        within_ms: 400,
        retry_ms: 5,
        late_most: 2,
        ..invalidation::Config::default()
    };
    let poller = Poller::new(Arc::clone(&node), test.target().clone(), clock.clone(), config);
    let stop = Stop::new();
    // Asked at each poll where events are logged, and not by who only connects.
    let place = |sleeping: &str| {
        format!(
            "create or replace function mainstay.cache_place() returns text language plpgsql as $$ begin \
            if current_query() like '%cache.poll%' then perform pg_sleep({sleeping}); end if; return 'here'; end $$"
        )
    };
    let asking = async {
        psql.batch_execute("select mainstay.cache_log_events(true)").await.unwrap();
        psql.batch_execute(&place("0")).await.unwrap();
        until("the node has heard", async || node.age(clock.boottime()).is_some()).await;
        psql.batch_execute(&place("60")).await.unwrap();
        until("it has forgotten", async || node.begin_poll(clock.boottime()).since().is_none()).await;
        psql.batch_execute(&place("0")).await.unwrap();
        until("it hears again", async || node.age(clock.boottime()).is_some()).await;
        stop.trigger();
    };
    tokio::join!(poller.run(stop.clone()), asking);
}

/// While the server is away, everybody who shows a token of another node gives one.
#[tokio::test]
async fn a_hint_does_not_shorten_the_pause_before_the_next_connection() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    nobody.set_nonblocking(true).unwrap();
    let port = nobody.local_addr().unwrap().port();
    let target =
        Target::parse(&format!("postgres://nobody@127.0.0.1:{port}/nothing?sslmode=disable")).unwrap();
    let (node, clock) = (Arc::new(Node::new(Config::default())), Effects::system().clock);
    let config = invalidation::Config { retry_ms: 150, ..invalidation::Config::default() };
    let poller = Poller::new(node, target, clock.clone(), config);
    let stop = Stop::new();
    let began = clock.boottime();
    let asking = async {
        let mut connections = 0;
        until("it has come for the fourth time", async || {
            poller.hint();
            // Dropped at once.
            connections += usize::from(nobody.accept().is_ok());
            connections == 4
        })
        .await;
        stop.trigger();
    };
    tokio::join!(poller.clone().run(stop.clone()), asking);
    assert!(clock.boottime() - began >= Duration::from_millis(3 * 150));
}

/// What is deferred to the commit would write after it has been asked what was touched.
#[tokio::test]
async fn what_is_deferred_to_the_commit_is_told_too() {
    let (test, _outbox, psql) = world().await;
    let deferred = "create table cause (id bigint); \
        create function echo() returns trigger language plpgsql as \
        $$ begin insert into note values (new.id, 1, 1); return null; end $$; \
        create constraint trigger echo after insert on cause deferrable initially deferred \
        for each row execute function echo()";
    psql.batch_execute(deferred).await.unwrap();
    let tx = test.db().write().await.unwrap();
    tx.execute("insert into cause values (7)", &[]).await.unwrap();
    let own = OwnChanges::of(&tx).await.unwrap().expect("it is told of");
    assert!(own.tags.contains(&Tag::named("note:7")), "{own:?}");
    tx.commit().await.unwrap();
}
