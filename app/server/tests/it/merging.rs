//! What several files, edits, deletions and returns make of the activities that are there.

use http::Method;
use paceline::features::uploads::{purge, recompute};
use serde_json::{Value, json};

use crate::computing::{bests, computed};
use crate::world::{Client, World};

pub(crate) fn sample(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/tests/fixtures/samples/");
    std::fs::read(format!("{folder}{name}")).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A session as TCX writes it: this many minutes at 3 m/s, a sample every ten seconds.
pub(crate) fn session(sport: &str, start: &str, minutes: i64) -> String {
    let start: jiff::Timestamp = start.parse().unwrap();
    let points: String = (0..=minutes * 6)
        .map(|i| {
            let time = start + jiff::SignedDuration::from_secs(i * 10);
            let metres = i * 30;
            format!(
                "<Trackpoint><Time>{time}</Time><DistanceMeters>{metres}</DistanceMeters>\
                 <HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint>"
            )
        })
        .collect();
    format!(
        "<Activity Sport=\"{sport}\"><Id>{start}</Id><Lap StartTime=\"{start}\"><TotalTimeSeconds>{}\
         </TotalTimeSeconds><DistanceMeters>{}</DistanceMeters><Track>{points}</Track></Lap></Activity>",
        minutes * 60,
        minutes * 180
    )
}

pub(crate) fn tcx(sessions: &[String]) -> Vec<u8> {
    let inner = sessions.concat();
    format!("<TrainingCenterDatabase><Activities>{inner}</Activities></TrainingCenterDatabase>").into_bytes()
}

fn multisport_tcx(first: &str, next: &str) -> Vec<u8> {
    format!(
        "<TrainingCenterDatabase><Activities><MultiSportSession><Id>2026-05-01T06:00:00Z</Id><FirstSport>{first}\
         </FirstSport><NextSport>{next}</NextSport></MultiSportSession></Activities></TrainingCenterDatabase>"
    )
    .into_bytes()
}

/// The same session as [`session`] in GPX: positions only.
pub(crate) fn gpx(inner: &str, start: &str, minutes: i64) -> Vec<u8> {
    let start: jiff::Timestamp = start.parse().unwrap();
    let points: String = (0..=minutes * 6)
        .map(|i| {
            let time = start + jiff::SignedDuration::from_secs(i * 10);
            // 30 m to the north.
            let latitude = 47.0 + f64::from(u32::try_from(i).unwrap()) * 30.0 / 111_195.0;
            format!(r#"<trkpt lat="{latitude:.7}" lon="8.0"><time>{time}</time></trkpt>"#)
        })
        .collect();
    format!(r#"<gpx version="1.1"><trk>{inner}<trkseg>{points}</trkseg></trk></gpx>"#).into_bytes()
}

pub(crate) fn path_of(line: &Value) -> String {
    let id = line["activity_id"].as_str().unwrap_or_else(|| panic!("no activity: {line}"));
    format!("/v1/activities/{id}")
}

pub(crate) const MORNING: &str = "2026-05-01T06:00:00Z";

#[tokio::test]
async fn the_name_of_a_merged_activity_is_that_of_the_file_that_has_one_in_whatever_order_they_come() {
    let world = World::new().await;
    let files = ["01a_ride_edge1000_5laps.fit", "01b_same_garmin_export.tcx", "01c_same_garmin_export.gpx"];
    for (number, order) in
        [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].into_iter().enumerate()
    {
        let client = world.register(&format!("kim{number}@example.org")).await;
        for file in order.map(|index| files[index]) {
            client.upload(file, &sample(file)).await;
        }
        let names: Vec<_> =
            client.activities().await.iter().map(|activity| activity["name"].clone()).collect();
        assert_eq!(names, ["Leiden Fietsen"], "{order:?}");
    }
    world.close().await;
}

#[tokio::test]
async fn an_activity_says_of_the_samples_that_it_has_now_whether_they_hold_positions() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let told = async || -> (Vec<String>, Vec<Value>) {
        let read = world.db.db().read();
        let row = read.query_one("select channels from activity", &[]).await.unwrap();
        let mut said = vec![client.activities().await[0]["has_positions"].clone()];
        let id = client.activities().await[0]["id"].as_str().unwrap().to_owned();
        said.push(client.get(&format!("/v1/activities/{id}")).await.expect(200)["has_positions"].clone());
        (row.get(0), said)
    };
    client.upload("a.gpx", &gpx("", MORNING, 40)).await;
    let (channels, said) = told().await;
    assert!(channels.iter().any(|name| name == "latitude_deg"), "stored with the samples: {channels:?}");
    assert_eq!(said, [json!(true), json!(true)]);
    // A better source, which has none.
    client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    assert_eq!(client.activities().await.len(), 1);
    let (channels, said) = told().await;
    assert!(channels.iter().all(|name| name != "latitude_deg"), "{channels:?}");
    assert_eq!(said, [json!(false), json!(false)]);
    world.close().await;
}

#[tokio::test]
async fn what_was_deleted_for_good_can_come_in_again() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let triathlon = sample("12_triathlon_fr920xt_5sessions_chained.fit");
    let first = client.upload("a.fit", &triathlon).await;
    let kept = client.upload("b.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    client.delete(&path_of(&first)).await.expect(204);
    let again = client.upload("a.fit", &triathlon).await;
    assert_eq!(again["outcome"], "duplicate", "it can be restored: {again}");
    world.advance(30 * 86_400);
    // The token is long expired.
    let client = sign_in(&world, "kim@example.org").await;
    let again = client.upload("a.fit", &triathlon).await;
    assert_eq!(again["outcome"], "imported", "nothing is there to restore: {again}");
    assert_eq!(client.get(&path_of(&again)).await.expect(200)["legs"].as_array().unwrap().len(), 5);
    client.get(&path_of(&kept)).await.expect(200);
    world.close().await;
}

async fn sign_in(world: &World, email: &str) -> Client {
    let body = json!({ "email": email, "password": crate::world::PASSWORD });
    let signed_in = world.anonymous(Method::POST, "/v1/auth/login", Some(body)).await.expect(200);
    world.client(&signed_in)
}

async fn rows(world: &World, table: &str) -> i64 {
    let read = world.db.db().read();
    read.query_one(&format!("select count(*) from {table}"), &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn purging_removes_rows_and_bytes_that_nobody_names_and_nothing_else() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let robin = world.register("robin@example.org").await;
    let ride = client.upload("a.fit", &sample("01a_ride_edge1000_5laps.fit")).await;
    client.upload("a.tcx", &sample("01b_same_garmin_export.tcx")).await;
    robin.upload("a.fit", &sample("01a_ride_edge1000_5laps.fit")).await;
    client.delete(&path_of(&ride)).await.expect(204);
    assert_eq!(purge::purge(&world.app).await.unwrap(), 0, "it can still come back");
    let tables = ["activity", "original", "activity_source", "activity_stream", "activity_analysis"];
    let mut before = Vec::new();
    for table in tables {
        before.push(rows(&world, table).await);
    }
    assert_eq!(before, [2, 3, 3, 2, 2]);
    world.advance(30 * 86_400);
    assert_eq!(purge::purge(&world.app).await.unwrap(), 1);
    for table in tables {
        assert_eq!(rows(&world, table).await, 1, "{table}: robin's own");
    }
    world.close().await;
}

#[tokio::test]
async fn two_sessions_of_one_file_are_never_one_activity() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let run = session("Running", MORNING, 40);
    let first = client.upload("a.gpx", &gpx("<type>run</type>", MORNING, 40)).await;
    let twice = client.upload("b.tcx", &tcx(&[run.clone(), run])).await;
    assert_eq!(twice["outcome"], "imported", "{twice}");
    let detail = client.get(&path_of(&first)).await.expect(200);
    assert_eq!(detail["sources"].as_array().unwrap().len(), 2, "{detail}");
    let report = recompute::recompute(&world.app, true, |_| {}).await.unwrap();
    assert_eq!(report.failed.count, 0, "{report:?}");
    assert_eq!(report.computed, 2);
    world.close().await;
}

#[tokio::test]
async fn sessions_that_only_share_a_file_are_activities_of_their_own() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let days =
        ["2026-01-01T06:00:00Z", "2026-01-03T06:00:00Z", "2026-05-03T06:00:00Z", "2026-05-03T06:45:00Z"];
    let sessions = days.map(|day| session("Running", day, 40));
    let line = client.upload("log.tcx", &tcx(&sessions)).await;
    assert_eq!((&line["outcome"], &line["message"]), (&json!("imported"), &json!("3 activities")), "{line}");
    let all = client.activities().await;
    let sports: Vec<_> = all.iter().map(|activity| activity["sport"].clone()).collect();
    assert_eq!(sports, ["multisport", "run", "run"], "the last two follow one another");
    assert_eq!(all[0]["name"], "Run in 2 parts");
    let again = client.upload("log.tcx", &tcx(&sessions)).await;
    assert_eq!(again["outcome"], "duplicate");
    world.close().await;
}

#[tokio::test]
async fn a_long_name_is_cut_for_an_event_too() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let long = "x".repeat(250);
    let one = String::from_utf8(gpx("", MORNING, 10)).unwrap();
    let two = String::from_utf8(gpx("", "2026-05-01T06:20:00Z", 10)).unwrap();
    let track = two.split("<trk>").nth(1).unwrap().replace("</gpx>", "");
    let both = one
        .replace("<trk>", &format!("<metadata><name>{long}</name></metadata><trk>"))
        .replace("</gpx>", &format!("<trk>{track}</gpx>"));
    let line = client.upload("two.gpx", both.as_bytes()).await;
    assert_eq!(line["outcome"], "imported", "{line}");
    let name = client.get(&path_of(&line)).await.expect(200)["name"].as_str().unwrap().to_owned();
    assert!(name == "x".repeat(200) || name == "Workout in 2 parts", "{name}");
    world.close().await;
}

