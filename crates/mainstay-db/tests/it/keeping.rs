//! Connections that are open before they are needed: opened, kept, renewed, and not waited for.

use std::time::Duration;

use mainstay_db::{Config, Db, DbError, Session, Statement, one};
use mainstay_runtime::{Effects, Stop, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, until};

use crate::network::Proxy;

static COUNT: Statement =
    Statement::pooled("kept.count", "select /* kept.count */ count(*) from pg_class where oid > $1");

/// How many of its prepared statements are the one above.
const PREPARED: &str =
    "select count(*) from pg_prepared_statements where statement like 'select /* kept.count%'";

/// The server's processes behind a database's pools, in order.
const BACKENDS: &str = "select pid from pg_stat_activity \
    where datname = current_database() and application_name like 'kept %' order by pid";

/// A pool of each kind that keeps two of four.
async fn pools(test: &TestDb, change: impl FnOnce(&mut Config)) -> Db {
    let mut config = Config {
        pool_max: 4,
        pool_read_max: 4,
        pool_min: 2,
        pool_read_min: 2,
        keep_interval_ms: 10,
        application_name: "kept".to_owned(),
        ..Config::default()
    };
    change(&mut config);
    Db::connect(&config, test.target()).await.unwrap()
}

async fn observer(test: &TestDb) -> Session {
    Session::connect(test.target(), "observer", Duration::from_secs(10)).await.unwrap()
}

async fn backends(observer: &Session) -> Vec<i32> {
    observer.query(BACKENDS, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn open(db: &Db) -> (usize, usize) {
    let stats = db.stats();
    (stats.read.open, stats.write.open)
}

#[tokio::test]
async fn both_pools_are_opened_ahead_and_no_further() {
    let test = TestDb::empty().await.unwrap();
    let db = pools(&test, |config| config.pool_read_min = 3).await;
    assert_eq!(open(&db), (0, 0));
    assert_eq!(db.keep().await.unwrap(), 5);
    assert_eq!(db.keep().await.unwrap(), 0);
    assert_eq!((open(&db), db.stats().read.in_use), ((3, 2), 0));
    let observer = observer(&test).await;
    let before = backends(&observer).await;
    assert_eq!(before.len(), 5);
    db.ping().await.unwrap();
    db.write().await.unwrap().commit().await.unwrap();
    assert_eq!(backends(&observer).await, before, "callers use what is open");
    let registry = Registry::new();
    db.stats().publish(&registry);
    let text = registry.encode();
    for line in [r#"db_pool_connections_min{lane="read"} 3"#, r#"db_pool_kept_total{lane="write"} 2"#] {
        assert!(text.contains(line), "{line}: {text}");
    }
}

#[tokio::test]
async fn what_was_killed_or_has_lived_its_time_is_replaced_before_anybody_asks() {
    let test = TestDb::empty().await.unwrap();
    let observer = observer(&test).await;
    let db = pools(&test, |_| ()).await;
    db.keep().await.unwrap();
    let first = backends(&observer).await;
    observer.execute("select pg_terminate_backend($1)", &[&first[0]]).await.unwrap();
    until("another is opened for the one that was killed", async || db.keep().await.unwrap() == 1).await;
    let second = backends(&observer).await;
    assert_eq!((second.len(), open(&db)), (4, (2, 2)));
    let brief = pools(&test, |config| {
        config.max_lifetime_ms = 50;
        config.application_name = "kept briefly".to_owned();
    })
    .await;
    brief.keep().await.unwrap();
    let young: Vec<i32> =
        backends(&observer).await.into_iter().filter(|backend| !second.contains(backend)).collect();
    until("all have lived their time", async || {
        brief.keep().await.unwrap();
        let now = backends(&observer).await;
        young.iter().all(|backend| !now.contains(backend))
    })
    .await;
    assert_eq!(open(&brief), (2, 2));
}

#[tokio::test]
async fn what_ran_most_is_prepared_on_a_connection_that_nobody_used_yet() {
    let test = TestDb::empty().await.unwrap();
    let db = pools(&test, |config| (config.pool_read_min, config.warm_statements) = (1, 1)).await;
    let count = async || {
        let read = db.read();
        let held = read.query_one("select pg_backend_pid()", &[]).await.unwrap();
        let prepared: i64 = read.query_one(PREPARED, &[]).await.unwrap().get(0);
        (held.get::<_, i32>(0), prepared)
    };
    db.keep().await.unwrap();
    let (first, prepared) = count().await;
    assert_eq!(prepared, 0, "nothing has run yet");
    one(&*db.read(), &COUNT, &[&0_u32]).await.unwrap();
    let observer = observer(&test).await;
    observer.execute("select pg_terminate_backend($1)", &[&first]).await.unwrap();
    until("another is opened", async || db.keep().await.unwrap() == 1).await;
    let (second, prepared) = count().await;
    assert_ne!(second, first);
    assert_eq!(prepared, 1);
}

#[tokio::test]
async fn a_pool_in_use_is_left_alone_and_a_closed_one_stays_closed() {
    let test = TestDb::empty().await.unwrap();
    let db = pools(&test, |config| {
        (config.pool_max, config.pool_min, config.pool_read_min) = (2, 2, 0);
        config.acquire_timeout_ms = 60_000;
    })
    .await;
    let held = [db.write().await.unwrap(), db.write().await.unwrap()];
    let round = tokio::time::timeout(Duration::from_secs(10), db.keep()).await;
    assert_eq!(round.expect("it waits for nobody").unwrap(), 0);
    drop(held);
    db.close();
    assert_eq!(db.keep().await.unwrap(), 0);
    assert!(matches!(db.ping().await.unwrap_err(), DbError::Unavailable { .. }));
}

#[tokio::test]
async fn the_task_keeps_them_until_it_is_stopped() {
    let test = TestDb::empty().await.unwrap();
    let db = pools(&test, |_| ()).await;
    let supervisor = Supervisor::new(&Effects::system());
    let kept = db.clone();
    supervisor.spawn_resident("pools", Duration::from_secs(60), move |stop| {
        let kept = kept.clone();
        async move { kept.keep_open(stop).await }
    });
    until("the pools are open", async || open(&db) == (2, 2)).await;
    // A transaction that is dropped takes its connection with it.
    drop(db.write().await.unwrap());
    until("another is opened for it", async || db.stats().write.kept == 3).await;
    assert!(supervisor.drain(Duration::from_secs(10)).await.overran.is_empty());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_server_that_does_not_answer() {
    let test = TestDb::empty().await.unwrap();
    let proxy = Proxy::to(test.target()).await;
    let config = Config {
        connect_timeout_ms: 20_000,
        acquire_timeout_ms: 60_000,
        application_name: "kept".to_owned(),
        ..Config::default()
    };
    let db = Db::connect(&config, &proxy.target(test.target())).await.unwrap();
    // One of each lane is led on: it is open while the next one hears nothing.
    proxy.leave_room_for(2);
    let stop = Stop::new();
    let stopping = async {
        until("somebody hears nothing", async || proxy.room() == 0).await;
        stop.trigger();
    };
    let kept = async { tokio::join!(db.keep_open(stop.clone()), stopping) };
    tokio::time::timeout(Duration::from_secs(10), kept).await.expect("the stop waits for the server");
    let observer = observer(&test).await;
    db.close();
    until("all are closed", async || backends(&observer).await.is_empty()).await;
}
