//! The pipelined read lane on a real server: what goes through it, what leaves it, and what its loss costs.

use std::time::{Duration, Instant};

use futures_util::future::{Either, select, try_join_all};
use mainstay_db::{Config, Db, DbError, Executor, Session, Statement, Target, one, pipeline};
use mainstay_testing::{TestDb, until};

static ADD: Statement = Statement::pipelined("sum.add", "select /* sum.add */ $1::bigint + 1");
static SLEEP: Statement =
    Statement::pipelined("sum.sleep", "select /* sum.sleep */ pg_sleep($1), pg_backend_pid()::bigint");
static SLEEP_POOLED: Statement = Statement::pooled("sum.sleep_pooled", "select pg_sleep($1), 1::bigint");
static WRITE: Statement =
    Statement::pipelined("sum.write", "insert into note values ($1::bigint) returning id");
static WAIT: Statement =
    Statement::pipelined("sum.wait", "select /* sum.wait */ pg_advisory_lock_shared($1::bigint), 1::bigint");

async fn connect(target: &Target, change: impl FnOnce(&mut pipeline::Config)) -> Db {
    let mut config = Config { pool_max: 4, pool_read_max: 4, ..Config::default() };
    // Nothing is slow unless a test says so: the machine may be busy.
    (config.pipeline.statement_timeout_ms, config.pipeline.slow_ms) = (60_000, 60_000);
    change(&mut config.pipeline);
    Db::connect(&config, target).await.unwrap()
}

async fn add(db: &Db, number: i64) -> Result<i64, DbError> {
    Ok(one(&*db.read(), &ADD, &[&number]).await?.get(0))
}

async fn sessions(observer: &Session) -> i64 {
    let sql = "select count(*) from pg_stat_activity \
               where datname = current_database() and application_name like '% pipelined'";
    observer.query_one(sql, &[]).await.unwrap().get(0)
}

async fn observer(target: &Target) -> Session {
    Session::connect(target, "observer", Duration::from_secs(5)).await.unwrap()
}

#[tokio::test]
async fn many_short_reads_share_few_connections() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| (lane.connections, lane.in_flight) = (2, 500)).await;
    let sums = try_join_all((0..400).map(|number| add(&db, number))).await.unwrap();
    assert_eq!(sums, (1..=400).collect::<Vec<i64>>());
    let stats = db.stats();
    // Only while a connection is opened by one of them do the others take the pool.
    assert!(
        stats.pipeline.served >= 2 && stats.pipeline.served + stats.pipeline.overflowed == 400,
        "{stats:?}"
    );
    assert!(sessions(&observer(test.target()).await).await <= 2);
    let sums = try_join_all((0..400).map(|number| add(&db, number))).await.unwrap();
    assert_eq!(sums.len(), 400);
    let again = db.stats();
    assert_eq!(again.pipeline.served - stats.pipeline.served, 400, "{again:?}");
    assert_eq!(again.read.acquired, stats.read.acquired, "no connection of the pool was asked for");
    assert_eq!(again.pipeline.in_flight, 0);
}

#[tokio::test]
async fn what_is_not_declared_for_the_lane_never_enters_it() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |_| ()).await;
    db.read().rows(&SLEEP_POOLED, &[&0.0_f64]).await.unwrap();
    assert_eq!((db.stats().pipeline.served, db.stats().pipeline.open), (0, 0));
    let tx = db.write().await.unwrap();
    let sum: i64 = one(&*tx, &ADD, &[&1_i64]).await.unwrap().get(0);
    assert_eq!((sum, db.stats().pipeline.served), (2, 0), "a transaction keeps to its own connection");
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_statement_that_turns_out_slow_is_answered_by_the_pool_and_stays_there() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| lane.statement_timeout_ms = 50).await;
    let observer = observer(test.target()).await;
    for _ in 0..2 {
        let row = one(&*db.read(), &SLEEP, &[&0.2_f64]).await.unwrap();
        let sql = "select application_name from pg_stat_activity where pid = $1";
        let pid = i32::try_from(row.get::<_, i64>(1)).unwrap();
        let application: String = observer.query_one(sql, &[&pid]).await.unwrap().get(0);
        assert!(application.ends_with(" read"), "{application}");
    }
    assert_eq!(db.stats().pipeline.demoted, 1, "the second time it did not try the lane");
    assert_eq!(add(&db, 1).await.unwrap(), 2);
}

