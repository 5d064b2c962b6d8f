//! Servers and hosts that fall silent without a word: noticed, left, and found again, each within a known time.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mainstay_db::{Config, Db, DbError, Session, Statement, one};
use mainstay_testing::{TestDb, until};

use crate::network::{Proxy, full, mute, several};

static ADD: Statement = Statement::pipelined("silence.add", "select /* silence.add */ $1::bigint + 1");
static WHO: Statement =
    Statement::pipelined("silence.who", "select /* silence.who */ pg_backend_pid()::bigint");

/// How much longer than its limit something may take on a busy machine.
const SLACK: Duration = Duration::from_secs(4);

fn config(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = Config { pool_max: 4, pool_read_max: 4, acquire_timeout_ms: 3_000, ..Config::default() };
    (config.statement_timeout_ms, config.network.answer_margin_ms) = (700, 300);
    (config.pipeline.statement_timeout_ms, config.pipeline.slow_ms) = (700, 60_000);
    config.pipeline.connections = 1;
    change(&mut config);
    config
}

/// So many connections of each pool, and the lane's, are open and free.
async fn open_all(db: &Db, count: usize) {
    let opened = join_all((0..count).map(|_| db.write())).await;
    join_all(opened.into_iter().map(|tx| tx.unwrap().commit())).await;
    let reads: Vec<_> = (0..count).map(|_| db.read()).collect();
    join_all(reads.iter().map(|read| read.batch_execute("select 1"))).await;
    drop(reads);
    one(&*db.read(), &ADD, &[&1_i64]).await.unwrap();
    let stats = db.stats();
    assert_eq!((stats.read.open, stats.write.open, stats.pipeline.open), (count, count, 1), "{stats:?}");
}

#[tokio::test]
async fn a_first_host_that_drops_every_packet_or_never_speaks_is_passed_over() {
    let test = TestDb::empty().await.unwrap();
    let dropping = full();
    let (_listener, silent) = mute();
    for port in [dropping.port, silent] {
        let target = several(test.target(), &[Some(port), None]);
        let config = config(|config| config.connect_timeout_ms = 3_000);
        let db = Db::connect(&config, &target).await.unwrap();
        let begun = Instant::now();
        db.write().await.unwrap().commit().await.unwrap();
        db.ping().await.unwrap();
        one(&*db.read(), &ADD, &[&1_i64]).await.unwrap();
        // The host that answered is asked first from now on.
        let _held = db.write().await.unwrap();
        let begun_again = Instant::now();
        db.write().await.unwrap().commit().await.unwrap();
        assert!(begun_again.elapsed() < Duration::from_millis(900), "{:?}", begun_again.elapsed());
        assert!(begun.elapsed() < 3 * Duration::from_secs(3), "{:?}", begun.elapsed());
        let session = Session::connect(&target, "test", Duration::from_secs(2)).await.unwrap();
        session.batch_execute("select 1").await.unwrap();
    }
}

