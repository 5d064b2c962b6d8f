//! How many rows the server looks at for a statement, by what it says itself, among a hundred thousand jobs.

use std::num::NonZeroU32;

use mainstay_db::Session;
use mainstay_jobs::{COUNTED_MOST, Config, Filter, Limits, Overview, State, is_least};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::world::{Then, World, config, say};

const CLAIM: &str = include_str!("../../src/store/claim.sql");
const NEXT: &str = include_str!("../../src/store/next.sql");
const LIST: &str = include_str!("../../src/store/list.sql");
const QUEUES: &str = include_str!("../../src/store/queues.sql");
const REACH: &str = include_str!("../../src/store/reach.sql");
const STATISTICS: &str = include_str!("../../src/store/statistics.sql");
const STEP: &str = include_str!("../../src/store/step.sql");
const PICK: &str = include_str!("../../src/store/pick.sql");
const SUCCEED: &str = include_str!("../../src/store/succeed.sql");

/// As connections of claims are told.
const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off";

/// The rows that a statement looks at, those that it passes over and pairs that do not match among them, and how it goes about it.
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
        } else if let Some(removed) =
            number(line, "Rows Removed by Filter: ").or_else(|| number(line, "Rows Removed by Join Filter: "))
        {
            looked += removed * loops;
        }
    }
    let plan = lines.join("\n");
    assert!(
        !plan.contains("job_ahead"),
        "it stands in the statement as if it had been written there:\n{plan}"
    );
    (looked, plan)
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
        let marks = vec![None::<jiff::Timestamp>; 3];
        let parameters: [&(dyn ToSql + Sync); 10] =
            [&"default", &lanes, &kinds, &200_i64, &1_i64, &last, &1_000_i64, &200_i64, &marks, &100_i64];
        let (looked, plan) = looked_at(&world.psql, PICK, &parameters).await;
        assert!(looked < 5_000.0, "{looked} rows in\n{plan}");
        let row = world.psql.query_one(PICK, &parameters).await.unwrap();
        let ids: Vec<Uuid> = row.get("ids");
        last = row.get("last_key");
        assert_eq!(last.is_some(), round == 0, "the first two hundred keys, then those behind them");
        found += ids.len();
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

/// Fifty thousand that are done and four hundred that failed among them, all of one owner; then fifty thousand that wait, and a
/// few of each other state at the very beginning.
const LIVED: &str = "\
    create function id(n int) returns uuid language sql as $$ \
        select (lpad(to_hex((extract(epoch from statement_timestamp()) * 1000)::bigint), 12, '0') || '7000' \
            || lpad(to_hex(n), 16, '0'))::uuid $$; \
    create table given as \
        select n, id(n) as id, \
            case when n <= 80 then (array['failed', 'discarded', 'cancelled', 'scheduled', 'queued', 'retrying', 'running', \
                'succeeded'])[1 + n % 8] \
                when n > 50000 then 'queued' when n % 125 = 0 then 'failed' else 'succeeded' end as state, \
            case when n <= 80 then 'few' else 'many' end as name, \
            case when n <= 80 then '00000000-0000-0000-0000-000000000001' when n > 50000 then '00000000-0000-0000-0000-000000000003' \
                else '00000000-0000-0000-0000-000000000002' end::uuid as owner \
        from generate_series(1, 100000) as n; \
    insert into mainstay.job (id, queue, kind, priority, payload, owner, attempts_most) \
        select id, name, name, 2, '1', owner, 3 from given; \
    insert into mainstay.job_ready (id, queue, priority, run_at, kind, attempts, attempts_most) \
        select id, name, 2, now() + case state when 'queued' then interval '0' else interval '1 hour' end, name, \
            case state when 'retrying' then 1 else 0 end, 3 \
        from given where state in ('scheduled', 'queued', 'retrying'); \
    insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
        select id, n, 0, name, 2, name, 1, 0, 3 from given where state = 'running'; \
    insert into mainstay.job_outcome (id, state, attempts, crashes, queue, kind, owner) \
        select id, state, 1, 0, case when state <> 'succeeded' then name end, case when state <> 'succeeded' then name end, \
            case when state <> 'succeeded' then owner end \
        from given where state in ('succeeded', 'failed', 'discarded', 'cancelled'); \
    analyze";

