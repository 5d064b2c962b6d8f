//! Months past their retention: what may go, what must stay, and what happens to whoever is cut off meanwhile.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use futures_util::{SinkExt as _, pin_mut};
use mainstay_db::partitions::{Expiring, Export, PartitionError};
use tokio_postgres::Client;

use super::*;

fn kept(months: u32) -> Expiring {
    Expiring { table: READING, retention: months.try_into().unwrap(), export: None, guard: None }
}

/// Rows all through these months.
async fn fill(session: &Session, from: &str, to: &str, step: &str) {
    let sql = format!(
        "insert into reading (taken_at, value, note) \
         select t, extract(day from t), case when extract(day from t) > 20 then null else 'a \"b\", ' || t end \
         from generate_series('{from}'::timestamptz, '{to}'::timestamptz - interval '1 microsecond', '{step}') as t"
    );
    session.batch_execute(&sql).await.unwrap();
}

#[tokio::test]
async fn no_row_younger_than_the_retention_goes_and_no_month_beyond_it_stays() {
    let db = world().await;
    make_months(&db, month(2023, 1), 18).await;
    let session = session(db.target()).await;
    fill(&session, "2023-01-01", "2024-07-01", "3 hours").await;
    session.batch_execute("create table written as select * from reading").await.unwrap();
    for (now, oldest) in [
        ("2023-03-31T23:59:59Z", "reading_y2023m01"),
        ("2023-04-30T00:00:00Z", "reading_y2023m02"),
        ("2023-12-31T23:59:59Z", "reading_y2023m10"),
        ("2024-01-01T00:00:00Z", "reading_y2023m11"),
        ("2024-02-29T12:00:00Z", "reading_y2023m12"),
        ("2024-04-30T23:59:59Z", "reading_y2024m02"),
        ("2024-05-31T00:00:00Z", "reading_y2024m03"),
    ] {
        let config = Config { retire_most: 100, ..Config::default() };
        keeper(&db, now, &config, kept(2)).0.round().await.unwrap();
        assert_eq!(partitions(&session).await[0], oldest, "{now}");
        // The server's own calendar is the judge.
        let sql = format!(
            "select count(*) from (select id from written where taken_at >= timestamptz '{now}' - interval '2 months' \
             except select id from reading) as lost"
        );
        assert_eq!(one::<i64>(&session, &sql).await, 0, "{now}");
    }
    let tables = "select count(*) from pg_class where relname like 'reading_y2023m%' and relkind = 'r'";
    assert_eq!(one::<i64>(&session, tables).await, 0, "dropped, not only detached");
}

#[tokio::test]
async fn a_clock_that_runs_ahead_of_the_server_retires_nothing() {
    let db = world().await;
    let session = session(db.target()).await;
    let now: jiff::Timestamp = one(&session, "select now()").await;
    make_months(&db, Period::of(Unit::Month, now).unwrap(), 1).await;
    let (keeper, _) = keeper(&db, "2200-01-01T00:00:00Z", &Config::default(), kept(1));
    assert_eq!(keeper.round().await.unwrap().retired, [""; 0]);
}

#[tokio::test]
async fn a_guard_is_asked_with_the_bounds_of_the_month() {
    let db = world().await;
    make_months(&db, month(2024, 1), 6).await;
    let session = session(db.target()).await;
    let rows = "insert into reading (taken_at, note) values \
                ('2024-01-31 23:59:59.999999', 'live'), ('2024-03-01', 'live'), ('2024-02-10', null)";
    session.batch_execute(rows).await.unwrap();
    let guard =
        "select not exists (select from reading where taken_at >= $1 and taken_at < $2 and note = 'live')";
    let declared = Expiring { guard: Some(guard), ..kept(1) };
    let (keeper, _) = keeper(&db, "2024-04-15T00:00:00Z", &Config::default(), declared);
    let round = keeper.round().await.unwrap();
    assert_eq!(round.retired, ["public.reading 2024-02"]);
    assert_eq!(round.held, ["public.reading 2024-01"]);
    session.batch_execute("update reading set note = null").await.unwrap();
    let round = keeper.round().await.unwrap();
    assert_eq!((round.retired, round.held), (vec!["public.reading 2024-01".to_owned()], Vec::new()));
}

