//! What every service on the platform answers: unknown paths, the prefix rule, probes, the documentation, conditional
//! requests, and how many statements an answer may cost.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;

use http::Method;
use mainstay_testing::{TestDb, replica_set, until};
use serde_json::{Value, json};

use crate::seed::{self, Seed};
use crate::world::{Answer, World, answer};

async fn get(world: &World, path: &str) -> Answer {
    world.anonymous(Method::GET, path, None).await
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let world = World::new().await;
    for path in ["/v1/nothing", "/nothing", "/v1", "/api/v2/activities", "/v1/activities/"] {
        let answer = get(&world, path).await;
        assert_eq!(answer.problem(), (404, "not_found".to_owned()), "{path}");
        assert_eq!(answer.headers["content-type"], "application/problem+json", "{path}");
        let json = answer.json();
        assert_eq!(json["status"], 404, "{path}");
        assert_eq!(json["request_id"].as_str().unwrap(), answer.headers["x-request-id"].to_str().unwrap());
    }
    let wrong = world.anonymous(Method::DELETE, "/v1/auth/login", None).await;
    assert_eq!(wrong.problem(), (405, "method_not_allowed".to_owned()));
    assert_eq!(wrong.headers["allow"], "POST");
    let who = world.athlete("UTC").await;
    let no_id = world.get(who, "/v1/activities/not-an-id").await;
    assert_eq!(
        (no_id.problem(), no_id.pointers()),
        ((400, "invalid_path".to_owned()), vec!["/id".to_owned()])
    );
    world.close().await;
}

