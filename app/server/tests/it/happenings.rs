//! What happens is told in the transaction that makes it so: each change by one event, in the order of its athlete, and nothing that
//! nobody may see.

use http::Method;
use mainstay_db::Statement;
use mainstay_events::reader::{self, Position};
use mainstay_events::{Delivered, Subscriber, Subscribers};
use mainstay_jobs::{Context, Failure, Kinds, Worker};
use mainstay_runtime::{Effects, Stop};
use mainstay_testing::until;
use paceline::events::{ActivityCreated, Origin};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

use crate::merging::{path_of, session, tcx};
use crate::world::{World, answer};

const MORNING: &str = "2026-05-01T06:00:00Z";

/// All that has happened, when so much has.
async fn told(world: &World, count: usize) -> Vec<Value> {
    let mut found = Vec::new();
    until("it can be read", async || {
        found = reader::after(world.db.db(), Position::BEGINNING, None, 1_000).await.unwrap();
        found.len() >= count
    })
    .await;
    found.iter().map(|read| serde_json::to_value(&read.envelope).unwrap()).collect()
}

/// Type and data, without what is the same for all.
fn short(event: &Value) -> String {
    let mut data = event["data"].clone();
    for id in ["athlete_id", "activity_id"] {
        data.as_object_mut().unwrap().remove(id);
    }
    format!("{} {data}", event["type"].as_str().unwrap())
}

#[tokio::test]
async fn each_change_is_told_once_and_in_its_order() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let line = kim.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    let path = path_of(&line);
    // The same bytes, the same session in other bytes, and what is refused.
    kim.upload("again.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    kim.upload("b.tcx", &tcx(&[session("Running", "2026-05-01T06:00:01Z", 40)])).await;
    kim.patch(&path, json!({ "name": "By the river" })).await.expect(200);
    kim.patch(&path, json!({ "rpe": 11 })).await.expect(422);
    kim.delete(&path).await.expect(204);
    kim.delete(&path).await.expect(404);
    answer(kim.request(Method::POST, &format!("{path}/restore"))).await.expect(200);
    kim.patch("/v1/athletes/me", json!({ "display_name": "Kim" })).await.expect(200);
    kim.patch("/v1/athletes/me", json!({ "display_name": "Kim" })).await.expect(200);
    kim.patch("/v1/athletes/me", json!({ "max_hr_bpm": 190 })).await.expect(200);
    let manual = json!({ "start_time": "2026-05-02T06:00:00Z", "sport": "run", "duration_s": 600 });
    kim.post("/v1/activities", manual).await.expect(201);
    let events = told(&world, 9).await;
    let lines: Vec<String> = events.iter().map(short).collect();
    assert_eq!(
        lines,
        [
            r#"athlete.created {"is_demo":false,"role":"athlete"}"#,
            r#"activity.created {"origin":"file"}"#,
            "activity.updated {}",
            "activity.updated {}",
            "activity.deleted {}",
            r#"activity.created {"origin":"restored"}"#,
            r#"athlete.updated {"outdates_loads":false}"#,
            r#"athlete.updated {"outdates_loads":true}"#,
            r#"activity.created {"origin":"manual"}"#,
        ]
    );
    let first = &events[1];
    assert_eq!(first["subject"], path.trim_start_matches("/v1/"));
    assert_eq!((&first["specversion"], &first["source"]), (&json!("1.0"), &json!("/paceline")));
    assert_eq!(first["datacontenttype"], "application/json");
    let own = format!("athletes/{}", first["data"]["athlete_id"].as_str().unwrap());
    assert!(events.iter().all(|event| event["partitionkey"] == own));
    world.close().await;
}

#[tokio::test]
async fn an_event_of_several_sports_is_told_once_by_what_shows_it() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let legs = [session("Running", MORNING, 40), session("Biking", "2026-05-01T06:45:00Z", 60)];
    let line = kim.upload("duathlon.tcx", &tcx(&legs)).await;
    let events = told(&world, 2).await;
    assert_eq!(events.iter().map(short).collect::<Vec<_>>()[1..], [r#"activity.created {"origin":"file"}"#]);
    assert_eq!(events[1]["data"]["activity_id"], line["activity_id"]);
    // One of its legs comes again by another device.
    kim.upload("ride.tcx", &tcx(&[session("Biking", "2026-05-01T06:45:01Z", 60)])).await;
    let events = told(&world, 3).await;
    assert_eq!(short(&events[2]), "activity.updated {}");
    assert_eq!(events[2]["data"]["activity_id"], line["activity_id"], "the leg is told of by its event");
    world.close().await;
}

#[tokio::test]
async fn an_import_costs_one_statement_more_for_each_file() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let files: Vec<(String, Vec<u8>)> = (1..=5)
        .map(|day| {
            (format!("{day}.tcx"), tcx(&[session("Running", &format!("2026-05-0{day}T06:00:00Z"), 40)]))
        })
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
    let before = world.db.statements().await.unwrap();
    kim.upload_all(&files).await;
    let used = world.db.statements().await.unwrap().since(&before).named();
    assert_eq!((used.containing("events.emit"), used.containing("mainstay.event")), (5, 5), "{used}");
    assert_eq!(used.containing("jobs.enqueue"), 1, "their own jobs, and nobody's who hears of them: {used}");
    world.close().await;
}

/// One who greets.
struct Greeter;

#[derive(Debug, Clone, Default)]
struct Heard(Arc<Mutex<Vec<ActivityCreated>>>);

impl Subscriber for Greeter {
    const NAME: &'static str = "greet an activity";
    type Event = ActivityCreated;
    type State = Heard;

    async fn receive(told: Delivered<ActivityCreated>, heard: Heard, _: Context) -> Result<(), Failure> {
        heard.0.lock().unwrap().push(told.event);
        Ok(())
    }
}

static SUBSCRIBED: Statement = Statement::pooled(
    "tests.greetings",
    "select count(*) /* tests.greetings */ from mainstay.job where kind = 'greet an activity'",
);

#[tokio::test]
async fn whoever_subscribes_in_another_process_hears_of_what_this_one_tells() {
    let world = World::new().await;
    let kim = world.register("kim@example.org").await;
    let heard = Heard::default();
    let kinds = Subscribers::new(Kinds::new()).durable::<Greeter>(heard.clone());
    let kinds = kinds.declare(world.db.db()).await.unwrap();
    // Nobody does its jobs yet: what is told waits.
    let line = kim.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    let waiting = mainstay_db::one(&*world.db.db().read(), &SUBSCRIBED, &[]).await.unwrap();
    assert_eq!(waiting.get::<_, i64>(0), 1);
    let (stop, mut working) = (Stop::new(), JoinSet::new());
    let worker = Worker::new(world.db.target(), kinds, mainstay_jobs::Config::default(), &Effects::system());
    working.spawn(worker.run(stop.clone()));
    until("it is heard of", async || !heard.0.lock().unwrap().is_empty()).await;
    let told = heard.0.lock().unwrap().clone();
    assert_eq!((told.len(), told[0].origin), (1, Origin::File));
    assert_eq!(path_of(&line), format!("/v1/activities/{}", told[0].activity.activity_id));
    stop.trigger();
    working.join_next().await.unwrap().unwrap();
    world.close().await;
}
