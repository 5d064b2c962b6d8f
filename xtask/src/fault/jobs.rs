//! `cargo xtask fault jobs`: nodes as processes that do jobs of a real PostgreSQL, which are killed, frozen, cut off and asked to
//! stop by a seeded plan, while the server is stopped at once, away for a while, and another one. Others ask for jobs
//! meanwhile, and tell events. The verdict is counted from the tables at the end. With `--break` one of the rules is left
//! out, and the same verdict must find it out.

mod asker;
mod calm;
mod chaos;
mod child;
mod deed;
mod history;
mod node;
mod plan;
mod report;
mod rule;
mod verdict;

use std::num::NonZeroU32;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::ValueEnum;
use mainstay_db::partitions::{self, Declared, Keeper};
use mainstay_db::{Config as DbConfig, Db, Session, Target, migrate};
use mainstay_jobs::{Limits, Operator, Rate, Waker};
use mainstay_runtime::{Clock, Effects, Random, Stop};
use mainstay_telemetry::Registry;
use mainstay_testing::{ReplicaSet, replica_set};
use tokio::task::JoinSet;

use super::proxy::{Mode, Proxy, Server};
use asker::Asker;
use chaos::Chaos;
use child::Nodes;
use history::History;
use node::Setup;
use report::Story;
use rule::Rule;
use verdict::Count;

/// Unheard of for so long a node is dead.
const TTL: Duration = Duration::from_secs(3);
/// A job that has taken so many nodes with it is not tried again.
const CRASHES_MOST: u16 = 4;
/// So many of the limited queue at a time, and of one key.
const NARROW: i64 = 5;
const NARROW_KEY: i64 = 2;
/// And so many a second, and at once after a pause.
const PER_S: i64 = 60;
const BURST: i64 = 20;
/// Schedules that fire every second.
const TICKS: usize = 3;
/// Jobs that wait for an hour.
const LATER: usize = 50_000;
/// What claims of a few jobs may read of those that wait.
const READ_MOST: i64 = 100_000;

const TABLES: &str = "
    create table begun (
        id uuid not null, run bigint not null, attempt int not null, life text not null, at timestamptz not null default clock_timestamp()
    );
    create index on begun (id);
    create index on begun (run);
    create table effect (seq bigint generated always as identity, id uuid not null, run bigint not null);
    create index on effect (id);
    create table seen (seq bigint generated always as identity, event uuid not null, key text not null);
    create index on seen (event);
    create table heard (event uuid not null);
    create index on heard (event)";

/// Which story, for how long, and by which rule.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Arguments {
    /// The same seed tells the same story: what is broken in which order, who asks for what in which order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long nodes and servers are struck; what is being broken at the end is finished, and what waits is done.
    #[arg(long, default_value_t = 45)]
    seconds: u64,
    /// How many nodes there are.
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// Leave a rule out, to see it found out.
    #[arg(long = "break", value_enum)]
    broken: Option<Rule>,
    /// Tell one story for each rule, without it, and see all of them found out.
    #[arg(long, conflicts_with = "broken")]
    break_each: bool,
}

impl Arguments {
    /// Long enough for every blow.
    pub(crate) fn short() -> Self {
        Self { seed: 1, seconds: 45, nodes: 3, broken: None, break_each: false }
    }
}

/// What all who ask share.
pub(super) struct World {
    db: Db,
    history: Mutex<History>,
    stop: Stop,
}

impl World {
    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The wires of one node, one to each server.
struct Wires(Vec<Proxy>);

impl Wires {
    async fn lay(set: &ReplicaSet) -> Result<Self> {
        let mut wires = Vec::new();
        for at in 0..set.len() {
            let address = set.address(at);
            let (host, port) = address.rsplit_once(':').context("no address")?;
            wires.push(Proxy::to(Server::Socket(Path::new(host).join(format!(".s.PGSQL.{port}")))).await?);
        }
        Ok(Self(wires))
    }

    fn set(&self, mode: Mode) {
        self.0.iter().for_each(|wire| wire.set(mode));
    }

