//! Jobs by apalis with apalis-postgres. Never here: how the time is taken.

mod store;

use std::ops::Range;
use std::time::Duration;

use anyhow::{Result, anyhow};
use apalis::prelude::*;
use apalis_postgres::{Config, PgPool, PostgresStorage};
use peer::{Options, Queue, Told};
use serde::{Deserialize, Serialize};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One asks, does and says so in turns; several of them keep the server busy.
const WORKERS: usize = 4;
/// Words of new jobs wake it; this is for those that it has not heard.
const POLL: Duration = Duration::from_millis(100);
const QUEUE: &str = "nothing";

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Nothing {
    number: usize,
    fill: String,
}

struct Apalis {
    database: PgPool,
    places: usize,
    told: Told,
}

async fn nothing(job: Nothing, told: Data<Told>) -> Result<(), BoxDynError> {
    told.tell(job.number);
    Ok(())
}

impl Queue for Apalis {
    const NAME: &'static str = "apalis-postgres";
    const UNDONE: &'static str = store::UNDONE;

    async fn open(database: &PgPool, options: &Options, told: &Told) -> Result<Self> {
        PostgresStorage::<()>::setup(database).await?;
        Ok(Self { database: database.clone(), places: options.places, told: told.clone() })
    }

    async fn enqueue(&self, numbers: Range<usize>, fill: &str) -> Result<()> {
        let task = |number| {
            let payload = serde_json::to_vec(&Nothing { number, fill: fill.to_owned() })?;
            Ok::<_, serde_json::Error>(TaskBuilder::new(payload).build())
        };
        let tasks = numbers.map(task).collect::<Result<Vec<_>, _>>()?;
        let mut tx = self.database.begin().await?;
        apalis_postgres::queries::push_tasks(&mut *tx, QUEUE, tasks).await?;
        Ok(tx.commit().await?)
    }

    async fn work(&self) -> Result<()> {
        let config =
            Config::default().queue(QUEUE).batch_size((self.places / WORKERS).max(1)).lock_tasks(false);
        for number in 0..WORKERS {
            let backend = PostgresStorage::<Nothing>::new(&self.database)
                .with_config(config.clone())
                .with_pubsub()
                .poll_with_interval(POLL);
            let worker = WorkerBuilder::new(format!("worker-{number}"))
                .backend(backend)
                .data(self.told.clone())
                .build(nothing);
            tokio::spawn(async move { worker.run().await.map_err(|error| anyhow!("{error}")) });
        }
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    peer::run::<Apalis>(include_str!("../Cargo.lock")).await
}
