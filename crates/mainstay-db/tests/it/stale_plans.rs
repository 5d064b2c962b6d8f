//! A migration that changes a table while statements on it are prepared: PostgreSQL refuses the prepared form ("cached
//! plan must not change result type"), and nobody may notice. One test for each place that keeps prepared statements.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::causality::{self, Causality};
use mainstay_db::{Config, Db, DbError, Executor, Session, Statement, pipeline};
use mainstay_runtime::Stop;
use mainstay_testing::{TestDb, replica_set, until};

static READ: Statement =
    Statement::pooled("note.read", "/* note.read */ select body from note order by body");
static READ_IN_LANE: Statement =
    Statement::pipelined("note.lane", "/* note.lane */ select body from note order by body");
static ADD: Statement =
    Statement::pooled("note.add", "/* note.add */ insert into note values ($1) returning body");

const TABLE: &str = "create table note (body varchar(10) not null); insert into note values ('one')";

/// A harmless migration: what fitted before fits still, and every prepared form is void.
const WIDER: &str = "alter table note alter column body type text";
const NARROWER: &str = "alter table note alter column body type varchar(20)";

async fn world() -> (TestDb, Session) {
    let test = TestDb::empty().await.unwrap();
    let migrator = Session::connect(test.target(), "migrator", Duration::from_secs(5)).await.unwrap();
    migrator.batch_execute(TABLE).await.unwrap();
    (test, migrator)
}

async fn rows(client: &impl Executor, statement: &'static Statement) -> Result<Vec<String>, DbError> {
    Ok(client.rows(statement, &[]).await?.iter().map(|row| row.get(0)).collect())
}

#[tokio::test]
async fn a_read_of_the_pool_is_prepared_anew() {
    let (test, migrator) = world().await;
    // The session keeps its connection, and with it what is prepared there.
    let read = test.db().read();
    assert_eq!(rows(&*read, &READ).await.unwrap(), ["one"]);
    for migration in [WIDER, NARROWER] {
        migrator.batch_execute(migration).await.unwrap();
        assert_eq!(rows(&*read, &READ).await.unwrap(), ["one"], "{migration}");
    }
}

#[tokio::test]
async fn the_first_statement_of_a_transaction_is_prepared_anew() {
    let (test, migrator) = world().await;
    let add = async || {
        let tx = test.db().write().await?;
        let added = tx.rows(&ADD, &[&"two"]).await?.len();
        tx.commit().await?;
        Ok::<_, DbError>(added)
    };
    assert_eq!(add().await.unwrap(), 1);
    migrator.batch_execute(WIDER).await.unwrap();
    assert_eq!(add().await.unwrap(), 1);
    assert_eq!(rows(&*test.db().read(), &READ).await.unwrap(), ["one", "two", "two"], "and none of it twice");
    assert_eq!(test.db().stats().write.open, 1, "on the same connection");
}

