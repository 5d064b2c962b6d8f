//! One node of the story, a process of its own: it does jobs, leads or not, hears of events and reads them. Never here: what
//! happens to it, what is judged.

use std::collections::HashSet;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::SignedDuration;
use mainstay_db::{Config as DbConfig, Db, Target, opening};
use mainstay_events::Subscribers;
use mainstay_events::reader::{self, Position, Reader, ReaderError};
use mainstay_jobs::schedule::Misfire;
use mainstay_jobs::{Config, Kinds, Schedule, Schedules, Worker};
use mainstay_runtime::{Clock, Effects, Ids, Random, Signals, Stop};
use mainstay_telemetry::logs::{self, LogConfig, LogFormat};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::deed::{Heard, Newer, Tick, Work};
use super::rule::Rule;
use super::{CRASHES_MOST, HUNG, TICKS, TTL};

/// The line that a node is told. It works until it is asked to stop, or whoever told it has gone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) node: usize,
    /// How often it was started before.
    pub(super) life: u64,
    pub(super) seed: u64,
    pub(super) target: String,
    pub(super) queues: Vec<(String, usize)>,
    pub(super) rule: Option<Rule>,
    pub(super) part: Part,
    pub(super) threads: usize,
    /// Its clock is wrong by so much.
    pub(super) ahead_s: i64,
    /// It runs the version that knows one kind more.
    pub(super) is_new: bool,
}

/// What a node does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// Jobs, leading, events.
    Everything,
    /// Jobs alone.
    Jobs,
    /// Jobs of which somebody has told it: it looks for none.
    Words,
}

/// What jobs need of it.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) db: Db,
    pub(super) life: String,
    pub(super) is_new: bool,
    snoozed: Mutex<HashSet<Uuid>>,
}

/// What it tells of an end that was refused.
pub(super) const REFUSED: &str = "refused";

/// How a process ends that was asked to stop twice.
pub(super) const AT_ONCE: i32 = 130;

/// Events of one transaction of the reader.
const PAGE: usize = 50;

impl Node {
    /// The first time.
    pub(super) fn snoozes(&self, id: Uuid) -> bool {
        self.snoozed.lock().unwrap_or_else(PoisonError::into_inner).insert(id)
    }

    pub(super) fn refused(&self) {
        let mut out = std::io::stdout().lock();
        // Nobody reads any more: the run is over.
        let _ = writeln!(out, "{REFUSED}").and_then(|()| out.flush());
    }
}

/// Runs until it is told to stop.
pub(super) fn run() -> Result<bool> {
    let (said, setup) = std::sync::mpsc::channel();
    let stop = Stop::new();
    let (stopping, gone) = (stop.clone(), stop.clone());
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lines().map_while(Result::ok);
        let _ = lines.next().map(|line| said.send(line));
        lines.for_each(drop);
        gone.trigger();
    });
    let setup: Setup = serde_json::from_str(&setup.recv().context("nothing was said")?)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(setup.threads).enable_all().build()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::listen()?
    };
    let lived = runtime.block_on(async {
        tokio::select! {
            lived = live(setup, stop) => lived,
            () = asked_twice(signals, stopping) => std::process::exit(AT_ONCE),
        }
    });
    // Of work that keeps its thread nobody hears any more.
    runtime.shutdown_background();
    lived.map(|()| true)
}

/// The first signal asks it to stop; who asks again does not want to wait.
async fn asked_twice(mut signals: Signals, stop: Stop) {
    signals.next().await;
    stop.trigger();
    signals.next().await;
}

async fn live(setup: Setup, stop: Stop) -> Result<()> {
    logs::init(&LogConfig { format: LogFormat::Json, level: "info".to_owned() })?;
    let target = Target::parse(&setup.target)?;
    let db = loop {
        match Db::connect(&limits(&setup), &target).await {
            Ok(db) => break db,
            // The server is away, as others' servers are.
            Err(_) if !stop.is_stopping() => tokio::time::sleep(Duration::from_millis(100)).await,
            Err(_) => return Ok(()),
        }
    };
    let life = format!("{}.{}", setup.node, setup.life);
    let is_new = setup.is_new;
    let node = Arc::new(Node { db: db.clone(), life, is_new, snoozed: Mutex::default() });
    let worker = tokio::select! {
        worker = worker(&setup, &target, &node) => worker?,
        () = stop.stopped() => return Ok(()),
    };
    let naive = setup.rule == Some(Rule::NoHorizon);
    tokio::select! {
        () = worker.run(stop) => {}
        () = read(&db, naive), if setup.part == Part::Everything => {}
    }
    logs::flush();
    Ok(())
}

