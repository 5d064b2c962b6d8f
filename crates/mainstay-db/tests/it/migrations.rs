//! The migration runner against a real server: files and histories here; many at once, beside traffic, after failures
//! below.

mod failures;
mod starts;
mod traffic;

use std::time::Duration;

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

/// Some runner's statement waits for a lock that somebody holds.
const WAITS_FOR_LOCK: &str = "select exists (select from pg_stat_activity where datname = current_database() \
     and application_name = 'mainstay migrate' and wait_event_type = 'Lock' and wait_event <> 'virtualxid')";

/// Some runner builds an index, and waits for older transactions to end.
const BUILD_WAITS: &str = "select exists (select from pg_stat_activity where datname = current_database() \
     and application_name = 'mainstay migrate' and wait_event = 'virtualxid')";

const INDEX_IS_VALID: &str = "select indisvalid from pg_index where indexrelid = 'big_note'::regclass";

/// Looks until the database says so.
async fn until(db: &TestDb, sql: &str) {
    let session = session(db).await;
    let says_so = async || session.query_one(sql, &[]).await.unwrap().get::<_, bool>(0);
    mainstay_testing::until(sql, says_so).await;
}

/// A transaction that has looked at the table and goes on: no change of the table, and no concurrent build of an index,
/// comes to its end beside it.
async fn reader(db: &TestDb) -> Session {
    let session = session(db).await;
    session.batch_execute("begin isolation level repeatable read; select from big limit 1").await.unwrap();
    session
}

async fn one<T: for<'a> tokio_postgres::types::FromSql<'a>>(db: &TestDb, sql: &str) -> T {
    session(db).await.query_one(sql, &[]).await.unwrap().get(0)
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
    assert_eq!(migrate::pending(db.target(), &[&FIRST, &OTHER], &Config::default()).await.unwrap().len(), 2);
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    assert_eq!(
        migrate::pending(db.target(), &[&FIRST, &OTHER], &Config::default()).await.unwrap(),
        ["other/0001_table"]
    );
    migrate::run(db.target(), &[&FIRST, &OTHER]).await.unwrap();
    let sql = "select to_regclass('public.big') is not null and to_regclass('elsewhere.big') is not null";
    assert!(one::<bool>(&db, sql).await);
    assert_eq!(migrate::pending(db.target(), &[&FIRST, &OTHER], &Config::default()).await.unwrap(), [""; 0]);
}

#[test]
fn a_file_that_nobody_listed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["0001_table.sql", "0002_forgotten.sql", "README.md"] {
        std::fs::write(folder.path().join(file), "").unwrap();
    }
    assert_eq!(FIRST.unlisted(folder.path()).unwrap(), ["0002_forgotten.sql"]);
}
