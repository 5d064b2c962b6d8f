//! The statements of the partitions' benchmark. Never here: what is measured.

use anyhow::Context as _;
use jiff::Timestamp;
use mainstay_db::Session;
use tokio_postgres::Statement;

/// Rows of the year 2025, evenly spread, and tenants who take turns.
pub(super) const ROWS: i64 = 10_000_000;
const TENANTS: i64 = 10;

const TABLES: &str = "\
create table reading (
    taken_at timestamptz not null,
    id bigint not null,
    tenant_id bigint not null,
    value double precision not null,
    note text not null,
    constraint reading_pkey primary key (taken_at, id)
) partition by range (taken_at);
create table plain (like reading);";

/// The parents; the keeper makes the months.
pub(super) async fn tables(session: &Session) -> anyhow::Result<()> {
    Ok(session.batch_execute(TABLES).await?)
}

/// The rows, twice: in months, and in one table. Not durable while it lasts.
pub(super) async fn fill(session: &Session) -> anyhow::Result<()> {
    let fast = "set synchronous_commit = off; set maintenance_work_mem = '512MB'";
    let index =
        |table: &str| format!("create index {table}_list_idx on {table} (tenant_id, taken_at desc, id desc)");
    session.batch_execute(fast).await?;
    let rows = format!(
        "insert into reading select '2025-01-01'::timestamptz + n * (interval '365 days' / {ROWS}), n, n % {TENANTS}, \
         n % 977, 'note ' || n from generate_series(0, {ROWS} - 1) as n"
    );
    session.batch_execute(&rows).await?;
    session.batch_execute(&index("reading")).await?;
    session.batch_execute("insert into plain table reading").await?;
    session.batch_execute("alter table plain add constraint plain_pkey primary key (taken_at, id)").await?;
    session.batch_execute(&index("plain")).await?;
    for statement in ["vacuum (analyze) reading", "vacuum (analyze) plain", "checkpoint", "reset all"] {
        session.batch_execute(statement).await?;
    }
    Ok(())
}

/// How a page is asked for.
#[derive(Clone, Copy)]
pub(super) enum Page {
    /// Without a cursor.
    First,
    /// With the bound that lets months be passed over.
    Keyset,
    /// With the cursor alone.
    CursorAlone,
    /// By counting rows.
    Offset,
}

/// The statement of a page, prepared; `$1` the tenant, then the cursor or the offset, at last the limit.
pub(super) async fn page(session: &Session, table: &str, page: Page) -> anyhow::Result<Statement> {
    let (condition, limit) = match page {
        Page::First => ("", "limit $2"),
        Page::Keyset => ("and (taken_at, id) < ($2, $3) and taken_at <= $2", "limit $4"),
        Page::CursorAlone => ("and (taken_at, id) < ($2, $3)", "limit $4"),
        Page::Offset => ("", "offset $2 limit $3"),
    };
    let sql = format!(
        "select taken_at, id, value, note from {table} where tenant_id = $1 {condition} \
         order by taken_at desc, id desc {limit}"
    );
    Ok(session.prepare(&sql).await?)
}

/// The last row before the page that begins after `skipped` rows.
pub(super) async fn cursor(session: &Session, tenant: i64, skipped: i64) -> anyhow::Result<(Timestamp, i64)> {
    let sql = "select taken_at, id from plain where tenant_id = $1 order by taken_at desc, id desc offset $2 limit 1";
    let row = session.query_opt(sql, &[&tenant, &(skipped - 1)]).await?.context("too few rows")?;
    Ok((row.try_get(0)?, row.try_get(1)?))
}

/// Writes `$1` rows of the last second of the year from the id `$2` on, as one durable transaction.
pub(super) async fn insert(session: &Session, table: &str) -> anyhow::Result<Statement> {
    let sql = format!(
        "insert into {table} select '2025-12-31 23:59:59'::timestamptz + n * interval '1 microsecond', $2 + n, \
         n % {TENANTS}, 1, 'note ' || n from generate_series(1, $1::bigint) as n"
    );
    Ok(session.prepare(&sql).await?)
}

/// January, row by row; how many there were.
pub(super) async fn delete_january(session: &Session) -> anyhow::Result<u64> {
    Ok(session.execute("delete from plain where taken_at < '2025-02-01'", &[]).await?)
}

/// What the rows that were deleted leave to do.
pub(super) async fn vacuum(session: &Session) -> anyhow::Result<()> {
    Ok(session.batch_execute("vacuum plain").await?)
}

/// Bytes of a table with its indexes, months included.
pub(super) async fn size(session: &Session, table: &str) -> anyhow::Result<i64> {
    // An ordinary table has no tree, a partitioned one nothing of its own.
    let sql = "select (pg_total_relation_size($1::text::regclass) + coalesce(sum(pg_total_relation_size(relid)), 0))::bigint \
               from pg_partition_tree($1::text::regclass) where relid <> $1::text::regclass";
    Ok(session.query_one(sql, &[&table]).await?.try_get(0)?)
}

/// A month in the order of its time, without an index.
pub(super) async fn march(session: &Session) -> anyhow::Result<i64> {
    session.batch_execute("create table march as table reading_y2025m03").await?;
    session.batch_execute("vacuum (analyze) march").await?;
    Ok(session.query_one("select count(*) from march", &[]).await?.try_get(0)?)
}

/// Gives March one index of a kind, alone; its size in bytes.
pub(super) async fn index_march(session: &Session, method: &str) -> anyhow::Result<i64> {
    let sql = format!("drop index if exists march_idx; create index march_idx on march using {method}");
    session.batch_execute(&sql).await?;
    session.batch_execute("analyze march").await?;
    Ok(session.query_one("select pg_relation_size('march_idx')", &[]).await?.try_get(0)?)
}

/// One day of March, counted.
pub(super) async fn day_of_march(session: &Session) -> anyhow::Result<Statement> {
    let sql =
        "select count(*), sum(value) from march where taken_at >= '2025-03-15' and taken_at < '2025-03-16'";
    Ok(session.prepare(sql).await?)
}
