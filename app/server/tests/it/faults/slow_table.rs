//! A table that has outgrown a missing index: the statement that needs it is ended, others go on, and the operator is
//! told which index it is.

use futures_util::future::join_all;
use mainstay_testing::until;
use serde_json::Value;

use super::{assert_comes_back, probe};
use crate::process::{on, said};
use crate::world::{Athlete, World};

/// Every best effort of so many activities, each over so many distances. Without the index each distance reads all.
const DISTANCES: i32 = 400;
const FEW: i32 = 4;
const MANY: i32 = 500;

/// Activities from one number to the next, each with its efforts.
async fn grow(world: &World, who: Athlete, from: i32, to: i32) {
    let tx = world.db.db().write().await.unwrap();
    let id = "('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid";
    let activities = format!(
        "insert into activity (athlete_id, id, sport, name, start_time, end_time, source_format, elapsed_s, \
         moving_time_s, created_at, updated_at) select $1, {id}, 'run', 'Run', now(), now(), 'manual', 0, 0, now(), \
         now() from generate_series($2::int, $3 - 1) as n"
    );
    tx.execute(&activities, &[&who.id, &from, &to]).await.unwrap();
    // The test's role is a superuser: what the foreign key would look up is known to be there.
    tx.batch_execute("set local session_replication_role = replica").await.unwrap();
    let efforts = format!(
        "insert into best_effort (athlete_id, activity_id, distance_m, sport, elapsed_s, start_s, achieved_at) \
         select $1, {id}, d * 100, (array['run', 'cycling'])[n % 2 + 1], d * 30 + n, 0, now() \
         from generate_series($2::int, $3 - 1) as n, generate_series(1, $4) as d"
    );
    tx.execute(&efforts, &[&who.id, &from, &to, &DISTANCES]).await.unwrap();
    tx.commit().await.unwrap();
}

async fn analyze(world: &World) {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("analyze activity, best_effort").await.unwrap();
    // The rows came over years; as the work of one second they would speak against any index.
    tx.batch_execute("select pg_stat_reset_single_table_counters('best_effort'::regclass)").await.unwrap();
    tx.commit().await.unwrap();
}

fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not in {list}"))
}

const BESTS: &str = "/v1/athletes/me/personal-bests";
const STATEMENT: &str = "athletes.personal_bests";

/// The rows are written as a replica writes them, one by one for whoever hears of changes: nobody does.
const WITHOUT: &str = "drop index best_effort_fastest_idx; select mainstay.cache_unwatch('best_effort')";

#[tokio::test]
async fn a_table_that_outgrew_a_missing_index_is_bounded_and_named() {
    let world = World::with(|config| {
        // What was read once would cost the table nothing.
        config.cache.enabled = false;
        config.database.statement_timeout_ms = 2_000;
        config.database.slow_statement_ms = 500;
        // Each answer is to be read.
        config.cache.enabled = false;
    })
    .await;
    world.log.expect("db.statement.slow");
    world.log.expect("a statement is too slow for the pipelined lane");
    let (who, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = 'admin' where id = $1", &[&who.id]).await.unwrap();
    tx.batch_execute(WITHOUT).await.unwrap();
    tx.commit().await.unwrap();
    // While the table is small nobody notices, but the server keeps count.
    grow(&world, who, 0, FEW).await;
    analyze(&world).await;
    for _ in 0..5 {
        world.get(who, BESTS).await.expect(200);
    }
    grow(&world, who, FEW, MANY).await;
    for _ in 0..5 {
        grow(&world, world.athlete("UTC").await, 0, MANY / 10).await;
    }
    analyze(&world).await;

    // Several at once, and others meanwhile.
    let slow = join_all((0..4).map(|_| world.get(who, BESTS)));
    let others = async {
        until("the slow ones are under way", async || {
            let stats = world.app.db.stats();
            stats.read.in_use + stats.pipeline.in_flight > 0
        })
        .await;
        for _ in 0..20 {
            world.get(other, "/v1/athletes/me").await.expect(200);
        }
        assert_eq!(probe(&world, "/readyz").await.status, 200);
    };
    let (slow, ()) = tokio::join!(slow, others);
    for answer in &slow {
        assert_comes_back(answer, "timed_out");
        assert!(answer.json()["detail"].as_str().unwrap().contains("took too long"), "{}", answer.text());
    }
    let stats = world.app.db.stats();
    assert!(stats.pipeline.demoted >= 1, "it has left the lane: {stats:?}");
    let served = stats.pipeline.served;
    assert_comes_back(&world.get(who, BESTS).await, "timed_out");
    world.get(other, "/v1/athletes/me").await.expect(200);
    assert!(world.app.db.stats().pipeline.served > served, "the lane serves the others");

    let queries = world.get(who, "/v1/performance/queries").await.expect(200);
    assert_eq!(named(&queries["slow_queries"], STATEMENT)["route"], BESTS, "{queries}");
    assert!(named(&queries["statements"], STATEMENT)["max_time"].as_f64().unwrap() >= 1.9, "{queries}");

    let advised = tokio::task::spawn_blocking({
        let mut command = on(&world.db);
        move || said(&command.args(["db", "advise", "--prepare", "--json"]).output().unwrap())
    });
    let (code, report, stderr) = advised.await.unwrap();
    assert_eq!(code, 0, "{stderr}");
    let report: Value = serde_json::from_str(&report).unwrap();
    let is_it = |one: &Value| {
        let columns = one["columns"].as_array().unwrap();
        one["table"] == "best_effort" && columns[0] == "athlete_id" && columns.contains(&"distance_m".into())
    };
    assert!(report["recommendations"].as_array().unwrap().iter().any(is_it), "{report}");

    // Once the index is there, the same process answers.
    let tx = world.db.db().write().await.unwrap();
    let columns = "athlete_id, sport, distance_m, elapsed_s";
    tx.batch_execute(&format!("create index best_effort_fastest_idx on best_effort ({columns})"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    world.get(who, BESTS).await.expect(200);
    world.close().await;
}