#[tokio::test]
async fn a_process_that_lags_demotes_no_statement() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| (lane.connections, lane.slow_ms) = (1, 20)).await;
    add(&db, 0).await.unwrap();
    let reads = Box::pin(async {
        for number in 0..8 {
            add(&db, number).await.unwrap();
        }
    });
    // Whatever waits for its turn here waits for this: an answer is seen long after it has come.
    let hog = Box::pin(async {
        loop {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(50) {
                std::hint::spin_loop();
            }
            tokio::task::yield_now().await;
        }
    });
    let _: Either<((), _), ((), _)> = select(reads, hog).await;
    let stats = db.stats().pipeline;
    assert_eq!((stats.demoted, stats.served), (0, 9), "{stats:?}");
}

#[tokio::test]
async fn a_full_lane_overflows_into_the_pool() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| {
        (lane.connections, lane.in_flight) = (1, 1);
    })
    .await;
    // From here on the connection is open: nothing overflows because it is not.
    add(&db, 0).await.unwrap();
    let holder = observer(test.target()).await;
    holder.execute("select pg_advisory_lock(7)", &[]).await.unwrap();
    let read = db.read();
    let waiting = read.rows(&WAIT, &[&7_i64]);
    let others = async {
        until("the lane waits", async || db.stats().pipeline.in_flight > 0).await;
        assert_eq!(add(&db, 1).await.unwrap(), 2);
        assert_eq!((db.stats().pipeline.overflowed, db.stats().pipeline.served), (1, 1));
        holder.execute("select pg_advisory_unlock(7)", &[]).await.unwrap();
    };
    let (waited, ()) = tokio::join!(waiting, others);
    assert_eq!(waited.unwrap().len(), 1);
}

#[tokio::test]
async fn a_lost_connection_costs_no_answer() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| lane.connections = 1).await;
    add(&db, 1).await.unwrap();
    for number in 0..5 {
        // From a thread that this one waits for: nothing here sees the connection close before it is used again.
        let target = test.target().clone();
        let ending = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sql = "select pg_terminate_backend(pid, 5000) from pg_stat_activity \
                           where datname = current_database() and application_name like '% pipelined'";
                observer(&target).await.query(sql, &[]).await.unwrap();
            });
        });
        ending.join().unwrap();
        assert_eq!(add(&db, number).await.unwrap(), number + 1);
    }
    while db.stats().pipeline.open == 0 {
        assert_eq!(add(&db, 1).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn a_write_in_the_lane_is_refused_by_the_server() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |_| ()).await;
    observer(test.target()).await.batch_execute("create table note (id bigint)").await.unwrap();
    let error = db.read().rows(&WRITE, &[&1_i64]).await.unwrap_err();
    assert!(matches!(error, DbError::ReadOnly(_)), "{error:?}");
    assert_eq!(add(&db, 1).await.unwrap(), 2, "its neighbours do not suffer");
}

#[tokio::test]
async fn without_connections_every_read_takes_the_pool() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |lane| lane.connections = 0).await;
    assert_eq!(add(&db, 1).await.unwrap(), 2);
    let stats = db.stats();
    assert_eq!((stats.pipeline.served, stats.pipeline.overflowed, stats.read.acquired), (0, 0, 1));
}

#[tokio::test]
async fn a_closed_handle_refuses_the_lane_too() {
    let test = TestDb::empty().await.unwrap();
    let db = connect(test.target(), |_| ()).await;
    add(&db, 1).await.unwrap();
    db.close();
    assert!(matches!(add(&db, 1).await.unwrap_err(), DbError::Unavailable { .. }));
    let observer = observer(test.target()).await;
    until("no session is left", async || sessions(&observer).await == 0).await;
}
