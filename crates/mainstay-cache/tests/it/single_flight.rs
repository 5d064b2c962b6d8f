//! Of those who miss the same key at the same time one reads; nobody who waited is served what is older than what he may
//! rely on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;
use futures_util::poll;
use mainstay_cache::{Answer, Freshness, LoadError, NameConfig, Source};
use mainstay_testing::until;
use tokio::sync::Semaphore;

use crate::world::{Node, World, read, tags};

/// Reads that go on when they are let.
struct Gate {
    reads: AtomicU64,
    open: Semaphore,
}

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
    assert!(all.iter().all(|answered| Arc::ptr_eq(&answered.as_ref().unwrap().value, first)), "one value");
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
    node.clock.advance(std::time::Duration::from_millis(1));
    node.write(1, "second").await;
    let mut late = Box::pin(join_all((0..5).map(|_| gate.get(&node, Freshness::Fresh))));
    assert!(poll!(&mut late).is_pending());
    node.clock.advance(std::time::Duration::from_millis(1));
    gate.open.add_permits(1);
    let early = early.await;
    assert_eq!(body(&early), (Some("first"), Source::Loaded), "it came before");
    gate.open.add_permits(5);
    let late = late.await;
    assert!(late.iter().all(|answered| body(answered).0 == Some("second")));
    assert_eq!(gate.reads(), 2);
    assert_eq!(node.fresh(1).await, ("second".to_owned(), false), "and the second is kept");
}
