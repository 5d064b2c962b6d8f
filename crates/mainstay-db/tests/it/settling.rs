//! A commit that a replica shows and the primary does not yet: whoever has seen it is not answered without it, and nobody
//! else waits.

use std::time::Duration;

use futures_util::future;
use mainstay_db::causality::{self, Causality};
use mainstay_db::{Db, DbError, Executor, Session, Statement, replicas};
use mainstay_runtime::Stop;
use mainstay_testing::{ReplicaSet, replica_set, until};

static COUNT: Statement = Statement::pipelined("note.count", "select /* note.count */ count(*) from note");
static REPORT: Statement = Statement::pooled("note.report", "select /* note.report */ count(*) from note");

/// Longer than any of this takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often replicas were asked what has committed.
const LOOKS: &str =
    "select coalesce(sum(calls), 0) from pg_stat_statements where query like '%pg_xact_status%'";

const LASTS: u64 = 60_000;

/// A primary with an empty table and a replica, and a handle whose sessions wait so long for the primary.
async fn world(settle_timeout_ms: u64, test: impl AsyncFnOnce(&mut ReplicaSet, &Db)) {
    let mut set = replica_set(1).await.unwrap();
    let made = "create table note (id bigint primary key); create extension pg_stat_statements";
    set.execute(0, made).await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    let config = mainstay_db::Config {
        pool_max: 2,
        pool_read_max: 2,
        read_replicas: set.address(1),
        replicas: replicas::Config {
            poll_interval_ms: 10,
            max_staleness_ms: 60_000,
            statement_timeout_ms: 60_000,
            settle_timeout_ms,
            ..replicas::Config::default()
        },
        ..mainstay_db::Config::default()
    };
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    let test = async {
        until("the replica answers", async || {
            seen_on_replica(&db, &Causality::new(1, None), 0).await;
            replicas.status().replicas[0].served > 0
        })
        .await;
        test(&mut set, &db).await;
    };
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
    set.close().await.unwrap();
}

/// True if it is so many that a replica shows to the session.
async fn seen_on_replica(db: &Db, session: &Causality, many: i64) -> bool {
    let served = || db.replicas().unwrap().status().replicas[0].served;
    let before = served();
    let seen = read(session, db.read().rows(&COUNT, &[])).await.unwrap();
    seen == many && served() > before
}

async fn read(
    session: &Causality,
    rows: impl Future<Output = Result<Vec<tokio_postgres::Row>, DbError>>,
) -> Result<i64, DbError> {
    let rows = tokio::time::timeout(PATIENCE, causality::scope(session.clone(), rows)).await;
    Ok(rows.expect("it waits")?[0].get(0))
}

async fn begin_write(db: &Db, session: &Causality) -> Result<(), DbError> {
    let begun = tokio::time::timeout(PATIENCE, causality::scope(session.clone(), db.write())).await;
    begun.expect("it waits")?.rollback().await
}

/// What the primary waits for with each commit.
async fn wait_for(set: &ReplicaSet, standbys: &str) {
    let setting = format!("alter system set synchronous_standby_names = '{standbys}'");
    set.execute(0, &setting).await.unwrap();
    set.execute(0, "select pg_reload_conf()").await.unwrap();
    let is_set = format!("select current_setting('synchronous_standby_names') = '{standbys}'");
    set.wait(0, &is_set).await.unwrap();
    // The process that makes them tells those who commit.
    set.execute(0, "checkpoint").await.unwrap();
}

async fn looks(set: &ReplicaSet) -> u64 {
    set.ask(1, LOOKS).await.unwrap().parse().unwrap()
}

fn is_refused<T>(answer: &Result<T, DbError>) -> bool {
    matches!(answer, Err(DbError::ReplicasBehind { .. }))
}

