//! Durable jobs: asked for by thousands, done, both at once, one at a time; among many that wait, while a snapshot is held, and
//! when nobody asks; on request beside the queues of others. Never here: whether none is lost; that is what the fault run is for.

pub(crate) mod apart;
mod beside;
mod claims;
mod held;
mod idle;
mod nothing;
mod options;
mod ours;
mod peer;
mod seen;
mod store;
mod world;

use serde_json::{Value, json};

use crate::load::Seen as Times;
use crate::{machine, ms, server};
use apart::Apart;
use beside::Row;
use held::Rates;
use options::Options;
use seen::Mode;
use world::World;

/// Jobs per second that are asked for and done.
const THROUGH_LEAST: f64 = 10_000.0;
/// Of Celery.
const TIMES_CELERY_LEAST: f64 = 10.0;
/// From before a job is asked for to its beginning, and of a claim.
const P99_MOST_MS: f64 = 20.0;
/// Of the jobs per second without a snapshot.
const HELD_LEAST: f64 = 0.9;

/// Everything that was measured.
struct Measured {
    rows: Vec<Row>,
    /// Asked for by another process.
    apart: Apart,
    claims: Times,
    rates: Rates,
    idle_a_minute: f64,
}

/// Prints the tables and, as its last line, the same as JSON. Fails when a limit is not kept.
pub(crate) async fn run() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(2).collect();
    let options = Options::parse(arguments.iter().cloned())?;
    let (commit, cores) = (machine::commit().await?, machine::cores()?);
    let command =
        ["cargo xtask bench jobs".to_owned()].into_iter().chain(arguments).collect::<Vec<_>>().join(" ");
    // Before anything is built.
    println!("`{command}` at {commit} on {cores} cores, load average {}\n", machine::load_average());
    let folder = server::folder()?;
    let world = World::start(folder.path()).await?;
    let measured = measure(&world, options).await;
    world.stop().await?;
    let measured = measured?;
    measured.print(options);
    let missed = measured.missed();
    let run = json!({"command": command, "commit": commit, "cores": cores});
    println!("{}", measured.json(options, &run, &missed));
    anyhow::ensure!(missed.is_empty(), "not kept: {}", missed.join("; "));
    Ok(())
}

async fn measure(world: &World, options: Options) -> anyhow::Result<Measured> {
    let rows = beside::measure(world, options).await?;
    let idle =
        world.on_empty(async |target| apart::measure(target, beside::SINGLE, apart::IDLE).await).await?;
    let busy =
        world.on_empty(async |target| apart::measure(target, beside::SINGLE, apart::BUSY).await).await?;
    let apart = Apart { idle, busy };
    let log = world.log_file();
    let claims = world.on_empty(async |target| claims::measure(target, &log, options).await).await?;
    let rates = world.on_empty(async |target| held::measure(target, options.held).await).await?;
    let idle_a_minute = world.on_empty(async |target| idle::statements_a_minute(target).await).await?;
    Ok(Measured { rows, apart, claims, rates, idle_a_minute })
}

impl Measured {
    fn print(&self, options: Options) {
        let Options { jobs, waiting, .. } = options;
        println!(
            "{jobs} jobs of {} bytes that do nothing; in brackets: ours is so many times that.\n",
            nothing::PAYLOAD
        );
        println!(
            "| queue | version | setting | asked for/s | done/s | both/s | log bytes/job | p50 ms | p99 ms |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        for row in &self.rows {
            println!("{}", self.line(row));
        }
        println!("\n| ours alone | figure |\n|---|---|");
        for (seen, when) in [(&self.apart.idle, "50 ms"), (&self.apart.busy, "5 ms")] {
            println!(
                "| from one process to another, {when} after the one before began | p50 {} ms, p99 {} ms |",
                ms(seen.p50),
                ms(seen.p99)
            );
        }
        println!(
            "| a claim of at most {}, {waiting} ready and {} of tomorrow | p50 {} ms, p99 {} ms |",
            claims::MOST,
            claims::future(waiting),
            ms(self.claims.p50),
            ms(self.claims.p99)
        );
        println!(
            "| with a snapshot held for {} s; without | {:.0} jobs/s; {:.0} ({:.2}) |",
            options.held.as_secs_f64(),
            self.rates.held,
            self.rates.normal,
            self.rates.ratio()
        );
        println!("| statements a minute without any job | {} |\n", self.idle_a_minute);
    }

