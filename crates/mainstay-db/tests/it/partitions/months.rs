//! Months ahead, months on demand, and several who make them at once.

use std::cell::Cell;
use std::num::NonZeroU32;

use futures_util::future::join_all;
use jiff::Timestamp;
use mainstay_db::migrate::PLATFORM;
use mainstay_db::partitions::{Brin, Expiring, Keeper, PartitionError, PartitionedTable, statement_history};
use mainstay_db::{Db, DbError, migrate};
use mainstay_runtime::Clock;
use mainstay_telemetry::capture::{Capture, LogLine};
use mainstay_telemetry::{Registry, events};
use mainstay_testing::TestDb;

use super::*;

const MID_MAY: &str = "2024-05-15T12:00:00Z";

async fn insert(db: &Db, at: Timestamp) -> Result<(), DbError> {
    let tx = db.write().await?;
    tx.execute("insert into reading (taken_at) values ($1)", &[&at]).await?;
    tx.commit().await
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[tokio::test]
async fn a_row_without_a_month_gets_one_and_its_transaction_runs_once_more() {
    let _log = Capture::of_thread();
    let db = world().await;
    let (keeper, registry) = keeper(&db, MID_MAY, &Config::default(), READING);
    let runs = Cell::new(0);
    for last_instant in ["2024-06-30T23:59:59.999999Z", "2024-06-01T00:00:00Z"] {
        let run = || {
            runs.set(runs.get() + 1);
            insert(db.db(), at(last_instant))
        };
        keeper.with_partitions(&READING, run).await.unwrap();
    }
    assert_eq!(runs.get(), 3, "the first row needs two runs, the second one");
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from only reading_y2024m06").await, 2);
    assert_eq!(partitions(&session).await, ["reading_y2024m06"]);
    let made = r#"db_partition_changes_total{table="public.reading",change="created_on_demand"} 1"#;
    assert!(registry.encode().contains(made), "{}", registry.encode());
}

#[tokio::test]
async fn many_rows_without_a_month_at_once_make_it_once() {
    let db = world().await;
    // Two processes with four rows each.
    let keepers: Vec<_> = (0..2).map(|_| keeper(&db, MID_MAY, &Config::default(), READING).0).collect();
    let (table, moment) = (READING, at("2024-07-31T23:00:00Z"));
    let runs =
        (0..8).map(|number: usize| keepers[number % 2].with_partitions(&table, || insert(db.db(), moment)));
    join_all(runs).await.into_iter().for_each(Result::unwrap);
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from reading_y2024m07").await, 8);
}

#[tokio::test]
async fn other_failed_checks_are_not_taken_for_a_missing_month() {
    let db = world().await;
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), READING);
    keeper.round().await.unwrap();
    let rule = "create function refuse() returns trigger language plpgsql as $$ begin \
                if new.note = 'named' then \
                    raise check_violation using schema = 'public', table = 'reading', constraint = 'rule'; \
                elsif new.note = 'nameless' then \
                    raise check_violation using schema = 'public', table = 'reading'; \
                end if; return new; end $$; \
                create trigger refuse before insert on reading for each row execute function refuse();";
    session(db.target()).await.batch_execute(rule).await.unwrap();
    for sql in [
        "insert into reading (taken_at, value) values ('2024-05-01', -1)",
        // Straight into a month that does not hold it.
        "insert into reading_y2024m05 (taken_at, id) overriding system value values ('2024-06-01', 1)",
        // Rules of the application's own, in the words of the server.
        "insert into reading (taken_at, note) values ('2024-05-01', 'named')",
        "insert into reading (taken_at, note) values ('2024-05-01', 'nameless')",
    ] {
        let runs = Cell::new(0);
        let run = || async {
            runs.set(runs.get() + 1);
            let tx = db.db().write().await?;
            tx.batch_execute(sql).await
        };
        let error = keeper.with_partitions(&READING, run).await.unwrap_err();
        assert!(matches!(error, DbError::Constraint { .. }), "{error:?}");
        assert_eq!(runs.get(), 1, "{sql}");
    }
    assert_eq!(partitions(&session(db.target()).await).await.len(), 4);
}

