//! Transactions that lose against others, and what is not run again.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use mainstay_db::embedded::{self, Cluster};
use mainstay_db::{Config, ConnectError, Db, DbError, Session, Target, TransactionError, Tx};
use mainstay_testing::{OwnCluster, TestDb, until};
use tokio::sync::Barrier;

const SERIALIZABLE: &str = "set transaction isolation level serializable";

async fn counters() -> TestDb {
    let test = TestDb::empty().await.unwrap();
    let tx = test.db().write().await.unwrap();
    tx.batch_execute(
        "create table counter (id int primary key, value int); insert into counter values (1, 0), (2, 0)",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    test
}

async fn value(db: &Db, id: i32) -> i32 {
    db.read().query_one("select value from counter where id = $1", &[&id]).await.unwrap().get(0)
}

/// Reads, waits until the other has read, writes what it read plus one.
async fn increment(db: &Db, both_have_read: &Barrier, attempts: &AtomicU32) -> Result<(), DbError> {
    db.transaction(|tx: Arc<Tx>| async move {
        tx.batch_execute(SERIALIZABLE).await?;
        let now: i32 = tx.query_one("select value from counter where id = 1", &[]).await?.get(0);
        if attempts.fetch_add(1, Ordering::SeqCst) < 2 {
            both_have_read.wait().await;
        }
        tx.execute("update counter set value = $1 where id = 1", &[&(now + 1)]).await?;
        Ok::<_, DbError>(())
    })
    .await
}

#[tokio::test]
async fn the_one_that_lost_is_run_again_and_no_change_is_lost() {
    let test = counters().await;
    let (barrier, attempts) = (Barrier::new(2), AtomicU32::new(0));
    let (one, two) =
        tokio::join!(increment(test.db(), &barrier, &attempts), increment(test.db(), &barrier, &attempts));
    one.unwrap();
    two.unwrap();
    assert_eq!(value(test.db(), 1).await, 2);
    assert!(attempts.load(Ordering::SeqCst) >= 3);
    assert!(test.db().stats().retried >= 1);
}

#[tokio::test]
async fn a_deadlock_is_run_again() {
    let test = counters().await;
    let (barrier, attempts) = (Barrier::new(2), AtomicU32::new(0));
    let (barrier, attempts) = (&barrier, &attempts);
    let both = async |first: i32, second: i32| {
        test.db()
            .transaction(|tx: Arc<Tx>| async move {
                let sql = "update counter set value = value + 1 where id = $1";
                tx.execute(sql, &[&first]).await?;
                if attempts.fetch_add(1, Ordering::SeqCst) < 2 {
                    barrier.wait().await;
                }
                tx.execute(sql, &[&second]).await?;
                Ok::<_, DbError>(())
            })
            .await
    };
    let (one, two) = tokio::join!(both(1, 2), both(2, 1));
    one.unwrap();
    two.unwrap();
    assert_eq!((value(test.db(), 1).await, value(test.db(), 2).await), (2, 2));
}

#[derive(Debug)]
enum Refusal {
    Rule,
    Db(DbError),
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl TransactionError for Refusal {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Rule => None,
            Self::Db(error) => Some(error),
        }
    }
}

#[tokio::test]
async fn what_the_work_refuses_is_undone_and_not_run_again() {
    let test = counters().await;
    let attempts = &AtomicU32::new(0);
    let refused = test
        .db()
        .transaction(|tx: Arc<Tx>| async move {
            attempts.fetch_add(1, Ordering::SeqCst);
            tx.execute("update counter set value = 9", &[]).await?;
            Err::<(), _>(Refusal::Rule)
        })
        .await;
    assert!(matches!(refused, Err(Refusal::Rule)));
    assert_eq!((attempts.load(Ordering::SeqCst), value(test.db(), 1).await), (1, 0));
    assert_eq!(test.db().stats().rolled_back, 1);
}

