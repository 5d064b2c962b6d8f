//! `cargo xtask fault jobs`: nodes as processes that do jobs of a real PostgreSQL, which are killed, frozen, cut off and asked to
//! stop by a seeded plan, while the server is stopped at once, away for a while, and another one. Others ask for jobs
//! meanwhile, and tell events. The verdict is counted from the tables at the end. With `--break` one of the rules is left
//! out, and the same verdict must find it out.

mod arguments;
mod asker;
mod calm;
mod chaos;
mod child;
mod days;
mod deed;
mod history;
mod hung;
mod node;
mod plan;
mod poison;
mod report;
mod rule;
mod stage;
mod story;
mod telling;
mod verdict;
mod watch;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::ValueEnum;
use mainstay_db::{Db, Session};
use mainstay_runtime::Stop;
use mainstay_testing::replica_set;

pub(crate) use arguments::Arguments;
use child::Nodes;
use history::History;
use report::Story;
use rule::Rule;
use stage::Wires;
use telling::{CONNECT, Telling};
use verdict::Found;

/// Unheard of for so long a node is dead.
const TTL: Duration = Duration::from_secs(3);
/// So long after its deadline work that has not ended is taken from its process.
const HUNG: Duration = Duration::from_secs(1);
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

/// What all who ask share.
pub(super) struct World {
    db: Db,
    history: Mutex<History>,
    /// Whether nodes are struck, or were.
    is_struck: AtomicBool,
    stop: Stop,
}

impl World {
    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rules that every check of the tree leaves out one by one, in their short stories.
const CHECKED: [Rule; 3] = [Rule::NoFence, Rule::AttemptsDecremented, Rule::StalePlan];

/// The story that every check of the tree hears, and that it could find out what is wrong.
pub(crate) fn check() -> Result<bool> {
    let short = Arguments::short();
    Ok(told(&short)? && each(&short, &CHECKED, true)?)
}

/// True if no promise was broken and the run could have shown it; of each rule, if its story without it could not hide it.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    match (arguments.break_each, arguments.keep_each) {
        (true, _) => each(arguments, Rule::value_variants(), true),
        (_, true) => each(arguments, Rule::value_variants(), false),
        _ => told(arguments),
    }
}

/// True if each of these rules is found out where it is broken, and none where they are kept.
fn each(arguments: &Arguments, rules: &[Rule], is_broken: bool) -> Result<bool> {
    let mut wrong = Vec::new();
    for rule in rules.iter().copied() {
        let (broken, kept) = if is_broken { (Some(rule), None) } else { (None, Some(rule)) };
        if told(&Arguments { broken, kept, ..*arguments })? == is_broken {
            wrong.push(rule);
        }
    }
    let what = if is_broken { "not found out without them" } else { "found broken with them" };
    println!("of {} rules {} were {what}: {wrong:?}", rules.len(), wrong.len());
    Ok(wrong.is_empty())
}

fn told(arguments: &Arguments) -> Result<bool> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(tell(arguments))
}

/// What a node runs; the story starts it.
pub(crate) fn run_node() -> Result<bool> {
    node::run()
}

async fn tell(arguments: &Arguments) -> Result<bool> {
    let begun = Instant::now();
    let mut set = replica_set(1).await.context("the servers were not made")?;
    let writer = set.writer()?;
    let db = stage::prepare(arguments.broken, &set, &writer).await?;
    let world = Arc::new(World {
        db,
        history: Mutex::default(),
        is_struck: AtomicBool::new(false),
        stop: Stop::new(),
    });
    let mut wires = Vec::new();
    // And two that are not struck.
    for _ in 0..arguments.nodes + 2 {
        wires.push(Wires::lay(&set).await?);
    }
    let mut nodes = Nodes::new();
    for (node, wires) in wires[..arguments.nodes].iter().enumerate() {
        nodes.add(stage::setup(arguments, node, wires)).await?;
    }
    let telling = telling::begin_to_tell(arguments, &writer);
    let mut told =
        Telling { arguments, world: &world, writer: &writer, wires: &wires, found: Found::default(), begun };
    let struck = told.chapters(&mut set, &mut nodes).await?;
    drop(telling);
    let (heard, ended, mut found) = (Arc::clone(&nodes.told), nodes.ended, told.found);
    found.unclean = nodes.end().await?;
    let session = Session::connect(&writer, "verdict", CONNECT).await?;
    let history = std::mem::take(&mut *world.history());
    let counts = verdict::of(&session, &history, &found).await?;
    let lost = verdict::lost(&session, &history.risky).await?;
    let took = begun.elapsed();
    let story = Story {
        struck: &struck,
        told: &heard,
        history: &history,
        counts,
        lost,
        ended,
        took,
        taken_in_peace: found.taken_in_peace,
    };
    let verdict = report::tell(arguments, &session, &story).await?;
    world.db.close();
    set.close().await?;
    Ok(verdict)
}
