//! A database, processes that work, and a job that does what it is told.

use std::num::NonZeroU32;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use mainstay_db::embedded::Cluster;
use mainstay_db::partitions::{self, Declared, Keeper};
use mainstay_db::{DbError, Session, Target, Tx, migrate};
use mainstay_jobs::backoff::Backoff;
use mainstay_jobs::{
    Config, Context, Enqueue, EnqueueError, Enqueued, Failure, Job, Kinds, New, Options, Worker,
};
use mainstay_runtime::{Clock, Effects, Stop};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, until};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use uuid::Uuid;

const WITHIN: Duration = Duration::from_secs(20);

/// What jobs write.
const EFFECTS: &str = "create table effect (word text not null, run bigint not null)";

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) psql: Session,
    pub(crate) said: Said,
}

/// What jobs have done, and what lets the waiting ones go on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said(pub(crate) Arc<Heard>);

#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) words: Mutex<Vec<String>>,
    pub(crate) go_on: Notify,
    /// What blocks its thread is free.
    pub(crate) free: Mutex<bool>,
    pub(crate) freed: Condvar,
}

impl Said {
    pub(crate) fn words(&self) -> Vec<String> {
        self.0.words.lock().unwrap().clone()
    }

    /// The thread does nothing else until it is freed.
    fn block(&self, word: &str) {
        let is_free = self.0.free.lock().unwrap();
        drop(self.0.freed.wait_timeout_while(is_free, WITHIN * 2, |is_free| !*is_free).unwrap());
        self.0.words.lock().unwrap().push(format!("{word} is free"));
    }

    pub(crate) fn free(&self) {
        *self.0.free.lock().unwrap() = true;
        self.0.freed.notify_all();
    }
}

/// What a job does when it has said its word.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) enum Then {
    Succeed,
    /// Until this attempt, which succeeds.
    FailBefore(u16),
    Panic,
    /// When it is let go on.
    FailLate,
    /// Until it is let go on.
    Wait,
    /// The same, and asked to stop it stops.
    Listen,
    /// Takes so many milliseconds.
    Pause(u64),
    SnoozeOnce,
    Discard,
    RetryIn(u64),
    /// Writes an effect and its success together, then waits, as asked.
    Complete {
        waits: bool,
    },
    /// Writes its success and forgets to commit it.
    Forget,
    /// Keeps its thread until it is freed, and would then write its success.
    Block,
    /// Tells its progress a thousand times, then waits.
    Tell,
    /// Tells its progress when it is let go on, then waits again.
    TellLate,
    /// Goes on from its checkpoint, or writes one and waits.
    Keep,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Say {
    pub(crate) word: String,
    pub(crate) then: Then,
}

pub(crate) fn say(word: &str, then: Then) -> New<Say> {
    New::of(&Say { word: word.to_owned(), then })
}

#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) said: Said,
    pub(crate) db: mainstay_db::Db,
}

