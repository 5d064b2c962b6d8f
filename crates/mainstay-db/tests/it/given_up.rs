//! Callers who give up while their statement runs: a time-out of the request, a client that is gone. What they leave
//! behind must be in nobody's way.

use std::time::{Duration, Instant};

use futures_util::future::{join_all, select};
use mainstay_db::{Config, Db, Executor, Session, Statement};
use mainstay_testing::{TestDb, until};

use crate::network::{full, several};

static READ: Statement = Statement::pooled("note.read", "select /* note.read */ id from note");
static ONE: Statement = Statement::pooled("note.one", "select /* note.one */ 1");

/// Longer than any of this takes.
const PATIENCE: Duration = Duration::from_secs(20);

async fn session(test: &TestDb) -> Session {
    Session::connect(test.target(), "observer", PATIENCE).await.unwrap()
}

/// Statements of the read pool that wait for a lock.
async fn waiting(observer: &Session) -> i64 {
    let sql = "select count(*) from pg_stat_activity \
               where datname = current_database() and wait_event_type = 'Lock' and application_name like '% read'";
    observer.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn reads_that_give_up_on_a_locked_table_do_not_occupy_the_pool() {
    let test = TestDb::empty().await.unwrap();
    let (locker, observer) = (session(&test).await, session(&test).await);
    locker.batch_execute("create table note (id int)").await.unwrap();
    locker.batch_execute("begin; lock table note").await.unwrap();
    let config = Config {
        pool_max: 2,
        pool_read_max: 2,
        lock_timeout_ms: 600_000,
        statement_timeout_ms: 600_000,
        ..Config::default()
    };
    let db = Db::connect(&config, test.target()).await.unwrap();
    let in_use = || db.stats().read.in_use;
    for round in 0..3 {
        let reads = [db.read(), db.read()];
        let both = Box::pin(join_all(reads.iter().map(|read| read.rows(&READ, &[]))));
        let wait = Box::pin(until("both wait", async || waiting(&observer).await == 2));
        drop(select(both, wait).await);
        drop(reads);
        assert_eq!(in_use(), 2, "until their statements have ended, round {round}");
        until("they are ended", async || waiting(&observer).await == 0 && in_use() == 0).await;
        let other = async { db.read().rows(&ONE, &[]).await };
        tokio::time::timeout(PATIENCE, other).await.expect("the pool is blocked").unwrap();
    }
    locker.batch_execute("rollback").await.unwrap();
    assert_eq!(db.read().rows(&READ, &[]).await.unwrap().len(), 0);
}

#[tokio::test]
async fn a_session_that_goes_on_after_giving_up_once_keeps_its_connection() {
    let test = TestDb::empty().await.unwrap();
    let db = Db::connect(&Config { pool_read_max: 1, ..Config::default() }, test.target()).await.unwrap();
    let read = db.read();
    let pid = async |read: &mainstay_db::Read| -> i32 {
        read.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0)
    };
    let before = pid(&read).await;
    // Sent, and not waited for.
    let mut given_up = Box::pin(read.rows(&ONE, &[]));
    assert!(futures_util::poll!(given_up.as_mut()).is_pending());
    drop(given_up);
    assert_eq!(pid(&read).await, before, "its answer tells that nothing runs any more");
    drop(read);
    assert_eq!(db.stats().read.in_use, 0);
    assert_eq!(pid(&db.read()).await, before);
}

#[tokio::test]
async fn a_transaction_that_gives_up_is_ended_on_the_server() {
    let test = TestDb::empty().await.unwrap();
    let (locker, observer) = (session(&test).await, session(&test).await);
    locker.batch_execute("create table note (id int)").await.unwrap();
    locker.batch_execute("begin; lock table note").await.unwrap();
    let config =
        Config { pool_max: 1, lock_timeout_ms: 600_000, statement_timeout_ms: 600_000, ..Config::default() };
    let db = Db::connect(&config, test.target()).await.unwrap();
    let waits = "select count(*) from pg_stat_activity \
                 where datname = current_database() and wait_event_type = 'Lock'";
    let waits = async || observer.query_one(waits, &[]).await.unwrap().get::<_, i64>(0);
    let tx = db.write().await.unwrap();
    let insert = Box::pin(tx.execute("insert into note values (1)", &[]));
    let wait = Box::pin(until("it waits", async || waits().await == 1));
    drop(select(insert, wait).await);
    drop(tx);
    until("it is ended", async || waits().await == 0 && db.stats().write.in_use == 0).await;
    locker.batch_execute("rollback").await.unwrap();
    let tx = db.write().await.unwrap();
    tx.execute("insert into note values (2)", &[]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_dead_host_beside_the_server_does_not_delay_the_end_of_what_is_given_up() {
    let test = TestDb::empty().await.unwrap();
    let (locker, observer) = (session(&test).await, session(&test).await);
    locker.batch_execute("create table note (id int)").await.unwrap();
    locker.batch_execute("begin; lock table note").await.unwrap();
    let dropping = full();
    let target = several(test.target(), &[Some(dropping.port), None]);
    let config = Config { pool_read_max: 1, lock_timeout_ms: 600_000, ..Config::default() };
    let db = Db::connect(&config, &target).await.unwrap();
    let read = db.read();
    let asking = Box::pin(read.rows(&READ, &[]));
    let wait = Box::pin(until("it waits", async || waiting(&observer).await == 1));
    drop(select(asking, wait).await);
    drop(read);
    let begun = Instant::now();
    until("its place is free", async || db.stats().read.in_use == 0).await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    assert_eq!(waiting(&observer).await, 0);
}
