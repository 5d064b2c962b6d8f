//! The database's figures over HTTP: who may see them, and what they say. Never here: what a figure advises.

use mainstay_db::Tx;
use serde_json::Value;

use crate::world::{Athlete, World};

const PATHS: [&str; 8] = [
    "/v1/database/slow-queries",
    "/v1/database/performance",
    "/v1/database/index-usage",
    "/v1/database/cache-hit-ratio",
    "/v1/database/table-bloat",
    "/v1/database/pool-stats",
    "/v1/performance/queries",
    "/v1/performance/summary",
];

async fn person(world: &World, role: &str) -> Athlete {
    let person = world.athlete("Europe/Berlin").await;
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = $2 where id = $1", &[&person.id, &role]).await.unwrap();
    tx.commit().await.unwrap();
    person
}

fn has(object: &Value, names: &[&str]) -> bool {
    names.iter().all(|name| object.get(name).is_some())
}

#[tokio::test]
async fn only_administrators_see_how_the_database_does() {
    let world = World::without_importer().await;
    let (admin, coach, athlete) =
        (person(&world, "admin").await, person(&world, "coach").await, person(&world, "athlete").await);
    for path in PATHS {
        world.get(admin, path).await.expect(200);
        for other in [coach, athlete] {
            assert_eq!(world.get(other, path).await.problem(), (403, "admin_only".to_owned()), "{path}");
        }
        assert_eq!(world.anonymous(http::Method::GET, path, None).await.status, 401, "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn each_answer_costs_few_statements() {
    let world = World::without_importer().await;
    let admin = person(&world, "admin").await;
    // One of them says who is asking.
    for (path, budget) in PATHS.into_iter().zip([2, 7, 3, 2, 2, 1, 1, 4]) {
        let before = world.db.statements().await.unwrap();
        world.get(admin, path).await.expect(200);
        let used = world.db.statements().await.unwrap().since(&before);
        assert_eq!(used.total(), budget, "{path}: {used}");
    }
    world.close().await;
}

#[tokio::test]
async fn slow_queries_are_told_with_their_names_and_routes_or_how_to_have_them() {
    let world = World::without_importer().await;
    let admin = person(&world, "admin").await;
    let without = world.get(admin, "/v1/database/slow-queries").await.expect(200);
    assert!(without["available"] == false && without["queries"] == Value::Array(vec![]), "{without}");
    assert!(without["remedy"].as_str().unwrap().contains("create extension pg_stat_statements"), "{without}");
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("create extension pg_stat_statements").await.unwrap();
    // The server takes what leads the text for its name, whoever asks.
    let sleep = "/* accounts.find_principal */ select pg_sleep(0.15)";
    tx.query(sleep, &[]).await.unwrap();
    tx.commit().await.unwrap();
    for order in ["", "?order=mean", "?order=total"] {
        let path = format!("/v1/database/slow-queries{order}");
        let slow = world.get(admin, &path).await.expect(200);
        let found =
            slow["queries"].as_array().unwrap().iter().find(|one| one["name"] == "accounts.find_principal");
        let found = found.unwrap_or_else(|| panic!("{slow}"));
        assert!(slow["available"] == true && found["mean_time_sec"].as_f64().unwrap() >= 0.15, "{found}");
        assert!(has(found, &["query", "calls", "total_time_sec", "max_time_sec"]), "{found}");
        let routes = found["routes"].as_array().unwrap();
        assert!(routes.contains(&"/v1/database/slow-queries".into()), "{found}");
    }
    let refused = world.get(admin, "/v1/database/slow-queries?order=name").await;
    assert_eq!(refused.problem(), (400, "invalid_query".to_owned()));
    world.close().await;
}

#[tokio::test]
async fn the_servers_figures_have_their_documented_fields() {
    let world = World::without_importer().await;
    let admin = person(&world, "admin").await;
    let performance = world.get(admin, "/v1/database/performance").await.expect(200);
    assert!(performance["database_size_bytes"].as_i64().unwrap() > 1_000_000, "{performance}");
    assert!(performance["active_connections"].as_i64().unwrap() >= 1, "{performance}");
    let largest = performance["largest_tables"].as_array().unwrap();
    assert!(
        (1..=10).contains(&largest.len()) && has(&largest[0], &["schema", "table", "size"]),
        "{performance}"
    );
    assert!(has(&performance, &["database_size", "slow_queries", "recommendations"]), "{performance}");
    let usage = world.get(admin, "/v1/database/index-usage").await.expect(200);
    let unused = usage["potentially_unused"].as_array().unwrap();
    let fields = ["schema", "table", "index", "scans", "tuples_read", "tuples_fetched", "size", "suggestion"];
    assert!(!unused.is_empty() && has(&unused[0], &fields), "{usage}");
    assert!(unused.iter().all(|one| !one["index"].as_str().unwrap().ends_with("_pkey")), "{usage}");
    let cache = world.get(admin, "/v1/database/cache-hit-ratio").await.expect(200);
    let fields = ["heap_blocks_read", "heap_blocks_hit", "cache_hit_ratio_percent", "performance_assessment"];
    assert!(has(&cache, &fields), "{cache}");
    let bloat = world.get(admin, "/v1/database/table-bloat").await.expect(200);
    assert!(bloat["tables"].is_array(), "{bloat}");
    let pools = world.get(admin, "/v1/database/pool-stats").await.expect(200);
    assert_eq!(pools["pool_size"], 32, "both pools: {pools}");
    let number = |name: &str| pools[name].as_u64().unwrap();
    let open = number("checked_in_connections") + number("checked_out_connections");
    assert!(open >= 1 && open == number("total_connections"), "{pools}");
    assert!(pools["pool_timeout"] == 5.0 && pools["pool_recycle"] == 1800.0, "{pools}");
    world.close().await;
}

/// Whether somebody has waited for a lock for 80 ms, as a transaction sees it.
async fn has_waited(tx: &Tx) -> bool {
    let sql = "select exists (select from pg_stat_activity where datname = current_database() \
        and wait_event_type = 'Lock' and clock_timestamp() - query_start > interval '80 ms'), \
        pg_stat_clear_snapshot()::text";
    tx.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn the_process_tells_of_its_own_statements_by_name_route_and_table() {
    let world = World::with(|config| config.database.slow_statement_ms = 40).await;
    let admin = person(&world, "admin").await;
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("lock table login_session").await.unwrap();
    let asked = world.get(admin, "/v1/athletes/me");
    let released = async {
        while !has_waited(&tx).await {}
        tx.commit().await.unwrap();
    };
    let (answer, ()) = tokio::join!(asked, released);
    answer.expect(200);
    world.app.db.explain_slow().await.unwrap();
    let queries = world.get(admin, "/v1/performance/queries").await.expect(200);
    let statements = queries["statements"].as_array().unwrap();
    let named = |name: &str| statements.iter().find(|one| one["name"] == name).unwrap();
    let principal = named("accounts.find_principal");
    assert!(principal["routes"].as_array().unwrap().contains(&"/v1/athletes/me".into()), "{queries}");
    assert!(principal["max_time"].as_f64().unwrap() >= 0.08, "{principal}");
    assert_eq!(named("athletes.find_athlete")["count"], 1, "{queries}");
    assert!(queries["queries_by_table"]["login_session"].as_u64().unwrap() >= 2, "{queries}");
    assert!(queries["slow_queries_count"].as_u64().unwrap() >= 1, "{queries}");
    let slow = queries["slow_queries"].as_array().unwrap();
    let waited = slow.iter().find(|one| one["name"] == "accounts.find_principal").unwrap();
    assert!(
        waited["route"] == "/v1/athletes/me" && waited["plan"].as_str().unwrap().contains("cost="),
        "{waited}"
    );
    assert!(waited["statement"].as_str().unwrap().chars().count() <= 200, "{waited}");
    let summary = world.get(admin, "/v1/performance/summary").await.expect(200);
    assert!(summary["queries"]["total_queries"].as_u64() > queries["total_queries"].as_u64(), "{summary}");
    assert!(has(&summary["cache"], &["hits", "misses", "hit_rate_percent", "total_requests"]), "{summary}");
    let advice = summary["recommendations"].as_array().unwrap();
    assert!(advice.iter().any(|one| one["category"] == "statements"), "{summary}");
    world.close().await;
}
