//! What a life has done does not slow down what it does: ends and beats are found by their runs. Never here: claims (`plans`).

use mainstay_db::Session;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::plans::looked_at;
use crate::world::World;

const SUCCEED: &str = include_str!("../../src/store/succeed.sql");
const FAIL: &str =
    concat!(include_str!("../../src/store/fail.sql"), include_str!("../../src/store/ends.sql"));
const PROGRESS: &str = include_str!("../../src/store/progress.sql");
const REGISTER: &str = include_str!("../../src/store/register.sql");
const BEAT: &str = include_str!("../../src/store/beat.sql");

/// As connections of ends and beats are told.
const SETTINGS: &str = "set plan_cache_mode = force_custom_plan; set jit = off; set enable_seqscan = off; \
    set enable_hashjoin = off; set enable_mergejoin = off";

/// A life that has ended thirty thousand jobs, of which the server has forgotten none, and has six hundred at work. Nobody has
/// counted the table yet.
const LIVED: &str = "\
    create function work(low int, high int) returns void language sql as $$ \
        insert into mainstay.job_running (id, nth, worker, queue, priority, kind, attempts, crashes, attempts_most) \
            select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0') || '7000' \
                || lpad(to_hex(n), 16, '0'))::uuid, n, 1, 'default', 2, 'say', 1, 0, 3 from generate_series(low, high) as n $$; \
    insert into mainstay.job_worker (host, pid, queues, kinds, slots, ttl_ms) \
        values ('here', 1, array['default'], array['say'], 600, 30000); \
    select work(1, 30000); delete from mainstay.job_running; select work(30001, 30600)";

async fn at_work(session: &Session) -> (Vec<i64>, Vec<Uuid>) {
    let rows = session.query("select run, id from mainstay.job_running order by run", &[]).await.unwrap();
    rows.iter().map(|row| (row.get::<_, i64>(0), row.get::<_, Uuid>(1))).unzip()
}

async fn assert_few(session: &Session, sql: &str, parameters: &[&(dyn ToSql + Sync)]) {
    let (looked, plan) = looked_at(session, sql, parameters).await;
    assert!(looked < 4_000.0, "{looked} rows in\n{plan}");
}

#[tokio::test]
async fn whatever_a_life_has_done_its_beats_and_ends_look_at_what_is_at_work() {
    let world = World::new().await;
    let reader =
        Session::connect(world.test.target(), "reader", std::time::Duration::from_secs(5)).await.unwrap();
    reader
        .batch_execute("start transaction isolation level repeatable read; select from mainstay.job_running")
        .await
        .unwrap();
    world.psql.batch_execute(LIVED).await.unwrap();
    world.psql.batch_execute(SETTINGS).await.unwrap();
    let (runs, ids) = at_work(&world.psql).await;
    assert_eq!(runs.len(), 600);
    let (own, above) = (runs[..300].to_vec(), runs[299]);
    assert_few(&world.psql, BEAT, &[&1_i64, &false, &above, &own]).await;
    let heard = world.psql.query_one(BEAT, &[&1_i64, &false, &above, &own]).await.unwrap();
    let mut told: Vec<i64> = heard.get("runs");
    told.sort_unstable();
    assert_eq!(told, runs, "those that it names, and all above");
    // A life that begins now has none of all these, and need not look at them either.
    let (queues, kinds, nobody) = (vec!["default"], vec!["say"], None::<i64>);
    let life: [&(dyn ToSql + Sync); 7] = [&"here", &2_i32, &queues, &kinds, &600_i32, &30_000_i64, &nobody];
    let begun = world.psql.query_one(REGISTER, &life).await.unwrap();
    let (worker, before): (i64, i64) = (begun.get("id"), begun.get("before"));
    assert!(before >= runs[598], "{before}");
    let (looked, plan) = looked_at(&world.psql, BEAT, &[&worker, &false, &before, &Vec::<i64>::new()]).await;
    assert!(looked < 10.0, "{looked} rows in\n{plan}");
    let (fractions, words) = (vec![0.5_f32; 200], vec![None::<String>; 200]);
    assert_few(
        &world.psql,
        PROGRESS,
        &[&1_i64, &runs[..200].to_vec(), &ids[..200].to_vec(), &fractions, &words],
    )
    .await;
    let results = vec![None::<serde_json::Value>; 300];
    assert_few(&world.psql, SUCCEED, &[&1_i64, &runs[..300].to_vec(), &ids[..300].to_vec(), &results]).await;
    assert_eq!(at_work(&world.psql).await.0.len(), 300);
    let (verdicts, pauses) = (vec!["retry"; 300], vec![1_i64; 300]);
    let (causes, details) = (vec![Some("error"); 300], vec![Some("a"); 300]);
    let parameters: [&(dyn ToSql + Sync); 7] =
        [&1_i64, &runs[300..].to_vec(), &ids[300..].to_vec(), &verdicts, &causes, &details, &pauses];
    assert_few(&world.psql, FAIL, &parameters).await;
    assert_eq!(at_work(&world.psql).await.0.len(), 0);
    reader.batch_execute("rollback").await.unwrap();
    world.close().await.unwrap();
}
