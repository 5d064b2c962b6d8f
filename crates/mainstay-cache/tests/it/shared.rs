//! Two nodes that share what they read by a real Redis: it saves reads, and nothing that it says or loses makes an answer
//! stale or fail.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mainstay_cache::{
    Answer, Cache, Caches, Config, Freshness, LoadError, NameConfig, NameStats, Reason, Refusal,
    SharedConfig, Source,
};
use mainstay_db::DbError;
use mainstay_testing::until;
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::world::{Node, World, read, tags};

/// A Redis of the test's own.
struct Redis {
    server: Child,
    port: u16,
    _folder: TempDir,
}

impl Redis {
    async fn start() -> (Self, MultiplexedConnection) {
        let folder = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let redis = Self { server, port, _folder: folder };
        let client = redis::Client::open(redis.url()).unwrap();
        let mut connected = None;
        until("Redis answers", async || {
            connected = client.get_multiplexed_async_connection().await.ok();
            connected.is_some()
        })
        .await;
        (redis, connected.unwrap())
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.server);
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

type Shared = Cache<(i64, i64), Option<String>>;

/// A node whose clock stands, and what it shares.
struct Sharer {
    node: Node,
    notes: Shared,
}

impl Sharer {
    async fn new(world: &World, redis: &Redis) -> Self {
        let node = world.paused_node(NameConfig::default()).await;
        let config = SharedConfig { url: mainstay_config::Secret::new(redis.url()), ..patient() };
        node.caches.share(&config, &node.supervisor).unwrap();
        let notes = node.caches.shared_cache("shared", 1, NameConfig::default());
        Self { node, notes }
    }

    async fn get(&self, owner: i64) -> (String, Source) {
        self.ask(owner, Freshness::Fresh).await
    }

    async fn ask(&self, owner: i64, freshness: Freshness) -> (String, Source) {
        let load = |from| async move { read(&from, owner).await };
        let answer: Result<Answer<_>, LoadError<DbError>> =
            self.notes.get_or_load(&(owner, 1), || tags(owner), freshness, load).await;
        let answer = answer.unwrap();
        (answer.value.as_deref().unwrap_or("nothing").to_owned(), answer.source)
    }

    fn stats(&self) -> NameStats {
        self.node.caches.stats().remove(1)
    }

    fn refusals(&self, refusal: Refusal) -> u64 {
        self.stats().not_imported.iter().find(|(other, _)| *other == refusal).map_or(0, |(_, count)| *count)
    }
}

/// A busy machine is no failure.
fn patient() -> SharedConfig {
    SharedConfig { timeout_ms: 1_000, ..SharedConfig::default() }
}

async fn until_shared(redis: &mut MultiplexedConnection, entries: usize) {
    until("it is shared", async || {
        redis::cmd("DBSIZE").query_async::<usize>(redis).await.unwrap() == entries
    })
    .await;
}

async fn only_entry(redis: &mut MultiplexedConnection) -> (Vec<u8>, Vec<u8>) {
    let keys: Vec<Vec<u8>> = redis.keys("*").await.unwrap();
    assert_eq!(keys.len(), 1);
    let value = redis.get(&keys[0]).await.unwrap();
    (keys[0].clone(), value)
}

fn told(body: &str, source: Source) -> (String, Source) {
    (body.to_owned(), source)
}

#[tokio::test]
async fn what_one_node_has_read_another_takes_over_until_it_changes() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let (one, other) = (Sharer::new(&world, &redis).await, Sharer::new(&world, &redis).await);
    one.node.hear().await;
    assert_eq!(one.get(1).await, told("first", Source::Loaded));
    until_shared(&mut store, 1).await;
    assert_eq!(other.get(1).await, told("first", Source::Level2));
    assert_eq!(other.get(1).await, told("first", Source::Level1));
    assert_eq!(other.get(9).await, told("nothing", Source::Loaded));
    until_shared(&mut store, 2).await;
    assert_eq!(one.get(9).await, told("nothing", Source::Level2), "that there is nothing is shared, too");
    world.write(1, "second").await;
    one.node.hear().await;
    other.node.hear().await;
    assert_eq!(other.get(1).await, told("second", Source::Loaded));
    assert_eq!((other.stats().imported, other.refusals(Refusal::Changed)), (1, 1));
    until("the new one is shared", async || {
        one.notes.remove(&(1, 1));
        one.get(1).await == told("second", Source::Level2)
    })
    .await;
    let keys: Vec<Vec<u8>> = store.keys("*").await.unwrap();
    let ttl: i64 = store.pttl(&keys[0]).await.unwrap();
    assert!(ttl > 0 && ttl <= 330_000, "{ttl}");
}

