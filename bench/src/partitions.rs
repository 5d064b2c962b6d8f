//! A year of rows in monthly partitions beside the same rows in one table: pages, inserts, retention, small indexes.
//! Never here: whether the partitions are right; that is what tests are for.

mod store;

use std::time::{Duration, Instant};

use jiff::Timestamp;
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::partitions::{Config, Declared, Expiring, Export, Keeper, PartitionedTable};
use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use mainstay_telemetry::Registry;
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;

use crate::{median, ms, server};
use store::Page;

const READING: PartitionedTable = PartitionedTable::new("public", "reading", "taken_at");
const TENANT: i64 = 3;
const PAGE_ROWS: i64 = 50;
const DEEP_PAGE: i64 = 10_000;
/// Before each inserted row, so that both tables get ids of their own.
const FIRST_FREE_ID: i64 = 1_000_000_000;
const ROUNDS: usize = 3;
const ROUND: Duration = Duration::from_secs(3);

/// Prints one table and, as its last line, the same as JSON. Its folder goes with it.
pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = server::folder()?;
    let config = embedded::Config { data_dir: folder.path().join("postgres"), ..embedded::Config::default() };
    let cluster = Cluster::start(&config).await?;
    let measured = measure(&cluster.target(), folder.path()).await;
    cluster.stop().await?;
    let measured = measured?;
    println!("{}", json!({ "benchmark": "partitions", "rows": store::ROWS, "lines": measured }));
    Ok(())
}

async fn measure(target: &Target, folder: &std::path::Path) -> anyhow::Result<Vec<Value>> {
    let session = connect(target).await?;
    store::tables(&session).await?;
    let begun = Instant::now();
    keeper(target, "2025-01-31T00:00:00Z", READING)?.round().await?;
    println!("12 months made in {} ms\n", ms(begun.elapsed()));
    let begun = Instant::now();
    store::fill(&session).await?;
    let (months, plain) = (store::size(&session, "reading").await?, store::size(&session, "plain").await?);
    println!(
        "{} rows twice in {:.0} s: {} MB in months, {} MB in one table\n",
        store::ROWS,
        begun.elapsed().as_secs_f64(),
        megabytes(months),
        megabytes(plain)
    );
    println!("| what | one table | months | ratio |\n|---|---|---|---|");
    let mut lines = pages(&session).await?;
    lines.extend(inserts(&session).await?);
    lines.extend(retention(target, &session, folder).await?);
    lines.extend(small_indexes(&session).await?);
    Ok(lines)
}

async fn connect(target: &Target) -> anyhow::Result<Session> {
    let session = Session::connect(target, "bench", Duration::from_secs(10)).await?;
    session.batch_execute("set timezone = 'UTC'").await?;
    Ok(session)
}

/// A keeper of that moment who makes the eleven months after it too.
fn keeper(target: &Target, now: &str, table: impl Into<Declared>) -> anyhow::Result<Keeper> {
    let config = Config { months_ahead: 11, ..Config::default() };
    let clock = Clock::paused(now.parse::<Timestamp>()?);
    Ok(Keeper::new(&config, target, &clock, &Registry::new(), vec![table.into()])?)
}

/// One line of the table, in the unit; the ratio is how many times the months are better.
fn line(what: &str, unit: &str, one_table: f64, months: f64, more_is_better: bool) -> Value {
    let ratio = if more_is_better { months / one_table } else { one_table / months };
    println!("| {what} | {one_table} {unit} | {months} {unit} | {ratio:.2} |");
    json!({"what": what, "unit": unit, "one_table": one_table, "months": months, "ratio": (ratio * 100.0).round() / 100.0})
}

async fn pages(session: &Session) -> anyhow::Result<Vec<Value>> {
    let skipped = (DEEP_PAGE - 1) * PAGE_ROWS;
    let (taken_at, id) = store::cursor(session, TENANT, skipped).await?;
    let cursor: [&(dyn ToSql + Sync); 4] = [&TENANT, &taken_at, &id, &PAGE_ROWS];
    let first: [&(dyn ToSql + Sync); 2] = [&TENANT, &PAGE_ROWS];
    let offset: [&(dyn ToSql + Sync); 3] = [&TENANT, &skipped, &PAGE_ROWS];
    let mut lines = Vec::new();
    for mode in ["auto", "force_generic_plan"] {
        session.batch_execute(&format!("set plan_cache_mode = {mode}")).await?;
        for (what, page, times, values) in [
            ("page 1", Page::First, 300, &first[..]),
            ("page 10,000, cursor and bound", Page::Keyset, 300, &cursor[..]),
            ("page 10,000, cursor alone", Page::CursorAlone, 300, &cursor[..]),
            ("page 10,000, offset", Page::Offset, 5, &offset[..]),
        ] {
            let mut took = [0.0; 2];
            for (table, took) in ["plain", "reading"].into_iter().zip(&mut took) {
                let statement = store::page(session, table, page).await?;
                *took = middle(session, &statement, values, times).await?;
            }
            lines.push(line(&format!("{what} ({mode})"), "ms", took[0], took[1], false));
        }
    }
    session.batch_execute("reset plan_cache_mode").await?;
    Ok(lines)
}

