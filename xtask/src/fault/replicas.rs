//! `cargo xtask fault replicas`: a primary and two replicas that are held, cut, killed and promoted by a seeded plan,
//! under sessions that read and write through `mainstay_db::replicas`. The verdict counts the answers that broke a
//! promise. With `--break` the sessions follow a weaker rule, and the same verdict must find it out.

mod chaos;
mod ledger;
mod naive;
mod plan;
mod report;
mod rule;
mod session;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_db::Target;
use mainstay_db::replicas::{Config, Replicas};
use mainstay_runtime::{Clock, Stop};
use mainstay_testing::{ReplicaSet, replica_set};
use tokio::task::JoinSet;

use chaos::Chaos;
use ledger::Ledger;
use rule::Rule;
use session::{Reader, Tally};

/// What was acknowledged longer ago than this must be in every answer.
const BOUND: Duration = Duration::from_millis(1000);

/// The longest read.
const LONGEST: Duration = Duration::from_secs(30);

/// Which story, for how long, and by which rule.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The same seed tells the same story: what is broken in which order, who reads and writes in which order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How long the sessions run; what is being broken at the end is finished.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// How many sessions read and write.
    #[arg(long, default_value_t = 12)]
    sessions: usize,
    /// Follow a weaker rule instead, to see it found out.
    #[arg(long = "break", value_enum)]
    broken: Option<Rule>,
}

/// What all sessions share.
struct World {
    replicas: Replicas,
    writer: Target,
    servers: Vec<Target>,
    ledger: Mutex<Ledger>,
    rule: Option<Rule>,
    stop: Stop,
}

/// True if no promise was broken and the run could have shown it.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(tell(arguments))
}

async fn tell(arguments: &Arguments) -> Result<bool> {
    let mut set = replica_set(2).await.context("the servers were not made")?;
    prepare(&set, arguments.sessions).await?;
    let servers: Vec<Target> = (0..set.len()).map(|at| set.target(at)).collect();
    let writer = set.writer()?;
    // Every server is a replica at some time. The budget is not what is tried here.
    let config = Config { fallback_per_second: 1e6, fallback_burst: 1e6, ..Config::default() };
    let world = Arc::new(World {
        replicas: Replicas::new(&config, &writer, &servers, LONGEST, &Clock::system()),
        writer,
        servers,
        ledger: Mutex::new(Ledger::new(arguments.sessions)),
        rule: arguments.broken,
        stop: Stop::new(),
    });
    let plan = plan::plan(arguments.seed, Duration::from_secs(arguments.seconds));
    println!("{}", plan::show(&plan));

    let mut tasks: JoinSet<Option<Tally>> = JoinSet::new();
    let watcher = Arc::clone(&world);
    tasks.spawn(async move {
        watcher.replicas.watch(watcher.stop.clone()).await;
        None
    });
    for at in 0..arguments.sessions {
        let reader = Reader::new(Arc::clone(&world), at, arguments.seed);
        tasks.spawn(async move { Some(reader.run().await) });
    }
    let begun = Instant::now();
    let until = begun + Duration::from_secs(arguments.seconds);
    let mut chaos = Chaos::new(&mut set, Arc::clone(&world));
    let outcome = chaos.run(&plan, until).await;
    let done = chaos.done();
    world.stop.trigger();
    let mut tallies: Vec<Tally> = tasks.join_all().await.into_iter().flatten().collect();
    set.close().await?;
    outcome.context("the servers did not do what they were told")?;
    tallies.sort_by_key(|tally| tally.session);
    Ok(report::tell(arguments, &tallies, &done, &world.replicas.status(), begun.elapsed()))
}

async fn prepare(set: &ReplicaSet, sessions: usize) -> Result<()> {
    let rows = format!(
        "create table counter (k int primary key, v bigint not null);
         create table filler (body text not null);
         insert into counter select k, 0 from generate_series(0, {}) as k",
        sessions.saturating_sub(1)
    );
    set.execute(set.primary(), &rows).await?;
    for at in set.replicas() {
        set.wait_until_caught_up(at).await?;
    }
    Ok(())
}
