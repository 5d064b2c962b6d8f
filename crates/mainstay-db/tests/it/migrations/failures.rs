//! Runs that are cut off: the server's process ended, the runner gone, a disk that takes no more.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use mainstay_db::Session;
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::migrate::{self, Config, MigrateError, Migration, Migrations};
use mainstay_testing::{OwnCluster, TestDb, own_cluster};

use super::{
    BUILD_WAITS, FIRST, INDEX_IS_VALID, INDEXED, TABLE, WAITS_FOR_LOCK, one, reader, session, until,
};

/// Its second statement waits for whoever reads the table.
const TWO_STEPS: Migrations = Migrations::new(
    "app",
    &[
        TABLE,
        Migration {
            version: 2,
            name: "two_steps",
            sql: "create table half (id int);\nalter table big add column other int;",
        },
    ],
);

const NOTHING_OF_IT: &str = "select to_regclass('half') is null \
     and not exists (select from pg_attribute where attrelid = 'big'::regclass and attname = 'other') \
     and (select max(version) from mainstay.migration where history = 'app') = 1";

/// Ends the server's processes that serve runners, as a failing server or network would.
const END_RUNNERS: &str = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity \
     where datname = current_database() and application_name = 'mainstay migrate'";

#[tokio::test]
async fn a_build_that_was_killed_in_its_middle_is_built_anew() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let holder = reader(&db).await;
    let run = migrate::run(db.target(), &[&INDEXED]);
    let kill = async {
        until(&db, BUILD_WAITS).await;
        assert_eq!(one::<i64>(&db, END_RUNNERS).await, 1);
    };
    let (outcome, ()) = tokio::join!(run, kill);
    let error = outcome.unwrap_err();
    assert!(matches!(error, MigrateError::Failed { .. }), "{error}");
    assert!(!one::<bool>(&db, INDEX_IS_VALID).await, "the killed build should have left an invalid index");
    assert_eq!(one::<i64>(&db, "select max(version) from mainstay.migration").await, 1);
    holder.batch_execute("commit").await.unwrap();
    let report = migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (1, 1));
    assert!(one::<bool>(&db, INDEX_IS_VALID).await);
}

/// The server does not notice at once that its client is gone: the build goes on, and so does its lock.
#[tokio::test]
async fn a_runner_that_was_killed_in_the_middle_of_a_build_leaves_it_to_the_next() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let holder = reader(&db).await;
    tokio::select! {
        outcome = migrate::run(db.target(), &[&INDEXED]) => panic!("the build did not wait: {outcome:?}"),
        () = until(&db, BUILD_WAITS) => {}
    }
    let run = migrate::run(db.target(), &[&INDEXED]);
    let release = async {
        until(
            &db,
            "select count(*) = 2 from pg_stat_activity where datname = current_database() \
             and application_name = 'mainstay migrate'",
        )
        .await;
        holder.batch_execute("commit").await.unwrap();
    };
    let (report, ()) = tokio::join!(run, release);
    assert_eq!(report.unwrap().applied.len(), 1);
    assert!(one::<bool>(&db, INDEX_IS_VALID).await);
}

#[tokio::test]
async fn a_connection_that_is_lost_in_the_middle_of_a_file_leaves_nothing_of_it() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let holder = reader(&db).await;
    let patient = Config { lock_timeout_ms: 60_000, ..Config::default() };
    let run = migrate::run_with(db.target(), &[&TWO_STEPS], &patient);
    let kill = async {
        until(&db, WAITS_FOR_LOCK).await;
        assert_eq!(one::<i64>(&db, END_RUNNERS).await, 1);
    };
    let (outcome, ()) = tokio::join!(run, kill);
    let error = outcome.unwrap_err();
    assert!(matches!(error, MigrateError::Failed { .. }), "{error}");
    holder.batch_execute("commit").await.unwrap();
    assert!(one::<bool>(&db, NOTHING_OF_IT).await);
    let report = migrate::run(db.target(), &[&TWO_STEPS]).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (1, 1));
}

/// What cannot be recorded has not happened: the file takes its own number, and the runner's row comes second.
#[tokio::test]
async fn a_file_and_its_history_row_are_one_transaction() {
    const TAKEN: Migrations = Migrations::new(
        "app",
        &[
            TABLE,
            Migration {
                version: 2,
                name: "taken",
                sql: "create table half (id int);\n\
                      insert into mainstay.migration (history, version, name, checksum, took_ms)\n\
                      values ('app', 2, 'taken', '', 0);",
            },
        ],
    );
    let db = TestDb::empty().await.unwrap();
    let error = migrate::run(db.target(), &[&TAKEN]).await.unwrap_err();
    assert!(error.to_string().contains("duplicate key"), "{error}");
    assert!(one::<bool>(&db, NOTHING_OF_IT).await);
}