fn limits(setup: &Setup) -> DbConfig {
    let network = opening::Config { answer_margin_ms: 300, ..opening::Config::default() };
    DbConfig {
        pool_max: 6,
        pool_read_max: 2,
        acquire_timeout_ms: 2_000,
        connect_timeout_ms: 1_000,
        statement_timeout_ms: 2_000,
        lock_timeout_ms: 2_000,
        transaction_retries: 0,
        network,
        application_name: format!("node {}", setup.node),
        ..DbConfig::default()
    }
}

async fn worker(setup: &Setup, target: &Target, node: &Arc<Node>) -> Result<Worker> {
    let kinds = loop {
        match kinds(node, setup).await {
            Ok(kinds) => break kinds,
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    let never = Duration::from_secs(3_600);
    let is = |rule| setup.rule == Some(rule);
    let config = Config {
        queues: setup.queues.clone(),
        ttl: TTL,
        poll: if setup.part == Part::Words || is(Rule::NoPoll) { never } else { Duration::from_millis(250) },
        full_every: if is(Rule::NoFullPass) { Duration::MAX } else { Duration::from_secs(1) },
        grace: if is(Rule::NoDrain) { Duration::ZERO } else { Duration::from_secs(5) },
        hung: HUNG,
        crashes_most: if is(Rule::NoPoison) { u16::MAX } else { CRASHES_MOST },
        crash_pause: Duration::from_millis(100),
        may_lead: setup.part == Part::Everything,
        ..Config::default()
    };
    // One that is wrong gets worse, ten minutes a minute: what is behind goes back.
    let gains = i32::try_from(setup.ahead_s.signum() * 10)?;
    let clock = Clock::wrong(SignedDuration::from_secs(setup.ahead_s), gains);
    let random = Random::seeded(setup.seed ^ (setup.node as u64) << 32 ^ setup.life);
    let effects = Effects { ids: Ids::new(clock.clone(), random.clone()), clock, random };
    let mut schedules = Schedules::default();
    for at in 0..TICKS {
        schedules = schedules.with(tick(at, setup.rule))?;
    }
    let worker = Worker::new(target, kinds, config, &effects);
    let is_whole = setup.part == Part::Everything;
    let worker = if is_whole { worker.with_schedules(schedules) } else { worker };
    Ok(match setup.rule.and_then(Rule::weak) {
        Some(weak) => worker.weakened(weak),
        None => worker,
    })
}

/// Each second. Of the first no time is left out, whoever was not there.
fn tick(at: usize, rule: Option<Rule>) -> Schedule {
    let tick = Schedule::of(&format!("tick {at}"), "* * * * * *", &Tick { at });
    let is_whole = at == 0 && rule != Some(Rule::NoCatchUp);
    if is_whole { tick.misfire(Misfire::CatchUp { most: 100 }) } else { tick }
}

async fn kinds(node: &Arc<Node>, setup: &Setup) -> Result<Kinds> {
    let kinds = Kinds::new().with::<Work>(Arc::clone(node)).with::<Tick>(Arc::clone(node));
    let knows = setup.is_new || setup.rule == Some(Rule::NoKinds);
    let kinds = if knows { kinds.with::<Newer>(Arc::clone(node)) } else { kinds };
    Ok(Subscribers::new(kinds).durable::<Heard>(Arc::clone(node)).declare(&node.db).await?)
}

/// Reads what has happened, by one name with the other nodes: each event once.
async fn read(db: &Db, naive: bool) {
    loop {
        // Somebody else has read on, or the server is away.
        let read = if naive { read_naively(db).await } else { read_on(db).await };
        let pause = if matches!(read, Ok(PAGE)) { 0 } else { 50 };
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
}

async fn read_on(db: &Db) -> Result<usize> {
    let reader = Reader::open(db, "story", Position::BEGINNING).await?;
    let from = reader.position().await?;
    let events = reader::after(db, from, None, PAGE).await?;
    let Some(last) = events.last() else { return Ok(0) };
    let tx = db.write().await?;
    for event in &events {
        let key = event.envelope.partitionkey.as_deref().unwrap_or_default();
        tx.execute("insert into seen (event, key) values ($1, $2)", &[&event.envelope.id, &key]).await?;
    }
    match reader.advance_in(&tx, from, last.position).await {
        Ok(()) => tx.commit().await?,
        Err(ReaderError::Moved) => tx.rollback().await?,
        Err(error) => return Err(error.into()),
    }
    Ok(events.len())
}

/// As many do: from the highest number that was seen on.
async fn read_naively(db: &Db) -> Result<usize> {
    let tx = db.write().await?;
    tx.execute("select pg_advisory_xact_lock(1)", &[]).await?;
    let from = "select coalesce(max(nth), 0) from mainstay.event inner join seen on seen.event = event.id";
    let from: i64 = tx.query_one(from, &[]).await?.get(0);
    let next = "insert into seen (event, key) \
        select id, key from mainstay.event where nth > $1 order by nth limit 50";
    let read = tx.execute(next, &[&from]).await?;
    tx.commit().await?;
    Ok(usize::try_from(read)?)
}
