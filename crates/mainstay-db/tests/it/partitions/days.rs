//! Days of a table whose key is a UUID of version 7: made ahead and on demand, given back, and kept by a guard.

use std::cell::Cell;
use std::fs;

use futures_util::future::join_all;
use jiff::Timestamp;
use mainstay_db::partitions::{Brin, Expiring, Export, Key, PartitionError, Round};
use mainstay_db::{Db, DbError};
use mainstay_telemetry::capture::Capture;
use mainstay_telemetry::events;
use uuid::Uuid;

use super::*;

const ERRAND: PartitionedTable =
    PartitionedTable { key: Key::UuidV7, unit: Unit::Day, ..PartitionedTable::new("public", "errand", "id") };

/// Two days before a leap day, at noon.
const NOON: &str = "2024-02-27T12:00:00Z";

/// May go once nothing in it is live.
const NONE_LIVE: &str =
    "select not exists (select from errand where id >= $1 and id < $2 and state = 'live') as may_go";

/// A database with the table and no day. The time in words is for the server to judge by.
async fn world() -> TestDb {
    let db = TestDb::empty().await.unwrap();
    let sql = "create table errand (id uuid not null, at timestamptz, state text not null default 'done', \
               constraint errand_pkey primary key (id)) partition by range (id)";
    session(db.target()).await.batch_execute(sql).await.unwrap();
    db
}

/// As applications make them.
fn id(at: &str) -> Uuid {
    let at: Timestamp = at.parse().unwrap();
    let (seconds, nanoseconds) = (at.as_second().unsigned_abs(), at.subsec_nanosecond().unsigned_abs());
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
}

async fn insert(db: &Db, id: Uuid) -> Result<(), DbError> {
    let tx = db.write().await?;
    tx.execute("insert into errand (id) values ($1)", &[&id]).await?;
    tx.commit().await
}

/// A row at each of these moments, in this state.
async fn write(session: &Session, state: &str, moments: &[&str]) {
    for moment in moments {
        let at: Timestamp = moment.parse().unwrap();
        let sql = "insert into errand (id, at, state) values ($1, $2, $3)";
        session.execute(sql, &[&id(moment), &at, &state]).await.unwrap();
    }
}

/// A day for each of these, made by a keeper of that time.
async fn make_days(db: &TestDb, from: &str, count: u32) {
    let config = Config { days_ahead: count - 1, ..Config::default() };
    keeper(db, from, &config, ERRAND).0.round().await.unwrap();
}