#[tokio::test]
async fn a_page_of_a_list_reads_about_a_page_whatever_it_asks_for() {
    let world = World::new().await;
    world.psql.batch_execute(LIVED).await.unwrap();
    let prepare = format!(
        "prepare list (text, uuid, text[], text, text, uuid, bigint, uuid) as {LIST}; set plan_cache_mode = force_custom_plan"
    );
    world.psql.batch_execute(&prepare).await.unwrap();
    let owner = |n: u8| ("owner", format!("'00000000-0000-0000-0000-00000000000{n}', "), "null, null");
    let ways = [
        ("all", "null, ".to_owned(), "null, null"),
        ("queue", "null, ".to_owned(), "'few', null"),
        ("queue", "null, ".to_owned(), "'many', null"),
        ("kind", "null, ".to_owned(), "null, 'few'"),
        ("kind", "null, ".to_owned(), "'many', 'many'"),
        owner(1),
        owner(2),
        owner(3),
    ];
    let states = State::ALL.map(|state| format!("array['{state}']"));
    let mixed =
        ["array[]::text[]".to_owned(), "array['cancelled', 'failed', 'running', 'succeeded']".to_owned()];
    for mode in ["force_custom_plan", "force_generic_plan"] {
        world.psql.batch_execute(&format!("set plan_cache_mode = {mode}")).await.unwrap();
        for state in states.iter().chain(&mixed) {
            for (way, owner, others) in &ways {
                let ask = format!(
                    "execute list ('{way}', {owner}{state}, {others}, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50, \
                     '00000000-0000-0000-0000-000000000000')"
                );
                // Only their hour parts these from the many that could begin, among whom they are looked for one by one.
                let is_among_many = *way == "all" || others.contains("many") || owner.contains('3');
                if state.contains("scheduled") && is_among_many {
                    continue;
                }
                let (looked, plan) = looked_at(&world.psql, &ask, &[]).await;
                assert!(looked < 2_000.0, "{looked} rows for {ask} by {mode}\n{plan}");
            }
        }
    }
    world.close().await.unwrap();
}

/// Forty that are done, behind sixty thousand that nobody needed.
const NEEDLESS: &str = "\
    create function id(n int) returns uuid language sql as $$ \
        select (lpad(to_hex((extract(epoch from statement_timestamp()) * 1000)::bigint), 12, '0') || '7000' \
            || lpad(to_hex(n), 16, '0'))::uuid $$; \
    insert into mainstay.job (id, queue, kind, priority, payload, attempts_most) \
        select id(n), 'default', 'say', 2, '1', 3 from generate_series(1, 60040) as n; \
    insert into mainstay.job_outcome (id, state, attempts, crashes, queue, kind) \
        select id(n), case when n <= 40 then 'succeeded' else 'discarded' end, 1, 0, \
            case when n > 40 then 'default' end, case when n > 40 then 'say' end \
        from generate_series(1, 60040) as n; \
    analyze";

#[tokio::test]
async fn the_few_that_succeeded_are_looked_for_in_pieces_among_the_many_that_did_not() {
    let world = World::new().await;
    world.psql.batch_execute(NEEDLESS).await.unwrap();
    let read = world.test.db().read();
    let overview = Overview::of(&read);
    let of_kind = || Some("say".to_owned());
    let of_queue = || Some("default".to_owned());
    for (kind, queue) in [(None, None), (of_kind(), None), (None, of_queue())] {
        let states = vec![State::Succeeded];
        let (mut filter, mut found, mut looks) = (Filter { states, kind, queue, ..Filter::default() }, 0, 0);
        loop {
            let page = overview.list(&filter, 25).await.unwrap();
            (found, looks) = (found + page.jobs.len(), looks + 1);
            let last = page.jobs.last().filter(|_| page.jobs.len() == 25).map(|job| job.id);
            let Some(next) = last.or(page.looked_to) else { break };
            filter.before = Some(next);
        }
        assert_eq!((found, looks), (40, 14), "five thousand by five thousand, and none twice");
    }
    let counted = overview.statistics().await.unwrap();
    assert_eq!((counted.completed, counted.cancelled, counted.is_at_least()), (0, 10_000, true));
    drop(read);
    let all = Uuid::max();
    let (looked, plan) = looked_at(&world.psql, REACH, &[&all, &5_000_i64]).await;
    assert!(looked < 6_000.0, "{looked} rows in\n{plan}");
    let reach: Uuid = world.psql.query_one(REACH, &[&all, &5_000_i64]).await.unwrap().get(0);
    for mode in ["force_custom_plan", "force_generic_plan"] {
        world.psql.batch_execute(&format!("set plan_cache_mode = {mode}")).await.unwrap();
        let (looked, plan) = looked_at(&world.psql, STATISTICS, &[&10_000_i64, &reach]).await;
        assert!(looked < 16_000.0, "{looked} rows in\n{plan}");
        let (states, nobody) = (vec!["succeeded"], None::<Uuid>);
        for (way, queue, kind) in
            [("all", None, None), ("kind", None, Some("say")), ("queue", Some("default"), None)]
        {
            let parameters: [&(dyn ToSql + Sync); 8] =
                [&way, &nobody, &states, &queue, &kind, &all, &50_i64, &reach];
            let (looked, plan) = looked_at(&world.psql, LIST, &parameters).await;
            assert!(looked < 6_000.0, "{looked} rows in\n{plan}");
        }
    }
    world.close().await.unwrap();
}

