//! Jobs in the tests of whoever uses them: what was asked for is asserted, and done when the test says so, or at once. It is the
//! worker that does them, on a real server. Never here: another way of doing jobs.
//!
//! ```no_run
//! use mainstay_jobs::testing::{Hands, assert_enqueued};
//! use mainstay_jobs::{Context, Enqueue, Failure, Job, Kinds, MIGRATIONS, State};
//! use mainstay_testing::TestDb;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Debug, Serialize, Deserialize)]
//! struct Greet {
//!     name: String,
//! }
//!
//! impl Job for Greet {
//!     const NAME: &'static str = "greet";
//!     type State = ();
//!     type Output = String;
//!
//!     async fn run(self, (): (), _: Context) -> Result<String, Failure> {
//!         Ok(format!("Hello {}", self.name))
//!     }
//! }
//!
//! # async fn test() -> Result<(), Box<dyn std::error::Error>> {
//! let test = TestDb::migrated(&[&MIGRATIONS]).await?;
//! let hands = Hands::new(test.target(), Kinds::new().with::<Greet>(())).await?;
//!
//! let tx = test.db().write().await?;
//! tx.enqueue(Greet { name: "Kim".to_owned() }).await?;
//! tx.commit().await?;
//!
//! // Nothing is done before it is asked for.
//! assert_enqueued::<Greet>(&test.db().read(), |greet| greet.name == "Kim").await;
//! let done = hands.drain().await;
//! assert_eq!((done[0].state, done[0].result.as_deref()), (State::Succeeded, Some("\"Hello Kim\"")));
//!
//! // Or it is done as soon as it is committed.
//! let at_once = hands.at_once();
//! let tx = test.db().write().await?;
//! tx.enqueue(Greet { name: "Robin".to_owned() }).await?;
//! tx.commit().await?;
//! at_once.settled().await;
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::partitions::{self, Declared, Keeper, PartitionError};
use mainstay_db::{Client, Executor, Session, Target};
use mainstay_runtime::{Effects, Stop};
use mainstay_telemetry::Registry;
use tokio::task::JoinSet;

use crate::job::{DEFAULT_QUEUE, Job};
use crate::json::JsonText;
use crate::kinds::Kinds;
use crate::overview::{self, Shown};
use crate::store;
use crate::worker::{Config, Worker};

/// To connect, and to come to rest.
const WITHIN: Duration = Duration::from_secs(30);

/// Between two looks at whether everything is done.
const LOOK: Duration = Duration::from_millis(5);

/// The most jobs, or queues, of one answer.
const MOST: i64 = 10_000;

/// Who does the jobs of a test.
#[derive(Debug)]
pub struct Hands {
    target: Target,
    kinds: Kinds,
    session: Session,
}

/// Who does each job as soon as it is committed. Dropped, nobody does any more.
#[derive(Debug)]
pub struct AtOnce<'a> {
    hands: &'a Hands,
    _working: JoinSet<()>,
}

impl Hands {
    /// Who does these kinds, of a database with [`MIGRATIONS`](crate::MIGRATIONS). It makes the days that jobs need: before it
    /// none can be asked for.
    ///
    /// # Errors
    /// If the server cannot be reached.
    pub async fn new(target: &Target, kinds: Kinds) -> Result<Self, PartitionError> {
        let tables = crate::partitions(NonZeroU32::MIN).map(Declared::from).into();
        let effects = Effects::system();
        let config = partitions::Config::default();
        Keeper::new(&config, target, &effects.clock, &Registry::new(), tables)?.round().await?;
        let session = Session::connect(target, "jobs of a test", WITHIN).await?;
        Ok(Self { target: target.clone(), kinds, session })
    }

    /// Does what is due, and what comes of it, until nothing is. What has ended meanwhile, in the order of its ends; what failed
    /// and is to be tried again later waits.
    ///
    /// # Panics
    /// When the server is gone, or the work does not come to an end within half a minute.
    #[expect(clippy::expect_used, reason = "a test without its database has failed")]
    pub async fn drain(&self) -> Vec<Shown> {
        let row = self.session.query_one(store::CLOCK, &[]).await.expect("the clock of the server");
        let since: Timestamp = row.get("now");
        let working = self.at_once_of(self.queues().await);
        working.settled().await;
        drop(working);
        let rows = self.session.query(store::ENDED, &[&since, &MOST]).await.expect("what has ended");
        rows.iter().map(|row| overview::shown(row).expect("a job as it is written")).collect()
    }

    /// From now on each job of a queue that is a kind's own is done as soon as it is committed.
    pub fn at_once(&self) -> AtOnce<'_> {
        self.at_once_of(self.own_queues())
    }

    fn own_queues(&self) -> BTreeSet<String> {
        let own = self.kinds.queues().map(str::to_owned);
        own.chain([DEFAULT_QUEUE.to_owned()]).collect()
    }

    #[expect(clippy::expect_used, reason = "a test without its database has failed")]
    async fn queues(&self) -> BTreeSet<String> {
        let rows = self.session.query(store::WAITING_QUEUES, &[&MOST]).await.expect("the queues");
        let mut queues = self.own_queues();
        queues.extend(rows.iter().map(|row| row.get::<_, String>("queue")));
        queues
    }

    fn at_once_of(&self, queues: BTreeSet<String>) -> AtOnce<'_> {
        let places = 8;
        let config = Config {
            queues: queues.into_iter().map(|queue| (queue, places)).collect(),
            poll: LOOK,
            may_lead: false,
            ..Config::default()
        };
        let worker = Worker::new(&self.target, self.kinds.clone(), config, &Effects::system());
        let mut working = JoinSet::new();
        working.spawn(worker.run(Stop::new()));
        AtOnce { hands: self, _working: working }
    }
}

impl AtOnce<'_> {
    /// Until nothing runs and nothing is due.
    ///
    /// # Panics
    /// When the server is gone, or the work does not come to an end within half a minute.
    #[expect(clippy::expect_used, reason = "a test without its database has failed")]
    pub async fn settled(&self) {
        let settling = async {
            let kinds = self.hands.kinds.names();
            loop {
                let row = self.hands.session.query_one(store::DUE, &[&kinds]).await.expect("what is due");
                if !row.get::<_, bool>("is_due") {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(WITHIN, settling).await.expect("the jobs come to an end within half a minute");
    }
}

/// The jobs of a kind that wait, in the order in which they were asked for: as a transaction sees them also before it commits.
///
/// # Panics
/// When the database says no, or one of them cannot be read.
#[expect(clippy::expect_used, reason = "a test without its database has failed")]
pub async fn enqueued<J: Job>(client: &Client) -> Vec<J> {
    let rows = client.rows(&store::WAITING, &[&J::NAME, &MOST]).await.expect("what waits");
    let read = |payload: JsonText| serde_json::from_str(&payload.0).expect("a payload of its kind");
    rows.iter().map(|row| read(row.get("payload"))).collect()
}

/// That a job like this waits.
///
/// # Panics
/// When none does, with those of its kind that do.
pub async fn assert_enqueued<J: Job>(client: &Client, is_it: impl Fn(&J) -> bool) {
    let waiting = enqueued::<J>(client).await;
    if !waiting.iter().any(is_it) {
        let all: Vec<_> = waiting.iter().map(|job| serde_json::to_string(job).unwrap_or_default()).collect();
        panic!("no such job `{}` waits; those that do: [{}]", J::NAME, all.join(", "));
    }
}