#[tokio::test]
async fn a_time_far_from_now_makes_no_month() {
    // A row's time is its writer's: nobody who runs the service is called for it.
    let log = Capture::of_thread();
    let db = world().await;
    let declared = Expiring { table: READING, retention: 2.try_into().unwrap(), export: None, guard: None };
    let (table, (keeper, _)) = (READING, keeper(&db, MID_MAY, &Config::default(), declared));
    for (moment, is_made) in [
        ("0001-01-01T00:00:00Z", false),
        ("2024-02-29T23:59:59Z", false),
        ("2024-03-01T00:00:00Z", true),
        ("2025-05-31T23:59:59Z", true),
        ("2025-06-01T00:00:00Z", false),
        ("9999-12-30T00:00:00Z", false),
    ] {
        let outcome = keeper.with_partitions(&table, || insert(db.db(), at(moment))).await;
        assert_eq!(outcome.is_ok(), is_made, "{moment}");
        // The caller is told what was wrong with the row.
        assert!(matches!(outcome, Ok(()) | Err(DbError::Constraint { .. })), "{outcome:?}");
    }
    assert_eq!(partitions(&session(db.target()).await).await, ["reading_y2024m03", "reading_y2025m05"]);
    let blocked = |line: &LogLine| line.event() == Some(events::DB_PARTITION_BLOCKED);
    assert_eq!(log.lines().iter().filter(|line| blocked(line)).count(), 4);
}

#[tokio::test]
async fn a_table_with_an_oldest_month_takes_rows_from_decades_ago_and_none_before_it() {
    let _log = Capture::of_thread();
    let db = world().await;
    // Whatever the database prefers: months are UTC's, and the server's words are read.
    prefer(&db, "timezone = 'America/St_Johns'").await;
    prefer(&db, "datestyle = 'German'").await;
    let table = PartitionedTable { oldest: Some(month(1980, 1)), ..READING };
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), table.clone());
    let pools = Db::connect(&mainstay_db::Config::default(), db.target()).await.unwrap();
    for (moment, made) in [
        ("1979-12-31T23:59:59.999999Z", None),
        ("1980-01-01T00:00:00Z", Some("reading_y1980m01")),
        ("1999-12-31T23:59:59.999999Z", Some("reading_y1999m12")),
        ("2000-02-29T23:30:00Z", Some("reading_y2000m02")),
        ("2024-03-31T01:30:00Z", Some("reading_y2024m03")),
        ("2025-06-01T00:00:00Z", None),
    ] {
        let outcome = keeper.with_partitions(&table, || insert(&pools, at(moment))).await;
        assert_eq!(outcome.is_ok(), made.is_some(), "{moment}: {outcome:?}");
        let last = "select tableoid::regclass::text from reading order by id desc limit 1";
        if let Some(made) = made {
            assert_eq!(one::<String>(&session(db.target()).await, last).await, made, "{moment}");
        }
    }
    assert_eq!(partitions(&session(db.target()).await).await.len(), 4);
}

#[tokio::test]
async fn a_transaction_that_lacks_several_months_gets_them_all() {
    let db = world().await;
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), READING);
    let runs = Cell::new(0);
    let run = || async {
        runs.set(runs.get() + 1);
        let tx = db.db().write().await?;
        for moment in
            ["2024-01-31T12:00:00Z", "2024-02-29T12:00:00Z", "2024-12-31T23:59:59Z", "2024-01-01T00:00:00Z"]
        {
            tx.execute("insert into reading (taken_at) values ($1)", &[&at(moment)]).await?;
        }
        tx.commit().await
    };
    keeper.with_partitions(&READING, run).await.unwrap();
    assert_eq!(runs.get(), 4, "once for each month, and once with all");
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from reading").await, 4);
}

#[tokio::test]
async fn a_month_that_cannot_be_made_now_is_no_fault_of_the_row() {
    let log = Capture::of_thread();
    log.expect(events::DB_PARTITION_BLOCKED);
    let db = world().await;
    let (keeper, _) = keeper(&db, MID_MAY, &hasty(), READING);
    let busy = session(db.target()).await;
    // What creates months waits for this; what writes rows does not.
    busy.batch_execute("begin; lock table reading in share update exclusive mode").await.unwrap();
    let moment = at(MID_MAY);
    let error = keeper.with_partitions(&READING, || insert(db.db(), moment)).await.unwrap_err();
    assert!(matches!(error, DbError::NoPartition { .. }), "{error:?}");
    assert_eq!(partitions(&busy).await.len(), 0, "what was begun is rolled back");
    busy.batch_execute("rollback").await.unwrap();
    keeper.with_partitions(&READING, || insert(db.db(), moment)).await.unwrap();
    assert_eq!(partitions(&busy).await, ["reading_y2024m05"]);
}