#[tokio::test]
async fn a_later_statement_of_a_transaction_has_all_of_it_run_again() {
    let (test, migrator) = world().await;
    let add = |tx: Arc<mainstay_db::Tx>| async move {
        tx.batch_execute("insert into note values ('before')").await?;
        rows(&**tx, &ADD_TWO).await
    };
    static ADD_TWO: Statement = Statement::pooled(
        "note.add_two",
        "/* note.add_two */ insert into note values ('two') returning body",
    );
    test.db().transaction(add).await.unwrap();
    migrator.batch_execute(WIDER).await.unwrap();
    test.db().transaction(add).await.unwrap();
    let found = rows(&*test.db().read(), &READ).await.unwrap();
    assert_eq!(found, ["before", "before", "one", "two", "two"], "what was done before is not done twice");
    assert_eq!(test.db().stats().retried, 1);

    // Who runs no transaction again is told what it is, and has it the next time.
    migrator.batch_execute(NARROWER).await.unwrap();
    let tx = Arc::new(test.db().write().await.unwrap());
    let error = add(Arc::clone(&tx)).await.unwrap_err();
    assert!(matches!(error, DbError::StalePlan(_)) && error.is_retryable(), "{error:?}");
    Arc::into_inner(tx).unwrap().rollback().await.unwrap();
    let tx = Arc::new(test.db().write().await.unwrap());
    add(Arc::clone(&tx)).await.unwrap();
    Arc::into_inner(tx).unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn what_was_sent_beside_a_stale_statement_is_not_undone_unseen() {
    static INSERT: Statement = Statement::pooled("note.insert", "insert into note values ('beside')");
    let (test, migrator) = world().await;
    // Both are prepared on the only connection of the pool.
    let tx = test.db().write().await.unwrap();
    tx.rows(&READ, &[]).await.unwrap();
    Executor::execute(&*tx, &INSERT, &[]).await.unwrap();
    tx.rollback().await.unwrap();
    migrator.batch_execute(WIDER).await.unwrap();

    let tx = test.db().write().await.unwrap();
    let mut insert = Box::pin(Executor::execute(&*tx, &INSERT, &[]));
    // It is sent, and its answer is not looked at before the stale statement's.
    assert!(futures_util::poll!(insert.as_mut()).is_pending());
    let error = tx.rows(&READ, &[]).await.unwrap_err();
    assert!(matches!(error, DbError::StalePlan(_)), "{error:?}");
    assert_eq!(insert.await.unwrap(), 1);
    tx.rollback().await.unwrap();
}

#[tokio::test]
async fn whoever_meets_it_first_meets_it_for_all_connections_of_the_pools() {
    let (test, migrator) = world().await;
    let (one, two) = (test.db().write().await.unwrap(), test.db().write().await.unwrap());
    for tx in [&one, &two] {
        tx.batch_execute("select 1").await.unwrap();
        rows(&**tx, &READ).await.unwrap();
    }
    one.commit().await.unwrap();
    two.commit().await.unwrap();
    migrator.batch_execute(WIDER).await.unwrap();
    let (one, two) = (test.db().write().await.unwrap(), test.db().write().await.unwrap());
    rows(&*one, &READ).await.unwrap();
    // Not the first statement of its transaction: it could not be mended here.
    two.batch_execute("select 1").await.unwrap();
    assert_eq!(rows(&*two, &READ).await.unwrap(), ["one"]);
}

#[tokio::test]
async fn a_read_of_the_pipelined_lane_is_prepared_anew() {
    let (test, migrator) = world().await;
    let lane = pipeline::Config {
        connections: 1,
        statement_timeout_ms: 60_000,
        slow_ms: 60_000,
        ..pipeline::Config::default()
    };
    let config = Config { pool_max: 2, pool_read_max: 2, pipeline: lane, ..Config::default() };
    let db = Db::connect(&config, test.target()).await.unwrap();
    for migration in ["select 1", WIDER, NARROWER] {
        migrator.batch_execute(migration).await.unwrap();
        assert_eq!(rows(&*db.read(), &READ_IN_LANE).await.unwrap(), ["one"], "{migration}");
    }
    let stats = db.stats();
    assert_eq!(
        (stats.pipeline.served, stats.pipeline.overflowed, stats.read.acquired),
        (3, 0, 0),
        "{stats:?}"
    );
}

#[tokio::test]
async fn a_read_of_a_replica_is_prepared_anew_and_stays_there() {
    let set = replica_set(1).await.unwrap();
    set.execute(0, TABLE).await.unwrap();
    set.wait_until_caught_up(1).await.unwrap();
    let mut config =
        Config { pool_max: 2, pool_read_max: 2, read_replicas: set.address(1), ..Config::default() };
    // One connection, so that every read meets what the one before it prepared.
    config.replicas.connections = 1;
    config.replicas.statement_timeout_ms = 60_000;
    let db = Db::connect(&config, &set.target(0)).await.unwrap();
    let replicas = db.replicas().unwrap().clone();
    let test = async {
        let status = || replicas.status().replicas[0].clone();
        until("the replica is in use", async || {
            status().healthy && status().epoch_ok && status().staleness.is_some()
        })
        .await;
        let read = async || {
            // As a session that has seen nothing: any replica will do.
            causality::scope(Causality::new(1, None), async { rows(&*db.read(), &READ).await.unwrap() }).await
        };
        for migration in ["select 1", WIDER, NARROWER] {
            set.execute(0, migration).await.unwrap();
            set.wait_until_caught_up(1).await.unwrap();
            let before = status().served;
            assert_eq!(read().await, ["one"], "{migration}");
            assert_eq!(status().served, before + 1, "{migration}: the replica answered");
        }
        assert_eq!(replicas.status().fallbacks, 0);
    };
    tokio::select! {
        () = replicas.watch(Stop::new()) => panic!("the watcher ended"),
        () = test => {}
    }
    set.close().await.unwrap();
}