#[tokio::test]
async fn queues_are_counted_each_for_itself_and_up_to_a_bound() {
    let world = World::new().await;
    world.psql.batch_execute(LIVED).await.unwrap();
    // Ten running and dead ones beside a queue of many.
    world
        .psql
        .batch_execute(
            "insert into mainstay.job_dead (id, queue, kind, priority, payload, attempts, crashes, attempts_most, reason, error, created_at) \
             select id, name, name, 2, '1', 3, 0, 3, 'attempts', '', now() from given where n <= 10 or n > 80000; \
             analyze mainstay.job_dead",
        )
        .await
        .unwrap();
    let read = world.test.db().read();
    let queues = Overview::of(&read).queues().await.unwrap();
    let told: Vec<_> =
        queues.iter().map(|queue| (queue.name.as_str(), queue.queued, queue.running, queue.dead)).collect();
    assert_eq!(told, [("few", 10, 10, 10), ("many", COUNTED_MOST, 0, COUNTED_MOST)]);
    assert!(is_least(queues[1].queued) && !is_least(queues[0].queued));
    assert_eq!((queues[0].scheduled, queues[0].retrying), (10, 10));
    drop(read);
    let (most, all, priorities) = (i64::try_from(COUNTED_MOST).unwrap(), 100_i64, vec![1_i16, 2, 3]);
    let (looked, plan) = looked_at(&world.psql, QUEUES, &[&most, &all, &priorities]).await;
    assert!(looked < 2.5 * most as f64, "{looked} rows in\n{plan}");
    world.close().await.unwrap();
}

#[tokio::test]
async fn the_next_of_a_key_is_found_without_those_behind_it() {
    let world = World::new().await;
    world.fill_ready(0, 100_000, "ordering_key", "'key ' || n % 2").await;
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (keys, kinds) = (vec!["key 0", "key 1", "none"], vec!["say"]);
    let parameters: [&(dyn ToSql + Sync); 4] = [&"default", &keys, &kinds, &10_i64];
    let (looked, plan) = looked_at(&world.psql, NEXT, &parameters).await;
    assert!(looked <= 12.0, "{looked}: {plan}");
    assert_eq!(world.psql.query(NEXT, &parameters).await.unwrap().len(), 2);
    world.close().await.unwrap();
}

impl World {
    /// Step by step through all that is due, a thousand of a lane at a time, each of which looks at no more rows than these; how
    /// many steps there were, and what may begin.
    async fn walk(&self, kinds: &[&str], most: f64) -> (usize, Vec<Uuid>) {
        let (mut lanes, mut run_ats, mut nths) =
            (vec![1_i16, 2, 3], vec![None::<jiff::Timestamp>; 3], vec![None::<i64>; 3]);
        let (mut steps, mut found) = (0, Vec::<Uuid>::new());
        while !lanes.is_empty() {
            let parameters: [&(dyn ToSql + Sync); 8] =
                [&"default", &lanes, &run_ats, &nths, &1_000_i64, &kinds, &100_i64, &None::<i64>];
            let (looked, plan) = looked_at(&self.psql, STEP, &parameters).await;
            assert!(looked < most, "{looked} rows in\n{plan}");
            let row = self.psql.query_one(STEP, &parameters).await.unwrap();
            found.extend(row.get::<_, Vec<Uuid>>("ids"));
            (lanes, run_ats, nths) = (row.get("priorities"), row.get("run_ats"), row.get("nths"));
            steps += 1;
        }
        (steps, found)
    }
}

