//! Two nodes over one real database: what one writes the other serves within the bound, or it serves nothing kept.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mainstay_cache::invalidation::{self, Poller};
use mainstay_cache::{Config, Freshness, Source, coherence};
use mainstay_db::Target;
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::until;

use crate::world::World;

const BOUND: Duration = Duration::from_millis(500);
const WRITES: u64 = 400;
/// Enough to fall between any two of the writes.
const PAUSE: Duration = Duration::from_micros(500);

fn version(body: Option<&str>) -> u64 {
    body.and_then(|body| body.parse().ok()).unwrap_or(0)
}

/// The promise, checked over a history of one clock: whoever asks at `t` gets nothing that was overwritten, and said to be
/// so, before `t - bound`; the node that wrote gets its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_writes_the_other_serves_within_the_bound() {
    let world = World::new().await;
    let config = Config { poll_idle_ms: 10, ..Config::default() };
    let (one, other) = (world.node(config.clone()).await, world.node(config).await);
    // When the commit of each version was told of.
    let told: Mutex<BTreeMap<u64, Duration>> = Mutex::default();
    let (hits, stale) = (Mutex::new(0_u64), Mutex::new(Vec::new()));
    let writing = async {
        for next in 1..=WRITES {
            one.write(1, &next.to_string()).await;
            told.lock().unwrap().insert(next, one.clock.boottime());
            let own = one.get(1, Freshness::Fresh).await;
            assert!(version(own.value.as_deref()) >= next, "a node that reads its own writes");
            one.clock.sleep(PAUSE).await;
        }
    };
    let reading = async {
        loop {
            let asked = other.clock.boottime();
            let answer = other.get(1, Freshness::Fresh).await;
            let read = version(answer.value.as_deref());
            if answer.source == Source::Level1 {
                *hits.lock().unwrap() += 1;
                let overwritten = told.lock().unwrap().get(&(read + 1)).copied();
                if let Some(age) = overwritten.and_then(|told| asked.checked_sub(told)) {
                    stale.lock().unwrap().push(age);
                }
            }
            if read == WRITES {
                break;
            }
            other.clock.sleep(PAUSE).await;
        }
    };
    tokio::join!(writing, reading);
    let (hits, mut stale) = (hits.into_inner().unwrap(), stale.into_inner().unwrap());
    stale.sort_unstable();
    let worst = stale.last().copied().unwrap_or_default();
    let p99 = stale.get(stale.len() * 99 / 100).copied().unwrap_or_default();
    eprintln!("{hits} hits on the other node, {} outdated, p99 {p99:?}, worst {worst:?}", stale.len());
    let ages = other.registry.encode();
    ages.lines().filter(|line| line.starts_with("cache_watermark")).for_each(|line| eprintln!("{line}"));
    assert!(hits > 0 && !stale.is_empty(), "{hits} hits, {} outdated: nothing was tried", stale.len());
    assert!(worst <= BOUND, "{worst:?}");
}

#[tokio::test]
async fn a_node_whose_poller_has_stopped_serves_nothing_kept_after_the_bound() {
    let world = World::new().await;
    let config = Config { poll_idle_ms: 5, ..Config::default() };
    // What it keeps is to be found at the end, however busy the machine is.
    let lasting = Config { bound_ms: 10_000, ..config.clone() };
    let (one, other) = (world.node(lasting).await, world.node(config).await);
    assert_eq!(other.fresh(1).await, ("first".to_owned(), true));
    other.supervisor.stop().trigger();
    until("it hears nothing", async || other.caches.age().is_some_and(|age| age > BOUND)).await;
    one.write(1, "second").await;
    assert_eq!(other.fresh(1).await, ("second".to_owned(), true));
    assert_eq!(other.fresh(1).await, ("second".to_owned(), true), "every time");
    assert_eq!(one.fresh(1).await.0, "second");
    assert_eq!(one.fresh(1).await, ("second".to_owned(), false), "{:?} {:?}", one.stats(), one.caches.age());
}

/// Others commit while the server is away: it is not hit by as many attempts.
#[tokio::test]
async fn hints_do_not_shorten_the_pause_after_a_failed_poll() {
    let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = server.local_addr().unwrap();
    let target = Target::parse(&format!("postgres://nobody@{address}/nothing")).unwrap();
    let effects = Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
    let node = Arc::new(coherence::Node::new(coherence::Config::default()));
    let poller = Poller::new(node, target, effects.clock.clone(), invalidation::Config::default());
    let attempts = AtomicU64::new(0);
    let refusing = async {
        loop {
            drop(server.accept().await.unwrap());
            attempts.fetch_add(1, Ordering::Relaxed);
        }
    };
    let hinting = async {
        until("it tries", async || attempts.load(Ordering::Relaxed) == 1).await;
        for own in 1..=50 {
            poller.hint();
            tokio::net::TcpStream::connect(address).await.unwrap();
            until("this one is refused", async || attempts.load(Ordering::Relaxed) > own).await;
        }
        assert_eq!(attempts.load(Ordering::Relaxed), 51, "it waits");
        until("it tries again", async || {
            effects.clock.advance(Duration::from_millis(200));
            attempts.load(Ordering::Relaxed) > 51
        })
        .await;
    };
    tokio::select! {
        () = poller.clone().run(Stop::new()) => {}
        () = refusing => {}
        () = hinting => {}
    }
}
