//! The list of activities by every way to the database, through our whole HTTP path, and by FastAPI + SQLAlchemy, in
//! turns of one run. Never here: whether the answers are right, beyond that ours and the peer's are the same.

mod peer;
mod question;
mod store;
mod ways;
mod world;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::load::{self, Seen};
use crate::server;
use question::Question;
use ways::Way;
use world::World;

const CONCURRENCIES: [usize; 4] = [1, 8, 32, 64];
const CONNECTIONS: [usize; 2] = [32, 64];
/// Asked for over HTTP. One row more is read, to know whether a page follows.
const PAGES: [i64; 2] = [50, 20];
const WARM_UP: Duration = Duration::from_secs(3);
/// What the ratios are meant to reach.
const GOAL_DRIVER: f64 = 0.6;
const GOAL_PEER: f64 = 25.0;

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
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().await?;
    let commit = String::from_utf8_lossy(&commit.stdout).trim().to_owned();
    let cores = std::thread::available_parallelism()?.get();
    let command =
        format!("cargo xtask bench db --seconds {} --rounds {}", options.round.as_secs_f64(), options.rounds);
    println!("`{command}` at {commit} on {cores} cores, load average {}\n", load_average());
    let most = CONCURRENCIES.into_iter().max().unwrap_or(1);
    let ways: Vec<Arc<Way>> = Way::all(&world.target(), most).await?.into_iter().map(Arc::new).collect();
    let drivers = if options.has_drivers { drivers(world, &ways, options).await? } else { Vec::new() };
    let http = if options.has_http { http(world, &ways, options).await? } else { Vec::new() };
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

/// Requests per second of ours beside the bare loop on the list's own statement, and beside the peer.
async fn http(world: &World, ways: &[Arc<Way>], options: Options) -> anyhow::Result<Vec<Value>> {
    println!(
        "\n| path | connections | who | per second | p50 ms | p99 ms | processor µs each | ours of it | goal |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for page in PAGES {
        let path = format!("/v1/activities?limit={page}");
        let first = world.compare(&path).await?;
        let cursor = first["next_cursor"].as_str().context("the list has one page")?;
        world.compare(&format!("{path}&cursor={cursor}")).await?;
        for connections in CONNECTIONS {
            rows.extend(http_rows(world, ways, options, page, connections).await?);
        }
    }
    Ok(rows)
}

/// Who serves the page over HTTP, with the goal of our ratio to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Served {
    Ours,
    Tuned,
    Plain,
}

impl Served {
    const ALL: [Self; 3] = [Self::Ours, Self::Tuned, Self::Plain];

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Tuned => "FastAPI + SQLAlchemy, tuned",
            Self::Plain => "FastAPI + SQLAlchemy, plain",
        }
    }

    fn goal(self) -> Option<f64> {
        (self == Self::Tuned).then_some(GOAL_PEER)
    }

    /// One run, and the processor time of whoever answered.
    async fn run(
        self,
        world: &World,
        page: i64,
        connections: usize,
        time: Duration,
    ) -> anyhow::Result<(Seen, Duration)> {
        let ours = world.server.base.trim_start_matches("http://");
        let (host, prefix) = match self {
            Self::Ours => (ours, ""),
            Self::Tuned => (world.peer.address.as_str(), ""),
            Self::Plain => (world.peer.address.as_str(), "/plain"),
        };
        let request = format!(
            "GET {prefix}/v1/activities?limit={page} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\r\n",
            world.server.token
        );
        let worked = || match self {
            Self::Ours => world.server.processor_time(),
            Self::Tuned | Self::Plain => world.peer.processor_time(),
        };
        let before = worked();
        let seen = load::run(host, &request, connections, time).await?;
        Ok((seen, worked() - before))
    }
}

async fn http_rows(
    world: &World,
    ways: &[Arc<Way>],
    options: Options,
    page: i64,
    connections: usize,
) -> anyhow::Result<Vec<Value>> {
    let bare: Vec<Arc<Way>> = ways.iter().filter(|way| way.is_bare()).map(Arc::clone).collect();
    for served in Served::ALL {
        // The peer opens its connections and learns their types at the first requests, which takes seconds.
        served.run(world, page, connections, options.round.max(WARM_UP)).await?;
    }
    let (mut over_http, mut by_driver) = (vec![Vec::new(); Served::ALL.len()], Vec::new());
    let mut worked = [Duration::ZERO; Served::ALL.len()];
    for _ in 0..options.rounds {
        for (at, served) in Served::ALL.into_iter().enumerate() {
            let (seen, time) = served.run(world, page, connections, options.round).await?;
            over_http[at].push(seen);
            worked[at] += time;
        }
        let seen =
            in_turns(&bare, world.list(page + 1), connections, Options { rounds: 1, ..options }).await?;
        by_driver.extend(seen.into_iter().max_by(|a, b| a.per_second.total_cmp(&b.per_second)));
    }
    let each = over_http.iter().zip(worked).map(|(seen, worked)| {
        let answered: f64 = seen.iter().map(|seen| seen.per_second * options.round.as_secs_f64()).sum();
        Some((worked.as_secs_f64() * 1e6 / answered).round())
    });
    let each: Vec<_> = each.chain([None]).collect();
    let seen: Vec<Seen> = over_http.into_iter().chain([by_driver]).map(Seen::middle).collect();
    let names = Served::ALL.map(|served| (served.name(), served.goal()));
    let names = names.into_iter().chain([("bare loop, its statement", Some(GOAL_DRIVER))]);
    let ours = seen[0].per_second;
    let rows = names.zip(&seen).zip(each).map(|(((who, goal), seen), each)| {
        json!({"path": format!("/v1/activities?limit={page}"), "connections": connections, "who": who,
            "per_second": seen.per_second.round(), "p50_ms": fine(seen.p50), "p99_ms": fine(seen.p99),
            "processor_us_each": each, "ours_of_it": hundredths(ours / seen.per_second), "goal": goal})
    });
    let rows: Vec<Value> = rows.collect();
    for row in &rows {
        let cells = [
            "path",
            "connections",
            "who",
            "per_second",
            "p50_ms",
            "p99_ms",
            "processor_us_each",
            "ours_of_it",
            "goal",
        ];
        let cells = cells.map(|cell| match &row[cell] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            number => number.to_string(),
        });
        println!("| {} |", cells.join(" | "));
    }
    Ok(rows)
}

fn load_average() -> String {
    let all = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    all.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// Milliseconds with two decimals.
fn fine(time: Duration) -> f64 {
    hundredths(time.as_secs_f64() * 1_000.0)
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
