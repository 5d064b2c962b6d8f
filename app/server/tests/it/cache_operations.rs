//! What administrators see of kept answers and end: over HTTP, on one process and on two. Never here: how answers are kept
//! (`kept`), what a figure advises.

use http::Method;
use mainstay_config::Secret;
use mainstay_testing::{TestDb, until};
use paceline::config::Config;
use paceline::schema;
use serde_json::{Value, json};

use crate::seed::{self, Seed};
use crate::world::{Answer, Athlete, World, sets};

const LIST: &str = "/v1/activities";

/// Everything, with a body where one is taken, and what an administrator is answered.
fn operations() -> [(Method, &'static str, Option<Value>, u16); 9] {
    [
        (Method::GET, "/v1/cache/stats", None, 200),
        (Method::GET, "/v1/cache/tags", None, 200),
        (Method::GET, "/v1/cache/performance-report", None, 200),
        (Method::GET, "/v1/cache/keys", None, 200),
        (Method::GET, "/v1/cache/key/activities.0123456789abcdef", None, 404),
        (Method::DELETE, "/v1/cache/key/activities.0123456789abcdef", None, 404),
        (Method::POST, "/v1/cache/invalidate", Some(json!({ "table_name": "activity" })), 200),
        (Method::POST, "/v1/cache/clear", None, 200),
        (Method::POST, "/v1/cache/warm", None, 200),
    ]
}

async fn person(world: &World, role: &str) -> Athlete {
    let person = world.athlete("Europe/Berlin").await;
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set role = $2 where id = $1", &[&person.id, &role]).await.unwrap();
    tx.commit().await.unwrap();
    person
}

/// An administrator, and an athlete with an activity, in a process that keeps answers.
async fn peopled() -> (World, Athlete, Athlete) {
    let world = World::without_importer().await;
    let (admin, robin) = (person(&world, "admin").await, world.athlete("UTC").await);
    seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    (world, admin, robin)
}

fn status(answer: &Answer) -> &str {
    answer.headers.get("cache-status").map_or("", |value| value.to_str().unwrap())
}

impl World {
    async fn list_is_kept(&self, who: Athlete) -> bool {
        let answer = self.get(who, LIST).await;
        answer.expect(200);
        status(&answer) == "paceline-l1; hit"
    }

    async fn keys(&self, admin: Athlete, query: &str) -> Vec<Value> {
        let keys = self.get(admin, &format!("/v1/cache/keys{query}")).await.expect(200);
        keys["keys"].as_array().unwrap().clone()
    }

    async fn invalidate(&self, admin: Athlete, body: Value) -> Answer {
        self.send(admin, "POST", "/v1/cache/invalidate", Some(body)).await
    }
}

fn of_name<'a>(stats: &'a Value, name: &str) -> &'a Value {
    stats["names"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()
}

#[tokio::test]
async fn only_administrators_see_and_end_what_is_kept() {
    let world = World::without_importer().await;
    let (admin, coach, athlete) =
        (person(&world, "admin").await, person(&world, "coach").await, person(&world, "athlete").await);
    for (method, path, body, expected) in operations() {
        for other in [coach, athlete] {
            let refused = world.send(other, method.as_str(), path, body.clone()).await;
            assert_eq!(refused.problem(), (403, "admin_only".to_owned()), "{path}");
        }
        assert_eq!(world.anonymous(method.clone(), path, body.clone()).await.status, 401, "{path}");
        world.send(admin, method.as_str(), path, body).await.expect(expected);
    }
    world.close().await;
}

#[tokio::test]
async fn each_operation_costs_few_statements() {
    let (world, admin, _) = peopled().await;
    // Of those with a name. One says who is asking; which tables are watched is another.
    for ((method, path, body, expected), budget) in operations().into_iter().zip([1, 2, 2, 1, 1, 1, 3, 2, 2])
    {
        let before = world.db.statements().await.unwrap();
        world.send(admin, method.as_str(), path, body).await.expect(expected);
        let used = world.db.statements().await.unwrap().since(&before).named();
        assert_eq!(used.total(), budget, "{path}: {used}");
    }
    world.close().await;
}

