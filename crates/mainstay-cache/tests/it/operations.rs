//! What operators see of a node and end: entries by hashes of their keys, everything at once on every node. Never here: how
//! answers are kept (`keeping`).

use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::{
    Caches, Changed, Config, EntryId, Freshness, KeptEntry, NameConfig, PollStats, Reason, Refusal,
    SharedState, Source, Watched,
};
use mainstay_db::{DbError, Read};
use mainstay_testing::until;
use rustix::process::Signal;

use crate::shared::{Redis, Sharer, listeners, until_shared};
use crate::world::{World, session};

fn all(caches: &Caches) -> Vec<KeptEntry> {
    let entries = caches.entries("*", 1_000);
    assert!(!entries.is_cut);
    entries.found
}

#[tokio::test]
async fn an_entry_is_told_by_a_hash_with_its_age_its_end_and_why_it_would_not_be_served() {
    let world = World::new().await;
    let name = NameConfig { jitter_percent: 0, ..NameConfig::default() };
    let node = world.paused_node(name).await;
    assert_eq!(all(&node.caches), []);
    node.fresh(1).await;
    node.clock.advance(Duration::from_millis(100));
    let told = all(&node.caches);
    let [entry] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((entry.name, entry.is_negative, entry.not_fresh), ("notes", false, None));
    assert_eq!((entry.age, entry.left), (Duration::from_millis(100), Duration::from_millis(299_900)));
    assert_eq!(entry.bytes, node.stats().bytes);
    assert_eq!(node.caches.entry(&entry.id()).as_ref(), Some(entry));

    let only = async || all(&node.caches).remove(0);
    node.clock.advance(Duration::from_millis(401));
    assert_eq!(only().await.not_fresh, Some(Reason::Unheard));
    node.hear().await;
    assert_eq!(only().await.not_fresh, None);
    world.write(1, "second").await;
    node.hear().await;
    assert_eq!(only().await.not_fresh, Some(Reason::Changed));
    // There is no such owner.
    node.fresh(9).await;
    let negative = all(&node.caches).into_iter().find(|entry| entry.is_negative);
    assert_eq!(negative.map(|entry| (entry.left, entry.not_fresh)), Some((Duration::from_secs(60), None)));
}

#[tokio::test]
async fn a_list_is_as_long_as_was_asked_for_and_of_what_fits() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    for owner in 1..=3 {
        node.fresh(owner).await;
    }
    let (some, everything) = (node.caches.entries("*", 2), node.caches.entries("notes.*", 3));
    assert_eq!((some.found.len(), some.is_cut), (2, true));
    assert_eq!((everything.found.len(), everything.is_cut), (3, false));
    let id = everything.found[1].id().to_string();
    assert_eq!(node.caches.entries(&id, 9).found, [everything.found[1].clone()]);
    let tail = format!("*{}", &id[id.len() - 8..]);
    assert_eq!(node.caches.entries(&tail, 9).found.len(), 1);
    for nothing in ["", "note.*", "notes", "*.notes"] {
        assert_eq!(node.caches.entries(nothing, 9).found, [], "{nothing}");
    }
}

#[tokio::test]
async fn one_entry_is_forgotten_and_the_others_stay() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    node.fresh(1).await;
    let id = all(&node.caches).remove(0).id();
    node.fresh(2).await;
    let other_name = EntryId::parse(&id.to_string().replace("notes", "pages")).unwrap();
    assert!(!node.caches.remove_entry(&other_name) && node.caches.entry(&other_name).is_none());
    assert!(node.caches.remove_entry(&id));
    assert!(!node.caches.remove_entry(&id) && node.caches.entry(&id).is_none());
    assert!(node.fresh(1).await.1 && !node.fresh(2).await.1);
    assert_eq!(node.caches.clear(), 2);
    assert_eq!((all(&node.caches).len(), node.stats().entries), (0, 0));
}