#[tokio::test]
async fn who_has_seen_a_commit_on_a_replica_is_not_answered_without_it() {
    world(50, async |set, db| {
        wait_for(set, "absent").await;
        let writer = Session::connect(&set.target(0), "writer", PATIENCE).await.unwrap();
        // Its row is a subtransaction's.
        let commit = writer.batch_execute("begin; savepoint s; insert into note values (1); commit");
        let story = async {
            let session = Causality::new(1, None);
            until("the replica shows it", async || seen_on_replica(db, &session, 1).await).await;
            assert_eq!(set.ask(0, "select count(*) from note").await.unwrap(), "0", "the primary does not");

            let seen = || Causality::new(1, session.token());
            for statement in [&COUNT, &REPORT] {
                let answer = read(&seen(), db.read_from_primary().rows(statement, &[])).await;
                assert!(is_refused(&answer), "{answer:?}");
            }
            let answer = read(&seen(), db.read_from_primary().query("select count(*) from note", &[])).await;
            assert!(is_refused(&answer), "{answer:?}");
            assert!(is_refused(&begin_write(db, &seen()).await));
            // Who has seen nothing of it has nothing to wait for.
            let stranger = Causality::new(2, None);
            assert_eq!(read(&stranger, db.read_from_primary().rows(&COUNT, &[])).await.unwrap(), 0);
            begin_write(db, &stranger).await.unwrap();
            assert_eq!(db.read().rows(&COUNT, &[]).await.unwrap()[0].get::<_, i64>(0), 0);

            set.kill(1).await.unwrap();
            let answer = read(&seen(), db.read().rows(&COUNT, &[])).await;
            assert!(is_refused(&answer), "it is the primary's turn: {answer:?}");

            wait_for(set, "").await;
            until("the primary shows it", async || {
                let answer = read(&session, db.read().rows(&COUNT, &[])).await;
                assert!(is_refused(&answer) || matches!(answer, Ok(1)), "{answer:?}");
                answer.is_ok()
            })
            .await;
            begin_write(db, &session).await.unwrap();
        };
        let (committed, ()) = future::join(commit, story).await;
        committed.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_read_waits_until_the_primary_shows_what_a_replica_has_shown() {
    world(LASTS, async |set, db| {
        wait_for(set, "absent").await;
        let writer = Session::connect(&set.target(0), "writer", PATIENCE).await.unwrap();
        let commit = writer.batch_execute("insert into note values (1)");
        let story = async {
            let session = Causality::new(1, None);
            until("the replica shows it", async || seen_on_replica(db, &session, 1).await).await;
            let looks = looks(set).await;
            let primary = db.read_from_primary();
            let answer = read(&session, primary.rows(&COUNT, &[]));
            let asked_for = async {
                // A replica was asked about it: the read is under way.
                set.wait(1, &format!("select ({LOOKS}) > {looks}")).await.unwrap();
                wait_for(set, "").await;
            };
            let (answer, ()) = future::join(answer, asked_for).await;
            assert_eq!(answer.unwrap(), 1);
        };
        let (committed, ()) = future::join(commit, story).await;
        committed.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_goes_on_for_long_delays_nobody() {
    world(LASTS, async |set, db| {
        let long = Session::connect(&set.target(0), "long", PATIENCE).await.unwrap();
        long.batch_execute("begin; insert into note values (1)").await.unwrap();
        set.execute(0, "insert into note values (2)").await.unwrap();
        let session = Causality::new(1, None);
        until("the replica shows the later one", async || seen_on_replica(db, &session, 1).await).await;
        let seen = session.token();
        assert_eq!(read(&session, db.read_from_primary().rows(&COUNT, &[])).await.unwrap(), 1);
        begin_write(db, &session).await.unwrap();

        // What was found out of it holds when nobody can be asked any longer.
        let looks = looks(set).await;
        set.wait(1, &format!("select ({LOOKS}) > {looks} + 2")).await.unwrap();
        set.kill(1).await.unwrap();
        let again = || Causality::new(1, seen);
        begin_write(db, &again()).await.unwrap();
        for statement in [&COUNT, &REPORT] {
            assert_eq!(read(&again(), db.read().rows(statement, &[])).await.unwrap(), 1);
        }
        long.batch_execute("commit").await.unwrap();
        assert_eq!(read(&again(), db.read().rows(&COUNT, &[])).await.unwrap(), 2);
    })
    .await;
}