#[tokio::test]
async fn a_table_that_is_not_declared_to_expire_never_loses_a_month() {
    let db = world().await;
    make_months(&db, month(1980, 1), 14).await;
    let session = session(db.target()).await;
    // What a retention of an earlier declaration has marked, and what it has detached.
    let marked = "comment on table reading_y1980m01 is 'mainstay: a month of public.reading past its retention, to be dropped'; \
                  comment on table reading_y1980m02 is 'mainstay: a month of public.reading past its retention, to be dropped'; \
                  alter table reading detach partition reading_y1980m02";
    session.batch_execute(marked).await.unwrap();
    let config = Config { retire_most: 100, ..Config::default() };
    let (keeper, _) = keeper(&db, "9999-01-01T00:00:00Z", &config, READING);
    let round = keeper.round().await.unwrap();
    assert_eq!((round.retired, round.finalized), (Vec::<String>::new(), Vec::<String>::new()));
    let tables = "select count(*) from pg_class where relname like 'reading_y198%' and relkind = 'r'";
    assert_eq!(one::<i64>(&session, tables).await, 14);
}

#[tokio::test]
async fn four_keepers_at_once_do_the_work_once() {
    let db = world().await;
    let keepers: Vec<_> = (0..4).map(|_| keeper(&db, MID_MAY, &Config::default(), READING)).collect();
    let rounds = join_all(keepers.iter().map(|(keeper, _)| keeper.round())).await;
    let created: Vec<String> = rounds.into_iter().flat_map(|round| round.unwrap().created).collect();
    let names = ["2024-05", "2024-06", "2024-07", "2024-08"].map(|month| format!("public.reading {month}"));
    assert_eq!(created, names);

    // While somebody else keeps, a keeper looks and touches nothing.
    let other = session(db.target()).await;
    assert!(one::<bool>(&other, "select pg_try_advisory_lock(x'6d61696e70617274'::bigint)").await);
    let (later, registry) = keeper(&db, "2024-07-15T00:00:00Z", &hasty(), READING);
    let log = Capture::of_thread();
    log.expect(events::DB_PARTITION_SHORT);
    let round = later.round().await.unwrap();
    assert!(round.is_elsewhere && round.created.is_empty(), "{round:?}");
    let ahead = r#"db_partitions_ahead{table="public.reading"} 1"#;
    assert!(registry.encode().contains(ahead), "{}", registry.encode());
}

#[tokio::test]
async fn a_month_is_made_beside_open_transactions_that_read_and_write_the_table() {
    let db = world().await;
    let (keeper, _) = keeper(&db, MID_MAY, &hasty(), READING);
    keeper.create_for(&READING, at(MID_MAY)).await.unwrap();
    let busy = session(db.target()).await;
    let work = "begin; insert into reading (taken_at) values ('2024-05-01'); select count(*) from reading";
    busy.batch_execute(work).await.unwrap();
    assert_eq!(keeper.round().await.unwrap().created.len(), 3);
    // The plain way would have waited for it.
    let plain = session(db.target()).await;
    let sql = "set lock_timeout = 100; create table plain partition of reading for values from ('2030-01-01') to ('2030-02-01')";
    let error = plain.batch_execute(sql).await.unwrap_err();
    assert_eq!(error.code().unwrap().code(), "55P03");
    busy.batch_execute("commit").await.unwrap();
}

#[tokio::test]
async fn a_month_has_what_the_table_has() {
    let db = world().await;
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), READING);
    keeper.round().await.unwrap();
    let session = session(db.target()).await;
    let indexes =
        "select count(*) from pg_index where indrelid = 'reading_y2024m05'::regclass and indisvalid";
    assert_eq!(one::<i64>(&session, indexes).await, 2);
    let checks = "select string_agg(conname, ',' order by conname) from pg_constraint \
                  where conrelid = 'reading_y2024m05'::regclass and contype in ('c', 'p')";
    assert_eq!(one::<String>(&session, checks).await, "reading_value_positive,reading_y2024m05_pkey");
    let bound = "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'reading_y2024m08'";
    assert_eq!(
        one::<String>(&session, bound).await,
        "FOR VALUES FROM ('2024-08-01 00:00:00+00') TO ('2024-09-01 00:00:00+00')"
    );
    session.batch_execute("insert into reading (taken_at, value) values ('2024-05-03', 4)").await.unwrap();
    assert_eq!(one::<f64>(&session, "select doubled from reading").await.to_string(), "8");
    // Nothing is left to do, whatever the database prefers.
    prefer(&db, "timezone = 'Pacific/Auckland'").await;
    prefer(&db, "datestyle = 'German'").await;
    assert_eq!(keeper.round().await.unwrap(), mainstay_db::partitions::Round::default());
}

