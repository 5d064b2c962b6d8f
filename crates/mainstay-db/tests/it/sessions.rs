//! Read sessions, transactions, pools and their limits.

use std::time::{Duration, Instant};

use mainstay_db::migrate::{Migration, Migrations};
use mainstay_db::{Config, ConstraintKind, Db, DbError, Lane};
use mainstay_telemetry::Registry;
use mainstay_testing::TestDb;

const TABLES: &[Migration] = &[Migration {
    version: 1,
    name: "tables",
    sql: "create table owner (id int, constraint owner_pkey primary key (id));
          create table item (
              id int, owner_id int not null, size int,
              constraint item_pkey primary key (id),
              constraint item_owner foreign key (owner_id) references owner (id) deferrable initially immediate,
              constraint item_size_positive check (size > 0),
              constraint item_alone exclude (size with =)
          );
          insert into owner values (1);",
}];
const SET: Migrations = Migrations::new("sessions", TABLES);

async fn world() -> TestDb {
    TestDb::migrated(&[&SET]).await.unwrap()
}

/// The same database through pools with other limits.
async fn limited(db: &TestDb, change: impl FnOnce(&mut Config)) -> Db {
    let mut config = Config { pool_max: 1, pool_read_max: 1, ..Config::default() };
    change(&mut config);
    Db::connect(&config, db.target()).await.unwrap()
}