#[tokio::test]
async fn a_better_source_changes_what_nobody_wrote_and_nothing_else() {
    let world = World::new().await;
    let ride = (sample("01c_same_garmin_export.gpx"), sample("01a_ride_edge1000_5laps.fit"));
    let untyped = String::from_utf8(ride.0.clone()).unwrap();
    let from = untyped.find("<type>").unwrap();
    let to = untyped.find("</type>").unwrap() + "</type>".len();
    let untyped = format!("{}{}", &untyped[..from], &untyped[to..]);

    let kim = world.register("kim@example.org").await;
    let line = kim.upload("a.gpx", untyped.as_bytes()).await;
    assert_eq!(kim.get(&path_of(&line)).await.expect(200)["sport"], "other");
    assert_eq!(kim.upload("a.fit", &ride.1).await["outcome"], "merged");
    let detail = kim.get(&path_of(&line)).await.expect(200);
    assert_eq!((&detail["sport"], &detail["source_format"]), (&json!("cycling"), &json!("fit")));

    let robin = world.register("robin@example.org").await;
    let line = robin.upload("a.gpx", untyped.as_bytes()).await;
    let words = json!({ "sport": "hiking", "rpe": 4, "name": "With the dog", "notes": "slow" });
    robin.patch(&path_of(&line), words.clone()).await.expect(200);
    assert_eq!(robin.upload("a.fit", &ride.1).await["outcome"], "merged");
    let detail = robin.get(&path_of(&line)).await.expect(200);
    for (field, value) in words.as_object().unwrap() {
        let same = detail[field] == *value || detail[field].as_f64() == value.as_f64() && value.is_number();
        assert!(same, "{field}: {}", detail[field]);
    }
    assert_eq!(detail["analysis"]["load"]["source"], "rpe", "{detail}");
    let alex = world.register("alex@example.org").await;
    let line = alex.upload("a.fit", &ride.1).await;
    let alone = alex.patch(&path_of(&line), words).await.expect(200);
    assert_eq!(computed(&detail), computed(&alone), "as if the better file had been the first");
    for best in bests(&robin).await.as_array().unwrap() {
        assert_eq!(best["sport"], "hiking");
    }
    world.close().await;
}