#[tokio::test]
async fn three_spellings_of_a_path_are_one() {
    let world = World::new().await;
    let who = world.athlete("UTC").await;
    seed::activity(&world, who, Seed::default()).await;
    let plain = world.get(who, "/v1/activities").await.expect(200);
    assert_eq!(plain["items"].as_array().unwrap().len(), 1);
    for path in ["/api/activities", "/api/v1/activities"] {
        assert_eq!(world.get(who, path).await.expect(200), plain, "{path}");
        assert_eq!(get(&world, path).await.problem(), (401, "unauthorized".to_owned()), "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn probes_say_how_the_service_is() {
    let world = World::new().await;
    for path in ["/livez", "/readyz", "/startupz"] {
        assert_eq!(get(&world, path).await.status, 200, "{path}");
    }
    let health = get(&world, "/health").await.expect(200);
    assert!(health.to_string().contains("database"), "{health}");
    let metrics = get(&world, "/metrics").await;
    assert!(metrics.status == 200 && metrics.text().contains("http_requests_total"), "{}", metrics.text());
    world.close().await;
}

#[tokio::test]
async fn pools_that_are_closed_are_told_and_do_not_kill() {
    let world = World::new().await;
    world.log.expect("the database is not available");
    assert_eq!(get(&world, "/readyz").await.status, 200);
    world.app.db.close();
    assert_eq!(get(&world, "/livez").await.status, 200);
    let who = json!({ "email": "kim@example.org", "password": "testpassword123" });
    let login = world.anonymous(Method::POST, "/v1/auth/login", Some(who)).await;
    assert_eq!(login.problem().0, 503, "{}", login.text());
}

#[tokio::test]
async fn the_document_states_the_most_that_may_be_asked_for() {
    let world = World::with(|config| (config.http.pages.default, config.http.pages.max) = (3, 7)).await;
    let document = get(&world, "/v1/openapi.json").await.expect(200);
    let mut limits = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for parameter in operations["get"]["parameters"].as_array().into_iter().flatten() {
            let schema = &parameter["schema"];
            match parameter["name"].as_str().unwrap() {
                // No pages: entries of a process, and tags.
                "limit" if path.starts_with("/v1/cache/") => {
                    assert_eq!(
                        (&schema["maximum"], &schema["default"]),
                        (&json!(1_000), &json!(100)),
                        "{path}"
                    );
                }
                "limit" => {
                    assert_eq!((&schema["maximum"], &schema["default"]), (&json!(7), &json!(3)), "{path}");
                    limits += 1;
                }
                "points" | "days" => assert!(schema["maximum"].is_u64(), "{path}"),
                _ => {}
            }
        }
    }
    assert!(limits >= 3, "{limits}");
    let who = world.athlete("UTC").await;
    assert_eq!(world.get(who, "/v1/uploads?limit=7").await.status, 200);
    assert_eq!(world.get(who, "/v1/uploads?limit=8").await.problem().0, 400, "what the document says holds");
}

#[tokio::test]
async fn the_api_is_documented_and_the_start_page_leads_there() {
    let world = World::new().await;
    let document = get(&world, "/v1/openapi.json").await.expect(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    for path in ["/v1/auth/register", "/v1/uploads", "/v1/activities/{id}", "/v1/analytics/efficiency-trends"]
    {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    assert_eq!(document, serde_json::from_str::<Value>(&paceline::routes::openapi_json()).unwrap());
    assert_refers_to_what_it_holds(&document, &document);
    let operations =
        document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap());
    let mut names: Vec<_> =
        operations.map(|(_, operation)| operation["operationId"].as_str().unwrap()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "each operation has a name of its own: {names:?}");
    for path in ["/", "/docs/api"] {
        let page = get(&world, path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"), "{path}");
        assert!(page.headers.contains_key("content-security-policy"), "{path}");
    }
    let start = get(&world, "/").await.text();
    if Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/build/index.html").is_file() {
        assert!(start.contains("/_app/immutable/"), "the web application is in the binary: {start}");
        assert_eq!(get(&world, "/_app/immutable/absent.js").await.status, 404);
    } else {
        assert!(start.contains("/docs/api"), "{start}");
    }
    let problems = get(&world, "/docs/problems").await;
    for code in ["refresh_token_reused", "email_taken", "not_found"] {
        assert!(problems.text().contains(code), "{code}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let me = "/v1/athletes/me";
    let first = client.get(me).await;
    let tag = first.headers["etag"].to_str().unwrap().to_owned();
    let caching = first.headers["cache-control"].to_str().unwrap();
    assert!(caching.contains("private") && caching.contains("no-cache"), "{caching}");
    let again = async || answer(client.request(Method::GET, me).header("if-none-match", &tag)).await;
    let unchanged = again().await;
    assert!(unchanged.status == 304 && unchanged.bytes.is_empty(), "{}", unchanged.text());
    client.patch(me, json!({ "display_name": "Robin" })).await.expect(200);
    let changed = again().await;
    assert_eq!(changed.expect(200)["display_name"], "Robin");
    assert!(changed.headers["etag"] != tag.as_str());
    let nobody = world.request(Method::GET, me).header("if-none-match", &tag);
    assert_eq!(answer(nobody).await.problem().0, 401, "a tag opens nothing");
    world.close().await;
}

#[tokio::test]
async fn what_the_platform_asks_for_itself_is_in_nobodys_budget() {
    const ASKED: &str = "select max(query_start)::text from pg_stat_activity \
        where datname = current_database() and pid <> pg_backend_pid() and query like '%jobs.claim platform%'";
    let world = World::without_importer().await;
    world.start_importers();
    let looks = Mutex::new(BTreeSet::new());
    let look = async |most: usize| {
        let at: Option<String> = world.db.db().read().query_one(ASKED, &[]).await.unwrap().get(0);
        let mut looks = looks.lock().unwrap();
        looks.extend(at);
        looks.len() >= most
    };
    until("jobs are looked for", async || look(1).await).await;
    let before = world.db.statements().await.unwrap();
    until("they are looked for again and again", async || look(20).await).await;
    let used = world.db.statements().await.unwrap().since(&before).named();
    assert_eq!(used.total(), 0, "{used}");
    world.close().await;
}

/// Who asks is kept for all of them, and may have to be read again while they last.
pub(crate) const WHO_ASKS: &str = "accounts.find_principal";

#[tokio::test]
async fn answers_cost_as_many_statements_for_many_activities_as_for_few() {
    // An importer that looks for work would be counted, too.
    let world = World::without_importer().await;
    let who = world.athlete("UTC").await;
    let mut last = None;
    for (from, to) in [(0, 3), (3, 30)] {
        for day in from..to {
            let start: &'static str = Box::leak(format!("2026-05-{:02}T06:00:00Z", day + 1).into_boxed_str());
            let id = seed::activity(&world, who, Seed { start, ..Seed::default() }).await;
            seed::analysis(&world, who, id, Some(1.4), json!([]), Some(50.0), Some("pace")).await;
            last = Some(id);
        }
        world.knows(who).await;
        for (path, least, most) in [
            ("/v1/activities".to_owned(), 1, 1),
            (format!("/v1/activities/{}", last.unwrap()), 1, 1),
            ("/v1/analytics/efficiency-trends?days=90".to_owned(), 1, 2),
            ("/v1/analytics/efficiency-trends?days=90&include_load_response=true".to_owned(), 1, 2),
            ("/v1/auth/me".to_owned(), 0, 0),
        ] {
            let before = world.db.statements().await.unwrap();
            world.get(who, &path).await.expect(200);
            let used = world.db.statements().await.unwrap().since(&before).named().without(WHO_ASKS);
            assert!((least..=most).contains(&used.total()), "{path} with {to} activities: {used}");
        }
    }
    world.close().await;
}

fn assert_refers_to_what_it_holds(document: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference} is not in the document");
            }
            fields.values().for_each(|part| assert_refers_to_what_it_holds(document, part));
        }
        Value::Array(parts) => parts.iter().for_each(|part| assert_refers_to_what_it_holds(document, part)),
        _ => {}
    }
}