async fn count(db: &TestDb) -> i64 {
    let read = db.db().read();
    read.query_one("select count(*) from item", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_write_in_a_read_session_fails() {
    let db = world().await;
    let read = db.db().read();
    let error = read.execute("insert into owner values (2)", &[]).await.unwrap_err();
    assert!(matches!(error, DbError::ReadOnly(_)));
}

#[tokio::test]
async fn the_server_compiles_nothing_for_a_session() {
    let db = world().await;
    let setting = "select current_setting('jit')";
    let tx = db.db().write().await.unwrap();
    let of_transaction: String = tx.query_one(setting, &[]).await.unwrap().get(0);
    tx.rollback().await.unwrap();
    let of_read: String = db.db().read().query_one(setting, &[]).await.unwrap().get(0);
    assert_eq!((of_transaction.as_str(), of_read.as_str()), ("off", "off"));
}

#[tokio::test]
async fn a_commit_takes_effect_and_a_rollback_does_not() {
    let db = world().await;
    for (id, commit) in [(1, true), (2, false)] {
        let tx = db.db().write().await.unwrap();
        tx.execute("insert into item values ($1, 1, null)", &[&id]).await.unwrap();
        if commit { tx.commit().await.unwrap() } else { tx.rollback().await.unwrap() }
    }
    assert_eq!(count(&db).await, 1);
    let stats = db.db().stats();
    assert_eq!((stats.committed, stats.rolled_back, stats.dropped), (1, 1, 0));
    assert_eq!((stats.write.open, stats.write.in_use), (1, 0));
}

#[tokio::test]
async fn a_dropped_transaction_leaves_no_trace_and_no_connection() {
    let db = world().await;
    let tx = db.db().write().await.unwrap();
    tx.execute("insert into item values (1, 1, null)", &[]).await.unwrap();
    let backend: i32 = tx.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    drop(tx);
    let stats = db.db().stats();
    assert_eq!((stats.dropped, stats.write.open, stats.write.in_use), (1, 0, 0));
    let read = db.db().read();
    let begun = Instant::now();
    loop {
        let sql = "select count(*) from pg_stat_activity where pid = $1";
        let left: i64 = read.query_one(sql, &[&backend]).await.unwrap().get(0);
        if left == 0 {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "the dropped transaction's session lives on");
    }
    assert_eq!(count(&db).await, 0);
}

#[tokio::test]
async fn a_commit_after_a_failure_that_was_passed_over_is_an_error() {
    let db = world().await;
    let tx = db.db().write().await.unwrap();
    tx.execute("insert into item values (1, 1, null)", &[]).await.unwrap();
    tx.execute("insert into item values (1, 1, null)", &[]).await.unwrap_err();
    let error = tx.commit().await.unwrap_err();
    assert!(matches!(error, DbError::AlreadyFailed(_)), "{error:?}");
    assert_eq!(count(&db).await, 0);
    // The connection is sound and was kept.
    assert_eq!(db.db().stats().write.open, 1);
    let tx = db.db().write().await.unwrap();
    tx.execute("insert into item values (1, 1, null)", &[]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(count(&db).await, 1);
}

#[tokio::test]
async fn broken_rules_have_a_name_and_a_kind() {
    let db = world().await;
    let cases = [
        ("insert into owner values (1)", "owner_pkey", ConstraintKind::Unique),
        ("insert into item values (1, 7, null)", "item_owner", ConstraintKind::ForeignKey),
        ("insert into item values (1, 1, 0)", "item_size_positive", ConstraintKind::Check),
        ("insert into item values (1, null, 1)", "owner_id", ConstraintKind::NotNull),
        ("insert into item values (1, 1, 5), (2, 1, 5)", "item_alone", ConstraintKind::Exclusion),
    ];
    for (sql, name, kind) in cases {
        let tx = db.db().write().await.unwrap();
        let error = tx.execute(sql, &[]).await.unwrap_err();
        tx.rollback().await.unwrap();
        assert_eq!(error.constraint(), Some(name), "{error:?}");
        assert!(matches!(error, DbError::Constraint { kind: found, .. } if found == kind), "{error:?}");
    }
}

#[tokio::test]
async fn what_fails_otherwise_says_its_code_and_no_value() {
    let db = world().await;
    let tx = db.db().write().await.unwrap();
    let error =
        tx.execute("insert into item values (1, 'of nobody'::text::bigint, 1)", &[]).await.unwrap_err();
    tx.rollback().await.unwrap();
    assert_eq!(error.to_string(), "the statement failed: the server says SQLSTATE 22P02");
}

#[tokio::test]
async fn a_deferred_rule_speaks_at_the_commit() {
    let db = world().await;
    let tx = db.db().write().await.unwrap();
    tx.batch_execute("set constraints item_owner deferred; insert into item values (1, 7, null)")
        .await
        .unwrap();
    assert_eq!(tx.commit().await.unwrap_err().constraint(), Some("item_owner"));
    assert_eq!(count(&db).await, 0);
}

#[tokio::test]
async fn a_lost_race_is_a_conflict_to_be_tried_again() {
    let db = world().await;
    let (one, two) = (db.db().write().await.unwrap(), db.db().write().await.unwrap());
    for tx in [&one, &two] {
        tx.batch_execute("set transaction isolation level repeatable read; select from owner").await.unwrap();
    }
    one.execute("update owner set id = 2", &[]).await.unwrap();
    one.commit().await.unwrap();
    let error = two.execute("update owner set id = 3", &[]).await.unwrap_err();
    assert!(matches!(error, DbError::Conflict(_)) && error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn an_exhausted_pool_refuses_in_bounded_time() {
    let db = world().await;
    let small = limited(&db, |config| config.acquire_timeout_ms = 100).await;
    let held = small.write().await.unwrap();
    let begun = Instant::now();
    let error = small.write().await.unwrap_err();
    assert!(matches!(error, DbError::PoolExhausted { lane: Lane::Write, .. }), "{error:?}");
    let took = begun.elapsed();
    assert!(took >= Duration::from_millis(100) && took < Duration::from_secs(3), "{took:?}");
    // The other lane has connections of its own.
    small.ping().await.unwrap();
    held.rollback().await.unwrap();
    small.write().await.unwrap().rollback().await.unwrap();
    assert_eq!(small.stats().write.exhausted, 1);
}

#[tokio::test]
async fn slow_statements_and_long_waits_are_ended_by_the_server() {
    let db = world().await;
    let impatient = limited(&db, |config| {
        config.pool_max = 2;
        config.statement_timeout_ms = 100;
        config.lock_timeout_ms = 50;
    })
    .await;
    let read = impatient.read();
    let error = read.batch_execute("select pg_sleep(30)").await.unwrap_err();
    assert!(matches!(error, DbError::Cancelled(_)), "{error:?}");
    let holder = impatient.write().await.unwrap();
    holder.execute("update owner set id = id", &[]).await.unwrap();
    let waiter = impatient.write().await.unwrap();
    let error = waiter.execute("update owner set id = id", &[]).await.unwrap_err();
    assert!(matches!(error, DbError::LockTimeout(_)), "{error:?}");
}

#[tokio::test]
async fn the_server_tells_what_it_is() {
    let db = world().await;
    let info = db.db().server_info().await.unwrap();
    assert!(info.version_num >= 140_000 && info.max_connections > 0, "{info:?}");
    assert!(info.can_create && !info.in_recovery, "{info:?}");
    assert_eq!(info.database, db.name());
    assert!(info.extensions.iter().any(|one| one.starts_with("plpgsql ")), "{info:?}");
}

#[tokio::test]
async fn the_pools_are_published_as_metrics() {
    let db = world().await;
    let registry = Registry::new();
    let tx = db.db().write().await.unwrap();
    db.db().stats().publish(&registry);
    tx.commit().await.unwrap();
    drop(db.db().write().await.unwrap());
    // Twice: a counter is brought up to date, not added to.
    db.db().stats().publish(&registry);
    db.db().stats().publish(&registry);
    let text = registry.encode();
    for line in [
        "db_pool_connections{lane=\"write\"} 0",
        "db_pool_connections_max{lane=\"read\"} 4",
        "db_transactions_total{end=\"committed\"} 1",
        "db_transactions_total{end=\"dropped\"} 1",
        "db_pool_exhausted_total{lane=\"read\"} 0",
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_apart_from_a_wrong_statement() {
    let db = world().await;
    let tx = db.db().write().await.unwrap();
    let error =
        tx.batch_execute("do $$ begin raise exception using errcode = '53100'; end $$").await.unwrap_err();
    assert!(matches!(error, DbError::StorageFull(_)));
}
