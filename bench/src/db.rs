//! The list of activities by every way to the database, through our whole HTTP path, and by FastAPI + SQLAlchemy, in
//! turns of one run. Never here: whether the answers are right, beyond that ours and the peer's are the same.

mod peer;
mod question;
mod served;
mod store;
mod ways;
mod world;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::load::Seen;
use crate::{machine, server};
use question::Question;
use ways::Way;
use world::World;

const CONCURRENCIES: [usize; 4] = [1, 8, 32, 64];

/// `--seconds S --rounds N --only drivers|http`.
#[derive(Clone, Copy)]
struct Options {
    round: Duration,
    rounds: usize,
    has_drivers: bool,
    has_http: bool,
}

/// Prints the tables and, as its last line, the same as JSON.
pub(crate) async fn run() -> anyhow::Result<()> {
    let options = Options::parse(std::env::args().skip(2))?;
    let folder = server::folder()?;
    let world = World::start(folder.path()).await?;
    let measured = measure(&world, options).await;
    world.stop().await?;
    println!("{}", measured?);
    Ok(())
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options =
            Self { round: Duration::from_secs(2), rounds: 3, has_drivers: true, has_http: true };
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            match (name.as_str(), value.as_str()) {
                ("--seconds", _) => options.round = Duration::try_from_secs_f64(value.parse()?)?,
                ("--rounds", _) => options.rounds = value.parse::<usize>()?.max(1),
                ("--only", "drivers") => options.has_http = false,
                ("--only", "http") => options.has_drivers = false,
                _ => bail!("{name} {value}: write --seconds S, --rounds N, --only drivers or --only http"),
            }
        }
        Ok(options)
    }
}

async fn measure(world: &World, options: Options) -> anyhow::Result<Value> {
    let (commit, cores) = (machine::commit().await?, machine::cores()?);
    let command =
        format!("cargo xtask bench db --seconds {} --rounds {}", options.round.as_secs_f64(), options.rounds);
    println!("`{command}` at {commit} on {cores} cores, load average {}\n", machine::load_average());
    let most = CONCURRENCIES.into_iter().max().unwrap_or(1);
    let ways: Vec<Arc<Way>> = Way::all(&world.target(), most).await?.into_iter().map(Arc::new).collect();
    let drivers = if options.has_drivers { drivers(world, &ways, options).await? } else { Vec::new() };
    let http = if options.has_http { served::measure(world, &ways, options).await? } else { Vec::new() };
    println!();
    Ok(json!({"benchmark": "db", "command": command, "commit": commit, "cores": cores, "drivers": drivers,
        "http": http}))
}

/// Statements per second by every way.
async fn drivers(world: &World, ways: &[Arc<Way>], options: Options) -> anyhow::Result<Vec<Value>> {
    println!("| asked | at once | way | statements/s | p50 ms | p99 ms | of the bare loop |");
    println!("|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for question in [world.point(), world.list(50)] {
        for concurrency in CONCURRENCIES {
            let seen = in_turns(ways, question, concurrency, options).await?;
            let bare = fastest_bare(ways, &seen);
            for (way, seen) in ways.iter().zip(seen) {
                let ratio = seen.per_second / bare;
                let (asked, way) = (question.name(), way.name());
                println!(
                    "| {asked} | {concurrency} | {way} | {:.0} | {} | {} | {ratio:.2} |",
                    seen.per_second,
                    fine(seen.p50),
                    fine(seen.p99)
                );
                rows.push(json!({"asked": asked, "at_once": concurrency, "way": way,
                    "per_second": seen.per_second.round(), "p50_ms": fine(seen.p50), "p99_ms": fine(seen.p99),
                    "of_bare": hundredths(ratio)}));
            }
        }
    }
    Ok(rows)
}

/// Of each way the round with the middle throughput.
async fn in_turns(
    ways: &[Arc<Way>],
    question: Question,
    concurrency: usize,
    options: Options,
) -> anyhow::Result<Vec<Seen>> {
    for way in ways {
        // Connections are opened and statements prepared before the clock runs.
        question::run(way, question, concurrency, Duration::from_millis(100)).await?;
    }
    let mut seen = vec![Vec::new(); ways.len()];
    for _ in 0..options.rounds {
        for (way, seen) in ways.iter().zip(&mut seen) {
            seen.push(question::run(way, question, concurrency, options.round).await?);
        }
    }
    Ok(seen.into_iter().map(Seen::middle).collect())
}

fn fastest_bare(ways: &[Arc<Way>], seen: &[Seen]) -> f64 {
    let bare = ways.iter().zip(seen).filter(|(way, _)| way.is_bare());
    bare.map(|(_, seen)| seen.per_second).fold(f64::MIN_POSITIVE, f64::max)
}

/// Milliseconds with two decimals.
fn fine(time: Duration) -> f64 {
    hundredths(time.as_secs_f64() * 1_000.0)
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