/// What a node has itself committed is in every answer that it takes over, whatever others have kept.
#[tokio::test]
async fn own_commits_are_in_what_is_taken_over() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let (one, other) = (Sharer::new(&world, &redis).await, Sharer::new(&world, &redis).await);
    one.node.hear().await;
    one.get(1).await;
    until_shared(&mut store, 1).await;
    other.node.write(1, "own").await;
    assert_eq!(other.get(1).await, told("own", Source::Loaded));
    assert_eq!(other.refusals(Refusal::Changed), 1);
}

#[tokio::test]
async fn a_store_that_lies_is_not_believed() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let (one, other) = (Sharer::new(&world, &redis).await, Sharer::new(&world, &redis).await);
    one.node.hear().await;
    one.get(1).await;
    until_shared(&mut store, 1).await;
    let (key, old) = only_entry(&mut store).await;
    world.write(1, "second").await;
    one.node.hear().await;
    other.node.hear().await;
    one.get(1).await;
    until("the new one is there", async || store.get::<_, Vec<u8>>(&key).await.unwrap() != old).await;

    // As it was before: restored from an old dump.
    let () = store.set(&key, &old).await.unwrap();
    assert_eq!(other.get(1).await, told("second", Source::Loaded));
    until("what was read is written", async || store.get::<_, Vec<u8>>(&key).await.unwrap() != old).await;
    let late = Sharer::new(&world, &redis).await;
    let () = store.set(&key, &old).await.unwrap();
    assert_eq!(late.get(1).await, told("second", Source::Loaded));
    assert_eq!((other.refusals(Refusal::Changed), late.refusals(Refusal::Horizon)), (1, 1));

    // Broken bytes, and another key's entry.
    one.get(2).await;
    until_shared(&mut store, 2).await;
    let keys: Vec<Vec<u8>> = store.keys("*").await.unwrap();
    let other_key: Vec<u8> = store.get(keys.iter().find(|other| **other != key).unwrap()).await.unwrap();
    let mut planted = old.clone();
    for bytes in [vec![], b"lies".to_vec(), old[..old.len() - 1].to_vec(), other_key] {
        until("what was read before is written", async || {
            let there: Vec<u8> = store.get(&key).await.unwrap();
            there != planted && there.len() > 32
        })
        .await;
        let () = store.set(&key, &bytes).await.unwrap();
        planted = bytes;
        late.notes.clear();
        assert_eq!(late.get(1).await, told("second", Source::Loaded));
    }
    assert_eq!(late.refusals(Refusal::Malformed), 4);
    // All of it is lost.
    until("what was read is written", async || store.get::<_, Vec<u8>>(&key).await.unwrap() != planted).await;
    let () = redis::cmd("FLUSHALL").query_async(&mut store).await.unwrap();
    late.notes.clear();
    assert_eq!(late.get(1).await, told("second", Source::Loaded));
    assert!(late.refusals(Refusal::Absent) >= 1);
    let misses = late.stats().misses;
    assert!(misses.iter().all(|(reason, _)| *reason == Reason::Absent), "{misses:?}");
}

#[tokio::test]
async fn a_store_that_hangs_or_dies_costs_a_short_wait_and_no_error() {
    let (world, (redis, _store)) = (World::new().await, Redis::start().await);
    let sharer = Sharer::new(&world, &redis).await;
    redis.signal(Signal::STOP);
    let begun = Instant::now();
    for owner in 1..=20 {
        sharer.get(owner).await;
    }
    // The times of five look-ups that hang, and a good deal for a busy machine.
    assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    let (failed, open) = (sharer.refusals(Refusal::Failed), sharer.refusals(Refusal::Open));
    assert!((1..=6).contains(&failed) && failed + open == 20, "{failed} failed, {open} left alone");
    redis.signal(Signal::CONT);
    until("it is asked again", async || {
        sharer.node.clock.advance(Duration::from_secs(1));
        sharer.node.hear().await;
        sharer.notes.clear();
        sharer.get(1).await;
        sharer.refusals(Refusal::Absent) > 0 || sharer.stats().imported > 0
    })
    .await;
    redis.signal(Signal::KILL);
    for owner in 1..=20 {
        sharer.notes.remove(&(owner, 1));
        sharer.get(owner).await;
    }
    assert_eq!(sharer.stats().failed, 0);
}