/// The days in use.
async fn days(session: &Session) -> Vec<String> {
    let sql = "select substr(inhrelid::regclass::text, 8) from pg_inherits \
               where inhparent = 'errand'::regclass and not inhdetachpending order by 1";
    session.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

fn kept(days: u32) -> Expiring {
    Expiring { table: ERRAND, retention: days.try_into().unwrap(), export: None, guard: None }
}

fn named(days: &[&str]) -> Vec<String> {
    days.iter().map(|day| format!("public.errand {day}")).collect()
}

#[tokio::test]
async fn rows_of_today_land_in_todays_partition() {
    let db = world().await;
    let (keeper, registry) = keeper(&db, NOON, &Config::default(), ERRAND);
    let made = ["02-27", "02-28", "02-29", "03-01", "03-02", "03-03", "03-04", "03-05"];
    let made = made.map(|day| format!("2024-{day}"));
    assert_eq!(keeper.round().await.unwrap().created, named(&made.each_ref().map(String::as_str)));
    let session = session(db.target()).await;
    for (moment, day) in [
        ("2024-02-27T00:00:00Z", "y2024m02d27"),
        ("2024-02-27T23:59:59.999Z", "y2024m02d27"),
        ("2024-02-28T00:00:00Z", "y2024m02d28"),
        ("2024-02-29T12:00:00Z", "y2024m02d29"),
        ("2024-03-01T00:00:00Z", "y2024m03d01"),
    ] {
        let sql = "insert into errand (id) values ($1) returning substr(tableoid::regclass::text, 8)";
        let lies: String = session.query_one(sql, &[&id(moment)]).await.unwrap().get(0);
        assert_eq!(lies, day, "{moment}");
    }
    let bound = "select pg_get_expr(relpartbound, oid) from pg_class where relname = 'errand_y2024m02d29'";
    assert_eq!(
        one::<String>(&session, bound).await,
        "FOR VALUES FROM ('018df229-2800-0000-0000-000000000000') TO ('018df74f-8400-0000-0000-000000000000')"
    );
    // What was made is found again.
    assert_eq!(keeper.round().await.unwrap(), Round::default());
    let metrics = registry.encode();
    for line in
        [r#"db_partitions_ahead{table="public.errand"} 7"#, r#"db_partitions{table="public.errand"} 8"#]
    {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[tokio::test]
async fn a_row_without_a_day_gets_one_and_its_transaction_runs_once_more() {
    let _log = Capture::of_thread();
    let db = world().await;
    let (keeper, registry) = keeper(&db, NOON, &Config::default(), ERRAND);
    let runs = Cell::new(0);
    for moment in ["2024-02-29T23:59:59.999Z", "2024-02-29T00:00:00Z"] {
        let run = || {
            runs.set(runs.get() + 1);
            insert(db.db(), id(moment))
        };
        keeper.with_partitions(&ERRAND, run).await.unwrap();
    }
    assert_eq!(runs.get(), 3, "the first row needs two runs, the second one");
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from only errand_y2024m02d29").await, 2);
    assert_eq!(days(&session).await, ["y2024m02d29"]);
    let made = r#"db_partition_changes_total{table="public.errand",change="created_on_demand"} 1"#;
    assert!(registry.encode().contains(made), "{}", registry.encode());
}

#[tokio::test]
async fn a_row_beside_it_gets_its_day_where_its_table_is_declared_and_is_nobodys_fault_where_it_gets_none() {
    const END: PartitionedTable = PartitionedTable { table: "errand_end", ..ERRAND };
    let log = Capture::of_thread();
    let db = world().await;
    let sql = "create table errand_end (like errand including all) partition by range (id)";
    session(db.target()).await.batch_execute(sql).await.unwrap();
    let keeper = |tables: Vec<Declared>| {
        let clock = Clock::paused(NOON.parse().unwrap());
        Keeper::new(&Config::default(), db.target(), &clock, &Registry::new(), tables).unwrap()
    };
    let runs = Cell::new(0);
    let both = async |one: Uuid, other: Uuid| {
        runs.set(runs.get() + 1);
        let tx = db.db().write().await?;
        tx.execute("insert into errand (id) values ($1)", &[&one]).await?;
        tx.execute("insert into errand_end (id) values ($1)", &[&other]).await?;
        tx.commit().await
    };
    let now = || id("2024-02-27T12:00:00Z");
    let all = keeper(vec![ERRAND.into(), END.into()]);
    all.with_partitions(&ERRAND, || both(now(), id("2024-02-28T12:00:00Z"))).await.unwrap();
    assert_eq!(runs.get(), 3, "a run for each of two days that lacked");
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from errand_end_y2024m02d28").await, 1);

    log.expect(events::DB_PARTITION_BLOCKED);
    let error = all.with_partitions(&ERRAND, || both(now(), Uuid::nil())).await.unwrap_err();
    assert!(matches!(error, DbError::NoPartition { .. }), "{error:?}");
    let error =
        keeper(vec![ERRAND.into()]).with_partitions(&ERRAND, || both(now(), now())).await.unwrap_err();
    assert!(matches!(error, DbError::Constraint { .. }), "of a table that nobody declared: {error:?}");
    assert_eq!(one::<i64>(&session, "select count(*) from errand").await, 1);
}

#[tokio::test]
async fn an_id_far_from_now_makes_no_day() {
    // An id is its writer's: nobody who runs the service is called for it.
    let log = Capture::of_thread();
    let db = world().await;
    let (keeper, _) = keeper(&db, NOON, &Config::default(), ERRAND);
    let (brief, _) = super::keeper(&db, NOON, &Config::default(), kept(2));
    let refused = async |keeper: &Keeper, id: Uuid| {
        let outcome = keeper.with_partitions(&ERRAND, || insert(db.db(), id)).await;
        assert!(matches!(outcome, Ok(()) | Err(DbError::Constraint { .. })), "{id}: {outcome:?}");
        outcome.is_err()
    };
    for (moment, is_refused) in [
        ("2024-01-26T23:59:59.999Z", true),
        ("2024-01-27T00:00:00Z", false),
        ("2024-03-29T23:59:59.999Z", false),
        ("2024-03-30T00:00:00Z", true),
    ] {
        assert_eq!(refused(&keeper, id(moment)).await, is_refused, "{moment}");
    }
    // Past its retention it would be made to be dropped.
    assert!(refused(&brief, id("2024-02-24T23:59:59.999Z")).await);
    assert!(!refused(&brief, id("2024-02-25T00:00:00Z")).await);
    // No time at all: of 1970, at random, and later than anybody counts.
    for number in [0, 0xf47a_c10b_58cc_4372_a567_0e02_b2c3_d479, u128::MAX] {
        assert!(refused(&keeper, Uuid::from_u128(number)).await, "{number:x}");
    }
    assert_eq!(days(&session(db.target()).await).await, ["y2024m01d27", "y2024m02d25", "y2024m03d29"]);
    let lines = log.lines();
    let blocked = lines.iter().filter(|line| line.event() == Some(events::DB_PARTITION_BLOCKED));
    assert_eq!(blocked.count(), 6);
}

#[tokio::test]
async fn two_keepers_at_once_do_the_work_once() {
    let db = world().await;
    let keepers: Vec<_> = (0..2).map(|_| keeper(&db, NOON, &Config::default(), ERRAND).0).collect();
    let rounds = join_all(keepers.iter().map(Keeper::round)).await;
    let created: Vec<String> = rounds.into_iter().flat_map(|round| round.unwrap().created).collect();
    assert_eq!((created.len(), days(&session(db.target()).await).await.len()), (8, 8), "{created:?}");
    // And rows of one day that is missing, by both.
    let (table, moment) = (ERRAND, "2024-03-20T12:00:00Z");
    let runs = (0..8)
        .map(|number: usize| keepers[number % 2].with_partitions(&table, || insert(db.db(), id(moment))));
    join_all(runs).await.into_iter().for_each(Result::unwrap);
    let session = session(db.target()).await;
    assert_eq!(one::<i64>(&session, "select count(*) from errand_y2024m03d20").await, 8);

    // While somebody else keeps, a keeper looks and touches nothing; two days ahead are too few.
    assert!(one::<bool>(&session, "select pg_try_advisory_lock(x'6d61696e70617274'::bigint)").await);
    let (later, registry) = keeper(&db, "2024-03-03T12:00:00Z", &hasty(), kept(1));
    let log = Capture::of_thread();
    log.expect(events::DB_PARTITION_SHORT);
    let round = later.round().await.unwrap();
    assert_eq!(round, Round { is_elsewhere: true, ..Round::default() });
    let ahead = r#"db_partitions_ahead{table="public.errand"} 2"#;
    assert!(registry.encode().contains(ahead), "{}", registry.encode());
}

#[tokio::test]
async fn no_row_younger_than_the_retention_goes_and_no_day_beyond_it_stays() {
    let db = world().await;
    make_days(&db, "2024-02-20T00:00:00Z", 20).await;
    let session = session(db.target()).await;
    for day in
        (20..=29).map(|day| format!("2024-02-{day}")).chain((1..=9).map(|day| format!("2024-03-0{day}")))
    {
        let moments = ["00:00:00", "09:00:00", "23:59:59.999"].map(|time| format!("{day}T{time}Z"));
        write(&session, "done", &moments.each_ref().map(String::as_str)).await;
    }
    session.batch_execute("create table written as select * from errand").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let export = Some(Export { folder: folder.path().to_owned(), level: 3 });
    let declared = Expiring { export, ..kept(3) };
    for (now, oldest) in [
        ("2024-02-23T23:59:59Z", "y2024m02d20"),
        ("2024-02-24T00:00:00Z", "y2024m02d21"),
        ("2024-02-29T12:00:00Z", "y2024m02d26"),
        ("2024-03-01T23:59:59Z", "y2024m02d27"),
        ("2024-03-04T00:00:00Z", "y2024m03d01"),
    ] {
        keeper(&db, now, &Config::default(), declared.clone()).0.round().await.unwrap();
        assert_eq!(days(&session).await[0], oldest, "{now}");
        // The server's own calendar is the judge.
        let sql = format!(
            "select count(*) from (select id from written where at >= timestamptz '{now}' - interval '3 days' \
             except select id from errand) as lost"
        );
        assert_eq!(one::<i64>(&session, &sql).await, 0, "{now}");
    }
    let tables = "select count(*) from pg_class where relname like 'errand_y2024m02d%' and relkind = 'r'";
    assert_eq!(one::<i64>(&session, tables).await, 0, "dropped, not only detached");
    let place = folder.path().join(db.name()).join("public.errand");
    let rows = zstd::decode_all(fs::File::open(place.join("2024-02-29.csv.zst")).unwrap()).unwrap();
    assert_eq!(String::from_utf8(rows).unwrap().lines().count(), 4, "a header and the day's rows");
    assert_eq!(fs::read_dir(&place).unwrap().count(), 10);
}

#[tokio::test]
async fn a_day_whose_retirement_was_cut_off_goes_in_the_next_round() {
    let db = world().await;
    make_days(&db, "2024-02-26T00:00:00Z", 6).await;
    let reader = session(db.target()).await;
    write(&reader, "done", &["2024-02-27T09:00:00Z"]).await;
    // The first day: detached, and no further.
    let cut_off = "comment on table errand_y2024m02d26 is \
                       'mainstay: a day of public.errand past its retention, to be dropped'; \
                   alter table errand detach partition errand_y2024m02d26";
    reader.batch_execute(cut_off).await.unwrap();
    reader.batch_execute("begin isolation level repeatable read; select count(*) from errand").await.unwrap();
    // Nobody is asked about a day that has left already.
    let guard = Some("select $1::uuid >= '018de7dc-7000-0000-0000-000000000000' and $2::uuid is not null");
    let (keeper, _) = keeper(&db, "2024-02-29T12:00:00Z", &hasty(), Expiring { guard, ..kept(1) });
    // The second day: a reader who stays keeps it halfway.
    let error = keeper.round().await.unwrap_err();
    assert!(matches!(&error, PartitionError::Locked { .. }), "{error}");
    let other = session(db.target()).await;
    assert!(one::<bool>(&other, "select to_regclass('errand_y2024m02d26') is null").await);
    assert!(one::<bool>(&other, "select exists (select from pg_inherits where inhdetachpending)").await);
    reader.batch_execute("commit").await.unwrap();
    let round = keeper.round().await.unwrap();
    assert_eq!(round.finalized, ["public.errand_y2024m02d27"]);
    assert_eq!((round.retired, round.held), (named(&["2024-02-27"]), Vec::new()));
    assert_eq!(days(&other).await[0], "y2024m02d28");
}

#[tokio::test]
async fn a_guard_keeps_a_day_until_it_lets_go_and_no_other_one() {
    // That a day stays is no fault.
    let log = Capture::of_thread();
    let db = world().await;
    make_days(&db, "2024-02-20T00:00:00Z", 14).await;
    let session = session(db.target()).await;
    // The first and the last instant of the second day, and the neighbours of those that go.
    write(&session, "live", &["2024-02-21T00:00:00Z", "2024-02-21T23:59:59.999Z", "2024-02-25T00:00:00Z"])
        .await;
    write(&session, "done", &["2024-02-20T23:59:59.999Z", "2024-02-22T00:00:00Z", "2024-02-24T12:00:00Z"])
        .await;
    let config = Config { retire_most: 2, ..Config::default() };
    let declared = Expiring { guard: Some(NONE_LIVE), ..kept(2) };
    let (keeper, registry) = keeper(&db, NOON, &config, declared);
    for (retired, held) in [
        (&["2024-02-20", "2024-02-22"][..], &["2024-02-21"][..]),
        (&["2024-02-23", "2024-02-24"], &["2024-02-21"]),
        (&[], &["2024-02-21"]),
    ] {
        let round = keeper.round().await.unwrap();
        assert_eq!((round.retired, round.held), (named(retired), named(held)));
    }
    assert_eq!(days(&session).await[..2], ["y2024m02d21", "y2024m02d25"]);
    let live =
        "select string_agg(tableoid::regclass::text, ',' order by id) from errand where state = 'live'";
    assert_eq!(
        one::<String>(&session, live).await,
        "errand_y2024m02d21,errand_y2024m02d21,errand_y2024m02d25"
    );
    // One of the two is over: not yet.
    let over = "update errand set state = 'done' where at";
    session.batch_execute(&format!("{over} = '2024-02-21T00:00:00Z'")).await.unwrap();
    assert_eq!(keeper.round().await.unwrap().held, named(&["2024-02-21"]));
    session.batch_execute(&format!("{over} < '2024-02-22T00:00:00Z'")).await.unwrap();
    let round = keeper.round().await.unwrap();
    assert_eq!((round.retired, round.held), (named(&["2024-02-21"]), Vec::new()));
    assert_eq!(days(&session).await[0], "y2024m02d25");
    assert!(!registry.encode().contains("db_partition_failures_total{"), "{}", registry.encode());
    assert_eq!(log.faults(), Vec::<String>::new());
}

#[tokio::test]
async fn a_guard_that_does_not_say_yes_keeps_what_it_was_asked_about() {
    let db = world().await;
    make_days(&db, "2024-02-24T00:00:00Z", 12).await;
    let session = session(db.target()).await;
    let round = async |guard| {
        let declared = Expiring { guard: Some(guard), ..kept(2) };
        keeper(&db, NOON, &Config::default(), declared).0.round().await
    };
    let unsure = round("select null::boolean from (select $1::uuid, $2::uuid) as asked").await.unwrap();
    assert_eq!((unsure.retired, unsure.held), (Vec::new(), named(&["2024-02-24"])));
    for broken in [
        "select 1 / 0 = 1 from (select $1::uuid, $2::uuid) as asked",
        "select true from (select $1::uuid, $2::uuid) as asked where false",
        "select 'yes' from (select $1::uuid, $2::uuid) as asked",
        "select $1::timestamptz < $2::timestamptz",
    ] {
        let error = round(broken).await.unwrap_err();
        assert!(matches!(error, PartitionError::Database(_)), "{broken}: {error}");
    }
    assert_eq!(days(&session).await[0], "y2024m02d24");
    let sure = round("select $2::uuid > $1::uuid").await.unwrap();
    assert_eq!((sure.retired, sure.held), (named(&["2024-02-24"]), Vec::new()));
}

#[tokio::test]
async fn what_is_no_day_to_the_last_bit_is_never_dropped_and_no_day_is_made_over_it() {
    let db = world().await;
    let session = session(db.target()).await;
    // 26 February but for its first UUID, and 27 February with the first one of the next day.
    let by_hand = "create table short partition of errand \
                       for values from ('018de2b6-1400-0000-0000-000000000001') to ('018de7dc-7000-0000-0000-000000000000'); \
                   create table long partition of errand \
                       for values from ('018de7dc-7000-0000-0000-000000000000') to ('018ded02-cc00-0000-0000-000000000001')";
    session.batch_execute(by_hand).await.unwrap();
    let round = keeper(&db, "2024-02-26T12:00:00Z", &Config::default(), kept(1)).0.round().await.unwrap();
    assert_eq!(round.created[0], "public.errand 2024-02-29");
    let round = keeper(&db, "2024-03-05T12:00:00Z", &Config::default(), kept(1)).0.round().await.unwrap();
    assert_eq!(round.retired, named(&["2024-02-29", "2024-03-01", "2024-03-02", "2024-03-03"]));
    assert!(
        one::<bool>(&session, "select to_regclass('short') is not null and to_regclass('long') is not null")
            .await
    );
}

#[tokio::test]
async fn days_that_are_over_get_their_small_index() {
    let db = world().await;
    make_days(&db, "2024-02-25T00:00:00Z", 3).await;
    let table = PartitionedTable { brin: Some(Brin { pages_per_range: 16 }), ..ERRAND };
    let (keeper, _) = keeper(&db, NOON, &Config::default(), table);
    let round = keeper.round().await.unwrap();
    assert_eq!(round.indexed, ["public.errand_y2024m02d25", "public.errand_y2024m02d26"]);
    assert_eq!(keeper.round().await.unwrap().indexed, [""; 0]);
}

#[tokio::test]
async fn a_table_by_day_that_cannot_be_kept_says_why() {
    let db = world().await;
    session(db.target()).await.batch_execute(TABLE).await.unwrap();
    let told = async |now: &str, table: PartitionedTable| {
        keeper(&db, now, &Config::default(), table).0.round().await.unwrap_err().to_string()
    };
    let timed = PartitionedTable { key: Key::Time, ..ERRAND };
    assert!(told(NOON, timed).await.ends_with("id is not a timestamptz"));
    let ids = PartitionedTable { key: Key::UuidV7, ..READING };
    assert!(told(NOON, ids).await.ends_with("taken_at is not a uuid"));
    let early = told("1969-12-31T23:59:59Z", ERRAND).await;
    assert!(early.contains("the clock stands at 1969-12-31T23:59:59Z"), "{early}");
}
