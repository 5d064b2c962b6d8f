//! Of those who miss the same key at the same time one reads; nobody who waited is served what is older than what he may
//! rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::poll;
use mainstay_cache::{Answer, Config, Freshness, Kept, LoadError, NameConfig, Source};
use mainstay_runtime::Effects;
use mainstay_testing::until;
use tokio::sync::Semaphore;

use crate::world::{Node, World, read, tags};

/// Reads that go on when they are let.
struct Gate {
    reads: AtomicU64,
    open: Semaphore,
}

const MS: Duration = Duration::from_millis(1);

type Answered = Result<Answer<Option<String>>, LoadError<String>>;

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { reads: AtomicU64::new(0), open: Semaphore::new(0) })
    }

    fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// Asks for a note; the read is counted when it has its row, and goes on through the gate.
    async fn get(&self, node: &Node, freshness: Freshness) -> Answered {
        let load = |from| async move {
            let body = read(&from, 1).await.map_err(|error| error.to_string())?;
            self.reads.fetch_add(1, Ordering::Relaxed);
            self.open.acquire().await.expect("it stays open").forget();
            Ok(body)
        };
        node.notes.get_or_load(&(1, 1), || tags(1), freshness, load).await
    }
}

fn body(answered: &Answered) -> (Option<&str>, Source) {
    let answer = answered.as_ref().unwrap();
    (answer.value.as_deref(), answer.source)
}

#[tokio::test]
async fn many_who_miss_together_cost_one_read() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let gate = Gate::new();
    let all = join_all((0..50).map(|_| gate.get(&node, Freshness::Fresh)));
    let open = async {
        until("one has read", async || gate.reads() == 1).await;
        gate.open.add_permits(50);
    };
    let (all, ()) = tokio::join!(all, open);
    let count = |source| all.iter().filter(|answered| body(answered) == (Some("first"), source)).count();
    assert_eq!((gate.reads(), count(Source::Loaded), count(Source::Joined)), (1, 1, 49));
    assert_eq!(node.stats().joined, 49);
    let first = &all[0].as_ref().unwrap().value;
    assert!(all.iter().all(|answered| Kept::is_same(&answered.as_ref().unwrap().value, first)), "one value");
}

#[tokio::test]
async fn when_the_one_who_reads_is_dropped_one_of_those_who_wait_reads() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let gate = Gate::new();
    let mut leader = Box::pin(gate.get(&node, Freshness::Fresh));
    until("it reads", async || {
        assert!(poll!(&mut leader).is_pending());
        gate.reads() == 1
    })
    .await;
    let waiting = join_all((0..5).map(|_| gate.get(&node, Freshness::Fresh)));
    let leaving = async {
        drop(leader);
        until("another one reads", async || gate.reads() == 2).await;
        gate.open.add_permits(5);
    };
    let (waited, ()) = tokio::join!(waiting, leaving);
    assert!(waited.iter().all(|answered| body(answered).0 == Some("first")));
    assert_eq!((gate.reads(), node.stats().joined), (2, 4));
}

#[tokio::test]
async fn an_error_is_told_to_all_who_waited_and_to_nobody_after() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let (reads, open) = (AtomicU64::new(0), Semaphore::new(0));
    let ask = || async {
        let load = |_| async {
            reads.fetch_add(1, Ordering::Relaxed);
            open.acquire().await.expect("it stays open").forget();
            Err("the disk is on fire".to_owned())
        };
        node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, load).await
    };
    let all = join_all((0..5).map(|_| ask()));
    let (all, ()) = tokio::join!(all, async { open.add_permits(5) });
    let is_told = |answered: &Answered| matches!(answered, Err(LoadError::Failed(error)) if error.as_str() == "the disk is on fire");
    assert!(all.iter().all(is_told));
    assert_eq!(reads.load(Ordering::Relaxed), 1);
    assert!(is_told(&ask().await));
    assert_eq!((reads.load(Ordering::Relaxed), node.stats().failed, node.stats().entries), (2, 2, 0));
}

