//! What is read behind answers: ahead of their end, and to compare them with the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::{Answer, Cache, Config, Freshness, Key, LoadError, NameConfig, Source};
use mainstay_db::DbError;
use mainstay_runtime::{Effects, TaskState, TaskStatus};
use mainstay_testing::until;
use tokio::sync::Semaphore;

use crate::world::{Node, World, read, tags};

const MS: Duration = Duration::from_millis(1);

type Notes = Cache<(i64, i64), Option<String>>;

/// Reads that are counted and go on when they are let.
struct Gate {
    reads: AtomicU64,
    open: Semaphore,
}

impl Gate {
    fn new(open: usize) -> Arc<Self> {
        Arc::new(Self { reads: AtomicU64::new(0), open: Semaphore::new(open) })
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    async fn get(self: &Arc<Self>, notes: &Notes, made_from: Vec<Tag>) -> Answer<Option<String>> {
        let gate = Arc::clone(self);
        let load = |from| async move {
            let body = read(&from, 1).await?;
            gate.reads.fetch_add(1, Ordering::Relaxed);
            gate.open.acquire().await.expect("it stays open").forget();
            Ok::<_, DbError>(body)
        };
        let answer: Result<_, LoadError<DbError>> =
            notes.get_or_load_behind(&(1, 1), || made_from, Freshness::Fresh, load).await;
        answer.unwrap()
    }
}

#[tokio::test]
async fn everybody_is_served_while_it_is_read_again_ahead_of_its_end() {
    let world = World::new().await;
    let name =
        NameConfig { ttl_ms: 1_000, jitter_percent: 0, refresh_after_percent: 80, ..NameConfig::default() };
    let node = world.paused_node(name).await;
    let gate = Gate::new(1);
    let source = async || gate.get(&node.notes, tags(1)).await.source;
    assert_eq!([source().await, source().await], [Source::Loaded, Source::Level1]);
    node.clock.advance(800 * MS);
    node.hear().await;
    for _ in 0..3 {
        assert_eq!(source().await, Source::Level1);
    }
    until("it is read again", async || gate.reads() == 2).await;
    assert_eq!(source().await, Source::Level1);
    gate.open.add_permits(1);
    until("it is kept", async || node.notes.get(&(1, 1), Freshness::Fresh).is_some()).await;
    node.clock.advance(799 * MS);
    node.hear().await;
    assert_eq!((source().await, gate.reads()), (Source::Level1, 2), "it has its whole time before it");
}

#[tokio::test]
async fn a_read_behind_an_answer_that_fails_leaves_it_and_lets_the_next_try() {
    let world = World::new().await;
    let name =
        NameConfig { ttl_ms: 1_000, jitter_percent: 0, refresh_after_percent: 80, ..NameConfig::default() };
    let node = world.paused_node(name).await;
    node.fresh(1).await;
    node.clock.advance(800 * MS);
    node.hear().await;
    let failing = |_| async { Err::<Option<String>, _>("no") };
    for failed in 1..4 {
        let served = node.notes.get_or_load_behind(&(1, 1), || tags(1), Freshness::Fresh, failing).await;
        assert_eq!(served.unwrap().source, Source::Level1);
        until("it has failed", async || node.stats().failed == failed).await;
    }
}

#[tokio::test]
async fn only_some_read_behind_answers_at_a_time() {
    let world = World::new().await;
    let name =
        NameConfig { ttl_ms: 1_000, jitter_percent: 0, refresh_after_percent: 80, ..NameConfig::default() };
    let effects = Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
    let config = Config { behind_most: 1, ..crate::world::deaf() };
    let node = world.silent_node(config, name, &effects);
    node.caches.start(&node.supervisor);
    node.hear().await;
    for owner in [1, 2] {
        node.fresh(owner).await;
    }
    node.clock.advance(800 * MS);
    node.hear().await;
    let begun = Arc::new(AtomicU64::new(0));
    for owner in [1, 2, 2] {
        let counts = Arc::clone(&begun);
        let hangs = move |_| async move {
            counts.fetch_add(1, Ordering::Relaxed);
            std::future::pending::<Result<Option<String>, DbError>>().await
        };
        let key = (owner, 1);
        let asked = node.notes.get_or_load_behind(&key, move || tags(owner), Freshness::Fresh, hangs);
        assert_eq!(asked.await.unwrap().source, Source::Level1);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        assert_eq!(begun.load(Ordering::Relaxed), 1);
    }
}

/// A node by the machine's clock, which compares every hit.
async fn checking(world: &World) -> (Node, Notes) {
    let node = world.node(Config { poll_idle_ms: 5, bound_ms: 10_000, ..Config::default() }).await;
    let name = NameConfig { check_one_in: 1, ..NameConfig::default() };
    let notes = node.caches.cache("checked", name).checked();
    (node, notes)
}

#[tokio::test]
async fn an_answer_that_lacks_a_tag_is_found_out() {
    let world = World::new().await;
    let (node, notes) = checking(&world).await;
    let gate = Gate::new(1_000);
    let stats = || node.caches.stats().remove(1);
    let ask = async || gate.get(&notes, vec![Tag::named("something else")]).await;
    ask().await;
    ask().await;
    until("it is compared", async || stats().checked == 1).await;
    world.write(1, "second").await;
    let asked = ask().await;
    assert_eq!((asked.source, asked.value.as_deref()), (Source::Level1, Some("first")), "nothing ends it");
    until("it is found out", async || stats().mismatches == 1).await;
    until("it is forgotten", async || ask().await.value.as_deref() == Some("second")).await;
}

#[tokio::test]
async fn answers_with_all_their_tags_are_never_called_wrong_whatever_is_written() {
    let world = World::new().await;
    let (node, notes) = checking(&world).await;
    let gate = Gate::new(100_000);
    let stats = || node.caches.stats().remove(1);
    let mut written = 0;
    until("many are compared while much is written", async || {
        for _ in 0..20 {
            gate.get(&notes, tags(1)).await;
            tokio::task::yield_now().await;
        }
        written += 1;
        world.write(1, &format!("number {written}")).await;
        gate.get(&notes, tags(1)).await;
        stats().checked >= 300
    })
    .await;
    let is_over = |task: &TaskStatus| task.name != "cache reading behind" || task.state != TaskState::Running;
    until("the last are compared", async || node.supervisor.tasks().iter().all(is_over)).await;
    assert_eq!(stats().mismatches, 0, "after {written} changes");
}

#[tokio::test]
async fn the_keys_that_are_hit_most_are_known() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    for owner in 1..4 {
        node.fresh(owner).await;
        for _ in 0..owner * 2_000 {
            assert!(node.notes.get(&(owner, 1), Freshness::Fresh).is_some());
        }
    }
    let hot = node.notes.hot(2);
    let keys: Vec<Key> = hot.iter().map(|(key, _)| Key::from_bytes(key.as_bytes())).collect();
    assert_eq!(keys, [Key::of(&(3_i64, 1_i64)), Key::of(&(2_i64, 1_i64))]);
    assert!((3_000..12_000).contains(&hot[0].1), "{hot:?}");
}