#[tokio::test]
async fn a_conflict_without_end_is_told_after_the_retries() {
    let test = counters().await;
    let config = Config { pool_max: 2, pool_read_max: 2, transaction_retries: 2, ..Config::default() };
    let db = Db::connect(&config, test.target()).await.unwrap();
    let attempts = &AtomicU32::new(0);
    let lost = db
        .transaction(|tx: Arc<Tx>| async move {
            attempts.fetch_add(1, Ordering::SeqCst);
            let raise = "do $$ begin raise exception using errcode = '40001'; end $$";
            tx.batch_execute(raise).await
        })
        .await;
    assert!(matches!(lost, Err(DbError::Conflict(_))), "{lost:?}");
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_transaction_may_be_part_of_a_task_that_moves_between_threads() {
    fn moves<T: Send>(work: T) -> T {
        work
    }
    let test = counters().await;
    let db = test.db().clone();
    let work = moves(async move {
        db.transaction(|tx: Arc<Tx>| async move {
            tx.execute("update counter set value = 1 where id = 1", &[]).await
        })
        .await
    });
    assert_eq!(work.await.unwrap(), 1);
}

#[tokio::test]
async fn nothing_is_committed_of_a_transaction_that_its_work_has_kept() {
    let test = counters().await;
    let kept = std::sync::Mutex::new(None);
    let put = &kept;
    let ended = test
        .db()
        .transaction(|tx: Arc<Tx>| async move {
            tx.execute("update counter set value = 9", &[]).await?;
            *put.lock().unwrap() = Some(Arc::clone(&tx));
            Ok::<_, DbError>(())
        })
        .await;
    assert!(matches!(ended, Err(DbError::TransactionKept)), "{ended:?}");
    drop(kept.lock().unwrap().take());
    assert_eq!(value(test.db(), 1).await, 0);
}

#[tokio::test]
async fn more_connections_than_the_server_allows_are_refused_at_the_start() {
    let test = TestDb::empty().await.unwrap();
    let config = Config { pool_max: 20, nodes: 50, ..Config::default() };
    let refused = Db::connect(&config, test.target()).await.unwrap_err();
    let ConnectError::TooManyConnections { wanted, nodes: 50, .. } = refused else { panic!("{refused:?}") };
    assert_eq!(wanted, config.most_connections() * 50);
}

/// What a server keeps for its operator, and what we open beside the pools, is reckoned with.
#[tokio::test]
async fn pools_that_fit_only_into_what_the_server_reserves_are_refused_with_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
    let small = embedded::Config { max_connections: 40, ..OwnCluster::config(folder.path()) };
    let cluster = Cluster::start(&small).await.unwrap();
    let target = cluster.target().clone();
    let session = Session::connect(&target, "test", Duration::from_secs(5)).await.unwrap();
    session.batch_execute("create role plain login").await.unwrap();
    let plain = Target::parse(&target.url().expose().replace("postgres@", "plain@")).unwrap();
    let pools = |size| Config { pool_max: size, pool_read_max: size, ..Config::default() };

    let refused = Db::connect(&pools(18), &plain).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "up to 53 connections would be opened to {plain} (database.nodes = 1), which has 37 for us \
             (max_connections 40 less 3 reserved): lower database.pool_max or database.pool_read_max, or raise max_connections"
        )
    );
    // 39 would fit into 40, but the server keeps three of them from us.
    assert!(matches!(Db::connect(&pools(11), &plain).await, Err(ConnectError::TooManyConnections { .. })));
    Db::connect(&pools(10), &plain).await.unwrap();
    drop(session);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_has_lived_its_time_is_replaced() {
    let test = TestDb::empty().await.unwrap();
    let config = Config { pool_max: 1, pool_read_max: 1, max_lifetime_ms: 1_000, ..Config::default() };
    let db = Db::connect(&config, test.target()).await.unwrap();
    let backend =
        async || -> i32 { db.read().query_one("select pg_backend_pid()", &[]).await.unwrap().get(0) };
    let first = backend().await;
    assert_eq!(backend().await, first);
    until("another connection serves", async || backend().await != first).await;
}