#[tokio::test]
async fn what_cannot_be_kept_says_why_and_keeps_no_other_table_from_its_turn() {
    let log = Capture::of_thread();
    log.expect(events::DB_PARTITION_SHORT);
    let db = world().await;
    let sql = "create table plain (at timestamptz); \
               create table by_day (at date) partition by range (at); \
               create table by_list (at timestamptz) partition by list (at); \
               create table lax (at timestamptz) partition by range (at); create table rest partition of lax default; \
               create table taken (at timestamptz) partition by range (at); create table taken_y2024m06 ();";
    session(db.target()).await.batch_execute(sql).await.unwrap();
    let named = |table| PartitionedTable::new("public", table, "at");
    let tables = ["absent", "plain", "by_day", "by_list", "lax", "taken"].map(named).to_vec();
    let tables = [tables, vec![PartitionedTable { column: "id", ..READING }, READING]].concat();
    let tables = tables.into_iter().map(Into::into).collect();
    let registry = Registry::new();
    let clock = Clock::paused(at(MID_MAY));
    let keeper = Keeper::new(&hasty(), db.target(), &clock, &registry, tables).unwrap();
    let error = keeper.round().await.unwrap_err();
    let PartitionError::Several(errors) = error else { panic!("{error}") };
    let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
    for (number, why) in [
        "public.absent cannot be kept in partitions: it does not exist",
        "public.plain cannot be kept in partitions: it is not `partition by range (at)`",
        "public.by_day cannot be kept in partitions: at is not a timestamptz",
        "it is not `partition by range (at)`",
        "it has a DEFAULT partition",
        "public.taken_y2024m06 exists and is not a partition of public.taken",
        "it is partitioned by taken_at, not by id",
    ]
    .into_iter()
    .enumerate()
    {
        assert!(told[number].contains(why), "{told:#?}");
    }
    assert_eq!(told.len(), 7);
    assert_eq!(partitions(&session(db.target()).await).await.len(), 4);
    // The alarm: July cannot come before June.
    let short: Vec<_> =
        log.lines().into_iter().filter(|line| line.event() == Some(events::DB_PARTITION_SHORT)).collect();
    assert_eq!(short.len(), 1);
    assert_eq!(short[0].fields["db.partition.ahead"], "0");
    let metrics = registry.encode();
    for line in [
        r#"db_partitions_ahead{table="public.taken"} 0"#,
        r#"db_partitions_ahead{table="public.reading"} 3"#,
        r#"db_partition_failures_total{table="public.lax"} 1"#,
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[tokio::test]
async fn months_that_are_over_get_their_small_index() {
    let db = world().await;
    make_months(&db, month(2024, 3), 3).await;
    let session = session(db.target()).await;
    // What a build leaves that was cut off.
    let broken = "create index reading_y2024m04_brin on reading_y2024m04 using brin (taken_at); \
                  update pg_index set indisvalid = false where indexrelid = 'reading_y2024m04_brin'::regclass";
    session.batch_execute(broken).await.unwrap();
    let table = PartitionedTable { brin: Some(Brin { pages_per_range: 16 }), ..READING };
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), table);
    let round = keeper.round().await.unwrap();
    assert_eq!(round.indexed, ["public.reading_y2024m03", "public.reading_y2024m04"]);
    let sql = "select string_agg(relname, ',' order by relname) from pg_class c join pg_index i on i.indexrelid = c.oid \
               where relname ~ 'brin' and indisvalid and reloptions = '{pages_per_range=16}'";
    assert_eq!(one::<String>(&session, sql).await, "reading_y2024m03_brin,reading_y2024m04_brin");
    assert_eq!(keeper.round().await.unwrap().indexed, [""; 0]);
}

#[tokio::test]
async fn the_history_of_statements_takes_its_rows() {
    let db = TestDb::empty().await.unwrap();
    migrate::run(db.target(), &[&PLATFORM]).await.unwrap();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let unlisted = PLATFORM.unlisted(&folder).unwrap();
    assert_eq!(unlisted, ["0000_history.sql"], "the runner's own table comes with the runner");
    let (keeper, _) = keeper(&db, MID_MAY, &Config::default(), statement_history(NonZeroU32::MIN));
    assert_eq!(keeper.round().await.unwrap().created.len(), 4);
    let sql = "insert into mainstay.statement_history values ('2024-08-31 23:59:59.999+00', 'one', 'a.b', '2024-08-31', 2, 1, 0, 3.5, 4)";
    session(db.target()).await.batch_execute(sql).await.unwrap();
}