#[tokio::test]
async fn what_an_entry_by_hand_says_stays_when_its_file_arrives() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let entry =
        json!({ "start_time": MORNING, "sport": "hiking", "duration_s": 2400, "distance_m": 7200, "rpe": 6 });
    let entered = client.post("/v1/activities", entry).await.expect(201);
    let line = client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    assert_eq!((&line["outcome"], &line["activity_id"]), (&json!("merged"), &entered["id"]), "{line}");
    let detail = client.get(&path_of(&line)).await.expect(200);
    assert_eq!((&detail["sport"], &detail["rpe"]), (&json!("hiking"), &json!(6.0)));
    assert_eq!((&detail["source_format"], &detail["avg_hr_bpm"]), (&json!("tcx"), &json!(150.0)));
    world.close().await;
}

#[tokio::test]
async fn a_deleted_session_that_came_in_again_is_not_brought_back_beside_itself() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let first = client.upload("a.gpx", &gpx("<type>run</type>", MORNING, 40)).await;
    client.delete(&path_of(&first)).await.expect(204);
    let second = client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    assert_eq!(second["outcome"], "imported", "{second}");
    let refused = client.post(&format!("{}/restore", path_of(&first)), json!({})).await;
    assert_eq!(refused.problem(), (409, "same_session_exists".to_owned()), "{}", refused.text());
    assert!(refused.text().contains(second["activity_id"].as_str().unwrap()), "{}", refused.text());
    assert_eq!(client.activities().await.len(), 1);
    client.delete(&path_of(&second)).await.expect(204);
    client.post(&format!("{}/restore", path_of(&first)), json!({})).await.expect(200);
    assert_eq!(client.activities().await.len(), 1);
    world.close().await;
}