/// The kernel refuses the server's writes beyond a size, as it does on a full disk.
#[tokio::test]
async fn a_disk_that_takes_no_more_leaves_nothing_of_a_file() {
    const LARGE: Migrations = Migrations::new(
        "app",
        &[
            TABLE,
            Migration {
                version: 2,
                name: "large",
                sql: "create table half (id int);\nalter table big add column other int;\n\
                      insert into big select n, repeat(md5(n::text), 40) from generate_series(1, 60000) as n;",
            },
        ],
    );
    let mut own = own_cluster().await.unwrap();
    let cluster = own.cluster.take().unwrap();
    migrate::run(&cluster.target(), &[&FIRST]).await.unwrap();
    let bin_dir = with_small_files(own.folder(), cluster.programs().bin_dir());
    cluster.stop().await.unwrap();

    let config = OwnCluster::config(own.folder());
    let full = Cluster::start(&embedded::Config { bin_dir, ..config.clone() }).await.unwrap();
    let error = migrate::run(&full.target(), &[&LARGE]).await.unwrap_err();
    assert!(error.to_string().contains("could not extend file"), "{error}");
    let session = Session::connect(&full.target(), "test", Duration::from_secs(5)).await.unwrap();
    assert!(session.query_one(NOTHING_OF_IT, &[]).await.unwrap().get::<_, bool>(0));
    full.stop().await.unwrap();

    let roomy = Cluster::start(&config).await.unwrap();
    let report = migrate::run(&roomy.target(), &[&LARGE]).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (1, 1));
    roomy.stop().await.unwrap();
}

/// PostgreSQL's programs, but for a server that may write no file beyond 24 MiB: more than a WAL segment, less than the
/// table.
fn with_small_files(folder: &Path, bin_dir: &Path) -> PathBuf {
    let limited = folder.join("bin");
    fs::create_dir(&limited).unwrap();
    symlink(bin_dir.join("initdb"), limited.join("initdb")).unwrap();
    let blocks_of_512 = (24 << 20) / 512;
    let real = bin_dir.join("postgres");
    let script = format!("#!/bin/sh\nulimit -S -f {blocks_of_512}\nexec '{}' \"$@\"\n", real.display());
    fs::write(limited.join("postgres"), script).unwrap();
    for path in [limited.clone(), limited.join("postgres")] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    limited
}

#[tokio::test]
async fn an_invalid_index_of_a_failed_build_is_replaced() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let session = session(&db).await;
    session.batch_execute("insert into big select 0, note from big where id = 7").await.unwrap();
    let error = migrate::run(db.target(), &[&INDEXED]).await.unwrap_err();
    assert!(error.to_string().contains("duplicated"), "{error}");
    assert!(!one::<bool>(&db, INDEX_IS_VALID).await, "the failed build should have left an invalid index");
    session.batch_execute("delete from big where id = 0").await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert!(one::<bool>(&db, INDEX_IS_VALID).await);
}

/// A history with a schema of its own may build on a table of `public`: the index is where its table is.
#[tokio::test]
async fn an_invalid_index_is_found_wherever_its_table_is() {
    const ELSEWHERE: Migrations = Migrations::new(
        "other",
        &[Migration {
            version: 1,
            name: "index",
            sql: "-- no-transaction\ncreate unique index concurrently if not exists big_note on big (note);",
        }],
    )
    .in_schema("elsewhere");
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let session = session(&db).await;
    session.batch_execute("insert into big select 0, note from big where id = 7").await.unwrap();
    migrate::run(db.target(), &[&ELSEWHERE]).await.unwrap_err();
    session.batch_execute("delete from big where id = 0").await.unwrap();
    migrate::run(db.target(), &[&ELSEWHERE]).await.unwrap();
    assert!(one::<bool>(&db, INDEX_IS_VALID).await);
}

#[tokio::test]
async fn a_crash_between_a_statement_and_its_history_row_is_made_good() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    session(&db).await.batch_execute("delete from mainstay.migration where version = 2").await.unwrap();
    let report = migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert_eq!(report.applied.len(), 1);
}
