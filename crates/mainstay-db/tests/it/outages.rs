//! A server that is absent, refuses us, or goes away.

use std::time::{Duration, Instant};

use mainstay_db::{Config, ConnectError, Db, DbError, Session, Target};
use mainstay_testing::{TestDb, own_cluster};
use rustix::process::{Pid, Signal, kill_process};

use crate::network::mute;

#[tokio::test]
async fn an_absent_server_is_given_up_in_bounded_time() {
    // A port where everybody is accepted and nobody answers with the protocol, and one where nobody is: free again as
    // soon as it is known.
    let (_listener, silent) = mute();
    let (listener, refusing) = mute();
    drop(listener);
    for port in [silent, refusing] {
        let target = Target::parse(&format!("postgres://app:s3cret@127.0.0.1:{port}/app")).unwrap();
        let config = Config { connect_retry_for_ms: 300, connect_timeout_ms: 500, ..Config::default() };
        let begun = Instant::now();
        let connecting = tokio::time::timeout(Duration::from_secs(10), Db::connect(&config, &target));
        let error = connecting.await.expect("a start is given up").unwrap_err();
        assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
        assert!(begun.elapsed() < Duration::from_secs(5));
        assert!(!format!("{error} {error:?}").contains("s3cret"));
    }
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    let db = TestDb::empty().await.unwrap();
    let begun = Instant::now();
    let error = Db::connect(&Config::default(), &db.target().with_database("absent")).await.unwrap_err();
    assert!(matches!(error, ConnectError::Refused { .. }), "{error:?}");
    assert!(error.to_string().contains("absent") && begun.elapsed() < Duration::from_secs(10), "{error}");
}

#[tokio::test]
async fn a_pool_without_connections_is_a_configuration_error() {
    let db = TestDb::empty().await.unwrap();
    let config = Config { pool_read_max: 0, ..Config::default() };
    let error = Db::connect(&config, db.target()).await.unwrap_err();
    assert!(error.to_string().contains("read pool may hold no connection"), "{error}");
}

#[tokio::test]
async fn connections_that_died_in_the_pool_are_replaced() {
    let db = TestDb::empty().await.unwrap();
    let (one, two) = (db.db().write().await.unwrap(), db.db().write().await.unwrap());
    one.commit().await.unwrap();
    two.commit().await.unwrap();
    // From a thread that this one waits for: nothing here sees the connections close before they are used again.
    let target = db.target().clone();
    let ending = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let other = Session::connect(&target, "test", Duration::from_secs(5)).await.unwrap();
            let sql = "select pg_terminate_backend(pid, 5000) from pg_stat_activity \
                       where datname = current_database() and pid <> pg_backend_pid()";
            assert_eq!(other.query(sql, &[]).await.unwrap().len(), 2);
        });
    });
    ending.join().unwrap();
    for _ in 0..3 {
        db.db().write().await.unwrap().commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_killed_is_unavailable_and_comes_back_on_its_own() {
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.as_mut().unwrap();
    let config = Config { connect_timeout_ms: 1_000, acquire_timeout_ms: 1_000, ..Config::default() };
    let db = Db::connect(&config, &cluster.target()).await.unwrap();
    let tx = db.write().await.unwrap();
    kill_process(Pid::from_raw(cluster.pid()).unwrap(), Signal::KILL).unwrap();
    cluster.ended().await;
    // The session's own process ends when it notices, which may be after the next statement.
    let ended = async {
        while tx.batch_execute("select 1").await.is_ok() {}
        tx.commit().await
    };
    let error = tokio::time::timeout(Duration::from_secs(20), ended).await.unwrap().unwrap_err();
    assert!(matches!(error, DbError::Unavailable { .. } | DbError::AlreadyFailed(_)), "{error:?}");
    let error = db.ping().await.unwrap_err();
    assert!(matches!(error, DbError::Unavailable { .. }), "{error:?}");

    cluster.restart().await.unwrap();
    db.ping().await.unwrap();
    db.write().await.unwrap().commit().await.unwrap();
    own.close().await.unwrap();
}
