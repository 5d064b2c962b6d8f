//! Queues, schedules, dead letters and processes, by administrators.

use super::*;

impl World {
    async fn operate(&self, admin: Athlete, path: &str, body: Value) -> Value {
        self.send(admin, "POST", &format!("/v1/jobs{path}"), Some(body)).await.expect(200)
    }

    async fn queue(&self, admin: Athlete) -> Value {
        let queues = self.get(admin, "/v1/jobs/queues").await.expect(200);
        let found = queues["queues"].as_array().unwrap().iter().find(|queue| queue["name"] == "told");
        found.cloned().unwrap_or_default()
    }
}

#[tokio::test]
async fn a_paused_queue_begins_nothing_until_it_is_resumed() {
    let world = World::new().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    let paused = world.operate(admin, "/queues/told/pause", json!(null)).await;
    assert!(paused["paused_at"].is_string(), "{paused}");
    world.does_what_is_told();
    let id = world.tell(Some(robin), Then::Succeed).await;
    until("the worker has seen it", async || {
        let workers = world.get(admin, "/v1/jobs/workers").await.expect(200);
        let mut workers = workers["workers"].as_array().unwrap().iter();
        workers.any(|worker| worker["job_types"] == json!(["told"]))
    })
    .await;
    assert_eq!(world.job(robin, id).await["state"], "queued");
    assert_eq!(world.queue(admin).await["queued"], 1);
    let stats = world.get(admin, "/v1/jobs/stats/queue").await.expect(200);
    assert_eq!((&stats["status"], &stats["statistics"]["pending"]), (&json!("idle"), &json!(1)));
    assert_eq!(world.operate(admin, "/queues/told/resume", json!(null)).await["paused_at"], Value::Null);
    world.is_in(robin, id, "succeeded").await;
    let stats = world.get(admin, "/v1/jobs/stats/queue").await.expect(200);
    let expected = json!({
        "total_jobs": 1, "pending": 0, "running": 0, "completed": 1, "failed": 0, "cancelled": 0, "registered_handlers": 4,
        "is_at_least": false,
    });
    assert_eq!(stats["statistics"], expected);
    world.close().await;
}

#[tokio::test]
async fn a_schedule_rests_goes_on_and_is_run_once_more() {
    let world = World::new().await;
    let admin = world.admin().await;
    world.does_what_is_scheduled().await;
    let night = async |fires: u8| {
        let all = world.get(admin, &format!("/v1/jobs/schedule?fires={fires}")).await.expect(200);
        let all = all["schedules"].as_array().unwrap().clone();
        let names: Vec<_> = all.iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, [json!("remove expired sessions"), json!(NIGHT)]);
        all[1].clone()
    };
    let before = night(2).await;
    let next = before["next"].as_array().unwrap();
    assert!(
        next.len() == 2 && next.iter().all(|at| at.as_str().unwrap().contains("-02-29T01:30")),
        "{before}"
    );
    let mut expected = json!({
        "name": NIGHT, "spec": "30 2 29 2 *", "timezone": "Europe/Berlin", "queue": "told", "job_type": "told",
        "misfire": "coalesce", "paused_at": null, "last_at": null, "next": next,
    });
    assert_eq!(before, expected);

    let change =
        async |what: &str| world.operate(admin, &format!("/schedule/{NIGHT}/{what}"), json!(null)).await;
    let rests = json!({ "name": NIGHT, "message": "The schedule rests until it is resumed." });
    // Twice is as good as once.
    assert_eq!([change("pause").await, change("pause").await], [rests.clone(), rests]);
    let paused = night(2).await;
    assert!(paused["paused_at"].is_string() && paused["next"] == json!([]), "{paused}");
    // It is run all the same, once, and goes on resting.
    let run = change("run").await;
    let id = run["job_id"].as_str().unwrap().parse().unwrap();
    assert_eq!((&run["name"], &run["message"]), (&json!(NIGHT), &json!("Its job will be done once more.")));
    world.is_in(admin, id, "succeeded").await;
    assert_eq!(ids(&world.get(admin, "/v1/jobs?job_type=told").await.expect(200)), [id]);
    assert_eq!(night(2).await, paused);

    let goes_on = json!({ "name": NIGHT, "message": "The schedule goes on." });
    assert_eq!(change("resume").await, goes_on);
    assert_eq!(night(2).await, expected);
    expected["next"] = json!([next[0]]);
    assert_eq!(night(1).await, expected);
    world.close().await;
}

