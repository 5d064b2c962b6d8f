//! The migration runner against a real server: many at once, beside traffic, after failures.

use std::time::Duration;

use futures_util::future::join_all;
use mainstay_db::Session;
use mainstay_db::migrate::{self, Config, MigrateError, Migration, Migrations};
use mainstay_testing::TestDb;

const TABLE: Migration = Migration {
    version: 1,
    name: "table",
    sql: "create table big (id int, note text);\ninsert into big select n, md5(n::text) from generate_series(1, 20000) as n;",
};
const INDEX: Migration = Migration {
    version: 2,
    name: "index",
    sql: "-- no-transaction\n-- Why: tests.\ncreate unique index concurrently if not exists big_note on big (note);",
};
const COLUMN: Migration =
    Migration { version: 3, name: "column", sql: "alter table big add column more int;" };

const FIRST: Migrations = Migrations::new("app", &[TABLE]);
const INDEXED: Migrations = Migrations::new("app", &[TABLE, INDEX]);
const ALL: Migrations = Migrations::new("app", &[TABLE, INDEX, COLUMN]);

async fn session(db: &TestDb) -> Session {
    Session::connect(db.target(), "test", Duration::from_secs(5)).await.unwrap()
}

/// Tests must not wait as long as an operator would.
fn hasty() -> Config {
    Config { lock_timeout_ms: 50, lock_tries: 3, ..Config::default() }
}

async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(db: &TestDb, sql: &str) -> T {
    session(db).await.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn four_runners_at_once_with_a_concurrent_index_all_succeed() {
    let db = TestDb::empty().await.unwrap();
    let runs = join_all((0..4).map(|_| migrate::run(db.target(), &[&ALL]))).await;
    let reports: Vec<_> = runs.into_iter().map(Result::unwrap).collect();
    let applied: usize = reports.iter().map(|report| report.applied.len()).sum();
    assert_eq!(applied, 3, "{reports:?}");
    assert!(
        one::<bool>(&db, "select indisvalid from pg_index where indexrelid = 'big_note'::regclass").await
    );
    let again = migrate::run(db.target(), &[&ALL]).await.unwrap();
    assert_eq!((again.applied.len(), again.already_applied), (0, 3));
}

#[tokio::test]
async fn a_file_that_fails_leaves_nothing_and_the_ones_before_it_stay() {
    const BROKEN: Migrations = Migrations::new(
        "app",
        &[
            TABLE,
            Migration { version: 2, name: "broken", sql: "create table half (id int);\n\nselect nothing;" },
        ],
    );
    let db = TestDb::empty().await.unwrap();
    let error = migrate::run(db.target(), &[&BROKEN]).await.unwrap_err().to_string();
    assert!(error.starts_with("app/0002_broken failed:") && error.contains("(line 3)"), "{error}");
    assert!(one::<bool>(&db, "select to_regclass('half') is null and to_regclass('big') is not null").await);
    // The corrected file goes on from there.
    let report = migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (1, 1));
}

#[tokio::test]
async fn a_changed_file_and_a_newer_database_are_refused() {
    const CHANGED: Migrations =
        Migrations::new("app", &[Migration { version: 1, name: "table", sql: "create table big (id int);" }]);
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    let changed = migrate::run(db.target(), &[&CHANGED]).await.unwrap_err();
    assert!(matches!(changed, MigrateError::DatabaseNewer { found: 2, known: 1, .. }), "{changed}");
    session(&db).await.batch_execute("delete from mainstay.migration where version = 2").await.unwrap();
    let changed = migrate::run(db.target(), &[&CHANGED]).await.unwrap_err();
    assert!(matches!(changed, MigrateError::Changed { version: 1, .. }), "{changed}");
}