#[tokio::test]
async fn what_somebody_says_has_changed_is_over_on_every_node() {
    let world = World::new().await;
    let (one, other) =
        (world.paused_node(NameConfig::default()).await, world.paused_node(NameConfig::default()).await);
    let read_all = async || {
        for owner in 1..=2 {
            one.fresh(owner).await;
            other.fresh(owner).await;
        }
    };
    let ended = async |changed: Changed<'_>| {
        read_all().await;
        let commit = one.caches.invalidate(&changed.tags()).await.unwrap();
        let here = [one.fresh(1).await.1, one.fresh(2).await.1];
        other.hear().await;
        let there = [other.fresh(1).await.1, other.fresh(2).await.1];
        assert_eq!(here, there, "{changed:?}");
        assert!(commit.is_some());
        here
    };
    assert_eq!(ended(Changed::Table("note")).await, [true, true]);
    assert_eq!(ended(Changed::Owner("note", "1")).await, [true, false]);
    assert_eq!(ended(Changed::Row("note", "2", "1")).await, [false, true]);
    assert_eq!(ended(Changed::Row("note", "2", "8")).await, [false, false]);
    assert_eq!(ended(Changed::Hash(Tag::named("note:1:1"))).await, [true, false]);
    assert_eq!(one.caches.top_tags(1), [(Tag::named("note"), 4)]);
}

#[tokio::test]
async fn the_watched_tables_are_told() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let watched = node.caches.watched(&world.test.db().read_from_primary()).await.unwrap();
    let note = Watched { table: "note".to_owned(), owner: "owner".to_owned(), key: vec!["id".to_owned()] };
    assert_eq!(watched, [note]);
}

/// What each of them keeps, and what lies in Redis, is over for both; afterwards they keep and share as before.
#[tokio::test]
async fn clearing_everywhere_ends_every_entry_of_all_nodes_and_levels() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let (one, other) = (Sharer::new(&world, &redis).await, Sharer::new(&world, &redis).await);
    one.node.hear().await;
    assert_eq!((one.get(1).await.1, one.get(2).await.1), (Source::Loaded, Source::Loaded));
    until_shared(&mut store, 2).await;
    assert_eq!((one.get(1).await.1, other.get(1).await.1), (Source::Level1, Source::Level2));
    other.node.fresh(2).await;
    let commit = one.node.write(3, "mine").await;

    assert_eq!(one.node.caches.clear_everywhere().await.unwrap(), 2);
    assert_eq!(all(&one.node.caches), []);
    assert_eq!(one.get(2).await.1, Source::Loaded, "what lies in Redis is over at once");
    one.node.hear().await;
    other.node.hear().await;
    assert_eq!(one.get(1).await.1, Source::Loaded);
    assert!(one.refusals(Refusal::Incarnation) >= 1, "those in Redis are of the former life");
    let kept = all(&other.node.caches);
    assert!(kept.len() == 2 && kept.iter().all(|entry| entry.not_fresh == Some(Reason::Flushed)), "{kept:?}");
    assert!(other.node.fresh(2).await.1);
    // A commit of the former life is visible in the present one.
    let own = other.node.get(3, Freshness::ReadYourWrites(commit)).await;
    assert_eq!(own.value.as_deref(), Some("mine"));

    until("the new entry is shared", async || other.get(1).await.1 != Source::Loaded).await;
    assert_eq!((one.get(1).await.1, other.node.fresh(2).await.1), (Source::Level1, false));
    assert_eq!(other.node.caches.poll_stats().flushes, 2);
}

/// They poll by themselves once in an hour.
#[tokio::test]
async fn the_others_are_told_to_ask_now_when_everything_is_cleared() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let [one, other] = listeners(&world, redis.url(), &mut store).await;
    // One that listens asks once, for what was said before.
    until("it has asked", async || other.caches.polls() >= 2).await;
    for again in 2..=4 {
        one.caches.clear_everywhere().await.unwrap();
        until("it has begun anew", async || other.caches.poll_stats().flushes == again).await;
    }
}

