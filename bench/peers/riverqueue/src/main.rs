//! Jobs by riverqueue. Never here: how the time is taken.

mod store;

use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use peer::{Options, Queue, Told};
use riverqueue::migrate::PostgresMigrator;
use riverqueue::sqlx::PgPool;
use riverqueue::{BoxError, Client, Job, JobArgs, QueueConfig, WorkContext, WorkOutcome, Workers};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As in the benchmark of River's own command; by default 100 ms and a second.
const FETCH_COOLDOWN: Duration = Duration::from_millis(2);
const FETCH_POLL: Duration = Duration::from_millis(20);

#[derive(Clone, Debug, Deserialize, JobArgs, Serialize)]
#[river(kind = "nothing")]
struct Nothing {
    number: usize,
    fill: String,
}

struct River(Client);

impl Queue for River {
    const NAME: &'static str = "riverqueue";
    const UNDONE: &'static str = store::UNDONE;

    async fn open(database: &PgPool, options: &Options, told: &Told) -> Result<Self> {
        PostgresMigrator::new(database.clone()).migrate_up().await?;
        let mut workers = Workers::new();
        let told = told.clone();
        workers.add_fn(move |_: WorkContext, job: Job<Nothing>| {
            told.tell(job.args.number);
            async { Ok::<_, BoxError>(WorkOutcome::Complete) }
        })?;
        let queue = QueueConfig::new(options.places)
            .with_fetch_cooldown(FETCH_COOLDOWN)
            .with_fetch_poll_interval(FETCH_POLL);
        let client = Client::builder(database.clone())
            .workers(workers)
            .fetch_cooldown(FETCH_COOLDOWN)
            .queue("default", queue)
            .build()?;
        Ok(Self(client))
    }

    async fn enqueue(&self, numbers: Range<usize>, fill: &str) -> Result<()> {
        let job = |number| Nothing { number, fill: fill.to_owned() };
        match numbers.len() {
            1 => drop(self.0.insert(job(numbers.start)).await?),
            _ => drop(self.0.insert_many(numbers.map(job)).await?),
        }
        Ok(())
    }

    async fn work(&self) -> Result<()> {
        self.0.start()?.detach();
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    peer::run::<River>(include_str!("../Cargo.lock")).await
}