/// The middle time of so many executions, in milliseconds with three decimals. The first ten are to get warm.
async fn middle(
    session: &Session,
    statement: &tokio_postgres::Statement,
    values: &[&(dyn ToSql + Sync)],
    times: usize,
) -> anyhow::Result<f64> {
    let mut all = Vec::with_capacity(times);
    for turn in 0..times + 10.min(times) {
        let begun = Instant::now();
        let rows = session.query(statement, values).await?;
        anyhow::ensure!(!rows.is_empty(), "an empty answer");
        if turn >= 10.min(times) {
            all.push(begun.elapsed());
        }
    }
    Ok((median(all).as_secs_f64() * 1_000_000.0).round() / 1_000.0)
}

/// Durable transactions of one row and of a thousand, the tables in turn.
async fn inserts(session: &Session) -> anyhow::Result<Vec<Value>> {
    let mut next_id = FIRST_FREE_ID;
    let mut lines = Vec::new();
    for (what, rows) in [("insert, one row a commit", 1_i64), ("insert, 1,000 rows a commit", 1_000)] {
        let mut rates = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (table, rates) in ["plain", "reading"].into_iter().zip(&mut rates) {
                let statement = store::insert(session, table).await?;
                let (begun, before) = (Instant::now(), next_id);
                while begun.elapsed() < ROUND {
                    session.execute(&statement, &[&rows, &next_id]).await?;
                    next_id += rows;
                }
                rates.push(begun.elapsed().div_f64((next_id - before) as f64));
            }
        }
        let [plain, months] = rates.map(|times| (1.0 / median(times).as_secs_f64()).round());
        lines.push(line(what, "rows/s", plain, months, true));
    }
    Ok(lines)
}

/// January leaves: row by row, and as a month; February as a month that is exported.
async fn retention(
    target: &Target,
    session: &Session,
    folder: &std::path::Path,
) -> anyhow::Result<Vec<Value>> {
    let before = store::size(session, "plain").await?;
    let begun = Instant::now();
    let rows = store::delete_january(session).await?;
    let deleted = begun.elapsed();
    store::vacuum(session).await?;
    let vacuumed = begun.elapsed();
    let freed = before - store::size(session, "plain").await?;

    let before = store::size(session, "reading").await?;
    let table = Expiring { table: READING, retention: 10.try_into()?, export: None, guard: None };
    let config_round = keeper(target, "2025-12-31T00:00:00Z", READING)?;
    // The months after December are made before the clock runs.
    config_round.round().await?;
    let begun = Instant::now();
    let round = keeper(target, "2025-12-31T00:00:00Z", table)?.round().await?;
    let dropped = begun.elapsed();
    anyhow::ensure!(round.retired.len() == 1, "not one month: {round:?}");
    let freed_months = before - store::size(session, "reading").await?;

    let export = Some(Export { folder: folder.join("export"), level: 3 });
    let table = Expiring { table: READING, retention: 9.try_into()?, export, guard: None };
    let begun = Instant::now();
    let round = keeper(target, "2025-12-31T00:00:00Z", table)?.round().await?;
    let exported = begun.elapsed();
    anyhow::ensure!(round.retired.len() == 1, "not one month: {round:?}");
    let bytes = size_below(&folder.join("export"))?;

    println!("\nJanuary: {rows} rows. February exported to {} MB.\n", megabytes(i64::try_from(bytes)?));
    println!("| what | one table | months | ratio |\n|---|---|---|---|");
    let megabytes = |bytes: i64| megabytes(bytes) as f64;
    Ok(vec![
        line("a month past its retention: delete, keeper's round", "ms", ms(deleted), ms(dropped), false),
        line("the same with its vacuum", "ms", ms(vacuumed), ms(dropped), false),
        line("the same with an export of the month", "ms", ms(vacuumed), ms(exported), false),
        // One MB at least, so that there is a ratio where a table gives nothing back.
        line("given back to the disk", "MB", megabytes(freed).max(1.0), megabytes(freed_months), true),
    ])
}

/// Bytes of all files below a folder.
fn size_below(folder: &std::path::Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        bytes +=
            if entry.file_type()?.is_dir() { size_below(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

/// One month's time column: an entry a row, or a stretch of pages.
async fn small_indexes(session: &Session) -> anyhow::Result<Vec<Value>> {
    let rows = store::march(session).await?;
    println!("\nMarch: {rows} rows.\n\n| what | btree | BRIN | ratio |\n|---|---|---|---|");
    let (mut sizes, mut times) = ([0.0; 2], [0.0; 2]);
    let methods = ["btree (taken_at)", "brin (taken_at) with (pages_per_range = 32)"];
    for (at, method) in methods.into_iter().enumerate() {
        sizes[at] = store::index_march(session, method).await? as f64 / 1024.0;
        let statement = store::day_of_march(session).await?;
        times[at] = middle(session, &statement, &[], 100).await?;
    }
    Ok(vec![
        line("size of an index on a month's time", "KiB", sizes[0], sizes[1], false),
        line("one day of the month, counted", "ms", times[0], times[1], false),
    ])
}

fn megabytes(bytes: i64) -> i64 {
    bytes / 1_000_000
}
