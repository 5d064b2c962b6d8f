//! The profile and personal bests over HTTP.

use mainstay_testing::until;
use serde_json::json;
use uuid::Uuid;

use crate::batches::gpx;
use crate::seed::{self, Seed};
use crate::world::World;

#[tokio::test]
async fn the_profile_is_read_and_changed() {
    let world = World::without_importer().await;
    let who = world.athlete("Europe/Berlin").await;
    let before = world.get(who, "/v1/athletes/me").await.json();
    assert_eq!(
        (&before["id"], &before["timezone"], &before["sex"]),
        (&json!(who.id), &json!("Europe/Berlin"), &json!(null))
    );
    let patch = json!({ "display_name": "Kim", "timezone": "America/New_York", "birthdate": "1985-06-15", "sex": "female",
        "resting_hr_bpm": 48, "max_hr_bpm": 188, "threshold_hr_bpm": 168, "threshold_pace_s_per_km": 255, "threshold_power_w": 240 });
    let after = world.send(who, "PATCH", "/v1/athletes/me", Some(patch.clone())).await;
    assert_eq!(after.status, 200, "{}", after.json());
    for (field, value) in patch.as_object().unwrap() {
        let shown = &after.json()[field];
        assert!(shown == value || shown.as_f64() == value.as_f64(), "{field}: {shown}");
    }
    assert_eq!(world.get(who, "/v1/athletes/me").await.json(), after.json());
    let id = seed::activity(&world, who, Seed::default()).await;
    seed::analysis(&world, who, id, None, json!([]), Some(50.0), Some("pace")).await;
    seed::source(&world, who, id, b"its file", "a.fit").await;
    let version = async || {
        world.get(who, &format!("/v1/activities/{id}")).await.json()["analysis"]["algorithm_version"].clone()
    };
    world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "display_name": "Kim" }))).await;
    assert_eq!(version().await, 1);
    world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "max_hr_bpm": 189 }))).await;
    assert_eq!(version().await, 0, "loads are due for a recompute");
    let emptied = world
        .send(who, "PATCH", "/v1/athletes/me", Some(json!({ "sex": null, "birthdate": null })))
        .await
        .json();
    assert_eq!(
        (&emptied["sex"], &emptied["birthdate"], &emptied["display_name"]),
        (&json!(null), &json!(null), &json!("Kim"))
    );
    let refused = world
        .send(who, "PATCH", "/v1/athletes/me", Some(json!({ "max_hr_bpm": 100, "display_name": "X" })))
        .await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["errors"][0]["pointer"]),
        (422, &json!("/threshold_hr_bpm"))
    );
    let birthday =
        world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "birthdate": "2026-06-16" }))).await;
    assert_eq!(birthday.json()["errors"][0]["pointer"], "/birthdate");
    let shape = world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "max_hr_bpm": "fast" }))).await;
    assert_eq!((shape.status.as_u16(), &shape.json()["errors"][0]["pointer"]), (422, &json!("/max_hr_bpm")));
    assert_eq!(world.get(who, "/v1/athletes/me").await.json()["display_name"], "Kim", "nothing half-written");
}

#[tokio::test]
async fn a_changed_profile_is_computed_again_by_a_job_of_the_athletes() {
    let world = World::without_importer().await;
    world.start_importers();
    let client = world.register("kim@example.org").await;
    client.upload_all(&[("1.gpx", &gpx(1)), ("2.gpx", &gpx(2))]).await;
    let other = world.register("robin@example.org").await;
    other.upload("1.gpx", &gpx(1)).await;
    let number = async |sql: &str| -> i64 { world.db.db().read().query_one(sql, &[]).await.unwrap().get(0) };
    let due = "select count(*) from activity_analysis where algorithm_version = 0";
    let ended = "select count(*) from mainstay.job_outcome join mainstay.job using (id) \
        where job.kind <> 'import.file' and state = 'succeeded'";
    let asked = "select count(*) from mainstay.job where kind <> 'import.file'";
    client.patch("/v1/athletes/me", json!({ "display_name": "Kim" })).await.expect(200);
    assert_eq!(number(asked).await, 0, "a name changes no load");
    client.patch("/v1/athletes/me", json!({ "max_hr_bpm": 50 })).await.expect(422);
    assert_eq!(number(asked).await, 0, "a refused change asks for nothing");
    // The second is for the same athlete, and finds nothing.
    for beats in [188, 189] {
        client.patch("/v1/athletes/me", json!({ "max_hr_bpm": beats })).await.expect(200);
    }
    assert_eq!(number(due).await, 2);
    world.start_jobs();
    until("both jobs have ended", async || number(ended).await == 2).await;
    assert_eq!(number(due).await, 0);
    let read = world.db.db().read();
    let sql = "select outcome.result::text, job.owner from mainstay.job_outcome as outcome \
        inner join mainstay.job as job using (id) where job.kind <> 'import.file' order by outcome.finished_at, outcome.id";
    let rows = read.query(sql, &[]).await.unwrap();
    let told: Vec<(String, Uuid)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let result = |computed: u64| format!("{{\"failed\": 0, \"computed\": {computed}}}");
    assert_eq!(told, [(result(2), client.id), (result(0), client.id)]);
    drop(read);
    world.close().await;
}

#[tokio::test]
async fn personal_bests_are_the_fastest_and_ones_own() {
    let world = World::new().await;
    let (who, other) = (world.athlete("UTC").await, world.athlete("UTC").await);
    let slow = seed::activity(&world, who, Seed::default()).await;
    let fast = seed::activity(&world, who, Seed { is_race: true, ..Seed::default() }).await;
    let ride = seed::activity(&world, who, Seed { sport: "cycling", ..Seed::default() }).await;
    let gone = seed::activity(&world, who, Seed { deleted: true, ..Seed::default() }).await;
    for (id, elapsed) in [(slow, 1500.0), (fast, 1200.0), (ride, 600.0), (gone, 900.0)] {
        seed::effort(&world, who, id, 5000.0, elapsed).await;
    }
    let json = world.get(who, "/v1/athletes/me/personal-bests").await.json();
    let bests = json["personal_bests"].as_array().unwrap();
    assert_eq!(bests.len(), 2);
    assert_eq!((&bests[0]["sport"], &bests[0]["elapsed_s"]), (&json!("cycling"), &json!(600.0)));
    assert_eq!((&bests[1]["activity_id"], &bests[1]["is_race"]), (&json!(fast), &json!(true)));
    assert_eq!((&bests[1]["distance_name"], &bests[1]["pace_s_per_km"]), (&json!("5 km"), &json!(240.0)));
    assert_eq!(bests[1]["activity_url"], format!("/v1/activities/{fast}"));
    let runs = world.get(who, "/v1/athletes/me/personal-bests?sport=run").await.json();
    assert_eq!(runs["personal_bests"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(who, &format!("/v1/athletes/{}/personal-bests", who.id)).await.json(), json);
    assert_eq!(world.get(other, &format!("/v1/athletes/{}/personal-bests", who.id)).await.status, 404);
    assert_eq!(world.get(who, &format!("/v1/athletes/{}/personal-bests", Uuid::max())).await.status, 404);
    assert_eq!(world.get(who, "/v1/athletes/you/personal-bests").await.status, 400);
    assert_eq!(world.get(who, "/v1/athletes/me/personal-bests?sport=chess").await.status, 400);
    assert_eq!(world.get(other, "/v1/athletes/me/personal-bests").await.json()["personal_bests"], json!([]));
}