#[tokio::test]
async fn stats_say_how_often_what_is_kept_helped() {
    let (world, admin, robin) = peopled().await;
    let before = world.get(admin, "/v1/cache/stats").await.expect(200);
    let list = of_name(&before, "activities");
    assert_eq!((&list["hit_ratio"], &list["hits"], &list["entries"]), (&Value::Null, &json!(0), &json!(0)));
    for _ in 0..4 {
        world.get(robin, LIST).await.expect(200);
    }
    let stats = world.get(admin, "/v1/cache/stats").await.expect(200);
    let list = of_name(&stats, "activities");
    assert_eq!((&list["hit_ratio"], &list["hits"]), (&json!(0.75), &json!(3)), "{list}");
    assert_eq!((&list["misses"], &list["not_imported"]), (&json!({ "absent": 1 }), &json!({})), "{list}");
    let expected = json!(1);
    assert_eq!(list["entries"], expected);
    for nothing in [
        "negative_hits",
        "imported",
        "joined",
        "stale",
        "bypassed",
        "failed",
        "busy",
        "checked",
        "mismatches",
        "refused",
        "evicted",
    ] {
        assert_eq!(list[nothing], 0, "{nothing}: {list}");
    }
    let sum = |field: &str| {
        stats["names"].as_array().unwrap().iter().map(|one| one[field].as_u64().unwrap()).sum::<u64>()
    };
    assert_eq!(
        (stats["total_keys"].as_u64(), stats["memory_usage"].as_u64()),
        (Some(sum("entries")), Some(sum("bytes")))
    );
    let (hits, misses) = (stats["total_hits"].as_u64().unwrap(), stats["total_misses"].as_u64().unwrap());
    assert_eq!(
        (hits, misses),
        (sum("hits") + sum("negative_hits"), 2),
        "the list's and the session's: {stats}"
    );
    let ratio = hits as f64 / (hits + misses) as f64;
    assert!((stats["hit_ratio"].as_f64().unwrap() - ratio).abs() < 0.0001, "{stats}");
    assert_eq!(
        (&stats["enabled"], &stats["bound_ms"], &stats["evicted_keys"]),
        (&json!(true), &json!(30_000), &json!(0))
    );
    assert!(stats["watermark_age_ms"].is_u64() && stats["polls"].as_u64().unwrap() > 1, "{stats}");
    assert!(stats["flushes"].as_u64().unwrap() >= 1 && stats["poll_failures"].is_u64(), "{stats}");
    assert_eq!(stats["level2"], json!({ "configured": false, "reachable": null, "breaker": null }));
    world.close().await;
}

#[tokio::test]
async fn a_cache_that_is_off_says_so() {
    let world = World::without_cache().await;
    let admin = person(&world, "admin").await;
    let stats = world.get(admin, "/v1/cache/stats").await.expect(200);
    assert_eq!((&stats["enabled"], &stats["watermark_age_ms"]), (&json!(false), &Value::Null));
    let report = world.get(admin, "/v1/cache/performance-report").await.expect(200);
    assert_eq!(
        (&report["recommendations"], &report["performance_metrics"]["hit_ratio"]),
        (&json!([]), &Value::Null)
    );
    assert_eq!(world.keys(admin, "").await, Vec::<Value>::new());
    world.close().await;
}

