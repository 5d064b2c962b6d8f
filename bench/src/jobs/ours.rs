//! Our jobs on a database of their own, measured as the peers measure theirs. Never here: what only ours is measured by.

use std::ops::Range;
use std::time::{Duration, Instant};

use anyhow::ensure;
use mainstay_db::{Db, Session, Target, migrate};
use mainstay_jobs::{Config, Enqueue, Kinds, MIGRATIONS, New, Worker};
use mainstay_runtime::{Effects, Supervisor};

use super::nothing::{Nothing, Told};
use super::seen::{Mode, Seen};
use super::store;

pub(super) const NAME: &str = "mainstay-jobs";
/// Of one transaction.
pub(super) const TOGETHER: usize = 1_000;
pub(super) const ASKING: usize = 4;
pub(super) const PLACES: usize = 2_000;
const WITHIN: Duration = Duration::from_secs(20);
/// So long nothing ends before something is wrong.
const LONGEST: Duration = Duration::from_secs(300);

pub(super) struct Ours {
    pub(super) psql: Session,
    pub(super) told: Told,
    db: Db,
    target: Target,
}

impl Ours {
    /// On an empty database.
    pub(super) async fn open(target: &Target, told: Told) -> anyhow::Result<Self> {
        migrate::run(target, &[&MIGRATIONS]).await?;
        let psql = Session::connect(target, "bench", WITHIN).await?;
        // As the programs of the peers see to it.
        ensure!(store::is_durable(&psql).await?, "synchronous_commit and fsync are not both on");
        store::partitions(&psql).await?;
        let db = Db::connect(&mainstay_db::Config::default(), target).await?;
        Ok(Self { psql, told, db, target: target.clone() })
    }

    /// What the programs of the peers do, by the same steps.
    pub(super) async fn measure(target: &Target, mode: Mode, jobs: usize) -> anyhow::Result<Seen> {
        let ours = Self::open(target, Told::new(mode == Mode::Latency)).await?;
        let (mut working, mut waits) = (None, Vec::new());
        let (before, begun) = match mode {
            Mode::Enqueue => {
                let started = ours.mark().await?;
                ours.ask(jobs).await?;
                started
            }
            Mode::Drain => {
                ours.ask(jobs).await?;
                let started = ours.mark().await?;
                working = Some(ours.work(&Config::default()));
                ours.ended(jobs).await?;
                started
            }
            Mode::Through => {
                let first = jobs.min(TOGETHER);
                working = Some(ours.work(&Config::default()));
                ours.ask(first).await?;
                ours.ended(first).await?;
                let started = ours.mark().await?;
                ours.ask(jobs).await?;
                ours.ended(first + jobs).await?;
                started
            }
            Mode::Latency => {
                working = Some(ours.work(&Config::default()));
                let started = ours.mark().await?;
                waits = ours.one_at_a_time(jobs).await?;
                started
            }
        };
        let (took, written) = (begun.elapsed(), store::written(&ours.psql).await? - before);
        if let Some(working) = working {
            working.drain(WITHIN).await;
        }
        let part = |part: usize| waits.get(waits.len() * part / 100).map(|wait| wait.as_secs_f64() * 1e3);
        Ok(Seen {
            peer: NAME.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mode: mode.name().to_owned(),
            jobs,
            per_s: jobs as f64 / took.as_secs_f64(),
            wal_bytes_per_job: Some(written as f64 / jobs as f64),
            p50_ms: part(50),
            p99_ms: part(99),
        })
    }

    /// Bytes of the server's log so far, and now.
    async fn mark(&self) -> anyhow::Result<(i64, Instant)> {
        Ok((store::written(&self.psql).await?, Instant::now()))
    }

    /// Asks for so many, of which nobody asks for the time.
    pub(super) async fn ask(&self, many: usize) -> anyhow::Result<()> {
        self.ask_for(many, |new, _| new).await
    }

    /// Asks for so many, each as `treated` by its number.
    pub(super) async fn ask_for(
        &self,
        many: usize,
        treated: impl Fn(New<Nothing>, usize) -> New<Nothing>,
    ) -> anyhow::Result<()> {
        let (each, treated) = (many.div_ceil(ASKING), &treated);
        let asking = (0..ASKING).map(|who| async move {
            let (mut next, end) = (who * each, many.min((who + 1) * each));
            while next < end {
                let numbers = next..end.min(next + TOGETHER);
                next = numbers.end;
                self.enqueue(numbers, treated).await?;
            }
            Ok::<_, anyhow::Error>(())
        });
        futures_util::future::try_join_all(asking).await?;
        Ok(())
    }

    /// Asks for those of these numbers in one transaction.
    pub(super) async fn enqueue(
        &self,
        numbers: Range<usize>,
        treated: impl Fn(New<Nothing>, usize) -> New<Nothing>,
    ) -> anyhow::Result<()> {
        let tx = self.db.write().await?;
        let jobs = numbers.map(|number| treated(New::of(&Nothing::new(number)), number)).collect();
        tx.enqueue_all(jobs).await?;
        Ok(tx.commit().await?)
    }

    /// A worker with places for many jobs.
    pub(super) fn work(&self, config: &Config) -> Supervisor {
        let config = Config { queues: vec![("default".to_owned(), PLACES)], ..config.clone() };
        let (kinds, effects) = (Kinds::new().with::<Nothing>(self.told.clone()), Effects::system());
        let worker = Worker::new(&self.target, kinds, config, &effects);
        let supervisor = Supervisor::new(&effects);
        supervisor.spawn("jobs", |stop| worker.run(stop));
        supervisor
    }

    /// Returns when so many have been done. The database says so too in the end; it is asked only then: counting costs it time.
    pub(super) async fn ended(&self, many: usize) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.told.count() < many {
            ensure!(begun.elapsed() < LONGEST, "{} of {many} are done", self.told.count());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        while store::left(&self.psql).await? > 0 {
            ensure!(begun.elapsed() < LONGEST, "some do not end");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let ended = store::ended(&self.psql).await?;
        ensure!(usize::try_from(ended)? == many, "{ended} have ended, and {many} were asked for");
        Ok(())
    }

    /// From before each of some single jobs is asked for to its beginning, shortest first.
    async fn one_at_a_time(&self, many: usize) -> anyhow::Result<Vec<Duration>> {
        // Who works has just begun to.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut waits = Vec::with_capacity(many);
        for number in 0..many {
            let asked = Instant::now();
            self.enqueue(number..number + 1, |new, _| new).await?;
            let (which, began) = tokio::time::timeout(LONGEST, self.told.next()).await??;
            ensure!(which == number, "another one began");
            waits.push(began.duration_since(asked));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        waits.sort();
        Ok(waits)
    }
}
