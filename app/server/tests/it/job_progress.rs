//! How far Paceline's own jobs are, as the API, those who follow and a shell are told. Never here: what the jobs do.

use std::time::Duration;

use futures_util::StreamExt;
use http::Method;
use mainstay_db::Tx;
use mainstay_testing::until;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::batches::gpx;
use crate::process::{on, said};
use crate::world::{Client, PATIENCE, World};

/// Whoever writes activities like this waits for a lock that the test holds.
async fn close_the_door(world: &World, before: &str, when: &str) -> Tx {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(&format!(
        "create function wait_at_the_door() returns trigger language plpgsql as \
         $$ begin perform pg_advisory_xact_lock(1); return new; end $$; \
         create trigger door before {before} on activity for each row {when} execute function wait_at_the_door()"
    ))
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let held = world.db.db().write().await.unwrap();
    held.execute("select pg_advisory_xact_lock(1)", &[]).await.unwrap();
    held
}

/// Their job of this kind.
async fn job(client: &Client, kind: &str) -> Value {
    let list = client.get(&format!("/v1/jobs?job_type={kind}")).await.expect(200);
    list["jobs"][0].clone()
}

fn shell(world: &World, arguments: &[&str]) -> String {
    let (code, stdout, stderr) = said(&on(&world.db).arg("jobs").args(arguments).output().unwrap());
    assert_eq!(code, 0, "{stderr}");
    stdout
}

#[tokio::test]
async fn whoever_follows_a_recompute_is_told_how_many_of_how_many_activities_are_done() {
    const SECOND: &str = "1 of 3 activities";
    let world = World::with(|config| config.jobs.follow = Duration::from_millis(20)).await;
    // A command holds the thread of the test for as long as it takes.
    world.log.allow("task.silent");
    let client = world.register("kim@example.org").await;
    client.upload_all(&[("1.gpx", &gpx(1)), ("2.gpx", &gpx(2)), ("3.gpx", &gpx(3))]).await;
    let sql = "select id from activity where athlete_id = $1 order by id";
    let rows = world.db.db().read().query(sql, &[&client.id]).await.unwrap();
    let second: Uuid = rows[1].get(0);
    let held = close_the_door(&world, "update", &format!("when (new.id = '{second}')")).await;
    client.patch("/v1/athletes/me", json!({ "max_hr_bpm": 188 })).await.expect(200);
    world.start_jobs();
    until("it tells", async || job(&client, "recompute.athlete").await["progress_message"] == SECOND).await;
    let told = job(&client, "recompute.athlete").await;
    assert_eq!((&told["progress"], &told["status"]), (&json!(33.3), &json!("running")), "{told}");
    let id = told["id"].as_str().unwrap();
    for arguments in [&["list"][..], &["show", id]] {
        let text = shell(&world, arguments);
        assert!(text.contains("33 %") && text.contains(SECOND), "{text}");
    }
    let events = client.request(Method::GET, &format!("/v1/jobs/{id}/events")).send().await.unwrap();
    let mut events = events.bytes_stream();
    let first = tokio::time::timeout(PATIENCE, events.next()).await.unwrap().unwrap().unwrap();
    let first = std::str::from_utf8(&first).unwrap();
    assert!(first.starts_with("event: job") && first.contains(SECOND), "{first}");
    held.commit().await.unwrap();
    until("it has ended", async || job(&client, "recompute.athlete").await["status"] == "completed").await;
    assert_eq!(job(&client, "recompute.athlete").await["progress"], 100.0);
    world.close().await;
}

#[tokio::test]
async fn whoever_follows_a_file_is_told_when_it_is_stored() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    // In a month that is there: its transaction is run once.
    let tx = world.db.db().write().await.unwrap();
    let month =
        "create table month partition of activity_stream for values from ('2024-05-01Z') to ('2024-06-01Z')";
    tx.execute(month, &[]).await.unwrap();
    tx.commit().await.unwrap();
    let held = close_the_door(&world, "insert", "").await;
    client.send_files(&[("1.gpx", &gpx(1))]).await.expect(202);
    world.start_importers();
    until("it is stored", async || job(&client, "import.file").await["progress_message"] == "being stored")
        .await;
    assert_eq!(job(&client, "import.file").await["progress"], 80.0);
    held.commit().await.unwrap();
    until("it has ended", async || job(&client, "import.file").await["status"] == "completed").await;
    world.close().await;
}