    /// Whichever of the servers takes writes.
    fn target(&self) -> String {
        let hosts = vec!["127.0.0.1"; self.0.len()].join(",");
        let ports: Vec<String> = self.0.iter().map(|wire| wire.port.to_string()).collect();
        let ports = ports.join(",");
        format!("host={hosts} port={ports} user=postgres dbname=app target_session_attrs=read-write")
    }
}

/// True if no promise was broken and the run could have shown it; of each rule, if its story without it could not hide it.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if !arguments.break_each {
        return runtime.block_on(tell(arguments));
    }
    let mut hidden = Vec::new();
    for rule in Rule::value_variants() {
        if runtime.block_on(tell(&Arguments { broken: Some(*rule), ..*arguments }))? {
            hidden.push(rule);
        }
    }
    println!("of {} rules {} were not found out: {hidden:?}", Rule::value_variants().len(), hidden.len());
    Ok(hidden.is_empty())
}

/// What a node runs; the story starts it.
pub(crate) fn run_node() -> Result<bool> {
    node::run()
}

async fn tell(arguments: &Arguments) -> Result<bool> {
    let mut set = replica_set(1).await.context("the servers were not made")?;
    let writer = set.writer()?;
    let db = prepare(arguments.broken, &set, &writer).await?;
    let world = Arc::new(World { db, history: Mutex::default(), stop: Stop::new() });
    let mut wires = Vec::new();
    for _ in 0..=arguments.nodes {
        wires.push(Wires::lay(&set).await?);
    }
    let mut nodes = Nodes::new();
    for (node, wires) in wires[..arguments.nodes].iter().enumerate() {
        nodes.add(setup(arguments, node, wires)).await?;
    }
    let _telling = begin_to_tell(arguments, &writer);
    let session = Session::connect(&writer, "verdict", Duration::from_secs(5)).await?;
    let ticked = calm::ticked(&session).await?;
    let read = calm::claims_of_few_among_many(&world, &session).await?;

    let plan = plan::plan(arguments.seed, arguments.nodes, Duration::from_secs(arguments.seconds));
    println!("{}", plan::show(&plan));
    let asking = ask_for_everything(arguments, &world, &writer);
    let begun = Instant::now();
    let mut chaos = Chaos::new(&mut set, &wires, &mut nodes);
    chaos.run(&plan, begun + Duration::from_secs(arguments.seconds)).await.context("a blow failed")?;
    let blows = chaos.done();
    let session = Session::connect(&writer, "verdict", Duration::from_secs(5)).await?;
    let last = setup(arguments, arguments.nodes, &wires[arguments.nodes]);
    let listener = Setup { queues: vec![("words".to_owned(), 4)], only_listens: true, ..last };
    world.stop.trigger();
    asking.join_all().await;
    let unheard = calm::unheard(&world, &session, &mut nodes, listener).await?;
    let late = calm::commit_late(&world, &session).await?;
    calm::drain(&session, &mut nodes).await?;
    let unseen = calm::unseen(&world, &session).await?;
    let cut_off = Chaos::new(&mut set, &wires, &mut nodes).cut_off().await?;
    let (told, ended, took) = (Arc::clone(&nodes.told), nodes.ended, begun.elapsed());
    nodes.end().await?;
    let history = std::mem::take(&mut *world.history());
    let mut counts = verdict::of(&session, &history).await?;
    counts.push(Count { name: "cut off by a stop in order", wrong: cut_off });
    let missed = calm::ticked(&session).await? - ticked;
    counts.push(Count { name: "times of a schedule that were left out, or added", wrong: missed.abs() });
    counts.push(Count { name: "jobs of a late commit that were passed over", wrong: late });
    counts.push(Count { name: "jobs whose time came unseen", wrong: unseen });
    counts.push(Count { name: "words that were not heard", wrong: i64::try_from(unheard)? });
    counts.push(Count { name: "rows read in vain", wrong: (read - READ_MOST).max(0) });
    let story = Story { blows, told: &told, history: &history, counts, ended, took };
    let verdict = report::tell(arguments, &session, &story).await?;
    world.db.close();
    set.close().await?;
    Ok(verdict)
}

