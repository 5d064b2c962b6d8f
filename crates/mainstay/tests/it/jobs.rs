//! Jobs of a process that serves: done while it does, and after its requests at a stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use mainstay::{Platform, PlatformConfig};
use mainstay_db::{Db, Executor, Statement};
use mainstay_jobs::{Context, Enqueue, Failure, Job, Kinds};
use mainstay_runtime::{Clock, Effects, Stop};
use mainstay_testing::{TestDb, until};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::world::World;

/// Says that it has begun, and ends when it is told to.
#[derive(Serialize, Deserialize)]
struct Wait;

#[derive(Clone, Default)]
struct Said(Arc<Words>);

#[derive(Default)]
struct Words {
    begun: Notify,
    go_on: Notify,
}

impl Job for Wait {
    const NAME: &'static str = "wait";
    type State = Said;
    type Output = ();

    async fn run(self, said: Said, _: Context) -> Result<(), Failure> {
        said.0.begun.notify_one();
        said.0.go_on.notified().await;
        Ok(())
    }
}

async fn start(db: &TestDb, workers: usize) -> Platform {
    let mut config = PlatformConfig::default();
    config.database.url = db.target().url();
    config.cache.enabled = false;
    config.jobs.workers = workers;
    Platform::start(&config, &[]).await.unwrap()
}

async fn ask(db: &Db) {
    let tx = db.write().await.unwrap();
    tx.enqueue(Wait).await.unwrap();
    tx.commit().await.unwrap();
}

async fn number(db: &TestDb, statement: &'static Statement) -> i64 {
    db.db().read().rows(statement, &[]).await.unwrap()[0].get(0)
}

static SUCCEEDED: Statement = Statement::pooled(
    "tests.succeeded",
    "select count(*) /* tests.succeeded */ from mainstay.job_outcome where state = 'succeeded'",
);
static WORKERS: Statement =
    Statement::pooled("tests.workers", "select count(*) /* tests.workers */ from mainstay.job_worker");

/// A request that is under way at a stop asks for a job, lets the one before it end, and waits until its own has begun.
async fn asks_late(db: Db, said: Said, stop: Stop, has_come: Arc<Notify>) -> &'static str {
    has_come.notify_one();
    stop.stopped().await;
    ask(&db).await;
    said.0.go_on.notify_one();
    said.0.begun.notified().await;
    "begun"
}

#[tokio::test]
async fn requests_end_before_jobs_do_and_jobs_may_come_to_their_end() {
    let test = TestDb::empty().await.unwrap();
    let mut platform = start(&test, 1).await;
    let (said, has_come) = (Said::default(), Arc::new(Notify::new()));
    platform.do_jobs(Kinds::new().with::<Wait>(said.clone()));
    let (db, stop) = (platform.db.clone(), platform.supervisor.stop());
    let late = {
        let (db, said, stop, has_come) = (db.clone(), said.clone(), stop.clone(), has_come.clone());
        move || asks_late(db.clone(), said.clone(), stop.clone(), has_come.clone())
    };
    let world = World::serve(platform, Router::new().route("/late", get(late))).await;
    world.until("/readyz", 200).await;
    // One slot: the late one begins after this.
    ask(&db).await;
    said.0.begun.notified().await;
    let (answer, ()) = tokio::join!(world.get("/late"), async {
        has_come.notified().await;
        stop.trigger();
    });
    assert_eq!(answer, (200, "begun".to_owned()));
    said.0.go_on.notify_one();
    let report = world.close().await;
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(number(&test, &SUCCEEDED).await, 2);
    assert_eq!(number(&test, &WORKERS).await, 0, "it has taken its leave");
}

#[tokio::test]
async fn without_workers_jobs_wait_and_are_seen_to() {
    let test = TestDb::empty().await.unwrap();
    let mut platform = start(&test, 0).await;
    platform.do_jobs(Kinds::new().with::<Wait>(Said::default()));
    let effects = Effects::fixed(Clock::system().now(), 1);
    platform.effects = effects.clone();
    platform.supervisor = mainstay_runtime::Supervisor::new(&effects);
    let db = platform.db.clone();
    let world = World::serve(platform, Router::new()).await;
    world.until("/readyz", 200).await;
    ask(&db).await;
    until("they are counted", async || {
        effects.clock.advance(Duration::from_secs(1));
        world.get("/metrics").await.1.contains(r#"jobs{queue="default",state="ready"} 1"#)
    })
    .await;
    let metrics = world.get("/metrics").await.1;
    for line in [
        r#"jobs{queue="default",state="running"} 0"#,
        r#"jobs{queue="default",state="dead"} 0"#,
        r#"jobs_due_seconds{queue="default"} "#,
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    assert_eq!(number(&test, &WORKERS).await, 0);
    assert!(world.close().await.is_clean());
}