#[tokio::test]
async fn an_event_is_the_sum_of_the_legs_that_are_there() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let legs = (session("Biking", MORNING, 40), session("Running", "2026-05-01T06:41:00Z", 20));
    let line = client.upload("a.tcx", &multisport_tcx(&legs.0, &legs.1)).await;
    let path = path_of(&line);
    let of = |detail: &Value| {
        let number = |field: &str| detail[field].as_f64().unwrap().round();
        (number("distance_m"), number("moving_time_s"), number("elapsed_s"))
    };
    let whole = client.get(&path).await.expect(200);
    assert_eq!(of(&whole), (10_800.0, 3600.0, 3660.0), "{whole}");
    assert_eq!(whole["avg_hr_bpm"], json!(150.0));
    let leg = |number: usize| format!("/v1/activities/{}", whole["legs"][number]["id"].as_str().unwrap());
    client.delete(&leg(0)).await.expect(204);
    assert_eq!(of(&client.get(&path).await.expect(200)), (3600.0, 1200.0, 1200.0));
    client.post(&format!("{}/restore", leg(0)), json!({})).await.expect(200);
    assert_eq!(of(&client.get(&path).await.expect(200)), of(&whole));
    client.delete(&leg(0)).await.expect(204);
    client.delete(&leg(1)).await.expect(204);
    assert_eq!(client.get(&path).await.status, 404, "nothing is left of it");
    assert!(client.activities().await.is_empty());
    world.close().await;
}

/// A generator of its own for each hand, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.roll(u64::try_from(all.len()).unwrap());
        &all[usize::try_from(at).unwrap()]
    }
}

/// Everything that is there, the legs of events first.
async fn all_ids(client: &Client) -> Vec<String> {
    let mut ids = Vec::new();
    for activity in client.activities().await {
        let id = activity["id"].as_str().unwrap().to_owned();
        if activity["sport"] == "multisport" {
            let detail = client.get(&format!("/v1/activities/{id}")).await.json();
            let legs = detail["legs"].as_array().cloned().unwrap_or_default();
            ids.splice(0..0, legs.iter().map(|leg| leg["id"].as_str().unwrap().to_owned()));
        }
        ids.push(id);
    }
    ids
}

async fn one_hand(client: Client, files: &[(&str, Vec<u8>)], mut dice: Dice) {
    let mut deleted: Vec<String> = Vec::new();
    for _ in 0..12 {
        let ids = all_ids(&client).await;
        let sent = match dice.roll(6) {
            0 | 1 => {
                let (name, bytes) = dice.pick(files);
                client.send_files(&[(*name, bytes.as_slice())]).await
            }
            2 if !ids.is_empty() => {
                let sport = dice.pick(&["run", "cycling", "hiking", "other"]);
                client.patch(&format!("/v1/activities/{}", dice.pick(&ids)), json!({ "sport": sport })).await
            }
            3 if !ids.is_empty() => {
                // Mostly a leg: an event that lost one is what can go wrong.
                let id = if dice.roll(4) > 0 { ids[0].clone() } else { dice.pick(&ids).clone() };
                let sent = client.delete(&format!("/v1/activities/{id}")).await;
                deleted.push(id);
                sent
            }
            4 if !deleted.is_empty() => {
                let path = format!("/v1/activities/{}/restore", dice.pick(&deleted));
                client.post(&path, json!({})).await
            }
            _ => {
                let pace = 200 + dice.roll(200);
                client.patch("/v1/athletes/me", json!({ "threshold_pace_s_per_km": pace })).await
            }
        };
        assert!(sent.status.as_u16() < 500, "{}", sent.text());
    }
}