/// The tables, their days, and the limits of a queue.
async fn prepare(broken: Option<Rule>, set: &ReplicaSet, writer: &Target) -> Result<Db> {
    migrate::run(writer, &[&mainstay_jobs::MIGRATIONS, &mainstay_events::MIGRATIONS]).await?;
    set.execute(set.primary(), TABLES).await?;
    if let Some(sql) = broken.and_then(Rule::sql) {
        set.execute(set.primary(), sql).await?;
    }
    set.execute(set.primary(), "alter system set authentication_timeout = '1s'").await?;
    set.execute(set.primary(), "select pg_reload_conf()").await?;
    let days = NonZeroU32::MIN.saturating_add(1);
    let jobs = mainstay_jobs::partitions(days).map(Declared::from);
    let tables = jobs.into_iter().chain(mainstay_events::partitions(days).map(Declared::from)).collect();
    let config = partitions::Config::default();
    Keeper::new(&config, writer, &Clock::system(), &Registry::new(), tables)?.round().await?;
    let limits = DbConfig {
        pool_max: 24,
        acquire_timeout_ms: 3_000,
        connect_timeout_ms: 1_000,
        statement_timeout_ms: 5_000,
        transaction_retries: 0,
        ..DbConfig::default()
    };
    let db = Db::connect(&limits, writer).await?;
    if broken != Some(Rule::NoLimits) {
        limit(&db).await?;
    }
    Ok(db)
}

/// The queue of which only so many may run.
async fn limit(db: &Db) -> Result<()> {
    let most = |most: i64| u32::try_from(most).ok().and_then(NonZeroU32::new);
    let limits = Limits {
        running_most: most(NARROW),
        running_most_of_key: most(NARROW_KEY),
        rate: Some(Rate::try_new(PER_S as f64, BURST as f64)?),
    };
    let tx = db.write().await?;
    Operator::on(&tx).limit("narrow", limits).await?;
    Ok(tx.commit().await?)
}

fn setup(arguments: &Arguments, node: usize, wires: &Wires) -> Setup {
    let queues = [("work", 16), ("narrow", 8), ("late", 4)].map(|(name, slots)| (name.to_owned(), slots));
    Setup {
        node,
        life: 0,
        seed: arguments.seed,
        target: wires.target(),
        queues: queues.into(),
        rule: arguments.broken,
        only_listens: false,
        ahead_s: ahead_s(node, 0),
    }
}

/// By how much the clock of a node is wrong: of three one goes right, one is an hour ahead, one behind, in turns from life to life.
fn ahead_s(node: usize, life: u64) -> i64 {
    match (node as u64 + life) % 3 {
        0 => 0,
        1 => 3_600,
        _ => -3_600,
    }
}

/// What this process commits is told to the nodes, until this is dropped.
fn begin_to_tell(arguments: &Arguments, writer: &Target) -> JoinSet<()> {
    let mut telling = JoinSet::new();
    if arguments.broken != Some(Rule::NotifyLost) {
        telling.spawn(Waker::new(writer, &Effects::system()).run(Stop::new()));
    }
    telling
}

fn ask_for_everything(arguments: &Arguments, world: &Arc<World>, writer: &Target) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let much = [Asker::Much { first: true }, Asker::Much { first: false }];
    let in_order = (0..3).map(Asker::InOrder);
    let unique = [Asker::Unique; 4];
    let others = [Asker::Narrow, Asker::Late, Asker::Late, Asker::Events, Asker::Events, Asker::Events];
    let askers = much.into_iter().chain(in_order).chain(unique).chain(others);
    for (at, asker) in askers.enumerate() {
        let random = Random::seeded(arguments.seed ^ (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        tasks.spawn(asker.run(Arc::clone(world), random));
    }
    tasks.spawn(watch(Arc::clone(world), writer.clone()));
    tasks
}

/// Looks how many of the limited queue are at work.
async fn watch(world: Arc<World>, writer: Target) {
    const AT_WORK: &str = "select coalesce(sum(many), 0)::bigint, coalesce(max(many), 0) from ( \
        select count(*) as many from mainstay.job_running where queue = 'narrow' group by limit_key) as each";
    let mut open = None;
    while !world.stop.is_stopping() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let session = match open.take() {
            Some(session) => session,
            None => match Session::connect(&writer, "watch", Duration::from_secs(2)).await {
                Ok(session) => session,
                Err(_) => continue,
            },
        };
        let Ok(row) = session.query_one(AT_WORK, &[]).await else { continue };
        let (all, of_key): (i64, i64) = (row.get(0), row.get(1));
        let mut history = world.history();
        history.at_once = (history.at_once.0.max(all), history.at_once.1.max(of_key));
        history.looks += 1;
        drop(history);
        open = Some(session);
    }
}
