//! How many rows the server looks at for a statement, by what it says itself, among a hundred thousand jobs.

use std::num::NonZeroU32;

use mainstay_db::Session;
use mainstay_jobs::{Config, Limits};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

const CLAIM: &str = include_str!("../../src/store/claim.sql");
const PICK: &str = include_str!("../../src/store/pick.sql");

/// As connections of claims are told.
const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off";

/// The rows that a statement looks at, those that it passes over among them, and how it goes about it.
pub(crate) async fn looked_at(
    session: &Session,
    sql: &str,
    parameters: &[&(dyn ToSql + Sync)],
) -> (f64, String) {
    let explained = format!("explain (analyze, costs off, timing off) {sql}");
    let rows = session.query(&explained, parameters).await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let number = |line: &str, before: &str| -> Option<f64> {
        let (_, rest) = line.split_once(before)?;
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    let (mut looked, mut loops) = (0.0, 0.0);
    for line in &lines {
        if let Some(rows) = number(line, "actual rows=") {
            loops = number(line, "loops=").unwrap();
            // What is found along an index, or row by row.
            let is_table = line.contains("Scan") && line.contains(" on ") && !line.contains("CTE Scan");
            looked += if is_table { rows * loops } else { 0.0 };
        } else if let Some(removed) = number(line, "Rows Removed by Filter: ") {
            looked += removed * loops;
        }
    }
    (looked, lines.join("\n"))
}

impl World {
    /// So many jobs that wait, `extra` of each written as SQL by its number: columns and values.
    pub(crate) async fn fill_ready(&self, from: u32, many: u32, columns: &str, values: &str) {
        let sql = format!(
            "with given as materialized ( \
                select n, (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' \
                    || lpad(to_hex(n), 16, '0'))::uuid as id from generate_series({from}, {from} + {many} - 1) as n \
             ), known as ( \
                insert into mainstay.job (id, queue, kind, priority, payload, attempts_most) \
                select id, 'default', 'say', 2, '{{\"word\": \"a\", \"then\": \"Succeed\"}}', 3 from given \
             ) \
             insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts_most, {columns}) \
             select id, 'default', 2, clock_timestamp() - interval '1 minute' + n * interval '1 microsecond', 'say', 3, {values} \
             from given"
        );
        self.psql.batch_execute(&sql).await.unwrap();
    }
}

/// What runs of a limit key.
const RUNNING: &str = "insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, limit_key) \
    values ('00000000-0000-7000-8000-000000000000', 1, 0, 'default', 2, 'say', 1, 0, 3, 'full')";

#[tokio::test]
async fn a_hundred_thousand_jobs_of_a_full_key_slow_down_no_other() {
    let world = World::new().await;
    world.psql.batch_execute(RUNNING).await.unwrap();
    world.fill_ready(1, 100_000, "limit_key", "'full'").await;
    world.fill_ready(100_001, 300, "limit_key", "'other ' || n").await;
    world.fill_ready(100_301, 5, "limit_key", "null").await;
    world.psql.batch_execute("vacuum analyze mainstay.job_ready").await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (lanes, kinds) = (vec![1_i16, 2, 3], vec!["say"]);
    let (mut last, mut found) = (None::<String>, 0);
    for round in 0..2 {
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&"default", &lanes, &kinds, &200_i64, &1_i64, &last, &1_000_i64, &200_i64];
        let (looked, plan) = looked_at(&world.psql, PICK, &parameters).await;
        assert!(looked < 5_000.0, "{looked} rows in\n{plan}");
        let row = world.psql.query_one(PICK, &parameters).await.unwrap();
        let ids: Vec<Uuid> = row.get("ids");
        last = row.get("last_key");
        assert_eq!(last.is_some(), round == 0, "the first two hundred keys, then those behind them");
        found += ids.len();
        let marks = vec![None::<jiff::Timestamp>; 3];
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&"default", &lanes, &marks, &kinds, &200_i64, &1_i64, &true, &Some(&ids)];
        let (looked, plan) = looked_at(&world.psql, CLAIM, &parameters).await;
        assert!(looked < 5_000.0, "{looked} rows in\n{plan}");
    }
    assert_eq!(found, 305, "one of each, and those without a key");
    // And a process finds the way past them by itself.
    let limits = Limits { running_most_of_key: NonZeroU32::new(1), ..Limits::default() };
    world.operate(async |operator| operator.limit("default", limits).await).await;
    let working = world.work_with(Config { may_lead: false, ..config() });
    let past = world.ask(say("past", Then::Succeed).limited_by("past")).await;
    world.until(past, "succeeded 1").await;
    working.stop().await;
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_claim_reads_what_it_takes_and_not_what_waits() {
    let world = World::new().await;
    world.fill_ready(1, 50_000, "limit_key", "null").await;
    world.fill_ready(50_001, 50_000, "limit_key", "'key ' || n").await;
    world.psql.batch_execute("vacuum analyze mainstay.job_ready").await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (lanes, marks, kinds) = (vec![1_i16, 2, 3], vec![None::<jiff::Timestamp>; 3], vec!["say"]);
    let parameters: [&(dyn ToSql + Sync); 8] =
        [&"default", &lanes, &marks, &kinds, &100_i64, &1_i64, &false, &None::<Vec<Uuid>>];
    let (looked, plan) = looked_at(&world.psql, CLAIM, &parameters).await;
    assert!(looked < 5_000.0, "{looked} rows in\n{plan}");
    assert_eq!(world.number("select count(*) from mainstay.job_running").await, 100);
    let first = "select count(*) from mainstay.job_ready where limit_key is null";
    assert_eq!(world.number(first).await, 49_900, "those whose time came first");
    world.close().await.unwrap();
}
