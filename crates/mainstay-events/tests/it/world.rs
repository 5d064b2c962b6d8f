//! A database with the tables of events, and events that say who has told them.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mainstay_db::partitions::{self, Declared, Keeper};
use mainstay_db::{Db, Session, Tx};
use mainstay_events::{Delivered, Emit, Event, Subscriber, Subscribers};
use mainstay_jobs::{Config, Context, Failure, Kinds, Options, Worker};
use mainstay_runtime::{Clock, Effects, Stop};
use mainstay_telemetry::Registry;
use mainstay_testing::TestDb;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use uuid::Uuid;

const WITHIN: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) psql: Session,
}

/// Something has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) word: String,
    pub(crate) key: Option<String>,
}

impl Event for Told {
    const TYPE: &'static str = "test.told";
    const SOURCE: &'static str = "/test";

    fn subject(&self) -> Option<String> {
        Some(format!("word/{}", self.word))
    }

    fn key(&self) -> Option<String> {
        self.key.clone()
    }
}

pub(crate) fn told(word: &str, key: Option<&str>) -> Told {
    Told { word: word.to_owned(), key: key.map(str::to_owned) }
}

/// Another thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Other;

impl Event for Other {
    const TYPE: &'static str = "test.other";
}

/// What subscribers have heard.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(pub(crate) Arc<Mutex<Vec<String>>>);

impl Heard {
    pub(crate) fn words(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// One who hears of it; of each word that begins with `again` it wants to hear twice.
pub(crate) struct First;

impl Subscriber for First {
    const NAME: &'static str = "first";
    type Event = Told;
    type State = Heard;

    fn options() -> Options {
        let short = Duration::from_millis(1);
        Options { backoff: mainstay_jobs::backoff::Backoff { base: short, cap: short }, ..Options::default() }
    }

    async fn receive(event: Delivered<Told>, heard: Heard, context: Context) -> Result<(), Failure> {
        let word = event.event.word;
        heard.0.lock().unwrap().push(word.clone());
        if word.starts_with("again") && context.attempt().number == 1 {
            return Err(Failure::Error("not yet".to_owned()));
        }
        Ok(())
    }
}

/// Another one.
pub(crate) struct Second;

impl Subscriber for Second {
    const NAME: &'static str = "second";
    type Event = Told;
    type State = Heard;

    async fn receive(event: Delivered<Told>, heard: Heard, _: Context) -> Result<(), Failure> {
        heard.0.lock().unwrap().push(format!("second {}", event.event.word));
        Ok(())
    }
}

/// A process that works.
pub(crate) struct Working {
    stop: Stop,
    task: JoinSet<()>,
}

impl Working {
    pub(crate) async fn stop(mut self) {
        self.stop.trigger();
        tokio::time::timeout(WITHIN, self.task.join_next()).await.unwrap().unwrap().unwrap();
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        let sets = [&mainstay_jobs::MIGRATIONS, &mainstay_events::MIGRATIONS];
        let test = TestDb::migrated(&sets).await.unwrap();
        let psql = Session::connect(test.target(), "psql", WITHIN).await.unwrap();
        let world = Self { test, psql };
        world.keeper(&Clock::system()).round().await.unwrap();
        world
    }

    /// Keeps the days of jobs and events, for two of them.
    pub(crate) fn keeper(&self, clock: &Clock) -> Keeper {
        let days = NonZeroU32::new(2).unwrap();
        let jobs = mainstay_jobs::partitions(days).into_iter();
        let tables = jobs.chain(mainstay_events::partitions(days)).map(Declared::from).collect();
        let config = partitions::Config::default();
        Keeper::new(&config, self.test.target(), clock, &Registry::new(), tables).unwrap()
    }

    pub(crate) fn db(&self) -> &Db {
        self.test.db()
    }

    pub(crate) fn work(&self, kinds: Kinds) -> Working {
        let config = Config {
            poll: Duration::from_millis(50),
            full_every: Duration::from_millis(100),
            ..Config::default()
        };
        let worker = Worker::new(self.test.target(), kinds, config, &Effects::system());
        let (stop, mut task) = (Stop::new(), JoinSet::new());
        task.spawn(worker.run(stop.clone()));
        Working { stop, task }
    }

    /// Both subscribers, and what they hear.
    pub(crate) async fn subscribe(&self) -> (Kinds, Heard) {
        let heard = Heard::default();
        let both =
            Subscribers::new(Kinds::new()).durable::<First>(heard.clone()).durable::<Second>(heard.clone());
        (both.declare(self.db()).await.unwrap(), heard)
    }

    pub(crate) async fn tx(&self) -> Tx {
        self.db().write().await.unwrap()
    }

    pub(crate) async fn tell(&self, word: &str, key: Option<&str>) -> Uuid {
        let tx = self.tx().await;
        let id = tx.emit(&told(word, key)).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.psql.query_one(sql, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn close(self) {
        drop(self.psql);
        self.test.close().await.unwrap();
    }
}