/// What must hold of the tables whatever was done in whatever order, each as a count of what breaks it.
const BROKEN: [(&str, &str); 6] = [
    (
        "a best effort of another sport than its activity",
        "select count(*) from best_effort join activity on activity.athlete_id = best_effort.athlete_id \
         and activity.id = best_effort.activity_id where activity.sport <> best_effort.sport",
    ),
    (
        "an activity with a file and without an analysis",
        "select count(*) from activity where primary_sha256 is not null and not exists (select from activity_analysis \
         where activity_analysis.athlete_id = activity.athlete_id and activity_id = activity.id)",
    ),
    (
        "an event that is not the sum of its legs",
        "select count(*) from activity as event, lateral (select sum(moving_time_s) as moving_time_s, count(*) as legs \
         from activity as leg where leg.athlete_id = event.athlete_id and leg.parent_id = event.id \
         and leg.deleted_at is null) as sums where event.sport = 'multisport' and event.deleted_at is null \
         and (sums.legs = 0 or abs(event.moving_time_s - sums.moving_time_s) > 0.01)",
    ),
    (
        "one session of one file in two activities that are there",
        "select count(*) from (select from activity_source join activity \
         on activity.athlete_id = activity_source.athlete_id and activity.id = activity_source.activity_id \
         where deleted_at is null group by activity_source.athlete_id, sha256, part having count(*) > 1) as twice",
    ),
    ("a good file that was refused", "select count(*) from upload_file where outcome = 'refused'"),
    ("a file without its outcome", "select count(*) from upload_file where outcome = 'pending'"),
];

#[tokio::test]
async fn many_hands_at_once_leave_everything_consistent() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let files = [
        ("tri.fit", sample("12_triathlon_fr920xt_5sessions_chained.fit")),
        ("ride.gpx", sample("01c_same_garmin_export.gpx")),
        ("ride.tcx", sample("01b_same_garmin_export.tcx")),
        ("ride.fit", sample("01a_ride_edge1000_5laps.fit")),
        ("run.gpx", gpx("", MORNING, 20)),
        ("run.tcx", tcx(&[session("Running", MORNING, 20)])),
        (
            "two.tcx",
            multisport_tcx(&session("Biking", MORNING, 10), &session("Running", "2026-05-01T06:11:00Z", 10)),
        ),
    ];
    let hands = (1..=5).map(|seed| one_hand(client.clone(), &files, Dice(seed)));
    futures_util::future::join_all(hands).await;
    let uploads = client.get("/v1/uploads").await.expect(200);
    for upload in uploads["items"].as_array().unwrap() {
        client.finished(upload).await;
    }
    let read = world.db.db().read();
    for (what, sql) in BROKEN {
        assert_eq!(read.query_one(sql, &[]).await.unwrap().get::<_, i64>(0), 0, "{what}");
    }
    drop(read);
    world.close().await;
}

#[tokio::test]
async fn a_session_that_is_there_is_not_entered_by_hand_a_second_time() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    client.upload("a.tcx", &tcx(&[session("Running", MORNING, 40)])).await;
    let there = client.activities().await.remove(0);
    let by_hand = json!({
        "start_time": there["start_time"], "sport": "run", "duration_s": 2400, "distance_m": 7200,
    });
    let refused = client.post("/v1/activities", by_hand.clone()).await;
    assert_eq!(refused.problem(), (409, "same_session_exists".to_owned()));
    assert!(refused.json()["detail"].as_str().unwrap().contains(there["id"].as_str().unwrap()));
    let tomorrow = json!({ "start_time": "2026-05-02T06:00:00Z", "sport": "run", "duration_s": 1800 });
    client.post("/v1/activities", tomorrow.clone()).await.expect(201);
    assert_eq!(client.post("/v1/activities", tomorrow).await.status, 409, "an entry is a session too");

    // Who deletes what is there may enter it, and then there is one again.
    let deleted = client.delete(&format!("/v1/activities/{}", there["id"].as_str().unwrap())).await;
    assert_eq!(deleted.status, 204);
    client.post("/v1/activities", by_hand).await.expect(201);
    assert_eq!(client.activities().await.len(), 2);
    world.close().await;
}