#[tokio::test]
async fn what_is_not_a_month_of_ours_is_never_dropped() {
    let db = world().await;
    let session = session(db.target()).await;
    session
        .batch_execute(
            "create table old partition of reading for values from (minvalue) to ('2020-02-01'); \
             create table reading_y2020m01 (id int); \
             create table reading_y2020m02 partition of reading for values from ('2020-02-01') to ('2020-03-01'); \
             alter table reading detach partition reading_y2020m02",
        )
        .await
        .unwrap();
    let (keeper, _) = keeper(&db, "2024-05-15T00:00:00Z", &Config::default(), kept(1));
    assert_eq!(keeper.round().await.unwrap().retired, [""; 0]);
    let sql =
        "select count(*) from pg_class where relname in ('old', 'reading_y2020m01', 'reading_y2020m02')";
    assert_eq!(one::<i64>(&session, sql).await, 3);
}

const PENDING: &str = "select exists (select from pg_inherits where inhdetachpending) as pending";

/// January to April, a reader who has read all of them and stays, and a clock that wants January gone.
async fn reader_in_the_way(db: &TestDb) -> Session {
    make_months(db, month(2024, 1), 4).await;
    let reader = session(db.target()).await;
    reader.batch_execute("insert into reading (taken_at) values ('2024-01-15')").await.unwrap();
    reader
        .batch_execute("begin isolation level repeatable read; select count(*) from reading")
        .await
        .unwrap();
    reader
}

#[tokio::test]
async fn a_detach_that_is_killed_is_finalized_by_the_next_round() {
    let db = world().await;
    let reader = reader_in_the_way(&db).await;
    let config = Config { lock_timeout_ms: 60_000, ..Config::default() };
    let (keeper, _) = keeper(&db, "2024-03-01T00:00:00Z", &config, kept(1));
    let other = session(db.target()).await;
    let kill = async {
        until(&other, PENDING).await;
        let waits = "application_name = 'mainstay partitions' and wait_event_type = 'Lock'";
        let at_it = format!(
            "select exists (select from pg_stat_activity where {waits} and datname = current_database())"
        );
        until(&other, &at_it).await;
        let sql = format!(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity \
             where {waits} and datname = current_database()"
        );
        assert_eq!(one::<i64>(&other, &sql).await, 1);
    };
    let (round, ()) = tokio::join!(keeper.round(), kill);
    assert!(matches!(round, Err(PartitionError::Database(_))), "{round:?}");
    assert!(one::<bool>(&other, PENDING).await, "the catalogue holds it halfway");
    // Nobody sees it any more, everything else goes on.
    assert_eq!(one::<i64>(&other, "select count(*) from reading").await, 0);
    other.batch_execute("insert into reading (taken_at) values ('2024-04-15')").await.unwrap();
    reader.batch_execute("commit").await.unwrap();

    let round = keeper.round().await.unwrap();
    assert_eq!(round.finalized, ["public.reading_y2024m01"]);
    assert_eq!(round.retired, ["public.reading 2024-01"]);
    assert!(!one::<bool>(&other, PENDING).await);
    assert!(one::<bool>(&other, "select to_regclass('reading_y2024m01') is null").await);
}

#[tokio::test]
async fn a_reader_who_stays_delays_a_retirement_and_nothing_else() {
    let db = world().await;
    let reader = reader_in_the_way(&db).await;
    let (keeper, _) = keeper(&db, "2024-03-01T00:00:00Z", &hasty(), kept(1));
    for _ in 0..2 {
        let error = keeper.round().await.unwrap_err();
        assert!(matches!(&error, PartitionError::Locked { tries: 2, .. }), "{error}");
    }
    let other = session(db.target()).await;
    // The months of May and June were made all the same.
    let in_use = partitions(&other).await;
    assert_eq!(in_use, ["2", "3", "4", "5", "6"].map(|month| format!("reading_y2024m0{month}")));
    assert_eq!(one::<i64>(&reader, "select count(*) from reading").await, 1, "the reader sees what it saw");
    reader.batch_execute("commit").await.unwrap();
    assert_eq!(keeper.round().await.unwrap().retired, ["public.reading 2024-01"]);
}