#[tokio::test]
async fn an_answer_tells_what_the_database_cost() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let answer = kim.get("/v1/activities?limit=5").await;
    let timing = answer.headers["server-timing"].to_str().unwrap();
    // The session and the page.
    assert!(timing.starts_with("total;dur=") && timing.ends_with("desc=\"n=2\""), "{timing}");
}

#[tokio::test]
async fn who_runs_the_installation_sees_its_replicas_and_nobody_else() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let path = "/v1/scaling/replication/status";
    assert_eq!(kim.get(path).await.problem(), (403, "admin_only".to_owned()));
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = 'admin' where id = $1", &[&kim.id]).await.unwrap();
    tx.commit().await.unwrap();
    let status = kim.get(path).await.expect(200);
    assert_eq!((&status["status"], &status["reason"]), (&"off".into(), &"no replica is configured".into()));
    assert_eq!(status["replicas"], serde_json::json!([]));
}

/// As the API's document describes it, with one replica that is read from and one that is gone.
#[tokio::test]
async fn the_status_of_replication_shows_each_replica_as_it_is() {
    let mut set = replica_set(2).await.unwrap();
    let (one, two) = (set.address(1), set.address(2));
    let db = TestDb::given(&set.writer().unwrap()).await.unwrap();
    let world = World::on(db, |config| {
        config.database.read_replicas = format!("{one},{two}");
        config.database.replicas.poll_interval_ms = 10;
    })
    .await;
    world.log.expect("db.replica.lost");
    let kim = world.register("kim@example.org").await;
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = 'admin' where id = $1", &[&kim.id]).await.unwrap();
    tx.commit().await.unwrap();
    // The session did not write that itself.
    for replica in set.replicas() {
        set.wait_until_caught_up(replica).await.unwrap();
    }
    let status = async || kim.get("/v1/scaling/replication/status").await.expect(200);
    until("both are read from", async || status().await["status"] == "healthy").await;
    until("a replica answers a read", async || {
        // Of a page by its number nothing is kept.
        kim.get("/v1/activities?page=1").await.expect(200);
        status().await["replicas"].as_array().unwrap().iter().any(|one| one["reads"].as_u64() > Some(0))
    })
    .await;
    let healthy = status().await;
    assert_eq!((&healthy["reason"], &healthy["timeline"]), (&Value::Null, &1.into()), "{healthy}");
    let (upper, lower) = healthy["position"].as_str().unwrap().split_once('/').unwrap();
    assert!([upper, lower].iter().all(|half| u32::from_str_radix(half, 16).is_ok()), "{healthy}");
    let numbers = ["position_age_ms", "fallbacks", "refused"];
    assert!(numbers.iter().all(|name| healthy[name].is_u64()), "{healthy}");
    for (replica, address) in healthy["replicas"].as_array().unwrap().iter().zip([&one, &two]) {
        assert_eq!((&replica["host"], &replica["reason"]), (&json!(address), &Value::Null), "{healthy}");
        assert_eq!(replica["healthy"], true, "{healthy}");
        let numbers = ["lag_bytes", "staleness_ms", "reads", "rejected", "in_flight"];
        assert!(numbers.iter().all(|name| replica[name].is_u64()), "{healthy}");
    }

    set.kill(2).await.unwrap();
    until("the loss of one is noticed", async || status().await["status"] == "degraded").await;
    let degraded = status().await;
    let (left, gone) = (&degraded["replicas"][0], &degraded["replicas"][1]);
    assert_eq!((&left["healthy"], &gone["healthy"]), (&true.into(), &false.into()), "{degraded}");
    assert!(gone["reason"].as_str().is_some_and(|why| !why.is_empty()), "{degraded}");
    assert!(gone["staleness_ms"].is_null() || gone["staleness_ms"].is_u64(), "{degraded}");
    world.close().await;
    set.close().await.unwrap();
}