#[tokio::test]
async fn histories_and_schemas_are_apart() {
    const OTHER: Migrations = Migrations::new("other", &[TABLE]).in_schema("elsewhere");
    let db = TestDb::empty().await.unwrap();
    assert_eq!(migrate::pending(db.target(), &[&FIRST, &OTHER]).await.unwrap().len(), 2);
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    assert_eq!(migrate::pending(db.target(), &[&FIRST, &OTHER]).await.unwrap(), ["other/0001_table"]);
    migrate::run(db.target(), &[&FIRST, &OTHER]).await.unwrap();
    let sql = "select to_regclass('public.big') is not null and to_regclass('elsewhere.big') is not null";
    assert!(one::<bool>(&db, sql).await);
    assert_eq!(migrate::pending(db.target(), &[&FIRST, &OTHER]).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_locked_table_is_tried_again_and_readers_are_not_held_up() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    let holder = session(&db).await;
    holder.batch_execute("begin; select from big limit 1").await.unwrap();
    let error = migrate::run_with(db.target(), &[&ALL], &hasty()).await.unwrap_err();
    assert!(matches!(error, MigrateError::Locked { tries: 3, .. }), "{error}");
    // The reader ends while the runner tries.
    let patient = Config { lock_tries: 100, ..hasty() };
    let run = migrate::run_with(db.target(), &[&ALL], &patient);
    let free = async {
        let waits = "select count(*) from pg_stat_activity \
                     where datname = current_database() and wait_event_type = 'Lock'";
        while one::<i64>(&db, waits).await == 0 {}
        holder.batch_execute("commit").await.unwrap();
    };
    let (report, ()) = tokio::join!(run, free);
    assert_eq!(report.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn a_long_transaction_stops_the_run_before_it_begins() {
    let db = TestDb::empty().await.unwrap();
    let holder = session(&db).await;
    holder.batch_execute("begin; select 1").await.unwrap();
    let strict = Config { longest_transaction_ms: 0, ..Config::default() };
    let error = migrate::run_with(db.target(), &[&FIRST], &strict).await.unwrap_err();
    assert!(matches!(error, MigrateError::LongTransaction { .. }), "{error}");
    holder.batch_execute("commit").await.unwrap();
    migrate::run_with(db.target(), &[&FIRST], &strict).await.unwrap();
}

#[tokio::test]
async fn an_invalid_index_of_a_failed_build_is_replaced() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let session = session(&db).await;
    session.batch_execute("insert into big select 0, note from big where id = 7").await.unwrap();
    let error = migrate::run(db.target(), &[&INDEXED]).await.unwrap_err();
    assert!(error.to_string().contains("duplicated"), "{error}");
    let valid = "select indisvalid from pg_index where indexrelid = 'big_note'::regclass";
    assert!(!one::<bool>(&db, valid).await, "the failed build should have left an invalid index");
    session.batch_execute("delete from big where id = 0").await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert!(one::<bool>(&db, valid).await);
}

#[tokio::test]
async fn a_crash_between_a_statement_and_its_history_row_is_made_good() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    session(&db).await.batch_execute("delete from mainstay.migration where version = 2").await.unwrap();
    let report = migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert_eq!(report.applied.len(), 1);
}

#[tokio::test]
async fn a_runner_waits_for_another_only_so_long() {
    let db = TestDb::empty().await.unwrap();
    let other = session(&db).await;
    // The runner's own key, "mainstay" in ASCII.
    other.batch_execute("select pg_advisory_lock(x'6d61696e73746179'::bigint)").await.unwrap();
    let hurried = Config { wait_for_others_ms: 100, ..Config::default() };
    let error = migrate::run_with(db.target(), &[&FIRST], &hurried).await.unwrap_err();
    assert!(matches!(error, MigrateError::Busy { .. }), "{error}");
    drop(other);
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
}

#[test]
fn a_file_that_nobody_listed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["0001_table.sql", "0002_forgotten.sql", "README.md"] {
        std::fs::write(folder.path().join(file), "").unwrap();
    }
    assert_eq!(FIRST.unlisted(folder.path()).unwrap(), ["0002_forgotten.sql"]);
}