/// Copies an exported file into a new table like `reading`, as an operator would.
async fn read_in(session: &Client, path: &Path) {
    session.batch_execute("create table again (like reading including generated)").await.unwrap();
    let rows = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let sink = session
        .copy_in::<_, bytes::Bytes>(
            "copy again (taken_at, id, tenant_id, value, note) from stdin (format csv, header)",
        )
        .await
        .unwrap();
    pin_mut!(sink);
    sink.send(rows.into()).await.unwrap();
    sink.finish().await.unwrap();
}

#[tokio::test]
async fn an_exported_month_can_be_read_back_row_by_row() {
    let db = world().await;
    make_months(&db, month(2024, 1), 4).await;
    let session = session(db.target()).await;
    fill(&session, "2024-01-01", "2024-03-01", "7 minutes").await;
    session.batch_execute("create table written as select * from reading_y2024m01").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let export = Export { folder: folder.path().join("new"), level: 3 };
    let table = Expiring { export: Some(export), ..kept(1) };
    let place = folder.path().join("new").join(db.name()).join("public.reading");
    // An earlier attempt was cut off, and another time such a month had gone already.
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("2024-01.csv.zst.partial"), vec![7; 1 << 20]).unwrap();
    fs::write(place.join("2024-01.csv.zst"), "other rows").unwrap();

    prefer(&db, "timezone = 'Pacific/Auckland'").await;
    let (keeper, _) = keeper(&db, "2024-03-31T00:00:00Z", &Config::default(), table);
    assert_eq!(keeper.round().await.unwrap().retired, ["public.reading 2024-01"]);
    let mut names: Vec<_> = fs::read_dir(&place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["2024-01.2.csv.zst", "2024-01.csv.zst"]);
    assert_eq!(fs::read_to_string(place.join("2024-01.csv.zst")).unwrap(), "other rows");
    let file = place.join("2024-01.2.csv.zst");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "for us alone");

    let rows = String::from_utf8(zstd::decode_all(fs::File::open(&file).unwrap()).unwrap()).unwrap();
    let mut lines = rows.lines();
    assert_eq!(lines.next(), Some("taken_at,id,tenant_id,value,note"));
    assert_eq!(lines.next(), Some(r#"2024-01-01 00:00:00+00,1,1,1,"a ""b"", 2024-01-01 00:00:00+00""#));
    read_in(&session, &file).await;
    let differ = "select count(*) from ((table written except all table again) union all \
                  (table again except all table written)) as one_sided";
    assert_eq!(one::<i64>(&session, differ).await, 0);
    assert_eq!(one::<i64>(&session, "select count(*) from again").await, 6_378);
}

#[tokio::test]
async fn a_month_that_cannot_be_exported_stays_until_it_can() {
    let db = world().await;
    make_months(&db, month(2024, 1), 4).await;
    let session = session(db.target()).await;
    fill(&session, "2024-01-01", "2024-02-01", "1 day").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("not_a_folder");
    fs::write(&path, "").unwrap();
    let table = Expiring { export: Some(Export { folder: path.clone(), level: 3 }), ..kept(1) };
    let (keeper, _) = keeper(&db, "2024-03-31T00:00:00Z", &Config::default(), table);
    for _ in 0..2 {
        let error = keeper.round().await.unwrap_err();
        assert!(matches!(&error, PartitionError::Export { .. }), "{error:?}");
        assert_eq!(one::<i64>(&session, "select count(*) from reading_y2024m01").await, 31);
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(keeper.round().await.unwrap().retired, ["public.reading 2024-01"]);
    assert!(path.join(db.name()).join("public.reading/2024-01.csv.zst").exists());
}
