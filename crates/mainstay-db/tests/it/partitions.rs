//! Partitions by month and by day against a real server: made, needed, locked, kept, retired, exported, read page by page.

mod days;
mod months;
mod pages;
mod retention;

use std::time::Duration;

use mainstay_db::partitions::{Config, Declared, Keeper, PartitionedTable, Period, Unit};
use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use mainstay_testing::TestDb;
use tokio_postgres::types::FromSqlOwned;

const READING: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");

/// As a migration of an application would write it.
const TABLE: &str = "\
create table reading (
    taken_at timestamptz not null,
    id bigint not null generated always as identity,
    tenant_id bigint not null default 1,
    value double precision not null default 0,
    doubled double precision generated always as (value * 2) stored,
    note text,
    constraint reading_pkey primary key (taken_at, id),
    constraint reading_value_positive check (value >= 0)
) partition by range (taken_at);
create index reading_list_idx on reading (tenant_id, taken_at desc, id desc);";

/// A database with the table and no month.
async fn world() -> TestDb {
    let db = TestDb::empty().await.unwrap();
    session(db.target()).await.batch_execute(TABLE).await.unwrap();
    db
}

async fn session(target: &Target) -> Session {
    let session = Session::connect(target, "test", Duration::from_secs(10)).await.unwrap();
    session.batch_execute("set timezone = 'UTC'").await.unwrap();
    session
}

/// Tests must not wait as long as an operator would.
fn hasty() -> Config {
    Config { lock_timeout_ms: 100, lock_tries: 2, ..Config::default() }
}

/// A keeper whose clock stands at `now`; the server's clock is years ahead of it.
fn keeper(db: &TestDb, now: &str, config: &Config, table: impl Into<Declared>) -> (Keeper, Registry) {
    let registry = Registry::new();
    let clock = Clock::paused(now.parse().unwrap());
    (Keeper::new(config, db.target(), &clock, &registry, vec![table.into()]).unwrap(), registry)
}

async fn one<T: FromSqlOwned>(session: &Session, sql: &str) -> T {
    session.query_one(sql, &[]).await.unwrap().get(0)
}

/// The partitions in use.
async fn partitions(session: &Session) -> Vec<String> {
    let sql = "select inhrelid::regclass::text from pg_inherits \
               where inhparent = 'reading'::regclass and not inhdetachpending order by 1";
    session.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// A month for each of these, made by a keeper of that time.
async fn make_months(db: &TestDb, from: Period, count: i32) {
    let config = Config { months_ahead: u32::try_from(count - 1).unwrap(), ..Config::default() };
    keeper(db, &from.start().to_string(), &config, READING).0.round().await.unwrap();
}

fn month(year: i16, month: i8) -> Period {
    Period::month(year, month).unwrap()
}

/// What new sessions of the database begin with.
async fn prefer(db: &TestDb, setting: &str) {
    let sql = format!("alter database \"{}\" set {setting}", db.name());
    session(db.target()).await.batch_execute(&sql).await.unwrap();
}

/// Waits until the statement, which answers one boolean, answers true.
async fn until(session: &Session, sql: &str) {
    mainstay_testing::until(sql, async || one(session, sql).await).await;
}
