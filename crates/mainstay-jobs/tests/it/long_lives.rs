//! What a life has done does not slow down what it does: ends and beats are found by their runs. Never here: claims (`plans`).

use mainstay_db::Session;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::plans::looked_at;
use crate::world::World;

const SUCCEED: &str = include_str!("../../src/store/succeed.sql");
const CLAIM: &str = include_str!("../../src/store/claim.sql");
const FAIL: &str =
    concat!(include_str!("../../src/store/fail.sql"), include_str!("../../src/store/ends.sql"));
const PROGRESS: &str = include_str!("../../src/store/progress.sql");
const REGISTER: &str = include_str!("../../src/store/register.sql");
const BEAT: &str = include_str!("../../src/store/beat.sql");
const ABOVE: &str = include_str!("../../src/store/above.sql");
const LEFT: &str = include_str!("../../src/store/left.sql");
const LOCKED: &str = include_str!("../../src/store/locked.sql");
const CHECKPOINT: &str = include_str!("../../src/store/checkpoint.sql");

/// As connections of ends and beats are told.
const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off";

const WORK: &str = "\
    create function work(low int, high int) returns void language sql as $$ \
        insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
            select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' \
                || lpad(to_hex(n), 16, '0'))::uuid, n, 1, 'default', 2, 'say', 1, 0, 3 from generate_series(low, high) as n $$; \
    create function wait(low int, high int) returns void language sql as $$ \
        insert into mainstay.job_ready (id, nth, queue, priority, run_at, kind, attempts, crashes, attempts_most) \
            select ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, n, 'default', 2, clock_timestamp(), 'say', 0, 0, 3 \
            from generate_series(low, high) as n $$";

/// A life has ended thirty thousand jobs, of which the server has forgotten none, and as many more were taken that waited. Nobody
/// has counted the tables yet, or somebody did when nothing was in them.
const LIVED: &str = "\
    select work(1, 30000); delete from mainstay.job_running; select wait(1, 30000); delete from mainstay.job_ready";

/// Six hundred are at work.
const LIVES: &str = "select work(30001, 30600); select wait(30001, 30600)";

async fn at_work(session: &Session) -> (Vec<i64>, Vec<Uuid>) {
    let rows = session.query("select run, id from mainstay.job_running order by run", &[]).await.unwrap();
    rows.iter().map(|row| (row.get::<_, i64>(0), row.get::<_, Uuid>(1))).unzip()
}

