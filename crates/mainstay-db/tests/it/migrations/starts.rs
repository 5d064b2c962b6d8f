//! Several processes that start at once, and processes that may not migrate.

use futures_util::future::join_all;
use mainstay_db::migrate::{self, AtStart, Config, MigrateError, Migrations};
use mainstay_testing::TestDb;

use super::{ALL, BUILD_WAITS, FIRST, INDEX_IS_VALID, INDEXED, one, reader, session, until};

fn checking() -> Config {
    Config { at_start: AtStart::Check, ..Config::default() }
}

/// The build is held up until all four are there, so that three certainly wait while it runs: with a lock that is waited
/// for inside the server they would hold snapshots, and it would wait for them in turn.
#[tokio::test]
async fn four_starts_that_meet_in_the_build_of_an_index_all_come_up() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let holder = reader(&db).await;
    // Far shorter than the build: it must not be thrown away for it.
    let config = Config { lock_timeout_ms: 10, lock_tries: 1, ..Config::default() };
    let starts = join_all((0..4).map(|_| migrate::start(db.target(), &[&INDEXED], &config)));
    let release = async {
        until(&db, BUILD_WAITS).await;
        let all_four = "select count(*) = 4 from pg_stat_activity where datname = current_database() \
                        and application_name = 'mainstay migrate' \
                        and (query like '%advisory%' or wait_event = 'virtualxid')";
        until(&db, all_four).await;
        holder.batch_execute("commit").await.unwrap();
    };
    let (reports, ()) = tokio::join!(starts, release);
    let reports: Vec<_> = reports.into_iter().map(Result::unwrap).collect();
    let applied: usize = reports.iter().map(|report| report.applied.len()).sum();
    assert_eq!(applied, 1, "{reports:?}");
    assert!(one::<bool>(&db, INDEX_IS_VALID).await);
    let again = migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    assert_eq!((again.applied.len(), again.already_applied), (0, 2));
}

#[tokio::test]
async fn a_start_that_may_not_migrate_refuses_an_older_database() {
    let db = TestDb::empty().await.unwrap();
    let error = migrate::start(db.target(), &[&INDEXED], &checking()).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, MigrateError::DatabaseOlder { .. }), "{said}");
    assert!(said.contains("it lacks app/0001_table, app/0002_index") && said.contains("`migrate`"), "{said}");
    assert!(one::<bool>(&db, "select to_regnamespace('mainstay') is null").await, "it has written something");

    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let error = migrate::start(db.target(), &[&INDEXED], &checking()).await.unwrap_err();
    assert!(error.to_string().contains("it lacks app/0002_index,"), "{error}");
    migrate::run(db.target(), &[&INDEXED]).await.unwrap();
    let report = migrate::start(db.target(), &[&INDEXED], &checking()).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (0, 2));
}

#[tokio::test]
async fn a_start_that_may_not_migrate_waits_for_one_that_does() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
    let holder = reader(&db).await;
    let migrating = migrate::run(db.target(), &[&INDEXED]);
    let (patient, hurried) = (checking(), Config { wait_for_others_ms: 0, ..checking() });
    let waiting = async {
        until(&db, BUILD_WAITS).await;
        let error = migrate::start(db.target(), &[&INDEXED], &hurried).await.unwrap_err();
        assert!(matches!(error, MigrateError::DatabaseOlder { .. }), "{error}");
        let start = migrate::start(db.target(), &[&INDEXED], &patient);
        let release = async {
            let looks = "select exists (select from pg_stat_activity where datname = current_database() \
                         and application_name = 'mainstay migrate' and query like '%mainstay.migration%' \
                         and query not like 'insert%')";
            until(&db, looks).await;
            holder.batch_execute("commit").await.unwrap();
        };
        tokio::join!(start, release).0
    };
    let (migrated, started) = tokio::join!(migrating, waiting);
    assert_eq!(migrated.unwrap().applied.len(), 1);
    assert_eq!(started.unwrap().already_applied, 2);
}

#[tokio::test]
async fn a_newer_database_is_refused_unless_the_operator_accepts_it() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&ALL]).await.unwrap();
    for at_start in [AtStart::Apply, AtStart::Check] {
        let config = Config { at_start, ..Config::default() };
        let error = migrate::start(db.target(), &[&INDEXED], &config).await.unwrap_err();
        assert!(matches!(error, MigrateError::DatabaseNewer { found: 3, known: 2, .. }), "{error}");
        assert!(error.to_string().contains("accept_newer = 3"), "{error}");
        let config = Config { accept_newer: 3, ..config };
        let report = migrate::start(db.target(), &[&INDEXED], &config).await.unwrap();
        assert_eq!((report.applied.len(), report.already_applied), (0, 2));
    }
}

#[tokio::test]
async fn a_runner_waits_for_another_only_so_long_and_names_it() {
    let db = TestDb::empty().await.unwrap();
    let other = session(&db).await;
    // The runner's own key, "mainstay" in ASCII.
    let pid: i32 = other
        .query_one("select pg_backend_pid() from pg_advisory_lock(x'6d61696e73746179'::bigint)", &[])
        .await
        .unwrap()
        .get(0);
    let hurried = Config { wait_for_others_ms: 100, ..Config::default() };
    let error = migrate::run_with(db.target(), &[&FIRST], &hurried).await.unwrap_err();
    let MigrateError::Busy { holder: Some(holder), .. } = &error else { panic!("{error}") };
    assert_eq!((holder.pid, holder.application.as_str()), (pid, "test"));
    drop(other);
    migrate::run(db.target(), &[&FIRST]).await.unwrap();
}

#[tokio::test]
async fn an_empty_list_is_no_reason_to_write() {
    let db = TestDb::empty().await.unwrap();
    let nothing = Migrations::new("app", &[]);
    let report = migrate::start(db.target(), &[&nothing], &checking()).await.unwrap();
    assert_eq!((report.applied.len(), report.already_applied), (0, 0));
}