impl Job for Say {
    const NAME: &'static str = "say";
    const REDACTED: &'static [&'static str] = &["then"];
    type State = Parts;
    type Output = String;

    fn options() -> Options {
        let short = Duration::from_millis(1);
        Options { attempts: 3, backoff: Backoff { base: short, cap: short }, ..Options::default() }
    }

    async fn run(self, parts: Parts, context: Context) -> Result<String, Failure> {
        let attempt = context.attempt().number;
        parts.said.0.words.lock().unwrap().push(format!("{} {attempt}", self.word));
        match self.then {
            Then::FailBefore(last) if attempt < last => return Err(Failure::Error("not yet".to_owned())),
            Then::Panic => panic!("as it was told"),
            Then::FailLate => {
                parts.said.0.go_on.notified().await;
                return Err(Failure::Error("late".to_owned()));
            }
            Then::Wait => parts.said.0.go_on.notified().await,
            Then::Listen => {
                context.cancelled().await;
                return Err(Failure::Error("stopped".to_owned()));
            }
            Then::Pause(ms) => Clock::system().sleep(Duration::from_millis(ms)).await,
            Then::SnoozeOnce if parts.said.words().len() == 1 => {
                return Err(Failure::Snooze(Duration::from_millis(1)));
            }
            Then::Discard => return Err(Failure::Discard("nobody needs it".to_owned())),
            Then::RetryIn(ms) if attempt == 1 => {
                return Err(Failure::Retry(Duration::from_millis(ms), "soon".to_owned()));
            }
            Then::Succeed | Then::FailBefore(_) | Then::SnoozeOnce | Then::RetryIn(_) => {}
            Then::Forget => {
                let tx = parts.db.write().await?;
                context.complete_in(&tx, &"never").await?;
                tx.rollback().await?;
            }
            Then::Block => parts.said.block(&self.word),
            Then::Tell => {
                for n in 1..=1_000_u16 {
                    context.progress(f32::from(n) / 1_000.0, &format!("{n}\0 of 1000"));
                    tokio::task::yield_now().await;
                }
                parts.said.0.go_on.notified().await;
            }
            Then::TellLate => {
                parts.said.0.go_on.notified().await;
                context.progress(0.5, "late");
                parts.said.0.go_on.notified().await;
            }
            Then::Keep => {
                let kept: Option<Vec<u32>> = context.load().await?;
                if let Some(kept) = kept {
                    return Ok(format!("{kept:?}"));
                }
                context.checkpoint(&[1]).await?;
                context.checkpoint(&[1, 2]).await?;
                parts.said.0.go_on.notified().await;
                let lost = context.checkpoint(&[3]).await;
                parts.said.0.words.lock().unwrap().push(format!("{lost:?}"));
            }
            Then::Complete { waits } => {
                if waits {
                    parts.said.0.go_on.notified().await;
                }
                let tx = parts.db.write().await?;
                tx.execute(
                    "insert into effect (word, run) values ($1, $2)",
                    &[&self.word, &context.attempt().run],
                )
                .await?;
                context.complete_in(&tx, &"by itself").await?;
                tx.commit().await?;
            }
        }
        Ok(self.word)
    }
}

/// A database with the tables on a server that the test has for itself: what is committed there survives its kill.
pub(crate) async fn on_own(cluster: &Cluster) -> TestDb {
    let target = cluster.target();
    let psql = Session::connect(&target, "psql", WITHIN).await.unwrap();
    let durable = format!("alter database \"{}\" set synchronous_commit = on", target.database());
    psql.batch_execute(&durable).await.unwrap();
    migrate::run(&target, &[&mainstay_jobs::MIGRATIONS]).await.unwrap();
    TestDb::given(&target).await.unwrap()
}

/// A process that works.
pub(crate) struct Working {
    stop: Stop,
    task: JoinSet<()>,
}

impl Working {
    pub(crate) fn begin(worker: Worker) -> Self {
        let (stop, mut task) = (Stop::new(), JoinSet::new());
        task.spawn(worker.run(stop.clone()));
        Self { stop, task }
    }

    pub(crate) async fn stop(mut self) {
        self.stop.trigger();
        tokio::time::timeout(WITHIN, self.task.join_next()).await.unwrap().unwrap().unwrap();
    }

    /// As a process that is gone without a word.
    pub(crate) async fn die(mut self) {
        self.task.abort_all();
        assert!(self.task.join_next().await.unwrap().unwrap_err().is_cancelled());
    }
}

