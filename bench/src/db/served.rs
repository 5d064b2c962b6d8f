//! The list over HTTP by ours and by the peer, beside the bare loop on its statements. Never here: statements without HTTP.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use serde_json::{Value, json};

use super::question::Question;
use super::ways::Way;
use super::world::World;
use super::{Options, fine, hundredths, in_turns};
use crate::load::{self, Seen};

const CONNECTIONS: [usize; 2] = [32, 64];
/// Asked for over HTTP. One row more is read, to know whether a page follows.
const PAGES: [i64; 2] = [50, 20];
const WARM_UP: Duration = Duration::from_secs(3);
/// What the ratios are meant to reach.
const GOAL_DRIVER: f64 = 0.6;
const GOAL_PEER: f64 = 25.0;
/// The columns of the table and the fields of its JSON.
const COLUMNS: [&str; 10] = [
    "path",
    "connections",
    "who",
    "per_second",
    "p50_ms",
    "p99_ms",
    "processor_us_each",
    "postgres_us_each",
    "ours_of_it",
    "goal",
];

/// Requests per second of ours beside the bare loop on the list's own statement, and beside the peer.
pub(super) async fn measure(
    world: &World,
    ways: &[Arc<Way>],
    options: Options,
) -> anyhow::Result<Vec<Value>> {
    println!(
        "\n| path | connections | who | per second | p50 ms | p99 ms | processor µs each | PostgreSQL µs each | ours of it | goal |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for page in PAGES {
        let path = format!("/v1/activities?limit={page}");
        let first = world.compare(&path).await?;
        let cursor = first["next_cursor"].as_str().context("the list has one page")?;
        world.compare(&format!("{path}&cursor={cursor}")).await?;
        for connections in CONNECTIONS {
            rows.extend(table(world, ways, options, page, connections).await?);
        }
    }
    Ok(rows)
}

/// Who answers the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Ours,
    Tuned,
    Plain,
    /// Its statement alone, without HTTP.
    BareLoop,
    /// Both its statements, the look at the session first.
    BareRequest,
}

/// What somebody's rounds saw, and the processor time that they took.
struct Rounds {
    who: Who,
    seen: Vec<Seen>,
    worked: Worked,
}

/// Processor time of whoever answered, and of PostgreSQL.
#[derive(Clone, Copy, Default)]
struct Worked {
    served: Duration,
    database: Duration,
}

impl Who {
    const ALL: [Self; 5] = [Self::Ours, Self::Tuned, Self::Plain, Self::BareLoop, Self::BareRequest];

    fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Tuned => "FastAPI + SQLAlchemy, tuned",
            Self::Plain => "FastAPI + SQLAlchemy, plain",
            Self::BareLoop => "bare loop, its statement",
            Self::BareRequest => "bare loop, both its statements",
        }
    }

    /// The driver without HTTP.
    fn is_bare(self) -> bool {
        matches!(self, Self::BareLoop | Self::BareRequest)
    }

    fn goal(self) -> Option<f64> {
        match self {
            Self::Tuned => Some(GOAL_PEER),
            Self::BareLoop | Self::BareRequest => Some(GOAL_DRIVER),
            Self::Ours | Self::Plain => None,
        }
    }

    /// Of the serving processes so far. The bare loop's is not told apart from the generator's.
    fn worked(self, world: &World) -> anyhow::Result<Worked> {
        let served = match self {
            Self::Ours => world.server.processor_time(),
            Self::Tuned | Self::Plain => world.peer.processor_time(),
            Self::BareLoop | Self::BareRequest => Duration::ZERO,
        };
        Ok(Worked { served, database: world.database_time()? })
    }

    /// One run over HTTP.
    async fn request(
        self,
        world: &World,
        page: i64,
        connections: usize,
        time: Duration,
    ) -> anyhow::Result<Seen> {
        let ours = world.server.base.trim_start_matches("http://");
        let (host, prefix) = match self {
            Self::Ours | Self::BareLoop | Self::BareRequest => (ours, ""),
            Self::Tuned => (world.peer.address.as_str(), ""),
            Self::Plain => (world.peer.address.as_str(), "/plain"),
        };
        let request = format!(
            "GET {prefix}/v1/activities?limit={page} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {}\r\n\r\n",
            world.server.token
        );
        load::run(host, &request, connections, time).await
    }
}

impl Rounds {
    /// One round more.
    async fn add(
        &mut self,
        world: &World,
        bare: &[Arc<Way>],
        options: Options,
        page: i64,
        connections: usize,
    ) -> anyhow::Result<()> {
        let before = self.who.worked(world)?;
        let seen = if self.who.is_bare() {
            // The list reads one row more than it shows.
            let is_alone = self.who == Who::BareLoop;
            let question: Question = if is_alone { world.list(page + 1) } else { world.request(page + 1) };
            let seen = in_turns(bare, question, connections, Options { rounds: 1, ..options }).await?;
            seen.into_iter().max_by(|a, b| a.per_second.total_cmp(&b.per_second)).context("no bare loop")?
        } else {
            self.who.request(world, page, connections, options.round).await?
        };
        let after = self.who.worked(world)?;
        self.worked.served += after.served.saturating_sub(before.served);
        self.worked.database += after.database.saturating_sub(before.database);
        self.seen.push(seen);
        Ok(())
    }

    /// Microseconds of some processor time for each answer; none for what was not told apart.
    fn each(&self, time: Duration, round: Duration) -> Option<f64> {
        let answers: f64 = self.seen.iter().map(|seen| seen.per_second * round.as_secs_f64()).sum();
        (!self.who.is_bare()).then(|| (time.as_secs_f64() * 1e6 / answers).round())
    }
}

/// Everybody in turns, and of each the round with the middle throughput.
async fn table(
    world: &World,
    ways: &[Arc<Way>],
    options: Options,
    page: i64,
    connections: usize,
) -> anyhow::Result<Vec<Value>> {
    let bare: Vec<Arc<Way>> = ways.iter().filter(|way| way.is_bare()).map(Arc::clone).collect();
    for who in Who::ALL.into_iter().filter(|who| !who.is_bare()) {
        // The peer opens its connections and learns their types at the first requests, which takes seconds.
        who.request(world, page, connections, options.round.max(WARM_UP)).await?;
    }
    let mut all = Who::ALL.map(|who| Rounds { who, seen: Vec::new(), worked: Worked::default() });
    for _ in 0..options.rounds {
        for rounds in &mut all {
            rounds.add(world, &bare, options, page, connections).await?;
        }
    }
    let ours = Seen::middle(all[0].seen.clone()).per_second;
    let rows = all.iter().map(|rounds| {
        let seen = Seen::middle(rounds.seen.clone());
        json!({"path": format!("/v1/activities?limit={page}"), "connections": connections,
            "who": rounds.who.name(), "per_second": seen.per_second.round(), "p50_ms": fine(seen.p50),
            "p99_ms": fine(seen.p99), "processor_us_each": rounds.each(rounds.worked.served, options.round),
            "postgres_us_each": rounds.each(rounds.worked.database, options.round),
            "ours_of_it": hundredths(ours / seen.per_second), "goal": rounds.who.goal()})
    });
    let rows: Vec<Value> = rows.collect();
    rows.iter().for_each(show);
    Ok(rows)
}

fn show(row: &Value) {
    let cells = COLUMNS.map(|column| match &row[column] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        number => number.to_string(),
    });
    println!("| {} |", cells.join(" | "));
}