#[tokio::test]
async fn of_those_of_one_instant_a_step_looks_at_its_own_part() {
    let world = World::new().await;
    world.fill_ready(1, 20_000, "ordering_key", "'line'").await;
    world.fill_ready(20_001, 20_000, "ordering_key, limit_key", "'line', 'key ' || n").await;
    world.fill_ready(40_001, 5, "ordering_key", "'other ' || n").await;
    let instant = "update mainstay.job_ready set run_at = (select min(run_at) from mainstay.job_ready); \
        delete from mainstay.job_ready where nth = (select min(nth) from mainstay.job_ready); \
        update mainstay.job_ready set kind = 'strange' where nth = (select min(nth) from mainstay.job_ready)";
    world.psql.batch_execute(instant).await.unwrap();
    world.psql.batch_execute("vacuum analyze mainstay.job_ready").await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (steps, found) = world.walk(&["say"], 6_000.0).await;
    assert_eq!((steps, found.len()), (41, 5), "each was looked at once");
    world.close().await.unwrap();
}

#[tokio::test]
async fn a_step_looks_at_so_many_of_a_long_line_and_a_claim_behind_it_at_none() {
    let world = World::new().await;
    world.fill_ready(1, 20_000, "ordering_key", "'line'").await;
    world.fill_ready(20_001, 20_000, "ordering_key, limit_key", "'line', 'key ' || n").await;
    world.fill_ready(40_001, 5, "ordering_key", "'other ' || n").await;
    let first = "delete from mainstay.job_ready where nth = (select min(nth) from mainstay.job_ready)";
    world.psql.batch_execute(first).await.unwrap();
    let running = "insert into mainstay.job_running \
        (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most, ordering_key) \
        values ('00000000-0000-7000-8000-000000000000', 1, 0, 'default', 2, 'say', 1, 0, 3, 'line')";
    world.psql.batch_execute(running).await.unwrap();
    world.psql.batch_execute("vacuum analyze mainstay.job_ready").await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let kinds = vec!["say"];
    let (steps, found) = world.walk(&kinds, 6_000.0).await;
    assert_eq!((steps, found.len()), (41, 5), "each was looked at once");
    let mark = world.psql.query_one("select clock_timestamp() - interval '50 seconds'", &[]).await.unwrap();
    let marks = vec![Some(mark.get::<_, jiff::Timestamp>(0)); 3];
    let parameters: [&(dyn ToSql + Sync); 8] =
        [&"default", &vec![1_i16, 2, 3], &marks, &kinds, &100_i64, &1_i64, &false, &None::<Vec<Uuid>>];
    let (looked, plan) = looked_at(&world.psql, CLAIM, &parameters).await;
    assert!(looked < 100.0, "{looked} rows in\n{plan}");
    world.close().await.unwrap();
}

#[tokio::test]
async fn an_end_reads_its_own_row_among_all_that_run() {
    let world = World::new().await;
    world.fill_ready(1, 20_000, "limit_key", "null").await;
    let begun = "insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
        select id, nth, 1, queue, priority, kind, 1, 0, attempts_most from mainstay.job_ready";
    world.psql.batch_execute(begun).await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let succeed = SUCCEED.replace("$4::jsonb[]", "$4::text[]::jsonb[]");
    let own = "select run, id from mainstay.job_running order by run limit 100";
    let rows = world.psql.query(own, &[]).await.unwrap();
    let (runs, jobs): (Vec<i64>, Vec<Uuid>) =
        rows.iter().map(|row| (row.get::<_, i64>(0), row.get::<_, Uuid>(1))).unzip();
    let parameters: [&(dyn ToSql + Sync); 4] = [&1_i64, &runs, &jobs, &vec!["1"; 100]];
    world.psql.batch_execute("analyze mainstay.job_running").await.unwrap();
    let (looked, plan) = looked_at(&world.psql, &succeed, &parameters).await;
    assert!(looked < 500.0, "{looked} rows in\n{plan}");
    assert_eq!(world.number("select count(*) from mainstay.job_outcome").await, 100);
    world.close().await.unwrap();
}