/// The promise with three nodes that share: versions only grow at the reader's bound, and own writes are read.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_share_serve_nothing_older_than_the_bound() {
    let (world, (redis, _store)) = (World::new().await, Redis::start().await);
    let config = Config { poll_idle_ms: 10, ..Config::default() };
    let share = async || -> (Node, Shared) {
        let node = world.node(config.clone()).await;
        let config = SharedConfig { url: mainstay_config::Secret::new(redis.url()), ..patient() };
        node.caches.share(&config, &node.supervisor).unwrap();
        let notes = node.caches.shared_cache("shared", 1, NameConfig::default());
        (node, notes)
    };
    let nodes = [share().await, share().await, share().await];
    let told = std::sync::Mutex::new(std::collections::BTreeMap::new());
    let done = std::sync::atomic::AtomicBool::new(false);
    let get = async |notes: &Shared| {
        let load = |from| async move { read(&from, 1).await };
        let answer: Answer<Option<String>> =
            notes.get_or_load::<DbError, _>(&(1, 1), || tags(1), Freshness::Fresh, load).await.unwrap();
        let version: u64 = answer.value.as_deref().and_then(|body| body.parse().ok()).unwrap_or(0);
        (version, answer.source)
    };
    let writing = async {
        for next in 1..=200_u64 {
            let (node, notes) = &nodes[next as usize % 2];
            node.write(1, &next.to_string()).await;
            told.lock().unwrap().insert(next, node.clock.boottime());
            assert!(get(notes).await.0 >= next, "a node that reads its own writes");
            node.clock.sleep(Duration::from_millis(5)).await;
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let reading = async {
        let (mut worst, mut shared) = (Duration::ZERO, 0_u64);
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            for (node, notes) in &nodes {
                let asked = node.clock.boottime();
                let (version, source) = get(notes).await;
                shared += u64::from(source == Source::Level2);
                let overwritten: Option<Duration> = told.lock().unwrap().get(&(version + 1)).copied();
                worst = worst.max(overwritten.and_then(|told| asked.checked_sub(told)).unwrap_or_default());
            }
            nodes[0].0.clock.sleep(Duration::from_micros(300)).await;
        }
        (worst, shared)
    };
    let ((), (worst, shared)) = tokio::join!(writing, reading);
    eprintln!("{shared} taken over, the oldest answer {worst:?}");
    assert!(worst <= Duration::from_millis(500), "{worst:?}");
    assert!(shared > 0 && worst > Duration::ZERO, "nothing was tried");
}

/// The other node has nothing of it and has not heard of the commit: what lies in the store is older.
#[tokio::test]
async fn who_has_written_is_not_served_from_the_store_by_a_node_that_has_not_heard_of_it() {
    let world = World::new().await;
    let (redis, mut store) = Redis::start().await;
    let (one, other) = (Sharer::new(&world, &redis).await, Sharer::new(&world, &redis).await);
    assert_eq!(one.get(1).await, told("first", Source::Loaded));
    until_shared(&mut store, 1).await;
    let commit = one.node.write(1, "second").await;
    assert_eq!(other.ask(1, Freshness::ReadYourWrites(commit)).await, told("second", Source::Loaded));
}

/// Names without sharing never ask.
#[tokio::test]
async fn without_a_store_a_shared_name_is_as_any_other() {
    let world = World::new().await;
    let node = world.paused_node(NameConfig::default()).await;
    let caches: &Caches = &node.caches;
    let notes: Shared = caches.shared_cache("shared", 1, NameConfig::default());
    let load = |from| async move { read(&from, 1).await };
    let answer = notes.get_or_load::<DbError, _>(&(1, 1), || tags(1), Freshness::Fresh, load).await.unwrap();
    assert_eq!(answer.source, Source::Loaded);
    assert_eq!(caches.stats().remove(1).not_imported, []);
}
