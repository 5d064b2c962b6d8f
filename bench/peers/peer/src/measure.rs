//! How the time and the log are taken, the same for every queue. Never here: what a queue is.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{Mode, Options, Queue, Told, store};

/// Of one transaction.
const TOGETHER: usize = 1_000;
const ASKING: usize = 4;
/// What of a payload is not its text: `{"number":12345,"fill":""}`.
const FRAME: usize = 26;
/// So long nothing ends before something is wrong.
const LONGEST: Duration = Duration::from_secs(300);

#[derive(Debug, Default)]
pub(crate) struct Seen {
    took: Duration,
    wal_bytes: i64,
    /// Shortest first.
    waits: Vec<Duration>,
}

impl Seen {
    pub(crate) fn line(&self, name: &str, version: &str, options: &Options) -> Value {
        let (jobs, seconds) = (options.jobs as f64, self.took.as_secs_f64());
        let part =
            |part: usize| self.waits.get(self.waits.len() * part / 100).map(|wait| wait.as_secs_f64() * 1e3);
        json!({"peer": name, "version": version, "mode": options.mode.name(), "jobs": options.jobs,
            "places": options.places, "seconds": seconds, "per_s": jobs / seconds,
            "wal_bytes_per_job": self.wal_bytes as f64 / jobs, "p50_ms": part(50), "p99_ms": part(99)})
    }
}

pub(crate) async fn measure<Q: Queue>(database: &PgPool, options: &Options) -> Result<Seen> {
    ensure!(store::is_durable(database).await?, "synchronous_commit and fsync are not both on");
    let told = Told::new(options.mode == Mode::Latency);
    let queue = Q::open(database, options, &told).await?;
    let fill = "x".repeat(options.payload.saturating_sub(FRAME));
    let world = World { queue, database, told, fill };
    match options.mode {
        Mode::Enqueue => {
            let before = store::written(database).await?;
            let took = world.ask(options.jobs).await?;
            world.seen(took, before).await
        }
        Mode::Drain => {
            world.ask(options.jobs).await?;
            let (before, begun) = (store::written(database).await?, Instant::now());
            world.queue.work().await?;
            world.ended(options.jobs).await?;
            world.seen(begun.elapsed(), before).await
        }
        Mode::Through => {
            let first = options.jobs.min(TOGETHER);
            world.queue.work().await?;
            world.ask(first).await?;
            world.ended(first).await?;
            let (before, begun) = (store::written(database).await?, Instant::now());
            world.ask(options.jobs).await?;
            world.ended(first + options.jobs).await?;
            world.seen(begun.elapsed(), before).await
        }
        Mode::Latency => {
            world.queue.work().await?;
            let (before, begun) = (store::written(database).await?, Instant::now());
            let waits = world.one_at_a_time(options.jobs).await?;
            Ok(Seen { waits, ..world.seen(begun.elapsed(), before).await? })
        }
    }
}

struct World<'a, Q> {
    queue: Q,
    database: &'a PgPool,
    told: Told,
    fill: String,
}

impl<Q: Queue> World<'_, Q> {
    /// Asks for so many, and how long it took.
    async fn ask(&self, many: usize) -> Result<Duration> {
        let begun = Instant::now();
        let each = many.div_ceil(ASKING);
        let asking = |who: usize| async move {
            let (mut next, end) = (who * each, many.min((who + 1) * each));
            while next < end {
                let numbers = next..end.min(next + TOGETHER);
                next = numbers.end;
                self.queue.enqueue(numbers, &self.fill).await?;
            }
            Ok::<_, anyhow::Error>(())
        };
        tokio::try_join!(asking(0), asking(1), asking(2), asking(3))?;
        Ok(begun.elapsed())
    }

    /// Returns when so many have been done and the database says so. It is asked only then: counting costs it time.
    async fn ended(&self, many: usize) -> Result<()> {
        let begun = Instant::now();
        while self.told.count() < many {
            ensure!(begun.elapsed() < LONGEST, "{} of {many} are done", self.told.count());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        loop {
            let undone: i64 = store::count(self.database, Q::UNDONE).await?;
            if undone == 0 {
                return Ok(());
            }
            ensure!(begun.elapsed() < LONGEST, "{undone} do not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn one_at_a_time(&self, many: usize) -> Result<Vec<Duration>> {
        // Who works has just begun to.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut waits = Vec::with_capacity(many);
        for number in 0..many {
            let asked = Instant::now();
            self.queue.enqueue(number..number + 1, &self.fill).await?;
            let (which, began) = tokio::time::timeout(LONGEST, self.told.next()).await??;
            ensure!(which == number, "another one began");
            waits.push(began.duration_since(asked));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waits.sort();
        Ok(waits)
    }

    async fn seen(&self, took: Duration, written_before: i64) -> Result<Seen> {
        Ok(Seen { took, wal_bytes: store::written(self.database).await? - written_before, waits: Vec::new() })
    }
}