/// How many pages a statement looks at: what is gone and stands there still costs as much as what is there.
async fn pages(session: &Session, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> (u64, String) {
    let explained = format!("explain (analyze, buffers, costs off, timing off, format json) {sql}");
    let plan: serde_json::Value = session.query_one(&explained, parameters).await.unwrap().get(0);
    let of = |name: &str| plan[0]["Plan"][name].as_u64().unwrap();
    (of("Shared Hit Blocks") + of("Shared Read Blocks"), serde_json::to_string_pretty(&plan).unwrap())
}

/// One pass over what is gone costs some six hundred pages more.
async fn assert_few(session: &Session, pages_most: u64, sql: &str, parameters: &[&(dyn ToSql + Sync)]) {
    session.batch_execute("begin").await.unwrap();
    let (pages, plan) = pages(session, sql, parameters).await;
    session.batch_execute("rollback").await.unwrap();
    assert!(pages < pages_most, "{pages} pages in\n{plan}");
    let (looked, plan) = looked_at(session, sql, parameters).await;
    assert!(looked < 4_000.0, "{looked} rows in\n{plan}");
}

#[tokio::test]
async fn whatever_a_life_has_done_its_beats_and_ends_look_at_what_is_at_work() {
    look_at_what_is_at_work("").await;
}

#[tokio::test]
async fn nor_do_they_where_the_server_has_counted_the_tables_while_they_were_empty() {
    look_at_what_is_at_work("vacuum mainstay.job_running, mainstay.job_ready").await;
}

async fn look_at_what_is_at_work(counted: &str) {
    let world = World::new().await;
    assert_eq!(begin(&world.psql).await, (1, 0), "nobody has the first number yet");
    let heard = world.psql.query_one(BEAT, &[&1_i64, &false, &Vec::<i64>::new()]).await.unwrap();
    assert_eq!(heard.get::<_, i64>("last"), 0);
    let reader =
        Session::connect(world.test.target(), "reader", std::time::Duration::from_secs(5)).await.unwrap();
    reader
        .batch_execute("start transaction isolation level repeatable read; select from mainstay.job_running")
        .await
        .unwrap();
    world.psql.batch_execute(WORK).await.unwrap();
    world.psql.batch_execute(LIVED).await.unwrap();
    world.psql.batch_execute(counted).await.unwrap();
    let mark: jiff::Timestamp = world.psql.query_one("select clock_timestamp()", &[]).await.unwrap().get(0);
    world.psql.batch_execute(LIVES).await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (runs, ids) = at_work(&world.psql).await;
    assert_eq!(runs.len(), 600);
    assert_few(&world.psql, 2_100, BEAT, &[&1_i64, &false, &runs]).await;
    let heard = world.psql.query_one(BEAT, &[&1_i64, &false, &runs[..300].to_vec()]).await.unwrap();
    let mut told: Vec<i64> = heard.get("runs");
    told.sort_unstable();
    assert_eq!(told, runs[..300], "those that it names");
    let last: i64 = heard.get("last");
    assert!(last == runs[599] - 1, "{last}: some later look must have seen all up to it");
    assert_few(&world.psql, 50, ABOVE, &[&1_i64, &runs[299], &i64::MAX]).await;
    let above = world.psql.query(ABOVE, &[&1_i64, &runs[299], &i64::MAX]).await.unwrap();
    let mut above: Vec<i64> = above.iter().map(|row| row.get("run")).collect();
    above.sort_unstable();
    assert_eq!(above, runs[300..]);
    let between = world.psql.query(ABOVE, &[&1_i64, &runs[299], &runs[301]]).await.unwrap();
    assert_eq!(between.len(), 2);
    let left: [&(dyn ToSql + Sync); 3] = [&1_i64, &runs[..300].to_vec(), &runs[299]];
    assert_few(&world.psql, 1_100, LEFT, &left).await;
    let left = world.psql.query(LEFT, &left).await.unwrap();
    let mut left: Vec<i64> = left.iter().map(|row| row.get("run")).collect();
    left.sort_unstable();
    assert_eq!(left, runs, "what it knows of, and what is new");
    // A life that begins now has none of all these, and need not look at them either.
    let (worker, before) = begin(&world.psql).await;
    let (pages, plan) = pages(&world.psql, ABOVE, &[&worker, &before, &i64::MAX]).await;
    assert!(pages < 20, "{pages} pages in\n{plan}");
    assert_few(&world.psql, 4_500, LOCKED, &[&1_i64, &runs, &600_i64]).await;
    let (fractions, words) = (vec![0.5_f32; 200], vec![None::<String>; 200]);
    assert_few(
        &world.psql,
        2_200,
        PROGRESS,
        &[&1_i64, &runs[..200].to_vec(), &ids[..200].to_vec(), &fractions, &words],
    )
    .await;
    let kept = serde_json::json!({});
    assert_few(&world.psql, 50, CHECKPOINT, &[&runs[0], &ids[0], &1_i64, &kept]).await;
    let results = vec![None::<serde_json::Value>; 300];
    assert_few(&world.psql, 2_100, SUCCEED, &[&1_i64, &runs[..300].to_vec(), &ids[..300].to_vec(), &results])
        .await;
    assert_eq!(at_work(&world.psql).await.0.len(), 300);
    let (verdicts, pauses) = (vec!["retry"; 300], vec![1_i64; 300]);
    let (causes, details) = (vec![Some("error"); 300], vec![Some("a"); 300]);
    let parameters: [&(dyn ToSql + Sync); 7] =
        [&1_i64, &runs[300..].to_vec(), &ids[300..].to_vec(), &verdicts, &causes, &details, &pauses];
    assert_few(&world.psql, 1_800, FAIL, &parameters).await;
    assert_eq!(at_work(&world.psql).await.0.len(), 0);
    claims_look_at_what_waits(&world.psql, mark).await;
    reader.batch_execute("rollback").await.unwrap();
    world.close().await.unwrap();
}

/// A life begins: its number, and the run before all of its own.
async fn begin(session: &Session) -> (i64, i64) {
    let (queues, kinds, nobody) = (vec!["default"], vec!["say"], None::<i64>);
    let life: [&(dyn ToSql + Sync); 7] = [&"here", &2_i32, &queues, &kinds, &600_i32, &30_000_i64, &nobody];
    let begun = session.query_one(REGISTER, &life).await.unwrap();
    (begun.get("id"), begun.get("before"))
}

/// From this mark on, and of those that were picked.
async fn claims_look_at_what_waits(session: &Session, mark: jiff::Timestamp) {
    let (lanes, marks, most, nothing) = (vec![2_i16], vec![mark], 300_i64, None::<Vec<Uuid>>);
    let (queue, kinds) = ("default", vec!["say"]);
    assert_few(session, 4_000, CLAIM, &[&queue, &lanes, &marks, &kinds, &most, &1_i64, &false, &nothing])
        .await;
    let picked = session.query("select id from mainstay.job_ready", &[]).await.unwrap();
    let picked: Option<Vec<Uuid>> = Some(picked.iter().map(|row| row.get(0)).collect());
    assert_eq!(picked.iter().flatten().count(), 600, "others, and those that are tried again");
    assert_few(session, 4_900, CLAIM, &[&queue, &lanes, &marks, &kinds, &most, &1_i64, &false, &picked])
        .await;
    assert_eq!(at_work(session).await.0.len(), 600);
}
