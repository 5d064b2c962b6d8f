//! A runner beside readers, writers and transactions that do not end.

use std::time::Duration;

use mainstay_db::Session;
use mainstay_db::migrate::{self, Config, MigrateError};
use mainstay_telemetry::Capture;
use mainstay_testing::{OwnCluster, TestDb, own_cluster};

use super::{ALL, FIRST, INDEXED, WAITS_FOR_LOCK, one, reader, session, until};

/// The change of a table waits for a reader, and whoever comes then waits for the change: until its lock time-out.
#[tokio::test]
async fn reads_are_answered_while_a_change_waits_behind_a_long_reader() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    let holder = reader(&db).await;
    // More tries than there will be: the change is certainly still at it when the last read is answered.
    let config = Config { lock_timeout_ms: 200, lock_tries: 1000, ..Config::default() };
    let change = migrate::run_with(db.target(), &[&ALL], &config);
    let reads = async {
        let other = session(&db).await;
        for _ in 0..5 {
            until(&db, WAITS_FOR_LOCK).await;
            let read = other.query_one("select count(*) from big", &[]);
            let answer = tokio::time::timeout(Duration::from_secs(20), read).await;
            let rows: i64 = answer.expect("a read is held up by a change that waits").unwrap().get(0);
            assert_eq!(rows, 20_000);
        }
        let unchanged = "select not exists (select from pg_attribute where attrelid = 'big'::regclass \
                         and attname = 'more')";
        assert!(one::<bool>(&db, unchanged).await, "the change got its lock beside a reader");
        holder.batch_execute("commit").await.unwrap();
    };
    let (report, ()) = tokio::join!(change, reads);
    assert_eq!(report.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn a_change_that_never_gets_its_lock_says_who_was_in_the_way() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    let holder = reader(&db).await;
    let pid: i32 = holder.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let hasty = Config { lock_timeout_ms: 20, lock_tries: 3, ..Config::default() };
    let error = migrate::run_with(db.target(), &[&ALL], &hasty).await.unwrap_err();
    let MigrateError::Locked { tries: 3, open: Some(open), .. } = &error else { panic!("{error}") };
    assert_eq!(
        (open.pid, open.name.as_str(), open.state.as_str()),
        (Some(pid), "test", "idle in transaction")
    );
    assert!(error.to_string().contains(&format!("select pg_terminate_backend({pid})")), "{error}");
    holder.batch_execute("commit").await.unwrap();
    migrate::run(db.target(), &[&ALL]).await.unwrap();
}

#[tokio::test]
async fn a_long_transaction_is_named_and_waited_for_and_refused_in_the_end() {
    let db = TestDb::empty().await.unwrap();
    let holder = session(&db).await;
    let pid: i32 = holder.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    holder.batch_execute("begin; select 1").await.unwrap();
    let log = Capture::of_thread();
    log.expect("db.migration.waits");
    let strict = Config { longest_transaction_ms: 0, wait_for_transactions_ms: 60, ..Config::default() };
    let error = migrate::run_with(db.target(), &[&FIRST], &strict).await.unwrap_err();
    let MigrateError::LongTransaction { migration, open, .. } = &error else { panic!("{error}") };
    assert_eq!((migration.as_str(), open.pid), ("app/0001_table", Some(pid)));
    let said = error.to_string();
    for part in ["\"test\" of role ", "idle in transaction", &format!("select pg_terminate_backend({pid})")] {
        assert!(said.contains(part), "{part} is not in: {said}");
    }
    assert!(one::<bool>(&db, "select to_regclass('big') is null").await);
    let warned = log.lines().into_iter().filter(|line| line.event() == Some("db.migration.waits"));
    assert_eq!(warned.count(), 1, "one line for one transaction");

    // The next run is patient, and the transaction ends while it waits.
    let waits = || log.lines().iter().filter(|line| line.event() == Some("db.migration.waits")).count();
    let patient = Config { wait_for_transactions_ms: 60_000, ..strict };
    let run = migrate::run_with(db.target(), &[&FIRST], &patient);
    let release = async {
        mainstay_testing::until("the run waits", async || waits() >= 2).await;
        holder.batch_execute("commit").await.unwrap();
    };
    let (report, ()) = tokio::join!(run, release);
    assert_eq!(report.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn transactions_that_were_prepared_or_cannot_be_seen_are_told_of() {
    let own = own_cluster_with(("max_prepared_transactions", "2")).await;
    let target = own.cluster.as_ref().unwrap().target();
    let admin = Session::connect(&target, "admin", Duration::from_secs(5)).await.unwrap();
    admin.batch_execute("create table t (); begin; insert into t default values").await.unwrap();
    admin.batch_execute("prepare transaction 'forgotten'").await.unwrap();
    let strict = Config { longest_transaction_ms: 0, wait_for_transactions_ms: 0, ..Config::default() };
    let error = migrate::run_with(&target, &[&FIRST], &strict).await.unwrap_err().to_string();
    assert!(
        error.contains("prepared transaction \"forgotten\"") && error.contains("`rollback prepared"),
        "{error}"
    );
    admin.batch_execute("rollback prepared 'forgotten'").await.unwrap();
    admin.batch_execute("drop schema mainstay cascade").await.unwrap();

    // A role without rights over others runs too, and the operator learns what it cannot guard against.
    admin
        .batch_execute("create role plain login password 'plain'; grant create on schema public to plain")
        .await
        .unwrap();
    let database = target.database().to_owned();
    admin.batch_execute(&format!("grant create on database \"{database}\" to plain")).await.unwrap();
    admin.batch_execute("begin; select 1").await.unwrap();
    let plain = mainstay_db::Target::socket(
        own.cluster.as_ref().unwrap().socket_dir(),
        port(&target),
        "plain",
        &database,
    );
    let log = Capture::of_thread();
    migrate::run_with(&plain, &[&FIRST], &strict).await.unwrap();
    assert!(log.lines().iter().any(|line| line.message.contains("pg_read_all_stats")), "{:?}", log.lines());
    own.close().await.unwrap();
}

fn port(target: &mainstay_db::Target) -> u16 {
    target.driver_config().get_ports()[0]
}

async fn own_cluster_with(setting: (&str, &str)) -> OwnCluster {
    let mut own = own_cluster().await.unwrap();
    own.cluster.take().unwrap().stop().await.unwrap();
    let mut config = OwnCluster::config(own.folder());
    config.settings.insert(setting.0.to_owned(), setting.1.to_owned());
    own.cluster = Some(mainstay_db::embedded::Cluster::start(&config).await.unwrap());
    own
}
