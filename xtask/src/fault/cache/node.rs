//! One node of the run, a process of its own: a cache over the database and the shared Redis, with some who read and some
//! who write through it, and who tell what they did. Never here: what happens to it, what is judged.

mod load;
mod reader;
mod telling;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use mainstay_cache::{Cache, Caches, Config, NameConfig, SharedConfig};
use mainstay_config::Secret;
use mainstay_db::{Config as DbConfig, Db, Session, Target, opening};
use mainstay_runtime::{Clock, Effects, Random, Stop, Supervisor};
use mainstay_telemetry::Registry;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::history::{Acked, Line};
use super::rule::Rule;
use super::{BOUND, IDS, OWNERS};
use load::{List, Register};
use telling::Telling;

/// The first line that a node is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) node: usize,
    /// How often it was started before.
    pub(super) life: u64,
    pub(super) seed: u64,
    pub(super) target: String,
    pub(super) replica: String,
    pub(super) redis: String,
    pub(super) readers: usize,
    pub(super) rule: Option<Rule>,
}

/// Longest wait for anything: what hangs for longer is given up, as a client would.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lines that wait to be heard.
const WAITING: usize = 256;

/// What all of the node share.
struct Node {
    setup: Setup,
    caches: Caches,
    registers: Cache<(i64, i64), Register>,
    lists: Cache<i64, List>,
    db: Db,
    replica: Option<Session>,
    clock: Clock,
    telling: Telling,
    /// The last write of this node that was acknowledged, by key.
    own: Mutex<HashMap<usize, u64>>,
    next_id: AtomicU64,
    stop: Stop,
}

/// Runs until it is told to stop.
pub(super) fn run() -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(live())?;
    Ok(true)
}

async fn live() -> Result<()> {
    let mut told = words();
    let setup = told.recv().await.context("nothing was said")?;
    let setup: Setup = serde_json::from_str(&setup)?;
    let effects = Effects::system();
    let supervisor = Supervisor::new(&effects);
    let node = Arc::new(Node::new(setup, &effects, &supervisor).await?);
    while node.caches.age().is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    node.telling.tell(&Line::Ready, true);
    let mut tasks = JoinSet::new();
    for at in 0..node.setup.readers {
        tasks.spawn(reader::read(Arc::clone(&node), node.random(at as u64 + 10)));
    }
    for at in 0..2 {
        tasks.spawn(writer::write(Arc::clone(&node), node.random(at)));
    }
    listen(&node, &mut told, &mut tasks).await;
    node.stop.trigger();
    tokio::time::timeout(PATIENCE * 2, tasks.join_all()).await.context("somebody does not stop")?;
    supervisor.drain(PATIENCE).await;
    node.telling.flush();
    Ok(())
}

/// What this process is told, line by line, until the end.
fn words() -> mpsc::Receiver<String> {
    let (mouth, ear) = mpsc::channel(WAITING);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        lines.map_while(|line| mouth.blocking_send(line).ok()).for_each(drop);
    });
    ear
}

/// Others' commits, each a line.
async fn listen(node: &Arc<Node>, told: &mut mpsc::Receiver<String>, tasks: &mut JoinSet<()>) {
    while let Some(line) = told.recv().await {
        if let Ok(acked) = serde_json::from_str::<Acked>(&line) {
            tasks.spawn(reader::follow(Arc::clone(node), acked));
        }
        while tasks.try_join_next().is_some() {}
    }
}

impl Node {
    async fn new(setup: Setup, effects: &Effects, supervisor: &Supervisor) -> Result<Self> {
        let target = Target::parse(&setup.target)?;
        let network = opening::Config { answer_margin_ms: 300, ..opening::Config::default() };
        let limits = DbConfig {
            pool_max: 4,
            pool_read_max: 6,
            acquire_timeout_ms: 1_000,
            connect_timeout_ms: 1_000,
            statement_timeout_ms: 1_000,
            lock_timeout_ms: 1_000,
            transaction_retries: 0,
            network,
            application_name: format!("node {}", setup.node),
            ..DbConfig::default()
        };
        let db = Db::connect(&limits, &target).await?;
        let registry = Registry::new();
        let config = Config {
            bound_ms: u64::try_from(BOUND.as_millis())?,
            poll_idle_ms: 25,
            poll_within_ms: 1_000,
            poll_retry_ms: 50,
            ..Config::default()
        };
        let caches = match setup.rule.and_then(Rule::weak) {
            Some(weak) => Caches::weakened(weak, config, &db, &target, effects, &registry),
            None => Caches::new(config, &db, &target, effects, &registry),
        };
        let shared =
            SharedConfig { url: Secret::new(setup.redis.clone()), pause_ms: 200, ..SharedConfig::default() };
        caches.share(&shared, supervisor)?;
        let registers = caches.shared_cache("registers", 1, NameConfig::default());
        let lists = caches.shared_cache("lists", 1, NameConfig::default());
        caches.start(supervisor);
        let replica = match setup.rule {
            Some(Rule::ReplicaReads) => {
                let replica = Target::parse(&setup.replica)?;
                Some(Session::connect(&replica, "replica reader", PATIENCE).await?)
            }
            _ => None,
        };
        let next_id = AtomicU64::new((setup.node as u64 + 1) * 1_000_000_000 + setup.life * 10_000_000);
        Ok(Self {
            setup,
            caches,
            registers,
            lists,
            db,
            replica,
            clock: effects.clock.clone(),
            telling: Telling::new(),
            own: Mutex::default(),
            next_id,
            stop: Stop::new(),
        })
    }

    fn random(&self, who: u64) -> Random {
        let who = (self.setup.node as u64 * 1_000 + self.setup.life * 100 + who)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Random::seeded(self.setup.seed ^ who)
    }

    fn breaks(&self, rule: Rule) -> bool {
        self.setup.rule == Some(rule)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.boottime().as_nanos()).unwrap_or(u64::MAX)
    }

    fn next_id(&self) -> u64 {
        self.next_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn own(&self, key: usize) -> Option<(usize, u64)> {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        own.get(&key).map(|id| (key, *id))
    }

    fn written(&self, key: usize, id: u64) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).insert(key, id);
    }
}

fn key_of(owner: i64, id: i64) -> usize {
    usize::try_from(owner * IDS + id).unwrap_or(0)
}

fn row_of(key: usize) -> (i64, i64) {
    let key = i64::try_from(key).unwrap_or(0);
    (key / IDS, key % IDS)
}

fn keys() -> u64 {
    (OWNERS * IDS).unsigned_abs()
}

fn written_keys() -> u64 {
    ((OWNERS - 1) * IDS).unsigned_abs()
}
