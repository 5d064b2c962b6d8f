//! Slow reads of a replica beside short ones: nobody waits behind a statement that takes its time, and none that may take
//! its time is cut short.

use std::time::Duration;

use futures_util::future::{Either, select};
use mainstay_db::causality::{self, Causality};
use mainstay_db::{Db, DbError, Executor, Statement, replicas};
use mainstay_runtime::Stop;
use mainstay_testing::{ReplicaSet, replica_set, until};

static POINT: Statement = Statement::pipelined("note.point", "select /* note.point */ 1");
static SLOW_POINT: Statement = Statement::pipelined("note.slow", "select /* note.slow */ pg_sleep($1)");
static REPORT: Statement = Statement::pooled("note.report", "select /* note.report */ pg_sleep($1)");

/// Longer than any of this takes.
const PATIENCE: Duration = Duration::from_secs(20);

const SLEEPS: &str = "select exists (select from pg_stat_activity where wait_event = 'PgSleep')";
const SLEEPS_NOT: &str = "select not exists (select from pg_stat_activity where wait_event = 'PgSleep')";

/// As a session that has seen nothing, in bounded time.
async fn ask(db: &Db, statement: &'static Statement, seconds: Option<f64>) -> Result<(), DbError> {
    let session = Causality::new(1, None);
    let read = causality::scope(session, async {
        match seconds {
            Some(seconds) => db.read().rows(statement, &[&seconds]).await,
            None => db.read().rows(statement, &[]).await,
        }
    });
    read.await.map(drop)
}

async fn on_replica(test: impl AsyncFnOnce(&ReplicaSet, &Db)) {
    limited_on_replica(60_000, test).await;
}

/// `statement_timeout_ms` is the database's.
async fn limited_on_replica(statement_timeout_ms: u64, test: impl AsyncFnOnce(&ReplicaSet, &Db)) {
    let set = replica_set(1).await.unwrap();
    let config = mainstay_db::Config {
        pool_max: 2,
        pool_read_max: 2,
        statement_timeout_ms,
        read_replicas: set.address(1),
        replicas: replicas::Config {
            poll_interval_ms: 10,
            max_staleness_ms: 60_000,
            connections: 1,
            pooled_connections: 1,
            statement_timeout_ms: 1_500,
            ..replicas::Config::default()
        },
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    let test = async {
        until("both lanes of the replica answer", async || {
            let before = served(&db);
            ask(&db, &POINT, None).await.unwrap();
            ask(&db, &REPORT, Some(0.0)).await.unwrap();
            served(&db) == before + 2
        })
        .await;
        test(&set, &db).await;
    };
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
    set.close().await.unwrap();
}

fn served(db: &Db) -> u64 {
    db.replicas().unwrap().status().replicas[0].served
}

#[tokio::test]
async fn short_reads_of_a_replica_do_not_wait_behind_a_report() {
    on_replica(async |set, db| {
        let report = Box::pin(ask(db, &REPORT, Some(600.0)));
        let others = Box::pin(async {
            set.wait(1, SLEEPS).await.unwrap();
            let before = served(db);
            let point = tokio::time::timeout(PATIENCE, ask(db, &POINT, None));
            point.await.expect("it waits behind the report").unwrap();
            assert_eq!(served(db), before + 1);
            // The replica's place for such reads is taken: the primary answers.
            ask(db, &REPORT, Some(0.0)).await.unwrap();
            assert_eq!(served(db), before + 1);
        });
        let Either::Right(((), report)) = select(report, others).await else { panic!("the report ended") };
        // Nobody waits for the report any more: it is ended, and its place is filled again.
        drop(report);
        set.wait(1, SLEEPS_NOT).await.unwrap();
        until("the replica takes reports again", async || {
            let before = served(db);
            ask(db, &REPORT, Some(0.0)).await.unwrap();
            served(db) == before + 1
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_read_that_is_too_slow_for_the_shared_connections_of_a_replica_is_answered_all_the_same() {
    on_replica(async |_, db| {
        let before = served(db);
        ask(db, &REPORT, Some(2.0)).await.unwrap();
        assert_eq!(served(db), before + 1, "it has a connection to itself, and its own time-out");
        ask(db, &SLOW_POINT, Some(2.0)).await.unwrap();
        assert_eq!(served(db), before + 1, "the primary answered");
    })
    .await;
}

#[tokio::test]
async fn a_report_may_take_as_long_on_a_replica_as_on_the_primary_and_no_longer() {
    limited_on_replica(1_000, async |_, db| {
        let before = served(db);
        ask(db, &REPORT, Some(0.3)).await.unwrap();
        assert_eq!(served(db), before + 1);
        let cut = tokio::time::timeout(PATIENCE, ask(db, &REPORT, Some(600.0))).await;
        let error = cut.expect("the replica goes by another limit").unwrap_err();
        assert!(matches!(error, DbError::Cancelled(_)), "{error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_short_read_that_turns_out_slow_leaves_the_shared_connections_of_a_replica_for_a_while() {
    on_replica(async |_, db| {
        let before = served(db);
        ask(db, &SLOW_POINT, Some(2.0)).await.unwrap();
        assert_eq!(served(db), before, "it was cut off, and the primary answered");
        ask(db, &SLOW_POINT, Some(2.0)).await.unwrap();
        assert_eq!(served(db), before + 1, "it has a connection to itself");
        let (one, two) = tokio::join!(ask(db, &SLOW_POINT, Some(0.3)), ask(db, &SLOW_POINT, Some(0.3)));
        one.and(two).unwrap();
        assert_eq!(served(db), before + 3, "there is but one such, and the other read shares as before");
    })
    .await;
    // Never cut off, and slow on average.
    on_replica(async |_, db| {
        for _ in 0..3 {
            ask(db, &SLOW_POINT, Some(0.3)).await.unwrap();
        }
        let before = served(db);
        ask(db, &SLOW_POINT, Some(2.0)).await.unwrap();
        assert_eq!(served(db), before + 1);
    })
    .await;
}