#[tokio::test]
async fn limits_are_changed_one_by_one() {
    let world = World::new().await;
    let admin = world.admin().await;
    let patch = async |body: Value| world.send(admin, "PATCH", "/v1/jobs/queues/told", Some(body)).await;
    patch(json!({ "max_running": 3, "max_per_second": 0.5 })).await.expect(200);
    let changed = patch(json!({ "max_running_per_key": 1, "max_per_second": 10 })).await.expect(200);
    let said =
        ["max_running", "max_running_per_key", "max_per_second", "burst"].map(|name| changed[name].clone());
    assert_eq!(said, [json!(3), json!(1), json!(10.0), json!(1.0)]);
    let cleared = patch(json!({ "max_running": null, "max_per_second": null })).await.expect(200);
    assert_eq!(
        (&cleared["max_running"], &cleared["max_per_second"], &cleared["burst"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(cleared["max_running_per_key"], 1);
    for (body, pointer) in [
        (json!({ "max_running": 0 }), "/max_running"),
        (json!({ "max_running": -1 }), "/max_running"),
        (json!({ "max_per_second": 0 }), "/max_per_second"),
        (json!({ "max_per_second": 1, "burst": 0 }), "/max_per_second"),
        (json!({ "other": 1 }), "/other"),
    ] {
        assert_eq!(patch(body).await.pointers(), [pointer]);
    }
    let long = format!("/v1/jobs/queues/{}/pause", "q".repeat(201));
    for path in [long.as_str(), "/v1/jobs/queues/a%00b/pause", "/v1/jobs/queues/a%0Ab/resume"] {
        assert_eq!(
            world.send(admin, "POST", path, None).await.problem(),
            (400, "invalid_path".to_owned()),
            "{path}"
        );
    }
    world.close().await;
}

#[tokio::test]
async fn dead_letters_are_replayed_and_forgotten_one_by_one_and_many_at_once() {
    let world = World::new().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    world.does_what_is_told();
    let mut all = Vec::new();
    for _ in 0..3 {
        let id = world.tell(Some(robin), Then::Fail).await;
        world.is_in(robin, id, "failed").await;
        all.push(id);
    }
    let dead = async || world.get(admin, "/v1/jobs/dead").await.expect(200);
    let letters = dead().await;
    let newest: Vec<Uuid> = all.iter().rev().copied().collect();
    assert_eq!(ids(&letters), newest);
    assert_eq!(
        (&letters["jobs"][0]["error"], &letters["jobs"][0]["reason"]),
        (&json!(SECRET), &json!("attempts"))
    );
    let page = world.get(admin, "/v1/jobs/dead?limit=2&queue=told&job_type=told").await.expect(200);
    let next = page["next_cursor"].as_str().unwrap();
    let last = world.get(admin, &format!("/v1/jobs/dead?limit=2&cursor={next}")).await.expect(200);
    assert_eq!(
        (ids(&page), ids(&last), &last["next_cursor"]),
        (newest[..2].to_vec(), newest[2..].to_vec(), &Value::Null)
    );

    world.operate(admin, "/queues/told/pause", json!(null)).await;
    let replayed =
        world.operate(admin, "/dead/replay", json!({ "ids": [all[0], Uuid::nil(), all[0]] })).await;
    assert_eq!(replayed["queued"], 1);
    let fates = [(Uuid::nil(), "unknown", None), (all[0], "queued", Some(all[0]))]
        .map(|(id, outcome, job_id)| json!({ "id": id, "outcome": outcome, "job_id": job_id }));
    assert_eq!(replayed["results"], json!(fates));
    let found = json!({ "filter": { "queue": "told" }, "limit": 1 });
    let replayed = world.operate(admin, "/dead/replay", found.clone()).await;
    assert_eq!((&replayed["results"][0]["id"], &replayed["has_more"]), (&json!(all[2]), &json!(true)));
    let purged = world.operate(admin, "/dead/purge", found).await;
    assert_eq!(purged, json!({ "purged": 1, "has_more": false }));
    assert_eq!(dead().await["count"], 0);
    for (body, pointer) in [
        (json!({}), "/ids"),
        (json!({ "ids": [] }), "/ids"),
        (json!({ "ids": vec![Uuid::nil(); 201] }), "/ids"),
        (json!({ "ids": ["x"] }), "/ids/0"),
        (json!({ "ids": [Uuid::nil()], "filter": {} }), "/filter"),
        (json!({ "filter": {}, "limit": 201 }), "/limit"),
        (json!({ "filter": { "queue": "\0" } }), "/queue"),
    ] {
        for what in ["replay", "purge"] {
            let refused =
                world.send(admin, "POST", &format!("/v1/jobs/dead/{what}"), Some(body.clone())).await;
            assert_eq!((refused.problem().0, refused.pointers()), (422, vec![pointer.to_owned()]));
        }
    }
    world.close().await;
}

#[tokio::test]
async fn each_address_of_jobs_costs_few_statements() {
    // Nobody does jobs or looks for any, and who is asking is looked up each time.
    let world = World::without_cache().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    let job = world.tell(Some(robin), Then::Succeed).await;
    world.send(robin, "POST", &format!("/v1/jobs/{job}/cancel"), None).await.expect(200);
    // Of those with a name. One says who is asking.
    let budgets = [2, 1, 3, 4, 3, 4, 4, 2, 5, 3, 3, 2, 2, 2, 2, 2, 4, 2, 2];
    for ((method, path, body, ..), budget) in addresses(job).into_iter().zip(budgets) {
        let before = world.db.statements().await.unwrap();
        let answer = world.send(admin, method.as_str(), &path, body).await;
        assert!(answer.status.as_u16() < 500, "{}", answer.text());
        let used = world.db.statements().await.unwrap().since(&before).named();
        assert_eq!(used.total(), budget, "{method} {path}: {used}");
    }
    world.close().await;
}