/// R8 for errors: that there is none may be older than what whoever asks has made since.
#[tokio::test]
async fn who_comes_later_does_not_take_an_older_error() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let open = Semaphore::new(0);
    let older = |_| async {
        open.acquire().await.expect("it stays open").forget();
        Err("there is none".to_owned())
    };
    let mut first = Box::pin(node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, older));
    assert!(poll!(&mut first).is_pending());
    node.clock.advance(MS);
    let newer = |_| async { Ok::<_, String>(Some("it is there".to_owned())) };
    let mut later = Box::pin(node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, newer));
    assert!(poll!(&mut later).is_pending(), "it waits for the first");
    open.add_permits(1);
    let (first, later) = tokio::join!(first, later);
    assert!(first.is_err());
    assert_eq!(later.unwrap().value.as_deref(), Some("it is there"));
}

#[tokio::test]
async fn a_panic_is_told_to_all_who_waited_and_the_next_reads_again() {
    let world = World::new().await;
    let node = Arc::new(world.paused_node(NameConfig::default()).await);
    let open = Arc::new(Semaphore::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..5 {
        let (node, open) = (Arc::clone(&node), Arc::clone(&open));
        tasks.spawn(async move {
            let load = |_| async move {
                open.acquire().await.expect("it stays open").forget();
                panic!("a defect of the read");
            };
            node.notes.get_or_load::<String, _>(&(1, 1), || tags(1), Freshness::Fresh, load).await
        });
    }
    tokio::task::yield_now().await;
    open.add_permits(5);
    let (mut panicked, mut told) = (0, 0);
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Err(error) if error.is_panic() => panicked += 1,
            Ok(Err(LoadError::Panicked)) => told += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((panicked, told), (1, 4));
    assert_eq!(node.fresh(1).await, ("first".to_owned(), true));
}

/// R8: who came after a change was told of is not served what was read before it, and all such share one further read.
#[tokio::test]
async fn who_comes_after_a_change_does_not_take_an_older_read() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let gate = Gate::new();
    let mut early = Box::pin(gate.get(&node, Freshness::Fresh));
    until("it has read", async || {
        assert!(poll!(&mut early).is_pending());
        gate.reads() == 1
    })
    .await;
    node.clock.advance(MS);
    node.write(1, "second").await;
    let mut late = Box::pin(join_all((0..5).map(|_| gate.get(&node, Freshness::Fresh))));
    assert!(poll!(&mut late).is_pending());
    node.clock.advance(MS);
    gate.open.add_permits(1);
    let early = early.await;
    assert_eq!(body(&early), (Some("first"), Source::Loaded), "it came before");
    gate.open.add_permits(5);
    let late = late.await;
    assert!(late.iter().all(|answered| body(answered).0 == Some("second")));
    assert_eq!(gate.reads(), 2);
    assert_eq!(node.fresh(1).await, ("second".to_owned(), false), "and the second is kept");
}

#[tokio::test]
async fn who_has_waited_too_long_reads_for_himself() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig { wait_ms: 100, ..NameConfig::default() }).await;
    let gate = Gate::new();
    let mut stuck = Box::pin(node.notes.get_or_load(
        &(1, 1),
        || tags(1),
        Freshness::Fresh,
        |_| std::future::pending::<Result<Option<String>, String>>(),
    ));
    assert!(poll!(&mut stuck).is_pending());
    let mut waits = Box::pin(gate.get(&node, Freshness::Fresh));
    node.clock.advance(99 * MS);
    assert!(poll!(&mut waits).is_pending());
    assert_eq!(gate.reads(), 0, "somebody reads");
    gate.open.add_permits(1);
    node.clock.advance(99 * MS);
    assert!(poll!(&mut waits).is_pending());
    node.clock.advance(MS);
    assert_eq!(body(&waits.await), (Some("first"), Source::Loaded));
    assert_eq!(node.fresh(1).await, ("first".to_owned(), false), "it is kept");
}