#[tokio::test]
async fn requests_recover_within_the_limit_when_every_open_connection_freezes() {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let db = Db::connect(&config(|_| ()), &proxy.target(test.target())).await.unwrap();
    open_all(&db, 3).await;
    let held = db.write().await.unwrap();
    proxy.freeze();
    let begun = Instant::now();
    let error = held.execute("select 1", &[]).await.unwrap_err();
    assert!(matches!(error, DbError::Unavailable { .. }), "{error:?}");
    assert!(begun.elapsed() >= Duration::from_secs(1) && begun.elapsed() < SLACK, "{:?}", begun.elapsed());
    drop(held);
    // One has told on all of its age: none of the others costs anybody a wait.
    let begun = Instant::now();
    for _ in 0..3 {
        db.ping().await.unwrap();
        db.write().await.unwrap().commit().await.unwrap();
        one(&*db.read(), &ADD, &[&1_i64]).await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn the_lane_and_an_idle_pool_recover_as_well() {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let db = Db::connect(&config(|_| ()), &proxy.target(test.target())).await.unwrap();
    for way in ["the lane", "a transaction", "a read whose caller has left"] {
        open_all(&db, 3).await;
        proxy.freeze();
        let begun = Instant::now();
        match way {
            "the lane" => assert_eq!(one(&*db.read(), &ADD, &[&1_i64]).await.unwrap().get::<_, i64>(0), 2),
            "a transaction" => db.write().await.unwrap().commit().await.unwrap(),
            _ => {
                tokio::time::timeout(Duration::from_millis(50), db.ping()).await.unwrap_err();
                until("somebody else is served", async || {
                    tokio::time::timeout(Duration::from_millis(50), db.ping()).await.is_ok()
                })
                .await;
            }
        }
        assert!(begun.elapsed() < SLACK, "{way}: {:?}", begun.elapsed());
        db.write().await.unwrap().commit().await.unwrap();
        db.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_works_for_long_or_streams_for_long_is_not_called_silent() {
    let test = TestDb::empty().await.unwrap();
    let config = config(|config| {
        (config.statement_timeout_ms, config.network.answer_margin_ms) = (60_000, 10);
        (config.acquire_timeout_ms, config.pool_read_max) = (30_000, 1);
    });
    let db = Db::connect(&config, test.target()).await.unwrap();
    let tx = db.write().await.unwrap();
    // The server's limit may be lifted; then ours is in force, and each row that comes begins it anew.
    let rows = tx.query("select pg_sleep(0.02), repeat('x', 9000) from generate_series(1, 60)", &[]).await;
    assert_eq!(rows.unwrap().len(), 60);
    tx.commit().await.unwrap();
    let backend = |row: tokio_postgres::Row| row.get::<_, i32>(0);
    let first = backend(db.read().query_one("select pg_backend_pid()", &[]).await.unwrap());
    tokio::time::timeout(Duration::from_millis(300), std::future::pending::<()>()).await.unwrap_err();
    let second = backend(db.read().query_one("select pg_backend_pid()", &[]).await.unwrap());
    assert_eq!(first, second, "a connection of which nothing is asked owes nothing");
}

#[tokio::test]
async fn a_connection_of_the_lane_has_a_lifetime() {
    let test = TestDb::empty().await.unwrap();
    let config = config(|config| config.max_lifetime_ms = 200);
    let db = Db::connect(&config, test.target()).await.unwrap();
    let who = async || one(&*db.read(), &WHO, &[]).await.unwrap().get::<_, i64>(0);
    let first = who().await;
    assert_eq!(db.stats().pipeline.served, 1);
    until("another connection", async || {
        let served = db.stats().pipeline.served;
        let now = who().await;
        db.stats().pipeline.served > served && now != first
    })
    .await;
}

#[tokio::test]
async fn in_an_outage_without_a_word_only_one_caller_waits_for_the_server() {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let config = config(|config| config.acquire_timeout_ms = 1_500);
    let db = Db::connect(&config, &proxy.target(test.target())).await.unwrap();
    proxy.leave_room_for(0);
    let begun = Instant::now();
    let error = db.write().await.unwrap_err();
    assert!(matches!(error, DbError::Unavailable { .. }), "{error:?}");
    assert!(begun.elapsed() < Duration::from_millis(1_500) + SLACK, "{:?}", begun.elapsed());
    let told = join_all((0..4).map(|_| async {
        let begun = Instant::now();
        db.write().await.unwrap_err();
        begun.elapsed()
    }))
    .await;
    let soon = told.iter().filter(|took| **took < Duration::from_millis(1_000)).count();
    assert_eq!(soon, 3, "{told:?}");
    proxy.leave_room_for(usize::MAX);
    db.write().await.unwrap().commit().await.unwrap();
    db.ping().await.unwrap();
}

#[tokio::test]
async fn a_round_of_keeping_that_gets_no_answer_keeps_nobody_from_a_free_connection() {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let config = config(|config| {
        (config.pool_min, config.pool_read_min) = (3, 0);
        config.connect_timeout_ms = 3_000;
    });
    let db = Db::connect(&config, &proxy.target(test.target())).await.unwrap();
    db.write().await.unwrap().commit().await.unwrap();
    proxy.leave_room_for(0);
    let begun = Instant::now();
    let asking = async {
        let mut served = 0;
        while begun.elapsed() < Duration::from_secs(1) {
            let asked = Instant::now();
            db.write().await.unwrap().commit().await.unwrap();
            assert!(asked.elapsed() < Duration::from_millis(900), "{:?}", asked.elapsed());
            served += 1;
        }
        served
    };
    let (kept, served) = tokio::join!(db.keep(), asking);
    assert!(matches!(kept, Err(DbError::Unavailable { .. })), "{kept:?}");
    assert!(begun.elapsed() >= Duration::from_millis(2_900), "the round did not wait: {:?}", begun.elapsed());
    assert!(served > 1);
}

#[tokio::test]
async fn a_lane_that_is_closed_while_it_opens_leaves_no_connection() {
    let test = TestDb::empty().await.unwrap();
    let observer = Session::connect(test.target(), "observer", SLACK).await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let db = Db::connect(&config(|_| ()), &proxy.target(test.target())).await.unwrap();
    proxy.leave_room_for(10);
    proxy.hold(true);
    let asking = async { one(&*db.read(), &ADD, &[&1_i64]).await };
    let (asked, ()) = tokio::join!(asking, async {
        until("the lane opens", async || proxy.room() <= 9).await;
        db.close();
        proxy.hold(false);
    });
    assert!(matches!(asked, Err(DbError::Unavailable { .. })), "{asked:?}");
    let left = "select count(*) from pg_stat_activity \
                where datname = current_database() and application_name like '% pipelined'";
    until("it is gone", async || observer.query_one(left, &[]).await.unwrap().get::<_, i64>(0) == 0).await;
    assert_eq!(db.stats().pipeline.open, 0);
}
