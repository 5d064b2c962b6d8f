//! `cargo xtask fault cache`: nodes as processes that keep answers over a real PostgreSQL and share them by a real Redis,
//! all of which are held, cut, killed, promoted and restored by a seeded plan, while some write through the nodes and some
//! past them. The verdict counts the answers that break the promise of `mainstay_cache`. With `--break` the nodes leave one
//! of its rules out, and the same verdict must find it out.

mod chaos;
mod child;
mod history;
mod node;
mod outsider;
mod plan;
mod report;
mod rule;
mod store;
mod verdict;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_db::migrate;
use mainstay_runtime::{Clock, Stop};
use mainstay_testing::{ReplicaSet, replica_set};
use tokio::task::JoinSet;

use super::proxy::{Proxy, Server};
use chaos::Chaos;
use child::Nodes;
use history::History;
use rule::Rule;
use store::Store;
use verdict::Verdict;

/// How old a fresh answer may be.
const BOUND: Duration = Duration::from_millis(500);
const OWNERS: i64 = 5;
/// Registers of each owner. Those of the last owner are written by the plan alone, so that nothing else tells of them.
const IDS: i64 = 4;

const LOCK: &str = "select written from register where owner = $1 and id = $2 for update";
const WRITE: &str = "update register set written = $3 where owner = $1 and id = $2";
const LAST: &str = "select string_agg(written::text, ',' order by owner, id) from register";
const QUIET: &str = "select count(*) = 0 from pg_stat_activity \
    where backend_type = 'client backend' and xact_start is not null and pid <> pg_backend_pid()";

/// Which story, for how long, and by which rule.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The same seed tells the same story: what is broken in which order, who reads and writes in which order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long the nodes run; what is being broken at the end is finished.
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// How many nodes there are.
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// How many read from each node.
    #[arg(long, default_value_t = 4)]
    readers: usize,
    /// Leave a rule out, to see it found out.
    #[arg(long = "break", value_enum)]
    broken: Option<Rule>,
}

impl Arguments {
    /// Long enough for every blow.
    pub(crate) fn short() -> Self {
        Self { seed: 1, seconds: 60, nodes: 3, readers: 4, broken: None }
    }
}

/// What all who run the story share.
struct World {
    history: Mutex<History>,
    clock: Clock,
    stop: Stop,
}

impl World {
    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.clock.boottime().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// The wires of one node: to each server, and to Redis.
struct Wires {
    servers: Vec<Proxy>,
    store: Proxy,
}

/// True if no promise was broken and the run could have shown it.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(tell(arguments))
}

/// What a node runs; the story starts it.
pub(crate) fn run_node() -> Result<bool> {
    node::run()
}

async fn tell(arguments: &Arguments) -> Result<bool> {
    let mut set = replica_set(1).await.context("the servers were not made")?;
    prepare(&set, arguments.broken).await?;
    let mut store = Store::start().await?;
    let mut wires = Vec::new();
    for _ in 0..arguments.nodes {
        wires.push(Wires::lay(&set, store.port).await?);
    }
    let world = Arc::new(World { history: Mutex::default(), clock: Clock::system(), stop: Stop::new() });
    let replica = format!("host={} port={} user=postgres dbname=app", address(&set, 1).0, address(&set, 1).1);
    let mut nodes = Nodes::start(arguments, &world, &wires, &replica).await?;
    let mut outside = JoinSet::new();
    for at in 0..2 {
        outside.spawn(outsider::write(Arc::clone(&world), set.writer()?, arguments.seed, at));
    }
    let plan = plan::plan(arguments.seed, arguments.nodes, Duration::from_secs(arguments.seconds));
    println!("{}", plan::show(&plan));
    let begun = Instant::now();
    let mut chaos = Chaos::new(&mut set, &mut store, &wires, &mut nodes, Arc::clone(&world));
    let outcome = chaos.run(&plan, begun + Duration::from_secs(arguments.seconds)).await;
    let blows = chaos.done();
    let took = begun.elapsed();
    world.stop.trigger();
    let ended = nodes.end().await;
    outside.join_all().await;
    drop(wires);
    outcome.context("the servers did not do what they were told")?;
    ended?;
    set.wait(set.primary(), QUIET).await?;
    let last = set.ask(set.primary(), LAST).await?;
    set.close().await?;
    let mut history = std::mem::take(&mut *world.history());
    history.last = last.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let verdict = Verdict::of(&history);
    Ok(report::tell(arguments, &history, &verdict, &blows, took))
}

async fn prepare(set: &ReplicaSet, broken: Option<Rule>) -> Result<()> {
    migrate::run(&set.target(set.primary()), &[&mainstay_cache::invalidation::MIGRATIONS]).await?;
    let rows = format!(
        "create table register (owner bigint, id bigint, written bigint not null, primary key (owner, id));
         insert into register select owner, id, 0
         from generate_series(0, {}) as owner, generate_series(0, {}) as id;
         select mainstay.cache_watch('register', 'owner', array['id'])",
        OWNERS - 1,
        IDS - 1
    );
    set.execute(set.primary(), &rows).await?;
    if broken == Some(Rule::NoTriggers) {
        set.execute(set.primary(), "drop trigger cache_touched_update on register").await?;
    }
    for at in set.replicas() {
        set.wait_until_caught_up(at).await?;
        hurry(set, at).await?;
    }
    hurry(set, set.primary()).await
}

/// A server that begins anew waits for whoever has connected and said nothing, a frozen node say.
async fn hurry(set: &ReplicaSet, at: usize) -> Result<()> {
    set.execute(at, "alter system set authentication_timeout = '1s'").await?;
    set.execute(at, "select pg_reload_conf()").await
}

/// The folder of a server's socket, and its port.
fn address(set: &ReplicaSet, at: usize) -> (String, String) {
    let address = set.address(at);
    let (host, port) = address.rsplit_once(':').unwrap_or((&address, ""));
    (host.to_owned(), port.to_owned())
}

impl Wires {
    async fn lay(set: &ReplicaSet, store: u16) -> Result<Self> {
        let mut servers = Vec::new();
        for at in 0..set.len() {
            let (host, port) = address(set, at);
            let socket = Path::new(&host).join(format!(".s.PGSQL.{port}"));
            servers.push(Proxy::to(Server::Socket(socket)).await?);
        }
        Ok(Self { servers, store: Proxy::to(Server::Port(store)).await? })
    }

    /// Whichever of the servers takes writes.
    fn target(&self) -> String {
        let hosts = vec!["127.0.0.1"; self.servers.len()].join(",");
        let ports: Vec<String> = self.servers.iter().map(|wire| wire.port.to_string()).collect();
        let ports = ports.join(",");
        format!("host={hosts} port={ports} user=postgres dbname=app target_session_attrs=read-write")
    }
}
