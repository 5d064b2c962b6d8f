//! The application's own migrations: from an empty database, from every earlier state, with rows, by several processes at
//! once. How the runner behaves is tested in `mainstay-db`.

use std::collections::BTreeMap;
use std::process::Stdio;

use mainstay_db::Session;
use mainstay_db::migrate::{self, Migrations};
use mainstay_testing::TestDb;
use paceline::schema;
use serde_json::Value;

use crate::process::{on, said};
use crate::world::sets;

/// The newest migration of the release before this one, and rows as it kept them. A release raises it.
const FORMER_RELEASE: usize = 5;
const ROWS: &str = include_str!("../fixtures/rows_0005.sql");

/// Columns, constraints and indexes, one line each.
const SHAPE: &str = "
    select format('%s.%s %s %s default %s', attrelid::regclass, attname, format_type(atttypid, atttypmod),
        case when attnotnull then 'not null' else '' end, pg_get_expr(adbin, adrelid)) as line
    from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
    join pg_class on pg_class.oid = attrelid
    where relnamespace = 'public'::regnamespace and attnum > 0 and not attisdropped and relkind in ('r', 'p')
    union all
    select format('%s: %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' INVALID' end
    from pg_index join pg_class on pg_class.oid = indrelid where relnamespace = 'public'::regnamespace
    order by line";

/// The first migrations of the application.
fn first(count: usize) -> Migrations {
    let all = schema::migrations();
    Migrations::new(all.history(), &all.migrations()[..count])
}

/// How many migrations the platform has.
fn platform() -> usize {
    mainstay::MIGRATIONS.iter().map(|set| set.migrations().len()).sum()
}

async fn session(db: &TestDb) -> Session {
    Session::connect(db.target(), "test", std::time::Duration::from_secs(5)).await.unwrap()
}

async fn texts(session: &Session, sql: &str) -> Vec<String> {
    session.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn every_earlier_state_comes_to_the_schema_of_an_empty_database() {
    let all = schema::migrations();
    let fresh = TestDb::migrated(&sets(&all)).await.unwrap();
    let shape = texts(&session(&fresh).await, SHAPE).await;
    assert!(shape.len() > 100 && !shape.iter().any(|line| line.contains("INVALID")), "{shape:#?}");
    for count in 0..all.migrations().len() {
        let db = TestDb::empty().await.unwrap();
        migrate::run(db.target(), &sets(&first(count))).await.unwrap();
        let report = migrate::run(db.target(), &sets(&all)).await.unwrap();
        assert_eq!(
            (report.already_applied, report.applied.len()),
            (platform() + count, all.migrations().len() - count)
        );
        assert_eq!(texts(&session(&db).await, SHAPE).await, shape, "from the state after {count}");
    }
}

/// Every row of every table, as JSON, by table.
async fn rows(session: &Session) -> BTreeMap<String, Vec<Value>> {
    let tables = "select relname::text from pg_class \
                  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition \
                  order by relname";
    let mut rows = BTreeMap::new();
    for table in texts(session, tables).await {
        let all = format!("select to_jsonb(r) from \"{table}\" as r order by to_jsonb(r) ->> 'id', r");
        let read = session.query(&all, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
        rows.insert(table, read);
    }
    rows
}

#[tokio::test]
async fn rows_of_the_former_release_survive_this_one() {
    let all = schema::migrations();
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&first(FORMER_RELEASE)]).await.unwrap();
    // Months are those of UTC, wherever the server thinks that it stands and however it writes dates.
    for setting in ["timezone = 'America/St_Johns'", "datestyle = 'German'"] {
        let set = format!("alter database \"{}\" set {setting}", db.name());
        session(&db).await.batch_execute(&set).await.unwrap();
    }
    let session = session(&db).await;
    session.batch_execute(ROWS).await.unwrap();
    let before = rows(&session).await;
    let empty: Vec<_> = before.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert!(empty.is_empty(), "no rows to lose in {empty:?}");

    let report = migrate::run(db.target(), &sets(&all)).await.unwrap();
    assert_eq!(report.applied.len(), platform() + all.migrations().len() - FORMER_RELEASE);
    let after = rows(&session).await;
    for (table, before) in &before {
        let after = &after[table];
        assert_eq!(before.len(), after.len(), "rows of {table}");
        for (old, new) in before.iter().zip(after) {
            for (column, value) in old.as_object().unwrap() {
                assert_eq!(new.get(column), Some(value), "{table}.{column} of {new}");
            }
        }
    }
    let misplaced = "select count(*) from activity_stream as stream join activity on activity.id = stream.activity_id \
        where stream.start_time <> activity.start_time or stream.channels <> activity.channels \
            or stream.tableoid::regclass::text \
                <> to_char(activity.start_time at time zone 'UTC', '\"activity_stream_y\"YYYY\"m\"MM')";
    assert_eq!(session.query_one(misplaced, &[]).await.unwrap().get::<_, i64>(0), 0);
    let months = "select inhrelid::regclass::text from pg_inherits where inhparent = 'activity_stream'::regclass order by 1";
    let ends =
        ["1980m01", "1999m12", "2000m01", "2024m02", "2024m03", "2024m10", "2024m11", "2025m02", "2040m08"];
    assert_eq!(texts(&session, months).await, ends.map(|month| format!("activity_stream_y{month}")));
    let (code, stdout, _) = said(&on(&db).arg("check").output().unwrap());
    assert!(code == 0 && stdout.contains("ok    migrations are applied"), "{stdout}");
}

#[tokio::test]
async fn of_four_processes_that_start_at_once_one_migrates_and_all_come_up() {
    let db = TestDb::empty().await.unwrap();
    let processes: Vec<_> = (0..4)
        .map(|_| on(&db).arg("migrate").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    let all = platform() + schema::migrations().migrations().len();
    let mut applied = 0;
    for process in processes {
        let (code, stdout, stderr) = said(&process.wait_with_output().unwrap());
        assert_eq!(code, 0, "{stdout}{stderr}");
        applied += stdout.lines().filter(|line| line.starts_with("applied ")).count();
        assert!(
            stdout.contains(&format!("{all} applied, 0 were there before"))
                || stdout.contains(&format!("0 applied, {all} were there before")),
            "{stdout}"
        );
    }
    assert_eq!(applied, all);
}

#[tokio::test]
async fn an_instance_that_only_checks_starts_after_somebody_has_migrated() {
    let db = TestDb::empty().await.unwrap();
    let checking = |arguments: &str| {
        let mut command = on(&db);
        command.env("PACELINE_DATABASE__MIGRATE__AT_START", "check");
        said(&command.args(arguments.split_whitespace()).output().unwrap())
    };
    for arguments in ["serve --listen 127.0.0.1:0", "recompute", "check"] {
        let (code, stdout, stderr) = checking(arguments);
        let said = format!("{stdout}{stderr}");
        assert_eq!(code, 78, "{arguments}: {said}");
        assert!(
            said.contains("it lacks mainstay/0001_statement_history, mainstay-cache/0001_invalidation, mainstay-cache/0002_hot, mainstay-jobs/0001_jobs, mainstay-jobs/0002_ready_by_key, mainstay-jobs/0003_ready_keyed_by_time, mainstay-jobs/0004_ready_in_one_order, mainstay-jobs/0005_lists, mainstay-jobs/0006_ready_again, mainstay-jobs/0007_dead_whole, mainstay-jobs/0008_job_worker_process, mainstay-jobs/0009_job_ahead, mainstay-jobs/0010_ready_in_turn, mainstay-jobs/0011_ready_keyed_in_turn, mainstay-jobs/0012_ready_by_key_gone, mainstay-jobs/0013_ready_keyed_by_time_gone, mainstay-jobs/0014_running_by_worker_gone, mainstay-events/0001_events, paceline/0001_accounts, "),
            "{arguments}: {said}"
        );
        assert!(said.contains("run this release's `migrate` command"), "{arguments}: {said}");
    }
    // The command that is named does it, whatever a start does.
    let (code, stdout, stderr) = checking("migrate");
    assert_eq!(code, 0, "{stdout}{stderr}");
    assert_eq!(checking("recompute").0, 0);
    let (code, stdout, _) = checking("check");
    assert!(code == 0 && stdout.contains("ok    migrations are applied"), "{stdout}");
}
