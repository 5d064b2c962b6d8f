//! Jobs that are asked for over HTTP.

use paceline_domain::analysis::summary::ALGORITHM_VERSION;

use super::*;

const KIND: &str = "recompute.athlete";

impl World {
    async fn ask(&self, who: Athlete, body: Value) -> crate::world::Answer {
        self.send(who, "POST", "/v1/jobs", Some(body)).await
    }
}

#[tokio::test]
async fn a_job_is_asked_for_in_ones_own_name() {
    let world = World::new().await;
    let (admin, robin, kim) = (world.admin().await, world.athlete("UTC").await, world.athlete("UTC").await);
    let asked = world.ask(robin, json!({ "job_type": KIND })).await;
    let created = asked.expect(201);
    let id: Uuid = created["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(asked.headers["location"], format!("/v1/jobs/{id}"));
    assert_eq!((&created["status"], &created["deduplicated"]), (&json!("pending"), &json!(false)));
    let job = world.job(robin, id).await;
    assert_eq!(job["payload"], json!({ "athlete_id": robin.id }));
    assert_eq!((&job["athlete_id"], &job["queue"]), (&json!(robin.id), &json!("recompute")));

    let named = |who: Athlete| json!({ "kind": KIND, "payload": { "athlete_id": who.id } });
    world.ask(robin, named(robin)).await.expect(201);
    let refused = world.ask(robin, named(kim)).await;
    assert_eq!((refused.problem().0, refused.pointers()), (422, vec!["/payload/athlete_id".to_owned()]));
    let of_kim = world.ask(admin, named(kim)).await.expect(201);
    world.job(kim, of_kim["id"].as_str().unwrap().parse().unwrap()).await;
    assert_eq!(world.ask(admin, json!({ "job_type": KIND })).await.pointers(), ["/payload/athlete_id"]);

    world.start_jobs();
    world.is_in(robin, id, "succeeded").await;
    world.close().await;
}

#[tokio::test]
async fn only_kinds_that_are_open_may_be_asked_for() {
    let world = World::new().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    let outdated = || json!({ "job_type": "recompute.outdated", "payload": { "version": 1 } });
    for unknown in [outdated(), json!({ "job_type": "no.such" }), json!({ "job_type": "told" })] {
        let refused = world.ask(robin, unknown).await;
        assert_eq!(refused.pointers(), ["/job_type"]);
        let text = refused.text();
        assert!(text.contains(KIND) && !text.contains("recompute.outdated"), "{text}");
    }
    let id = world.ask(admin, outdated()).await.expect(201)["id"].as_str().unwrap().parse().unwrap();
    assert_eq!(world.job(admin, id).await["athlete_id"], Value::Null);
    assert_eq!(world.get(robin, &format!("/v1/jobs/{id}")).await.problem().0, 404);
    let other = json!({ "job_type": "recompute.outdated", "payload": { "version": "x" } });
    assert_eq!(world.ask(admin, other).await.pointers(), ["/payload"]);
    world.close().await;
}

#[tokio::test]
async fn what_cannot_be_wished_is_refused_by_its_name() {
    let world = World::new().await;
    let (admin, robin) = (world.admin().await, world.athlete("UTC").await);
    for (field, value, pointer) in [
        ("run_at", json!("9999-01-01T00:00:00Z"), "/run_at"),
        ("run_at", json!("soon"), "/run_at"),
        ("delay_s", json!(400_000_000), "/delay_s"),
        ("delay_s", json!(24 * 3600 + 1), "/delay_s"),
        ("run_at", json!("2036-01-01T00:00:00Z"), "/run_at"),
        ("delay_s", json!(-1), "/delay_s"),
        ("max_attempts", json!(0), "/max_attempts"),
        ("max_attempts", json!(70_000), "/max_attempts"),
        ("priority", json!("first"), "/priority"),
        ("priority", json!("high"), "/priority"),
        ("queue", json!("recompute"), "/queue"),
        ("payload", json!([1]), "/payload"),
        ("payload", json!({ "athlete_id": 7 }), "/payload/athlete_id"),
        ("payload", json!({ "x": "y".repeat(300_000), "athlete_id": "\0" }), "/payload/athlete_id"),
        ("unique", json!({ "key": "" }), "/unique/key"),
        ("unique", json!({ "key": "k", "ttl_s": 0 }), "/unique/ttl_s"),
        ("unique", json!({ "key": "k", "on_conflict": "replace" }), "/unique/on_conflict"),
        ("owner", json!(robin.id), "/owner"),
    ] {
        let mut body = json!({ "job_type": KIND });
        body[field] = value;
        let refused = world.ask(robin, body).await;
        assert_eq!((refused.problem().0, refused.pointers()), (422, vec![pointer.to_owned()]), "{field}");
    }
    let both = json!({ "job_type": KIND, "run_at": "2026-06-15T13:00:00Z", "delay_s": 1 });
    assert_eq!(world.ask(robin, both).await.pointers(), ["/delay_s"]);
    let long = json!({ "job_type": KIND, "payload": { "x": "y".repeat(2_000_000) } });
    assert_eq!(world.ask(robin, long).await.problem(), (413, "too_large".to_owned()));
    let of_robin =
        |queue: &str| json!({ "job_type": KIND, "queue": queue, "payload": { "athlete_id": robin.id } });
    assert_eq!(world.ask(admin, of_robin("nobody looks here")).await.pointers(), ["/queue"]);
    world.ask(admin, of_robin("default")).await.expect(201);
    // Long ago is now.
    let id =
        world.ask(robin, json!({ "job_type": KIND, "run_at": "-009000-01-01T00:00:00Z" })).await.expect(201)
            ["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
    assert_eq!(world.job(robin, id).await["state"], "queued");
    let later = json!({ "job_type": KIND, "delay_s": 3600, "priority": "low", "max_attempts": 2 });
    let id = world.ask(robin, later).await.expect(201)["id"].as_str().unwrap().parse().unwrap();
    let job = world.job(robin, id).await;
    let said = (&job["state"], &job["status"], &job["priority"], &job["max_attempts"]);
    assert_eq!(said, (&json!("scheduled"), &json!("pending"), &json!("low"), &json!(2)));
    world.close().await;
}

#[tokio::test]
async fn of_one_key_there_is_one_job_of_each_account() {
    let world = World::new().await;
    let (robin, kim) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let keyed =
        |conflict: &str| json!({ "job_type": KIND, "unique": { "key": "k", "on_conflict": conflict } });
    let first = world.ask(robin, keyed("return")).await.expect(201);
    let second = world.ask(robin, keyed("return")).await.expect(200);
    assert_eq!((&second["id"], &second["deduplicated"]), (&first["id"], &json!(true)));
    assert_eq!(world.ask(robin, keyed("reject")).await.problem(), (409, "job_exists".to_owned()));
    world.ask(kim, keyed("reject")).await.expect(201);
    // Two at once: one is written.
    let both = |ttl: u32| json!({ "job_type": KIND, "unique": { "key": "two", "ttl_s": ttl } });
    let (one, other) = tokio::join!(world.ask(robin, both(60)), world.ask(robin, both(60)));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!((statuses, &one.json()["id"]), ([200, 201], &other.json()["id"]));
    world.close().await;
}

#[tokio::test]
async fn a_key_is_held_no_longer_than_anybody_could_be_told_of_its_job() {
    let world = World::with(|config| config.jobs.keep_days = 14).await;
    let robin = world.athlete("UTC").await;
    let days =
        |days: u32| json!({ "job_type": KIND, "unique": { "key": "long", "ttl_s": days * 24 * 3600 } });
    let refused = world.ask(robin, days(15)).await;
    assert_eq!((refused.problem().0, refused.pointers()), (422, vec!["/unique/ttl_s".to_owned()]));
    // What the machine's clock says of the days of jobs is another matter.
    world.close().await;
}

#[tokio::test]
async fn an_account_asks_so_often_in_an_hour() {
    let world = World::with(|config| config.jobs.asked_per_hour = 2).await;
    let (admin, robin, kim) = (world.admin().await, world.athlete("UTC").await, world.athlete("UTC").await);
    let ask = || json!({ "job_type": KIND });
    world.ask(robin, ask()).await.expect(201);
    world.ask(robin, ask()).await.expect(201);
    let refused = world.ask(robin, ask()).await;
    assert_eq!(
        (refused.problem(), &refused.headers["retry-after"]),
        ((429, "too_many_jobs".to_owned()), &"600".parse().unwrap())
    );
    world.ask(kim, ask()).await.expect(201);
    for _ in 0..3 {
        world
            .ask(admin, json!({ "job_type": KIND, "payload": { "athlete_id": robin.id } }))
            .await
            .expect(201);
    }
    world.close().await;
}

#[tokio::test]
async fn an_account_has_so_many_jobs_done_again_in_an_hour_and_an_administrator_as_many_as_they_like() {
    let world = World::with(|config| config.jobs.asked_per_hour = 2).await;
    let (admin, robin, kim) = (world.admin().await, world.athlete("UTC").await, world.athlete("UTC").await);
    let jobs = [world.tell(Some(robin), Then::Succeed).await, world.tell(Some(kim), Then::Succeed).await];
    let do_it = async |who: Athlete, job: Uuid, what: &str| {
        world.send(who, "POST", &format!("/v1/jobs/{job}/{what}"), None).await
    };
    // Nobody works: what is cancelled waits again.
    for _ in 0..2 {
        assert_eq!(do_it(robin, jobs[0], "retry").await.problem().1, "job_not_ended", "and does not count");
        do_it(robin, jobs[0], "cancel").await.expect(200);
        do_it(robin, jobs[0], "retry").await.expect(200);
    }
    do_it(robin, jobs[0], "cancel").await.expect(200);
    let refused = do_it(robin, jobs[0], "retry").await;
    assert_eq!(
        (refused.problem(), &refused.headers["retry-after"]),
        ((429, "too_many_jobs".to_owned()), &"600".parse().unwrap())
    );
    assert_eq!(world.job(robin, jobs[0]).await["state"], "cancelled");
    for _ in 0..3 {
        do_it(admin, jobs[0], "retry").await.expect(200);
        do_it(admin, jobs[0], "cancel").await.expect(200);
    }
    do_it(kim, jobs[1], "cancel").await.expect(200);
    do_it(kim, jobs[1], "retry").await.expect(200);
    world.advance(3_600);
    do_it(robin, jobs[0], "retry").await.expect(200);
    world.close().await;
}

#[tokio::test]
async fn what_other_processes_have_done_again_counts_and_so_does_each_of_many_at_once() {
    let world = World::with(|config| config.jobs.asked_per_hour = 3).await;
    let robin = world.athlete("UTC").await;
    let mut jobs = Vec::new();
    for _ in 0..6 {
        let job = world.tell(Some(robin), Then::Succeed).await;
        world.send(robin, "POST", &format!("/v1/jobs/{job}/cancel"), None).await.expect(200);
        jobs.push(job);
    }
    // As another process has counted one.
    let tx = world.db.db().write().await.unwrap();
    let counted = "update athlete set retries = 1, retries_since = $2 where id = $1";
    tx.execute(counted, &[&robin.id, &world.effects.clock.now()]).await.unwrap();
    tx.commit().await.unwrap();
    let paths: Vec<_> = jobs.iter().map(|job| format!("/v1/jobs/{job}/retry")).collect();
    let asked = paths.iter().map(|path| world.send(robin, "POST", path, None));
    let answers = futures_util::future::join_all(asked).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((of(200), of(429)), (2, 4));
    let waits = "select count(*) from mainstay.job_ready";
    let waits: i64 = world.db.db().read().query_one(waits, &[]).await.unwrap().get(0);
    assert_eq!(waits, 2, "what is refused does not take place");
    world.close().await;
}

#[tokio::test]
async fn many_who_ask_at_once_in_one_name_get_as_many_as_one_after_the_other() {
    let world = World::with(|config| config.jobs.asked_per_hour = 5).await;
    let robin = world.athlete("UTC").await;
    let ask = || json!({ "job_type": KIND });
    let answers = futures_util::future::join_all((0..20).map(|_| world.ask(robin, ask()))).await;
    let of = |status: u16| answers.iter().filter(|answer| answer.status.as_u16() == status).count();
    assert_eq!((of(201), of(429)), (5, 15));
    assert_eq!(world.get(robin, "/v1/jobs").await.expect(200)["count"], 5);
    world.close().await;
}

#[tokio::test]
async fn who_may_have_no_more_is_still_told_of_the_job_that_has_the_key() {
    let world = World::with(|config| config.jobs.asked_per_hour = 1).await;
    let robin = world.athlete("UTC").await;
    let keyed = |key: &str, conflict: &str| json!({ "job_type": KIND, "unique": { "key": key, "on_conflict": conflict } });
    let first = world.ask(robin, keyed("k", "return")).await.expect(201);
    let again = world.ask(robin, keyed("k", "return")).await.expect(200);
    assert_eq!((&again["id"], &again["deduplicated"]), (&first["id"], &json!(true)));
    assert_eq!(world.ask(robin, keyed("k", "reject")).await.problem(), (409, "job_exists".to_owned()));
    assert_eq!(world.ask(robin, keyed("other", "return")).await.problem().0, 429);
    assert_eq!(world.ask(robin, json!({ "job_type": KIND })).await.problem().0, 429);
    world.close().await;
}

#[tokio::test]
async fn of_a_version_there_is_one_job_and_none_of_a_version_that_cannot_be() {
    let world = World::new().await;
    let admin = world.admin().await;
    let of = |version: i64| json!({ "job_type": "recompute.outdated", "payload": { "version": version } });
    let id = |answer: Value| answer["id"].as_str().unwrap().parse::<Uuid>().unwrap();
    let first = id(world.ask(admin, of(1)).await.expect(201));
    assert_eq!(id(world.ask(admin, of(1)).await.expect(200)), first);
    let absurd = [2_147_483_647, 1_000_000, -1];
    let mut asked = Vec::new();
    for version in absurd {
        asked.push(id(world.ask(admin, of(version)).await.expect(201)));
    }
    // A newer process beside this one will do it.
    let next = id(world.ask(admin, of(i64::from(ALGORITHM_VERSION) + 1)).await.expect(201));
    world.start_jobs();
    for (id, version) in asked.into_iter().zip(absurd) {
        let job = world.is_in(admin, id, "discarded").await;
        let why = job["error"].as_str().unwrap();
        assert!(why.starts_with(&format!("there is no version {version} ")), "{job}");
    }
    world.is_in(admin, first, "succeeded").await;
    until("it waits", async || world.job(admin, next).await["state"] == "scheduled").await;
    world.close().await;
}
