//! Jobs by graphile_worker. Never here: how the time is taken.

mod store;

use std::ops::Range;
use std::time::Duration;

use anyhow::Result;
use graphile_worker::{
    Database, IntoTaskHandlerResult, JobSpec, LocalQueueConfig, TaskHandler, WorkerContext, WorkerOptions,
    WorkerUtils,
};
use peer::{Options, Queue, Told};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// As in its own benchmark of throughput.
const FETCHED: usize = 5_000;
const POLL: Duration = Duration::from_millis(5);
const GATHERED: Duration = Duration::from_millis(5);
const SCHEMA: &str = "graphile_worker";

#[derive(Clone, Serialize, Deserialize)]
struct Nothing {
    number: usize,
    fill: String,
}

#[derive(Debug, Clone)]
struct Tells(Told);

impl TaskHandler for Nothing {
    const IDENTIFIER: &'static str = "nothing";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let told = context.get_ext::<Tells>().ok_or("nobody is told")?;
        told.0.tell(self.number);
        Ok::<(), &'static str>(())
    }
}

struct Graphile {
    utils: WorkerUtils,
    database: PgPool,
    places: usize,
    told: Told,
}

impl Queue for Graphile {
    const NAME: &'static str = "graphile_worker";
    const UNDONE: &'static str = store::UNDONE;

    async fn open(database: &PgPool, options: &Options, told: &Told) -> Result<Self> {
        let utils = WorkerUtils::new(Database::from(database.clone()), SCHEMA);
        utils.migrate().await?;
        Ok(Self { utils, database: database.clone(), places: options.places, told: told.clone() })
    }

    async fn enqueue(&self, numbers: Range<usize>, fill: &str) -> Result<()> {
        let spec = JobSpec::default();
        let jobs: Vec<_> = numbers.map(|number| (Nothing { number, fill: fill.to_owned() }, &spec)).collect();
        self.utils.add_jobs(&jobs).await?;
        Ok(())
    }

    async fn work(&self) -> Result<()> {
        let worker = WorkerOptions::default()
            .pg_pool(self.database.clone())
            .schema(SCHEMA)
            .concurrency(self.places)
            .poll_interval(POLL)
            .complete_job_batch_delay(GATHERED)
            .local_queue(LocalQueueConfig::default().with_size(FETCHED))
            .add_extension(Tells(self.told.clone()))
            .define_job::<Nothing>()
            .init()
            .await?;
        tokio::spawn(async move { worker.run().await });
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    peer::run::<Graphile>(include_str!("../Cargo.lock")).await
}