/// Quick enough for tests.
pub(crate) fn config() -> Config {
    Config {
        ttl: Duration::from_secs(2),
        poll: Duration::from_millis(50),
        full_every: Duration::from_millis(100),
        grace: Duration::from_millis(200),
        retry: Duration::from_millis(20),
        ..Config::default()
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::of(TestDb::migrated(&[&mainstay_jobs::MIGRATIONS]).await.unwrap()).await
    }

    /// In a database that has the tables.
    pub(crate) async fn of(test: TestDb) -> Self {
        let psql = Session::connect(test.target(), "psql", WITHIN).await.unwrap();
        psql.batch_execute(EFFECTS).await.unwrap();
        let world = Self { test, psql, said: Said::default() };
        world.keeper(&Clock::system()).round().await.unwrap();
        world
    }

    /// One in which somebody works while the test goes on; then everything is as it must be, and everybody stops.
    pub(crate) async fn run(config: Config, test: impl AsyncFnOnce(&Self)) {
        let world = Self::new().await;
        let working = world.work_with(config);
        test(&world).await;
        world.check().await;
        working.stop().await;
        world.close().await.unwrap();
    }

    /// Keeps the days of jobs, for two of them.
    pub(crate) fn keeper(&self, clock: &Clock) -> Keeper {
        let tables = mainstay_jobs::partitions(NonZeroU32::new(2).unwrap()).map(Declared::from).into();
        let config = partitions::Config::default();
        Keeper::new(&config, self.test.target(), clock, &Registry::new(), tables).unwrap()
    }

    pub(crate) fn work(&self) -> Working {
        self.work_with(config())
    }

    pub(crate) fn work_with(&self, config: Config) -> Working {
        self.work_over(self.test.target(), config)
    }

    /// One that reaches the server so.
    pub(crate) fn work_over(&self, target: &Target, config: Config) -> Working {
        let parts = Parts { said: self.said.clone(), db: self.test.db().clone() };
        let kinds = Kinds::new().with::<Say>(parts);
        Working::begin(Worker::new(target, kinds, config, &Effects::system()))
    }

    pub(crate) async fn tx(&self) -> Tx {
        self.test.db().write().await.unwrap()
    }

    pub(crate) async fn ask(&self, job: New<Say>) -> Uuid {
        match self.try_ask(job).await.unwrap() {
            Enqueued::New(id) => id,
            Enqueued::Existing(_) => panic!("there is one already"),
        }
    }

    pub(crate) async fn try_ask(&self, job: New<Say>) -> Result<Enqueued, EnqueueError> {
        let tx = self.tx().await;
        let asked = tx.enqueue(job).await?;
        tx.commit().await?;
        Ok(asked)
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.psql.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// The connections are cut over which jobs are claimed. One that is not open yet, as before the first job, can have lost none.
    pub(crate) async fn cut_claims(&self) {
        const CUT: &str = "\
            select count(pg_terminate_backend(pid)) from pg_stat_activity \
            where datname = current_database() and application_name like 'mainstay jobs%claims'";
        assert!(self.number(CUT).await > 0);
    }

    /// `succeeded 1`, `ready 2`, …: where a job is, and how many attempts of it have begun.
    pub(crate) async fn state(&self, id: Uuid) -> String {
        const STATE: &str = "\
            select 'ready ' || attempts from mainstay.job_ready where id = $1 \
            union all select 'running ' || attempts from mainstay.job_running where id = $1 \
            union all select state || ' ' || attempts from mainstay.job_outcome where id = $1 order by 1";
        let rows = self.psql.query(STATE, &[&id]).await.unwrap();
        let states: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        states.join(", ")
    }

    pub(crate) async fn until(&self, id: Uuid, state: &str) {
        let mut last = String::new();
        let waiting = until(state, async || {
            last = self.state(id).await;
            last == state
        });
        waiting.await;
    }

    /// What every end must leave behind: each job in one place, keys only of those that live.
    pub(crate) async fn check(&self) {
        const ONE_PLACE: &str = "\
            select count(*) from mainstay.job where 1 <> ( \
                (select count(*) from mainstay.job_ready as other where other.id = job.id) \
                + (select count(*) from mainstay.job_running as other where other.id = job.id) \
                + (select count(*) from mainstay.job_outcome as other where other.id = job.id))";
        const DEAD_KEYS: &str = "\
            select count(*) from mainstay.job_unique as held where until is null \
                and not exists (select from mainstay.job_ready where id = held.id) \
                and not exists (select from mainstay.job_running where id = held.id)";
        const TOO_MANY: &str = "\
            select count(*) from mainstay.job_outcome inner join mainstay.job using (id) where attempts > attempts_most";
        for (what, sql) in [("in one place", ONE_PLACE), ("keys", DEAD_KEYS), ("attempts", TOO_MANY)] {
            assert_eq!(self.number(sql).await, 0, "{what}");
        }
    }

    pub(crate) async fn close(self) -> Result<(), DbError> {
        drop(self.psql);
        self.test.close().await.unwrap();
        Ok(())
    }
}
