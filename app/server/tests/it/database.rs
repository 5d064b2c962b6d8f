//! The database's figures over HTTP: who may see them, and what they say. Never here: what a figure advises.

use std::num::NonZeroU32;

use mainstay_db::Tx;
use mainstay_db::insight::History;
use mainstay_db::partitions::{Keeper, statement_history};
use mainstay_telemetry::Registry;
use mainstay_testing::until;
use serde_json::Value;

use crate::world::{Athlete, World};

const PATHS: [&str; 10] = [
    "/v1/database/slow-queries",
    "/v1/database/performance",
    "/v1/database/index-usage",
    "/v1/database/index-recommendations",
    "/v1/database/cache-hit-ratio",
    "/v1/database/table-bloat",
    "/v1/database/pool-stats",
    "/v1/performance/queries",
    "/v1/performance/history",
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
    for (path, budget) in PATHS.into_iter().zip([2, 7, 3, 2, 2, 2, 1, 1, 2, 4]) {
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
    let sleep = "select /* accounts.find_principal */ pg_sleep(0.15)";
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
    assert_eq!((&pools["pool_min"], &pools["lanes"][0]["pool_min"]), (&4.into(), &2.into()), "{pools}");
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
    world.log.expect("db.statement.slow");
    let admin = person(&world, "admin").await;
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("lock table login_session").await.unwrap();
    let asked = world.get(admin, "/v1/athletes/me");
    let released = async {
        until("somebody has waited", async || has_waited(&tx).await).await;
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

/// A table as a feature to come would have it: rows of many athletes, and no index on what is asked.
const JOURNAL: &str = "
    create extension pg_stat_statements;
    create table journal (athlete_id bigint not null, day int not null, weight_kg double precision);
    insert into journal select n % 2000, n / 2000, 70 from generate_series(1, 100000) as n;
    analyze journal;
    create table holder (id bigint not null, constraint holder_pkey primary key (id));
    create index holder_again on holder (id);";

const READ_JOURNAL: &str =
    "/* journal.read_day pooled */ select weight_kg from journal where athlete_id = $1 and day = $2";

async fn run_journal(world: &World) {
    for round in 0..20_i32 {
        let tx = world.db.db().write().await.unwrap();
        tx.query(READ_JOURNAL, &[&i64::from(round), &round]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn batch(world: &World, sql: &str) {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(sql).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_missing_index_is_recommended_by_rules_and_with_hypopg_by_the_planner() {
    const PATH: &str = "/v1/database/index-recommendations";
    // What filled the table counts as writes that the index would have cost.
    let world = World::with(|config| config.database.advisor.write_us = 0).await;
    let admin = person(&world, "admin").await;
    let without = world.get(admin, PATH).await.expect(200);
    assert!(without["available"] == false && without["recommendations"] == Value::Array(vec![]), "{without}");
    assert!(without["remedy"].as_str().unwrap().contains("create extension pg_stat_statements"), "{without}");

    batch(&world, JOURNAL).await;
    run_journal(&world).await;
    let by_rules = world.get(admin, PATH).await.expect(200);
    assert!(by_rules["available"] == true && by_rules["judged_by_planner"] == false, "{by_rules}");
    assert!(by_rules["remedy"].as_str().unwrap().contains("hypopg"), "{by_rules}");
    assert_eq!(by_rules["recommendations"][0]["table"], "journal", "{by_rules}");

    batch(&world, "create extension hypopg").await;
    let judged = world.get(admin, PATH).await.expect(200);
    assert!(judged["judged_by_planner"] == true && judged["remedy"].is_null(), "{judged}");
    let one = &judged["recommendations"][0];
    let fields = ["table", "column", "distinct_values", "recommendation"];
    assert!(has(one, &fields) && one["table"] == "journal", "{judged}");
    let sql = one["recommendation"].as_str().unwrap();
    assert!(sql.starts_with("CREATE INDEX journal_") && sql.contains(" ON journal ("), "{judged}");
    assert!(one["distinct_values"].as_i64().unwrap() > 10, "{judged}");
    let user = &one["statements"][0];
    assert!(user["name"] == "journal.read_day" && user["calls"].as_i64().unwrap() >= 20, "{judged}");
    assert!(user["cost_after"].as_f64() < user["cost_before"].as_f64(), "{judged}");
    let surplus = judged["surplus"].as_array().unwrap();
    let again = surplus.iter().find(|one| one["index"] == "holder_again").unwrap();
    assert!(again["reason"] == "duplicate" && again["instead"] == "holder_pkey", "{judged}");

    // What was advised is right: once it is there, nothing is said of the table.
    batch(&world, sql).await;
    let done = world.get(admin, PATH).await.expect(200);
    let still = done["recommendations"].as_array().unwrap().iter().any(|one| one["table"] == "journal");
    assert!(!still, "{done}");
    world.close().await;
}

#[tokio::test]
async fn one_search_for_missing_indexes_runs_at_a_time_and_ends_in_time() {
    const PATH: &str = "/v1/database/index-recommendations";
    let world = World::with(|config| config.database.advisor.search_ms = 1).await;
    let admin = person(&world, "admin").await;
    batch(&world, JOURNAL).await;
    batch(&world, "create extension hypopg").await;
    run_journal(&world).await;
    let cut = world.get(admin, PATH).await.expect(200);
    let notes = cut["notes"].to_string();
    assert!(cut["recommendations"] == Value::Array(vec![]) && notes.contains("search_ms"), "{cut}");

    // The first one cannot plan while somebody holds the table.
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("lock table journal in access exclusive mode").await.unwrap();
    let second = async {
        until("somebody has waited", async || has_waited(&tx).await).await;
        let refused = world.get(admin, PATH).await;
        tx.commit().await.unwrap();
        refused.problem()
    };
    let (first, second) = tokio::join!(world.get(admin, PATH), second);
    first.expect(200);
    assert_eq!(second, (409, "advice_underway".to_owned()));
    world.close().await;
}

/// Writes the process's part of the history of this world, as its platform would, under a name of its own.
async fn recorder(world: &World, process: &str) -> History {
    let table = statement_history(NonZeroU32::MIN);
    let clock = &world.effects.clock;
    let keeper = Keeper::new(
        &Default::default(),
        world.db.target(),
        clock,
        &Registry::new(),
        vec![table.clone().into()],
    )
    .unwrap();
    keeper.round().await.unwrap();
    History::new(&world.app.db, &keeper, table.table, clock, process.to_owned())
}

#[tokio::test]
async fn the_history_of_statements_outlives_the_process_and_shows_what_changed() {
    const PATH: &str = "/v1/performance/history";
    // Each answer is to cost its statements.
    let world = World::without_cache().await;
    let admin = person(&world, "admin").await;
    let empty = world.get(admin, PATH).await.expect(200);
    assert!(empty["statements"] == Value::Array(vec![]) && empty["recorded"] == false, "{empty}");
    let recorder = recorder(&world, "one").await;
    for day in [1_u64, 1] {
        for _ in 0..3 {
            world.get(admin, "/v1/athletes/me").await.expect(200);
        }
        world.advance(day * 86_400);
        assert!(recorder.record().await.unwrap() > 2);
    }
    let shown =
        world.get(admin, &format!("{PATH}?hours=24&statement=athletes.find_athlete")).await.expect(200);
    let statements = shown["statements"].as_array().unwrap();
    let found = statements.iter().find(|one| one["name"] == "athletes.find_athlete").unwrap();
    assert!(found["count"] == 3 && found["errors"] == 0 && found["rows"] == 3, "{shown}");
    assert!(
        found["avg_time_before"].as_f64() > Some(0.0) && found["total_time"].as_f64() > Some(0.0),
        "{shown}"
    );
    assert_eq!(shown["curve"].as_array().unwrap().iter().map(|one| &one["count"]).collect::<Vec<_>>(), [3]);
    let both = world.get(admin, &format!("{PATH}?hours=72")).await.expect(200);
    let found = both["statements"].as_array().unwrap();
    assert!(found.iter().any(|one| one["name"] == "athletes.find_athlete" && one["count"] == 6), "{both}");
    for refused in ["hours=0", "hours=8785", "days=1"] {
        let refused = world.get(admin, &format!("{PATH}?{refused}")).await;
        assert_eq!(refused.problem(), (400, "invalid_query".to_owned()));
    }
    world.close().await;
}
