//! Durable jobs: asked for by thousands, done, both at once, one at a time; what each writes, and what nobody asks for costs.
//! Never here: whether none is lost; that is what the fault run is for.

mod store;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::migrate;
use mainstay_db::{Db, Session, Target};
use mainstay_jobs::{Config, Context, Enqueue, Failure, Job, Kinds, MIGRATIONS, New, Worker};
use mainstay_runtime::{Effects, Supervisor};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Notify;

use crate::{ms, server};

const MANY: usize = 60_000;
/// Of one transaction.
const TOGETHER: usize = 1_000;
const ASKING: usize = 4;
const PLACES: usize = 600;
const SINGLE: usize = 400;
/// A payload of about 200 bytes.
const FILL: usize = 150;
const IDLE: Duration = Duration::from_secs(20);

#[derive(Debug, Serialize, Deserialize)]
struct Nothing {
    number: usize,
    fill: String,
}

/// What the jobs tell.
#[derive(Debug, Clone, Default)]
struct Done(Arc<Told>);

#[derive(Debug, Default)]
struct Told {
    count: AtomicUsize,
    began: Mutex<Vec<(usize, Instant)>>,
    one: Notify,
}

impl Job for Nothing {
    const NAME: &'static str = "nothing";
    type State = Done;
    type Output = ();

    async fn run(self, done: Done, _: Context) -> Result<(), Failure> {
        done.0.count.fetch_add(1, Ordering::Relaxed);
        if self.number < SINGLE {
            done.0.began.lock().map_err(|_| "poisoned")?.push((self.number, Instant::now()));
            done.0.one.notify_one();
        }
        Ok(())
    }
}

/// Prints one table and, as its last line, the same as JSON.
pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = server::folder()?;
    let config = embedded::Config { data_dir: folder.path().join("postgres"), ..embedded::Config::default() };
    let cluster = Cluster::start(&config).await?;
    let measured = measure(&cluster.target()).await;
    cluster.stop().await?;
    measured
}

async fn measure(target: &Target) -> anyhow::Result<()> {
    migrate::run(target, &[&MIGRATIONS]).await?;
    let psql = Session::connect(target, "bench", Duration::from_secs(10)).await?;
    store::partitions(&psql).await?;
    let db = Db::connect(&mainstay_db::Config::default(), target).await?;
    let done = Done::default();

    let before = store::written(&psql).await?;
    let asking = ask(&db, MANY).await?;
    let asked_wal = store::written(&psql).await? - before;

    let working = work(target, &done);
    let begun = Instant::now();
    store::ended(&psql, MANY).await?;
    let draining = begun.elapsed();
    let drained_wal = store::written(&psql).await? - before - asked_wal;

    let begun = Instant::now();
    ask(&db, MANY).await?;
    store::ended(&psql, 2 * MANY).await?;
    let through = begun.elapsed();

    let waits = begun_after(&db, &done).await?;
    let p99 = waits[SINGLE * 99 / 100];
    let idle_a_minute = idle_a_minute(&psql).await?;
    working.drain(Duration::from_secs(20)).await;

    let per_second = |took: Duration| (MANY as f64 / took.as_secs_f64()).round();
    let wal_bytes = ((asked_wal + drained_wal) as f64 / MANY as f64).round();
    println!("| what | figure |\n|---|---|");
    println!("| asked for, {TOGETHER} a transaction, {ASKING} at once | {} jobs/s |", per_second(asking));
    println!("| done, {PLACES} places, all asked for before | {} jobs/s |", per_second(draining));
    println!("| asked for and done at the same time | {} jobs/s |", per_second(through));
    println!(
        "| one at a time, from before it is asked for to its beginning | p50 {} ms, p99 {} ms |",
        ms(waits[SINGLE / 2]),
        ms(p99)
    );
    println!("| log written for one job, from asking to its outcome | {wal_bytes} bytes |");
    println!("| transactions a minute without any job | {idle_a_minute} |");
    println!(
        "{}",
        json!({"benchmark": "jobs", "jobs": MANY, "asked_per_second": per_second(asking),
            "done_per_second": per_second(draining), "through_per_second": per_second(through),
            "begin_p99_ms": ms(p99), "wal_bytes": wal_bytes, "idle_transactions_a_minute": idle_a_minute})
    );
    Ok(())
}

fn nothing(number: usize) -> Nothing {
    Nothing { number, fill: "x".repeat(FILL) }
}

/// Asks for so many, and how long it took.
async fn ask(db: &Db, many: usize) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let asking = (0..ASKING).map(|_| async {
        for _ in 0..many / ASKING / TOGETHER {
            let tx = db.write().await?;
            let jobs = (0..TOGETHER).map(|number| New::of(&nothing(SINGLE + number))).collect();
            tx.enqueue_all(jobs).await?;
            tx.commit().await?;
        }
        Ok::<_, anyhow::Error>(())
    });
    futures_util::future::try_join_all(asking).await?;
    Ok(begun.elapsed())
}

/// From before each of some single jobs is asked for to its beginning, shortest first.
async fn begun_after(db: &Db, done: &Done) -> anyhow::Result<Vec<Duration>> {
    let mut waits = Vec::with_capacity(SINGLE);
    for number in 0..SINGLE {
        let asked = Instant::now();
        let tx = db.write().await?;
        tx.enqueue(nothing(number)).await?;
        tx.commit().await?;
        done.0.one.notified().await;
        let began = done.0.began.lock().ok().and_then(|began| began.last().copied());
        let (which, at) = began.context("none began")?;
        anyhow::ensure!(which == number, "another one began");
        waits.push(at.duration_since(asked));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    waits.sort();
    Ok(waits)
}

/// Transactions a minute that the server sees while nobody asks for anything.
async fn idle_a_minute(psql: &Session) -> anyhow::Result<f64> {
    let counted = async || -> anyhow::Result<i64> {
        // The server's figures are about a second old.
        tokio::time::sleep(Duration::from_secs(2)).await;
        store::transactions(psql).await
    };
    let (before, begun) = (counted().await?, Instant::now());
    tokio::time::sleep(IDLE).await;
    let count = counted().await? - before;
    Ok((count as f64 / begun.elapsed().as_secs_f64() * 60.0).round())
}

fn work(target: &Target, done: &Done) -> Supervisor {
    let config = Config { queues: vec![("default".to_owned(), PLACES)], ..Config::default() };
    let (kinds, effects) = (Kinds::new().with::<Nothing>(done.clone()), Effects::system());
    let worker = Worker::new(target, kinds, config, &effects);
    let supervisor = Supervisor::new(&effects);
    supervisor.spawn("jobs", |stop| worker.run(stop));
    supervisor
}
