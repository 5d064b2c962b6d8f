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

use crate::world::{Node, World, deaf, read, tags};

/// A Redis of the test's own.
pub(crate) struct Redis {
    server: Child,
    port: u16,
    _folder: TempDir,
}

impl Redis {
    pub(crate) async fn start() -> (Self, MultiplexedConnection) {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let server = serve(port, &folder, &[]);
        let redis = Self { server, port, _folder: folder };
        let connection = redis.connect().await;
        (redis, connection)
    }

    /// One of a cluster that is not formed yet, and the port of its bus.
    async fn start_for_cluster() -> (Self, u16, MultiplexedConnection) {
        let folder = tempfile::tempdir().unwrap();
        let (port, bus) = (free_port(), free_port());
        let server = serve(port, &folder, &["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()]);
        let redis = Self { server, port, _folder: folder };
        let connection = redis.connect().await;
        (redis, bus, connection)
    }

    async fn connect(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        let mut connected = None;
        until("Redis answers", async || {
            connected = client.get_multiplexed_async_connection().await.ok();
            connected.is_some()
        })
        .await;
        connected.unwrap()
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.server);
        kill_process(pid, signal).unwrap();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn serve(port: u16, folder: &TempDir, more: &[&str]) -> Child {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
        .args(more)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

type Shared = Cache<(i64, i64), Option<String>>;

/// A node whose clock stands, and what it shares.
pub(crate) struct Sharer {
    pub(crate) node: Node,
    notes: Shared,
}

impl Sharer {
    pub(crate) async fn new(world: &World, redis: &Redis) -> Self {
        let url = mainstay_config::Secret::new(redis.url());
        Self::with(world, SharedConfig { url, ..patient() }).await
    }

    async fn with(world: &World, config: SharedConfig) -> Self {
        let node = world.paused_node(NameConfig::default()).await;
        node.caches.share(&config, &node.supervisor).unwrap();
        let notes = node.caches.shared_cache("shared", 1, NameConfig::default());
        Self { node, notes }
    }

    pub(crate) async fn get(&self, owner: i64) -> (String, Source) {
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

    pub(crate) fn refusals(&self, refusal: Refusal) -> u64 {
        self.stats().not_imported.iter().find(|(other, _)| *other == refusal).map_or(0, |(_, count)| *count)
    }
}

/// A busy machine is no failure, and nobody hears before it is told to.
fn patient() -> SharedConfig {
    SharedConfig { timeout_ms: 1_000, hint_pause_ms: 0, ..SharedConfig::default() }
}

pub(crate) async fn until_shared(redis: &mut MultiplexedConnection, entries: usize) {
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

/// Nodes that do not poll by themselves, and listen at the first of these servers.
pub(crate) async fn listeners(world: &World, url: String, store: &mut MultiplexedConnection) -> [Node; 2] {
    let url = mainstay_config::Secret::new(url);
    let config = SharedConfig { url, ..SharedConfig::default() };
    let nodes = [world.node(deaf()).await, world.node(deaf()).await];
    for node in &nodes {
        node.caches.share(&config, &node.supervisor).unwrap();
    }
    until_both_listen(store).await;
    nodes
}

async fn until_both_listen(store: &mut MultiplexedConnection) {
    let listeners = redis::cmd("PUBSUB").arg("NUMSUB").arg("cache:hints").clone();
    until("both listen", async || {
        let (_, count): (String, u64) = listeners.query_async(store).await.unwrap();
        count == 2
    })
    .await;
}

/// Each commit of one is followed by a poll of the other.
async fn tells(one: &Node, other: &Node) {
    for _ in 0..3 {
        one.write(1, "another").await;
        let committed = one.clock.boottime();
        until("the other has asked", async || {
            other.clock.boottime() - other.caches.age().unwrap() > committed
        })
        .await;
    }
}

#[tokio::test]
async fn a_commit_on_one_node_tells_the_others_to_ask_now() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let [one, other] = listeners(&world, redis.url(), &mut store).await;
    tells(&one, &other).await;
    // The connections go; others are opened.
    let () =
        redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("pubsub").query_async(&mut store).await.unwrap();
    until_both_listen(&mut store).await;
    tells(&other, &one).await;
}

/// Whoever listens at one of its servers hears what is told to another.
#[tokio::test]
async fn a_commit_is_told_by_a_cluster_too() {
    let (world, mut members) = (World::new().await, cluster().await);
    let url = format!("{},{}", members[0].0.url(), members[1].0.url());
    let [one, other] = listeners(&world, url, &mut members[0].1).await;
    // The way there is opened behind: who writes before that tells nobody.
    let begun = one.clock.boottime();
    until("the cluster is reached", async || {
        one.write(1, "another").await;
        other.clock.boottime() - other.caches.age().unwrap() > begun
    })
    .await;
    tells(&one, &other).await;
}

/// Who does not know the secret makes no entries.
#[tokio::test]
async fn entries_of_another_secret_are_none() {
    let (world, (redis, mut store)) = (World::new().await, Redis::start().await);
    let sharer = async |secret: &str| {
        let (url, secret) = (redis.url(), mainstay_config::Secret::new(secret));
        Sharer::with(&world, SharedConfig { url: mainstay_config::Secret::new(url), secret, ..patient() })
            .await
    };
    let one = sharer("known to the nodes").await;
    let [friend, stranger] = [sharer("known to the nodes").await, sharer("").await];
    one.node.hear().await;
    assert_eq!(one.get(1).await, told("first", Source::Loaded));
    until_shared(&mut store, 1).await;
    assert_eq!(friend.get(1).await, told("first", Source::Level2));
    assert_eq!(stranger.get(1).await, told("first", Source::Loaded));
    assert_eq!((friend.refusals(Refusal::Malformed), stranger.refusals(Refusal::Malformed)), (0, 1));
}

const SLOTS: u16 = 16_384;

/// Three servers of a cluster, each with a third of the slots.
async fn cluster() -> [(Redis, MultiplexedConnection); 3] {
    let mut members = Vec::new();
    for at in 0..3 {
        let (redis, bus, mut connection) = Redis::start_for_cluster().await;
        let (from, to) = (at * (SLOTS / 3 + 1), ((at + 1) * (SLOTS / 3 + 1)).min(SLOTS) - 1);
        let mut slots = redis::cmd("CLUSTER");
        slots.arg("ADDSLOTSRANGE").arg(from).arg(to);
        let () = slots.query_async(&mut connection).await.unwrap();
        if let Some((_, _, first)) = members.first_mut() {
            let mut meet = redis::cmd("CLUSTER");
            meet.arg("MEET").arg("127.0.0.1").arg(redis.port).arg(bus);
            let () = meet.query_async(first).await.unwrap();
        }
        members.push((redis, bus, connection));
    }
    for (_, _, connection) in &mut members {
        until("the cluster is whole", async || {
            let told: String = redis::cmd("CLUSTER").arg("INFO").query_async(connection).await.unwrap();
            told.contains("cluster_state:ok") && told.contains("cluster_known_nodes:3")
        })
        .await;
    }
    members
        .into_iter()
        .map(|(redis, _, connection)| (redis, connection))
        .collect::<Vec<_>>()
        .try_into()
        .ok()
        .unwrap()
}

#[tokio::test]
async fn a_cluster_is_shared_by_as_one_server_is() {
    let (world, mut members) = (World::new().await, cluster().await);
    // Two of the three are named; the third is found.
    let url = mainstay_config::Secret::new(format!("{},{}", members[0].0.url(), members[1].0.url()));
    let config = SharedConfig { url, ..patient() };
    let (one, other) = (Sharer::with(&world, config.clone()).await, Sharer::with(&world, config).await);
    one.node.hear().await;
    for owner in 1..=30 {
        until("it is read and offered", async || {
            one.notes.remove(&(owner, 1));
            one.get(owner).await.1 == Source::Level2
        })
        .await;
        assert_eq!(other.get(owner).await.1, Source::Level2);
    }
    for (_, connection) in &mut members {
        let entries: usize = redis::cmd("DBSIZE").query_async(connection).await.unwrap();
        assert!(entries > 0, "all three hold some");
    }

    // One of them dies: its entries are read, and there is no error.
    members[2].0.signal(Signal::KILL);
    for owner in 1..=30 {
        other.notes.remove(&(owner, 1));
        other.get(owner).await;
    }
    assert_eq!(other.stats().failed, 0);
}

/// Whatever happens to what they share: nobody is told of an error, and afterwards it is shared again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_fails_under_load_costs_no_error() {
    let (world, (mut redis, mut store)) = (World::new().await, Redis::start().await);
    let config = Config { poll_idle_ms: 10, ..Config::default() };
    let url = mainstay_config::Secret::new(redis.url());
    let shared = SharedConfig { url, pause_ms: 50, ..SharedConfig::default() };
    let share = async || -> (Node, Shared) {
        let node = world.node(config.clone()).await;
        node.caches.share(&shared, &node.supervisor).unwrap();
        let notes = node.caches.shared_cache("shared", 1, NameConfig::default());
        (node, notes)
    };
    let nodes = [share().await, share().await];
    let done = std::sync::atomic::AtomicBool::new(false);
    let loading = async |at: usize| {
        let (node, notes) = &nodes[at];
        let mut answers = 0_u64;
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            let owner = i64::try_from(answers % 3).unwrap() + 1;
            if answers.is_multiple_of(5) {
                notes.remove(&(owner, 1));
            }
            let load = |from| async move { read(&from, owner).await };
            let answer: Result<Answer<_>, LoadError<DbError>> =
                notes.get_or_load(&(owner, 1), || tags(owner), Freshness::Fresh, load).await;
            answer.unwrap();
            answers += 1;
            node.clock.sleep(Duration::from_millis(1)).await;
        }
        answers
    };
    let imported = || nodes.iter().map(|(node, _)| node.caches.stats().remove(1).imported).sum::<u64>();
    let refused = || -> u64 {
        let stats = nodes.iter().map(|(node, _)| node.caches.stats().remove(1));
        let refusals = stats.flat_map(|stats| stats.not_imported);
        refusals.filter(|(refusal, _)| *refusal == Refusal::Open).map(|(_, count)| count).sum()
    };
    let failing = async {
        let left_alone = async |what: &str| {
            let before = refused();
            until(what, async || refused() > before).await;
        };
        let again = async |what: &str| {
            let before = imported();
            until(what, async || imported() > before).await;
        };
        again("entries are shared").await;
        let () = redis::cmd("FLUSHALL").query_async(&mut store).await.unwrap();
        again("they are again after a flush").await;
        redis.signal(Signal::STOP);
        left_alone("it is left alone while it hangs").await;
        redis.signal(Signal::CONT);
        again("they are again after it hung").await;
        redis.signal(Signal::KILL);
        redis.server.wait().unwrap();
        left_alone("it is left alone when it has died").await;
        redis.server = serve(redis.port, &redis._folder, &[]);
        again("they are again after it died").await;
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    };
    let (one, other, ()) = tokio::join!(loading(0), loading(1), failing);
    assert!(one > 0 && other > 0, "{one} and {other} answers");
    for (node, _) in &nodes {
        assert_eq!(node.caches.stats().remove(1).failed, 0);
    }
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