#[tokio::test]
async fn a_read_that_asks_for_its_own_key_does_not_wait_for_itself() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let ask = |body: &'static str| async move { Ok::<_, String>(Some(body.to_owned())) };
    let within = async |_| {
        let load = |_| ask("inner");
        let inner = node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, load).await;
        let other = node.notes.get_or_load(&(2, 1), || tags(2), Freshness::Fresh, |_| ask("other")).await;
        Ok::<_, String>(Some(format!("{:?} {:?}", inner.unwrap().value, other.unwrap().value)))
    };
    let answer = node.notes.get_or_load(&(1, 1), || tags(1), Freshness::Fresh, within).await.unwrap();
    assert_eq!(answer.value.as_deref(), Some(r#"Some("inner") Some("other")"#));
}

/// A reader who is dropped because something else panics has not panicked: those who wait read.
#[tokio::test]
async fn being_dropped_in_the_panic_of_something_else_is_no_panic_of_the_read() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let gate = Gate::new();
    let mut leader = Box::pin(gate.get(&node, Freshness::Fresh));
    until("it reads", async || {
        assert!(poll!(&mut leader).is_pending());
        gate.reads() == 1
    })
    .await;
    let mut waits = Box::pin(gate.get(&node, Freshness::Fresh));
    assert!(poll!(&mut waits).is_pending());
    let elsewhere = std::panic::AssertUnwindSafe(move || {
        let _held = leader;
        panic!("a defect elsewhere");
    });
    assert!(std::panic::catch_unwind(elsewhere).is_err());
    gate.open.add_permits(1);
    assert_eq!(body(&waits.await), (Some("first"), Source::Loaded));
}

#[tokio::test]
async fn what_is_forgotten_while_it_is_read_does_not_come_back() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let forget: [fn(&Node); 2] = [|node| node.notes.remove(&(1, 1)), |node| node.notes.clear()];
    for forget in forget {
        let gate = Gate::new();
        let mut early = Box::pin(gate.get(&node, Freshness::Fresh));
        let reads = async |early: &mut _, reads| {
            until("it reads", async || {
                assert!(poll!(&mut *early).is_pending());
                gate.reads() == reads
            })
            .await;
        };
        reads(&mut early, 1).await;
        forget(&node);
        // Who comes now does not wait for what is forgotten.
        let mut late = Box::pin(gate.get(&node, Freshness::Fresh));
        reads(&mut late, 2).await;
        gate.open.add_permits(1);
        assert_eq!(body(&early.await), (Some("first"), Source::Loaded));
        assert_eq!(node.stats().entries, 0, "what was read before is not kept");
        gate.open.add_permits(1);
        assert_eq!(body(&late.await), (Some("first"), Source::Loaded));
        assert_eq!(node.stats().entries, 1);
        forget(&node);
        assert_eq!(node.stats().entries, 0);
    }
}

#[tokio::test]
async fn while_nothing_is_heard_few_read_at_a_time_and_the_others_are_told() {
    let world = World::new().await;
    let config = Config { fills_most: 2, fill_wait_ms: 100, ..crate::world::deaf() };
    let effects = Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
    let node = world.silent_node(config, NameConfig::default(), &effects);
    node.caches.start(&node.supervisor);
    until("the node has heard", async || node.caches.age().is_some()).await;
    node.clock.advance(1_000 * MS);
    let (open, reads) = (Semaphore::new(0), AtomicU64::new(0));
    let ask = |owner: i64| {
        let load = |_| async {
            reads.fetch_add(1, Ordering::Relaxed);
            open.acquire().await.expect("it stays open").forget();
            Ok::<_, String>(Some("read".to_owned()))
        };
        let notes = &node.notes;
        Box::pin(async move { notes.get_or_load(&(owner, 1), || tags(owner), Freshness::Fresh, load).await })
    };
    let (mut one, mut two, mut three, mut joins) = (ask(1), ask(2), ask(3), ask(3));
    for asked in [&mut one, &mut two, &mut three, &mut joins] {
        assert!(poll!(asked).is_pending());
    }
    assert_eq!(reads.load(Ordering::Relaxed), 2);
    node.clock.advance(100 * MS);
    assert!(matches!(three.await, Err(LoadError::Busy)));
    assert!(matches!(joins.await, Err(LoadError::Busy)), "who waits for it is told, too");
    let mut four = ask(4);
    assert!(poll!(&mut four).is_pending());
    open.add_permits(1);
    assert!(one.await.is_ok());
    assert!(poll!(&mut four).is_pending());
    assert_eq!(reads.load(Ordering::Relaxed), 3, "a place is free");
    open.add_permits(2);
    assert!(two.await.is_ok() && four.await.is_ok());
    assert_eq!(node.stats().busy, 1);

    // As soon as it is heard, all may read.
    node.caches.hint();
    node.hear().await;
    let mut all = join_all((10..20).map(ask));
    assert!(poll!(&mut all).is_pending());
    assert_eq!(reads.load(Ordering::Relaxed), 13);
}