/// Nobody listens at port 1.
#[tokio::test]
async fn a_redis_that_is_away_is_told() {
    let world = World::with(|config| config.cache.redis.url = Secret::new("redis://127.0.0.1:1")).await;
    let admin = person(&world, "admin").await;
    until("it is left alone", async || {
        let stats = world.get(admin, "/v1/cache/stats").await.expect(200);
        assert_eq!(
            (&stats["level2"]["configured"], &stats["level2"]["reachable"]),
            (&json!(true), &json!(false))
        );
        stats["level2"]["breaker"] == "open"
    })
    .await;
    let report = world.get(admin, "/v1/cache/performance-report").await.expect(200);
    let told = report["recommendations"].as_array().unwrap();
    assert!(told.iter().any(|one| one["category"] == "level2" && one["severity"] == "warning"), "{report}");
    world.close().await;
}

#[tokio::test]
async fn an_entry_is_seen_without_its_key_and_removed() {
    let (world, admin, robin) = peopled().await;
    world.get(robin, LIST).await.expect(200);
    world.get(robin, "/v1/activities/summary").await.expect(200);
    let listed = world.keys(admin, "?pattern=activities.*").await;
    let [entry] = listed.as_slice() else { panic!("{listed:?}") };
    let key = entry["key"].as_str().unwrap();
    assert!(key.starts_with("activities.") && key.len() == "activities.".len() + 16, "{key}");
    assert!(!entry.to_string().contains(&robin.id.to_string()), "{entry}");
    assert_eq!(
        (&entry["fresh"], &entry["reason"], &entry["negative"]),
        (&json!(true), &Value::Null, &json!(false))
    );
    assert!(entry["ttl_ms"].as_u64().unwrap() > 200_000 && entry["bytes"].as_u64().unwrap() > 100, "{entry}");
    assert!(entry["age_ms"].is_u64());

    let path = format!("/v1/cache/key/{key}");
    assert_eq!(world.get(admin, &path).await.expect(200)["key"], key);
    assert!(world.list_is_kept(robin).await);
    assert_eq!(world.send(admin, "DELETE", &path, None).await.expect(200), json!({ "deleted": true }));
    assert_eq!(world.send(admin, "DELETE", &path, None).await.problem(), (404, "not_found".to_owned()));
    assert_eq!(world.get(admin, &path).await.problem(), (404, "not_found".to_owned()));
    assert!(!world.list_is_kept(robin).await && world.list_is_kept(robin).await);
    let summary = world.get(robin, "/v1/activities/summary").await;
    assert_eq!(status(&summary), "paceline-l1; hit", "the others stay");
    world.close().await;
}

#[tokio::test]
async fn lists_are_as_long_as_was_asked_for() {
    let (world, admin, robin) = peopled().await;
    for days in 1..=5 {
        world.get(robin, &format!("/v1/activities/summary?days={days}")).await.expect(200);
    }
    let some = world.get(admin, "/v1/cache/keys?pattern=summary.*&limit=3").await.expect(200);
    assert_eq!((some["keys"].as_array().unwrap().len(), &some["truncated"]), (3, &json!(true)));
    let all = world.get(admin, "/v1/cache/keys?pattern=summary.*&limit=5").await.expect(200);
    assert_eq!((all["keys"].as_array().unwrap().len(), &all["truncated"]), (5, &json!(false)));
    assert_eq!(world.keys(admin, "?pattern=summary").await, Vec::<Value>::new());
    world.close().await;
}

#[tokio::test]
async fn the_busiest_tags_are_told_by_name_where_they_are_of_a_table_and_each_may_be_ended() {
    let (world, admin, robin) = peopled().await;
    world.get(robin, LIST).await.expect(200);
    let path = format!(
        "{LIST}/{}",
        seed::activity(&world, robin, Seed { start: "2026-06-14T08:00:00Z", ..Seed::default() }).await
    );
    for name in ["one", "two", "three"] {
        world.send(robin, "PATCH", &path, Some(json!({ "name": name }))).await.expect(200);
    }
    let told = world.get(admin, "/v1/cache/tags").await.expect(200);
    let tags = told["tags"].as_object().unwrap();
    assert_eq!(told["total_tags"].as_u64(), Some(tags.len() as u64));
    assert!(tags["table:activity"]["changes"].as_u64().unwrap() >= 4, "{told}");
    assert!(!told.to_string().contains(&robin.id.to_string()), "{told}");
    let few = world.get(admin, "/v1/cache/tags?limit=1").await.expect(200);
    assert_eq!((few["tags"].as_object().unwrap().len(), &few["total_tags"]), (1, &told["total_tags"]));
    // Among them is the athlete's own, of which nobody sees whose it is.
    world.get(robin, LIST).await.expect(200);
    assert!(world.list_is_kept(robin).await);
    let ended = world.invalidate(admin, json!({ "tags": tags.keys().collect::<Vec<_>>() })).await.expect(200);
    assert!(ended["invalidated_count"].as_u64().unwrap() >= tags.len() as u64, "{ended}");
    assert!(!world.list_is_kept(robin).await);
    world.close().await;
}