    fn line(&self, row: &Row) -> String {
        let rate = |mode| {
            let (its, ours) = (row.per_s(mode), self.rows[0].per_s(mode));
            if row.name == ours::NAME { format!("{its:.0}") } else { format!("{its:.0} ({:.2})", ours / its) }
        };
        let seen = row.of(Mode::Latency);
        let tenths = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.1}"));
        let wal = row.of(Mode::Through).and_then(|seen| seen.wal_bytes_per_job);
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.name,
            seen.map_or("", |seen| &seen.version),
            row.setting,
            rate(Mode::Enqueue),
            rate(Mode::Drain),
            rate(Mode::Through),
            wal.map_or_else(|| "–".to_owned(), |bytes| format!("{bytes:.0}")),
            tenths(seen.and_then(|seen| seen.p50_ms)),
            tenths(seen.and_then(|seen| seen.p99_ms)),
        )
    }

    /// The limits that are not kept.
    fn missed(&self) -> Vec<String> {
        let ours = self.rows[0].per_s(Mode::Through);
        let p99 = self.rows[0].of(Mode::Latency).and_then(|seen| seen.p99_ms).unwrap_or(f64::MAX);
        let mut limits = vec![
            (ours >= THROUGH_LEAST, format!("{ours:.0} jobs/s, {THROUGH_LEAST} wanted")),
            (p99 < P99_MOST_MS, format!("a job begins after {p99:.1} ms at p99, below {P99_MOST_MS} wanted")),
            (
                ms(self.apart.idle.p99) < P99_MOST_MS,
                format!(
                    "another process's job begins after {} ms at p99, below {P99_MOST_MS} wanted",
                    ms(self.apart.idle.p99)
                ),
            ),
            (
                ms(self.claims.p99) < P99_MOST_MS,
                format!("a claim takes {} ms at p99, below {P99_MOST_MS} wanted", ms(self.claims.p99)),
            ),
            (
                self.rates.ratio() >= HELD_LEAST,
                format!("{:.2} with a snapshot, {HELD_LEAST} wanted", self.rates.ratio()),
            ),
        ];
        for row in &self.rows[1..] {
            let (its, least) =
                (row.per_s(Mode::Through), if row.is_on_database { 1.0 } else { TIMES_CELERY_LEAST });
            let times = ours / its;
            limits.push((times >= least, format!("{times:.2} times {}, {least} wanted", row.name)));
        }
        limits.into_iter().filter(|(is_kept, _)| !is_kept).map(|(_, what)| what).collect()
    }

    fn json(&self, options: Options, run: &Value, missed: &[String]) -> Value {
        let queues =
            self.rows.iter().map(|row| json!({"queue": row.name, "setting": row.setting, "seen": row.seen}));
        json!({"benchmark": "jobs", "run": run, "jobs": options.jobs, "queues": queues.collect::<Vec<_>>(),
            "apart_idle_p50_ms": ms(self.apart.idle.p50), "apart_idle_p99_ms": ms(self.apart.idle.p99),
            "apart_busy_p50_ms": ms(self.apart.busy.p50), "apart_busy_p99_ms": ms(self.apart.busy.p99),
            "claim_p50_ms": ms(self.claims.p50), "claim_p99_ms": ms(self.claims.p99),
            "normal_per_s": self.rates.normal.round(), "held_per_s": self.rates.held.round(),
            "idle_statements_a_minute": self.idle_a_minute, "missed": missed})
    }
}