/// It would make all who commit wait, too.
#[tokio::test]
async fn clearing_everywhere_does_not_wait_for_a_dump_and_ends_nothing_then() {
    let world = World::new().await;
    let node = world.node(Config { bound_ms: 60_000, ..Config::default() }).await;
    node.fresh(1).await;
    let dump = session(world.test.target()).await;
    dump.batch_execute("begin; lock table mainstay.cache_incarnation in access share mode").await.unwrap();
    let refused = node.caches.clear_everywhere().await.unwrap_err();
    assert!(matches!(refused, DbError::LockTimeout(_)), "{refused}");
    assert!(!node.fresh(1).await.1);
    dump.batch_execute("commit").await.unwrap();
    assert_eq!(node.caches.clear_everywhere().await.unwrap(), 1);
    until("it keeps again", async || !node.fresh(1).await.1).await;
}

/// Its token would say that it was made in a life that is over, of which every node says that it has seen all.
#[tokio::test]
async fn clearing_everywhere_waits_for_who_is_about_to_commit() {
    let world = World::new().await;
    let node = world.node(Config::default()).await;
    let writer = session(world.test.target()).await;
    let write = "begin; update note set body = 'second'; select mainstay.cache_own()";
    writer.batch_execute(write).await.unwrap();
    let refused = node.caches.clear_everywhere().await.unwrap_err();
    assert!(matches!(refused, DbError::LockTimeout(_)), "{refused}");
    writer.batch_execute("commit").await.unwrap();
    node.caches.clear_everywhere().await.unwrap();
}

/// What he tells other nodes is that his commit is of the life that goes on.
#[tokio::test]
async fn who_would_commit_while_everything_is_cleared_waits_and_names_the_new_life() {
    let world = World::new().await;
    // It makes the first life.
    world.node(Config::default()).await.supervisor.stop().trigger();
    let (writer, clearer) = (session(world.test.target()).await, session(world.test.target()).await);
    writer.batch_execute("begin; update note set body = 'second'").await.unwrap();
    clearer.batch_execute("begin").await.unwrap();
    clearer.batch_execute(include_str!("../../src/operations/clear.sql")).await.unwrap();
    let clearing = async {
        let waiting = "select count(*) from pg_locks \
            where not granted and pid = (select pid from pg_locks where relation = 'note'::regclass limit 1)";
        until("he waits", async || world.psql.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 1)
            .await;
        clearer.batch_execute("commit").await.unwrap();
    };
    let naming = writer.query_one("select incarnation from mainstay.cache_own()", &[]);
    let (named, ()) = tokio::join!(naming, clearing);
    let life = world.psql.query_one("select id from mainstay.cache_life", &[]).await.unwrap();
    assert_eq!(named.unwrap().get::<_, uuid::Uuid>(0), life.get::<_, uuid::Uuid>(0));
}

#[tokio::test]
async fn a_read_that_is_under_way_while_everything_is_cleared_is_not_kept() {
    let world = World::new().await;
    let node = world.node(Config::default()).await;
    let (caches, before) = (node.caches.clone(), node.caches.poll_stats().flushes);
    let load = |read: Read| async move {
        let body = crate::world::read(&read, 1).await;
        caches.clear_everywhere().await.unwrap();
        body
    };
    let answer = node.notes.get_or_load(&(1, 1), || crate::world::tags(1), Freshness::Fresh, load).await;
    assert_eq!(answer.unwrap().value.as_deref(), Some("first"));
    until("it has begun anew", async || node.caches.poll_stats().flushes > before).await;
    assert_eq!(all(&node.caches), []);
}

#[tokio::test]
async fn a_store_that_is_away_is_told_so() {
    let (world, (redis, _store)) = (World::new().await, Redis::start().await);
    let alone = world.paused_node(NameConfig::default()).await;
    assert_eq!(alone.caches.shared_state().await, None);
    let PollStats { polls, flushes, failures, .. } = alone.caches.poll_stats();
    assert!(polls >= 1 && (flushes, failures) == (1, 0));
    let sharer = Sharer::new(&world, &redis).await;
    until("it is reached", async || {
        sharer.node.caches.shared_state().await == Some(SharedState { is_reachable: true, is_open: false })
    })
    .await;
    redis.signal(Signal::KILL);
    until("it is left alone", async || {
        sharer.node.caches.shared_state().await == Some(SharedState { is_reachable: false, is_open: true })
    })
    .await;
}