#[tokio::test]
async fn what_is_named_is_read_again_and_nothing_else() {
    let (world, admin, robin) = peopled().await;
    let kim = world.athlete("UTC").await;
    let read = async || {
        for who in [robin, kim] {
            world.get(who, LIST).await.expect(200);
        }
    };
    let (owner, upper) = (robin.id.to_string(), robin.id.to_string().to_uppercase());
    let cases = [
        (json!({ "table_name": "activity" }), "table", 2, [false, false]),
        (json!({ "tags": ["table:activity"] }), "tags", 2, [false, false]),
        (json!({ "tags": [format!("owner:activity:{owner}")] }), "tags", 3, [false, true]),
        (json!({ "tags": [format!("owner:activity:{upper}")] }), "tags", 3, [false, true]),
        (json!({ "tags": [format!("row:activity:{owner}:{}", kim.id)] }), "tags", 3, [false, true]),
        (json!({ "tags": ["table:best_effort"], "table_name": "activity" }), "tags", 2, [true, true]),
        (json!({ "table_name": "athlete" }), "table", 2, [true, true]),
    ];
    for (body, by, count, kept) in cases {
        read().await;
        let ended = world.invalidate(admin, body.clone()).await.expect(200);
        assert_eq!(
            (&ended["invalidated_by"], &ended["invalidated_count"]),
            (&json!(by), &json!(count)),
            "{body}"
        );
        assert!(ended["message"].as_str().unwrap().contains("30000 ms"), "{ended}");
        assert_eq!([world.list_is_kept(robin).await, world.list_is_kept(kim).await], kept, "{body}");
    }
    world.close().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_and_ends_nothing() {
    let (world, admin, robin) = peopled().await;
    world.get(robin, LIST).await.expect(200);
    let refused = async |body: Value| world.invalidate(admin, body).await;
    for body in [json!({}), json!({ "tags": null })] {
        assert_eq!(refused(body).await.problem(), (400, "nothing_to_invalidate".to_owned()));
    }
    let pattern = refused(json!({ "pattern": "activities*", "table_name": "activity" })).await;
    assert_eq!(pattern.problem(), (400, "pattern_not_supported".to_owned()));
    assert!(pattern.json()["detail"].as_str().unwrap().contains("no list of their keys"));
    let many = vec!["table:activity"; 101];
    let owner = format!("owner:activity:{}", robin.id);
    let cases = [
        (json!({ "table_name": "activities" }), "/table_name"),
        (json!({ "table_name": "" }), "/table_name"),
        (json!({ "table_name": "activity; drop table athlete" }), "/table_name"),
        (json!({ "table_name": 7 }), "/table_name"),
        (json!({ "tags": [] }), "/tags"),
        (json!({ "tags": many }), "/tags"),
        (json!({ "tags": "table:activity" }), "/tags"),
        (json!({ "tags": [owner, "table:nothing"] }), "/tags/1"),
        (json!({ "tags": [""] }), "/tags/0"),
        (json!({ "tags": ["activity"] }), "/tags/0"),
        (json!({ "tags": ["owner:activity:robin"] }), "/tags/0"),
        (json!({ "tags": [format!("row:activity:{0}:{0}:{0}", robin.id)] }), "/tags/0"),
        (json!({ "tags": ["0123456789ABCDEF"] }), "/tags/0"),
    ];
    for (body, pointer) in cases {
        let answer = refused(body.clone()).await;
        assert_eq!((answer.problem().0, answer.pointers()), (422, vec![pointer.to_owned()]), "{body}");
    }
    for query in ["?limit=0", "?limit=1001", "?limit=-1", "?limit=x", "?cursor=1"] {
        for path in ["/v1/cache/keys", "/v1/cache/tags"] {
            let answer = world.get(admin, &format!("{path}{query}")).await;
            assert_eq!(answer.problem(), (400, "invalid_query".to_owned()), "{path}{query}");
        }
    }
    let long = format!("/v1/cache/keys?pattern={}", "a".repeat(201));
    assert_eq!(world.get(admin, &long).await.pointers(), ["/pattern"]);
    for key in
        ["activities", "activities.0123456789ABCDEF", ".0123456789abcdef", "%00.x", "a%2Fb", "%2e%2e%2f", "*"]
    {
        for method in ["GET", "DELETE"] {
            let answer = world.send(admin, method, &format!("/v1/cache/key/{key}"), None).await;
            assert_eq!(answer.problem(), (400, "invalid_path".to_owned()), "{method} {key}");
        }
    }
    assert!(world.list_is_kept(robin).await);
    world.close().await;
}

#[tokio::test]
async fn clearing_ends_everything_and_answers_are_kept_again_afterwards() {
    let (world, admin, robin) = peopled().await;
    world.get(robin, LIST).await.expect(200);
    assert!(world.list_is_kept(robin).await);
    let before = world.get(admin, "/v1/cache/stats").await.expect(200);
    let cleared = world.send(admin, "POST", "/v1/cache/clear", None).await.expect(200);
    assert_eq!(cleared["cleared_count"], 2, "the list and the session: {cleared}");
    assert!(!world.list_is_kept(robin).await);
    until("answers are kept again", async || world.list_is_kept(robin).await).await;
    let stats = world.get(admin, "/v1/cache/stats").await.expect(200);
    let flushes = stats["flushes"].as_u64().unwrap();
    assert!(flushes > before["flushes"].as_u64().unwrap(), "{stats}");
    // The first is that of the start.
    let again = if flushes == 2 { "once".to_owned() } else { format!("{} times", flushes - 1) };
    let seen = format!("Everything kept was over {again} since the start.");
    let report = world.get(admin, "/v1/cache/performance-report").await.expect(200);
    let told = report["recommendations"].as_array().unwrap();
    assert!(told.iter().any(|one| one["message"] == seen), "{report}");
    world.close().await;
}

#[tokio::test]
async fn a_report_says_what_ends_the_answers_of_a_name() {
    let (world, admin, robin) = peopled().await;
    let path = format!(
        "{LIST}/{}",
        seed::activity(&world, robin, Seed { start: "2026-06-14T08:00:00Z", ..Seed::default() }).await
    );
    for number in 0..101 {
        world.send(robin, "PATCH", &path, Some(json!({ "name": format!("Run {number}") }))).await.expect(200);
        world.get(robin, LIST).await.expect(200);
    }
    let report = world.get(admin, "/v1/cache/performance-report").await.expect(200);
    let told = report["recommendations"].as_array().unwrap();
    let changes = told.iter().find(|one| one["category"] == "changes").unwrap_or_else(|| panic!("{report}"));
    assert_eq!(changes["severity"], "warning");
    let message = changes["message"].as_str().unwrap();
    assert!(
        message.contains("look-ups of activities hit; 100 entries") && message.contains("table:activity ("),
        "{message}"
    );
    assert!(changes["action"].as_str().unwrap().contains("table:activity"), "{changes}");
    let metrics = &report["performance_metrics"];
    assert_eq!(
        (&metrics["mismatches"], &metrics["busy"], &metrics["evicted_keys"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert!(
        metrics["total_misses"].as_u64().unwrap() >= 101 && metrics["hits_per_read"].is_f64(),
        "{metrics}"
    );
    world.close().await;
}

#[tokio::test]
async fn what_is_ended_on_one_process_is_over_on_the_other() {
    let (world, admin, robin) = peopled().await;
    let other = World::on(TestDb::given(world.db.target()).await.unwrap(), |_| {}).await;
    other.keeps_answers().await;
    let kept_on_both = async || {
        for process in [&world, &other] {
            process.get(robin, LIST).await.expect(200);
            until("it is kept", async || process.list_is_kept(robin).await).await;
        }
    };
    let over_on_the_other = async || {
        let entries = other.keys(admin, "?pattern=activities.*").await;
        entries.iter().all(|entry| entry["fresh"] == false)
    };
    for (path, body, reason) in [
        ("/v1/cache/invalidate", Some(json!({ "table_name": "activity" })), "changed"),
        ("/v1/cache/clear", None, "flushed"),
    ] {
        kept_on_both().await;
        world.send(admin, "POST", path, body).await.expect(200);
        assert!(!world.list_is_kept(robin).await, "{path}: here at once");
        until("it is over there", over_on_the_other).await;
        let entries = other.keys(admin, "?pattern=activities.*").await;
        assert_eq!((entries.len(), &entries[0]["reason"]), (1, &json!(reason)), "{path}");
        assert!(!other.list_is_kept(robin).await, "{path}");
    }
    other.close().await;
    world.close().await;
}

#[tokio::test]
async fn what_was_noted_is_asked_again_when_an_administrator_says_so() {
    let (world, admin, robin) = peopled().await;
    let tx = world.db.db().write().await.unwrap();
    for (who, target) in [(robin.id, LIST), (uuid::Uuid::nil(), LIST), (robin.id, "/v1/cache/clear")] {
        let key = mainstay_cache::Key::of(&(who, target, "UTC", 20_260_614));
        let sql = "insert into mainstay.cache_hot (name, key, hits) values ('activities', $1, 7)";
        tx.execute(sql, &[&key.as_bytes()]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let warmed = world.send(admin, "POST", "/v1/cache/warm", None).await.expect(200).clone();
    assert_eq!(
        (&warmed["warmed_count"], &warmed["failed_count"], &warmed["skipped_count"]),
        (&json!(1), &json!(0), &json!(2)),
        "{warmed}"
    );
    assert_eq!(status(&world.get(robin, LIST).await), "paceline-l1; hit");
    world.close().await;
}

#[tokio::test]
async fn who_has_much_asked_again_is_not_held_to_what_one_request_may_ask() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    let few = |config: &mut Config| {
        config.http.requests.max_statements = 6;
    };
    let world = World::on(db, few).await;
    let (admin, robin) = (person(&world, "admin").await, world.athlete("UTC").await);
    let activity = seed::activity(&world, robin, Seed::default()).await;
    world.keeps_answers().await;
    let tx = world.db.db().write().await.unwrap();
    for limit in 1..=12 {
        let target = format!("{LIST}?limit={limit}");
        let key = mainstay_cache::Key::of(&(robin.id, target.as_str(), "UTC", 20_260_614));
        let sql = "insert into mainstay.cache_hot (name, key, hits) values ('activities', $1, 7)";
        tx.execute(sql, &[&key.as_bytes()]).await.unwrap();
    }
    tx.commit().await.unwrap();
    let warmed = world.send(admin, "POST", "/v1/cache/warm", None).await.expect(200).clone();
    assert_eq!((&warmed["warmed_count"], &warmed["failed_count"]), (&json!(12), &json!(0)), "{warmed}");
    world.get(robin, &format!("{LIST}/{activity}")).await.expect(200);
    world.close().await;
}
