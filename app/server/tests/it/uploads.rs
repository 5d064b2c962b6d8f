//! Training files over HTTP: every sample, sources that come together, archives, and everything hostile.

use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use http::Method;
use paceline::features::accounts::remove_expired;
use paceline::features::uploads::purge;
use serde_json::{Value, json};
use tokio_postgres::types::ToSql;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::world::{Client, World, answer};

mod hostile;
mod reports;

const RIDE: &str = "01a_ride_edge1000_5laps.fit";

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/fixtures/samples")
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(samples().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The training files of a folder, by name.
fn training_files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let is_training = |name: &String| [".fit", ".tcx", ".gpx", ".gz"].iter().any(|end| name.ends_with(end));
    let mut names: Vec<String> = names.filter(is_training).collect();
    names.sort();
    names
}

/// The bytes, or what a `.gz` holds.
fn unpacked(bytes: &[u8]) -> Vec<u8> {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.to_vec();
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).unwrap();
    plain
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A ride of three points, ten seconds apart.
fn gpx(start: &str, inner: &str) -> String {
    let start: jiff::Timestamp = start.parse().unwrap();
    let point = |number: i64| {
        let time = start + jiff::SignedDuration::from_secs(number * 10);
        format!(r#"<trkpt lat="47.00{number}" lon="8.0"><time>{time}</time></trkpt>"#)
    };
    let points: String = (0..3).map(point).collect();
    format!(r#"<gpx version="1.1"><trk>{inner}<trkseg>{points}</trkseg></trk></gpx>"#)
}

/// A run with these distances, a second apart.
fn tcx(day: &str, distances: &[&str], step_s: usize) -> String {
    let points: String = (0..distances.len())
        .map(|i| {
            let (second, distance) = (i * step_s, distances[i]);
            format!(
                "<Trackpoint><Time>{day}T10:00:{second:02}Z</Time><DistanceMeters>{distance}</DistanceMeters>\
                 <HeartRateBpm><Value>150</Value></HeartRateBpm></Trackpoint>"
            )
        })
        .collect();
    format!(
        "<TrainingCenterDatabase><Activities><Activity Sport=\"Running\"><Id>{day}T10:00:00Z</Id>\
         <Lap StartTime=\"{day}T10:00:00Z\"><TotalTimeSeconds>NaN</TotalTimeSeconds>\
         <DistanceMeters>-7</DistanceMeters><Track>{points}</Track></Lap></Activity></Activities>\
         </TrainingCenterDatabase>"
    )
}

/// Outcome and reason of each line of a report.
fn lines(report: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line = |line: &Value| (text(&line["file_name"]), text(&line["outcome"]), text(&line["reason"]));
    report["files"]["items"].as_array().unwrap().iter().map(line).collect()
}

fn activity_path(line: &Value) -> String {
    format!(
        "/v1/activities/{}",
        line["activity_id"].as_str().unwrap_or_else(|| panic!("no activity: {line}"))
    )
}

/// What can be read of an activity is answered, and its file comes back byte by byte.
async fn check_readable(client: &Client, line: &Value, bytes: &[u8]) -> Value {
    let path = activity_path(line);
    let detail = client.get(&path).await.expect(200);
    let first_leg = detail["legs"][0]["id"].as_str().map(|id| format!("/v1/activities/{id}"));
    for what in ["/splits", "/streams", "/best-efforts"] {
        client.get(&format!("{path}{what}")).await.expect(200);
    }
    let file = client.get(&format!("{}/file", first_leg.unwrap_or(path))).await;
    assert_eq!(file.status, 200, "{}", file.text());
    assert!(file.bytes == unpacked(bytes), "{line}");
    detail
}

#[tokio::test]
async fn every_sample_imports_or_is_refused_for_its_reason_and_a_second_time_is_a_duplicate() {
    let refused = [
        ("gpxpy_unicode2.gpx", "no_samples"),
        ("gpxpy_cerknicko-without-times.gpx", "no_times"),
        ("gpxpy_unicode_with_bom.gpx", "no_times"),
        ("no_activity.tcx", "not_an_activity"),
        ("route_no_time.gpx", "no_times"),
    ];
    let world = World::new().await;
    let edge = training_files(&samples().join("edge")).into_iter().map(|name| format!("edge/{name}"));
    let all: Vec<String> = training_files(&samples()).into_iter().chain(edge).collect();
    assert_eq!(all.len(), 48, "{all:?}");
    for (number, path) in all.iter().enumerate() {
        // Somebody new for each: some samples are the same session.
        let client = world.register(&format!("{number}@example.org")).await;
        let (bytes, name) = (sample(path), path.rsplit('/').next().unwrap());
        let line = client.upload(name, &bytes).await;
        let reason = refused.iter().find(|(refused, _)| *refused == name).map(|(_, reason)| *reason);
        let expected = if reason.is_some() { "refused" } else { "imported" };
        assert_eq!((&line["outcome"], &line["reason"]), (&json!(expected), &json!(reason)), "{path}: {line}");
        assert_eq!(line["message"].is_string(), reason.is_some(), "{path}: {line}");
        if reason.is_some() {
            assert!(client.activities().await.is_empty() && line["activity_id"].is_null(), "{path}");
            continue;
        }
        let before = check_readable(&client, &line, &bytes).await;
        let again = client.upload(&format!("renamed-{name}"), &bytes).await;
        assert_eq!(
            (&again["outcome"], &again["activity_id"]),
            (&json!("duplicate"), &line["activity_id"]),
            "{path}"
        );
        assert_eq!(client.get(&activity_path(&line)).await.expect(200), before, "{path}: nothing changes");
        assert_eq!(client.activities().await.len(), 1, "{path}");
    }
    world.close().await;
}

#[tokio::test]
async fn three_exports_of_one_ride_are_one_activity_led_by_the_fit_in_any_order() {
    let world = World::new().await;
    let names = [RIDE, "01b_same_garmin_export.tcx", "01c_same_garmin_export.gpx"];
    let bytes = names.map(sample);
    let mut seen = Vec::new();
    for (number, order) in [[0, 1, 2], [2, 1, 0], [1, 0, 2]].into_iter().enumerate() {
        let client = world.register(&format!("{number}@example.org")).await;
        let mut outcomes = Vec::new();
        for index in order {
            outcomes.push(client.upload(names[index], &bytes[index]).await["outcome"].clone());
        }
        assert_eq!(outcomes, ["imported", "merged", "merged"], "{order:?}");
        let all = client.activities().await;
        assert_eq!(all.len(), 1, "{all:?}");
        let path = format!("/v1/activities/{}", all[0]["id"].as_str().unwrap());
        let detail = client.get(&path).await.expect(200);
        let sources = detail["sources"].as_array().unwrap();
        let mut formats: Vec<_> = sources.iter().map(|source| source["format"].as_str().unwrap()).collect();
        formats.sort_unstable();
        assert_eq!(formats, ["fit", "gpx", "tcx"], "{order:?}");
        let primary: Vec<_> = sources.iter().filter(|source| source["is_primary"] == true).collect();
        assert!(primary.len() == 1 && primary[0]["format"] == "fit", "{order:?}: {sources:?}");
        assert_eq!(detail["source_format"], "fit");
        for (source, bytes) in sources.iter().map(|source| {
            let index = names.iter().position(|name| source["file_name"] == *name).unwrap();
            (source["sha256"].as_str().unwrap(), &bytes[index])
        }) {
            assert!(client.get(&format!("{path}/file?source={source}")).await.bytes == *bytes, "{order:?}");
        }
        let splits = client.get(&format!("{path}/splits?type=lap")).await;
        let measured =
            ["distance_m", "moving_time_s", "elapsed_s", "avg_hr_bpm", "ascent_m", "start_time", "sport"];
        let analysis = (detail["analysis"]["efficiency"].clone(), detail["analysis"]["inputs_hash"].clone());
        seen.push((measured.map(|field| detail[field].clone()), analysis, splits.json()["items"].clone()));
    }
    assert_eq!(seen[0], seen[1], "the order must not matter");
    assert_eq!(seen[0], seen[2], "the order must not matter");
    world.close().await;
}

#[tokio::test]
async fn a_triathlon_is_one_event_with_five_legs() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let bytes = sample("12_triathlon_fr920xt_5sessions_chained.fit");
    let line = client.upload("race.fit", &bytes).await;
    let detail = check_readable(&client, &line, &bytes).await;
    assert_eq!((&detail["sport"], &detail["parent_id"]), (&json!("multisport"), &json!(null)));
    let legs = detail["legs"].as_array().unwrap();
    let sports: Vec<_> = legs.iter().map(|leg| leg["sport"].as_str().unwrap()).collect();
    assert_eq!(sports, ["swimming", "transition", "cycling", "transition", "run"]);
    let run = client.get(&format!("/v1/activities/{}", legs[4]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(run["parent_id"], line["activity_id"]);
    assert_eq!(client.activities().await.len(), 1, "legs are shown with their event");
    world.close().await;
}

#[tokio::test]
async fn archives_are_walked_and_an_export_names_its_activities() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let ride = sample(RIDE);
    let yoga = sample("19_yoga_fenix6_nogps.tcx.gz");
    let inner = zip(&[("inner.fit", &sample("08_treadmill_12km_polar.fit"))]);
    let long = "x".repeat(20_000);
    let table = format!(
        "Activity ID,Activity Date,Activity Name,Activity Type,Activity Description,Activity Private Note,\
         Activity Gear,Filename,Perceived Exertion\n\
         1,whenever,\"Lunch, with hills\",Ride,Windy,Private,Red bike,activities/1.fit,6\n\
         2,whenever,{long},Yoga,{long},,,activities/2.tcx.gz,\n\
         3,whenever,\"nul \0 inside\",Ride,\0,,\0,activities/3.gpx,NaN\n"
    );
    let odd = gpx("2024-05-03T10:00:00Z", "");
    let archive = zip(&[
        ("activities.csv", table.as_bytes()),
        ("activities/1.fit", &ride),
        ("activities/2.tcx.gz", &yoga),
        ("activities/3.gpx", odd.as_bytes()),
        ("media/photo.jpg", b"\xff\xd8"),
        ("deep/er/Part1.zip", &inner),
    ]);
    let report = client.upload_all(&[("export.zip", &archive)]).await;
    let imported = |name: &str| (name.to_owned(), "imported".to_owned(), String::new());
    let names =
        ["activities/1.fit", "activities/2.tcx.gz", "activities/3.gpx", "deep/er/Part1.zip/inner.fit"];
    assert_eq!(lines(&report), names.map(imported), "{report}");
    assert_eq!(report["progress"]["imported"], 4);
    let items = &report["files"]["items"];
    let ride = client.get(&activity_path(&items[0])).await.expect(200);
    for (field, value) in [
        ("name", json!("Lunch, with hills")),
        ("notes", json!("Windy\n\nPrivate")),
        ("gear", json!("Red bike")),
        ("rpe", json!(6.0)),
    ] {
        assert_eq!(ride[field], value, "{field}");
    }
    let yoga = client.get(&activity_path(&items[1])).await.expect(200);
    assert!(yoga["name"].as_str().unwrap().starts_with("xxx"), "long titles are cut: {yoga}");
    let odd = client.get(&activity_path(&items[2])).await.expect(200);
    assert_eq!((&odd["name"], &odd["notes"]), (&json!("nul  inside"), &json!(null)));
    let nested = zip(&[("a.zip", &zip(&[("b.zip", &inner)]))]);
    let line = client.upload("nested.zip", &nested).await;
    assert_eq!((&line["file_name"], &line["reason"]), (&json!("a.zip/b.zip"), &json!("nested_too_deep")));
    let again = client.upload_all(&[("export.zip", &archive)]).await;
    assert_eq!(again["progress"]["duplicates"], 4);
    let picture = client.send_files(&[("p.zip", &zip(&[("photo.jpg", b"\xff\xd8")]))]).await;
    assert_eq!(picture.problem(), (400, "no_training_file".to_owned()));
    world.close().await;
}

#[tokio::test]
async fn a_raw_body_is_a_file_and_nothing_is_none() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_raw("?name=../../x/My%20ride.fit", &sample(RIDE)).await;
    assert!(matches!(sent.status.as_u16(), 200 | 202), "{}", sent.text());
    let report = client.finished(&sent.json()).await;
    let location = sent.headers["location"].to_str().unwrap();
    assert_eq!(client.get(location).await.expect(200), report);
    assert_eq!(lines(&report), [("My ride.fit".to_owned(), "imported".to_owned(), String::new())]);
    let path = activity_path(&report["files"]["items"][0]);
    assert!(client.get(&format!("{path}/file")).await.bytes == sample(RIDE));
    assert_eq!(client.send_raw("", b"").await.problem(), (400, "no_file".to_owned()));
    assert_eq!(client.send_files(&[]).await.problem().0, 400);
    let other = reqwest::multipart::Form::new().text("note", "no file here");
    let sent = answer(client.request(Method::POST, "/v1/uploads").multipart(other)).await;
    assert_eq!(sent.problem(), (400, "no_file".to_owned()));
    let broken = client.request(Method::POST, "/v1/uploads").header("content-type", "multipart/form-data");
    assert_eq!(answer(broken.body("x")).await.problem(), (400, "malformed_form".to_owned()));
    let cut =
        client.request(Method::POST, "/v1/uploads").header("content-type", "multipart/form-data; boundary=b");
    let cut =
        cut.body("--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.fit\"\r\n\r\nhalf a fi");
    assert_eq!(answer(cut).await.problem().0, 400);
    assert_eq!(client.get("/v1/uploads").await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(world.anonymous(Method::POST, "/v1/uploads", Some(json!({}))).await.problem().0, 401);
    world.close().await;
}

/// An hour's run as a FIT file with nothing but its summary, in which the athlete rated the effort in tenths.
fn rated_fit(rating: u8) -> Vec<u8> {
    let start = 1_767_225_600_u32 - 631_065_600;
    let mut data = vec![0x40, 0, 0, 0, 0, 1, 0, 1, 0, 0, 4];
    data.extend([0x40, 0, 0, 18, 0, 5, 253, 4, 0x86, 2, 4, 0x86, 5, 1, 0, 7, 4, 0x86, 193, 1, 2, 0]);
    data.extend([(start + 3600).to_le_bytes(), start.to_le_bytes()].concat());
    data.push(1);
    data.extend(3_600_000_u32.to_le_bytes());
    data.push(rating);
    let size = u32::try_from(data.len()).unwrap().to_le_bytes();
    [&[14, 0x20, 0x5c, 0x08], size.as_slice(), b".FIT\0\0", &data, &[0, 0]].concat()
}

#[tokio::test]
async fn a_rating_of_the_file_counts_until_the_athlete_takes_it_away() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let line = client.upload("a.fit", &rated_fit(70)).await;
    let path = activity_path(&line);
    let rated = client.get(&path).await.expect(200);
    assert_eq!((&rated["rpe"], &rated["analysis"]["load"]["session_rpe"]), (&json!(7.0), &json!(420.0)));
    assert_eq!(rated["analysis"]["load"]["source"], "rpe");
    let unrated = client.patch(&path, json!({ "rpe": null })).await.expect(200);
    assert_eq!((&unrated["rpe"], &unrated["analysis"]["load"]["source"]), (&Value::Null, &Value::Null));
    world.close().await;
}

/// Clocks are off by a time zone at most; what lies beyond would head the list for years.
#[tokio::test]
async fn a_file_of_tomorrow_imports_and_one_of_later_is_refused() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let day = jiff::SignedDuration::from_hours(24);
    let minute = jiff::SignedDuration::from_mins(1);
    let now = world.effects.clock.now();
    let at = |from_now: jiff::SignedDuration| gpx(&(now + from_now).to_string(), "");
    let (soon, late) = (at(day - minute), at(day + minute));
    let report = client.upload_all(&[("a.gpx", soon.as_bytes()), ("b.gpx", late.as_bytes())]).await;
    let outcomes: Vec<_> = lines(&report).into_iter().map(|(_, outcome, reason)| (outcome, reason)).collect();
    let expected = [("imported", ""), ("refused", "implausible_time")];
    assert_eq!(
        outcomes,
        expected.map(|(outcome, reason)| (outcome.to_owned(), reason.to_owned())),
        "{report}"
    );
    world.close().await;
}

#[tokio::test]
async fn what_was_acknowledged_is_imported_by_the_next_importer() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let sent = client.send_files(&[("a.fit", &sample(RIDE)), ("b.fit", b"noise")]).await;
    let report = sent.expect(202);
    assert_eq!((&report["status"], &report["progress"]["pending"]), (&json!("processing"), &json!(2)));
    assert!(client.activities().await.is_empty());
    world.start_importers();
    let report = client.finished(&report).await;
    let outcomes: Vec<_> = lines(&report).into_iter().map(|line| line.1).collect();
    assert_eq!(outcomes, ["imported", "refused"]);
    let metrics = world.anonymous(Method::GET, "/metrics", None).await.text();
    for line in
        [r#"imported_files_total{outcome="imported"} 1"#, r#"imported_files_total{outcome="refused"} 1"#]
    {
        assert!(metrics.contains(line), "{metrics}");
    }
    assert!(report["finished_at"].is_string());
    assert_eq!(client.activities().await.len(), 1);
    world.close().await;
}

#[tokio::test]
async fn the_same_file_twice_at_once_is_one_activity() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let bytes = sample(RIDE);
    let tcx = sample("01b_same_garmin_export.tcx");
    let uploads = [("a.fit", &bytes), ("b.fit", &bytes), ("c.tcx", &tcx), ("d.fit", &bytes)];
    let all = uploads.map(|(name, bytes)| {
        let client = client.clone();
        async move { client.upload(name, bytes).await["outcome"].as_str().unwrap().to_owned() }
    });
    let mut outcomes = futures_util::future::join_all(all).await;
    outcomes.sort();
    assert_eq!(outcomes, ["duplicate", "duplicate", "imported", "merged"]);
    assert_eq!(client.activities().await.len(), 1);
    world.close().await;
}

async fn count(world: &World, sql: &str, params: &[&(dyn ToSql + Sync)]) -> i64 {
    world.db.db().read().query_one(sql, params).await.unwrap().get(0)
}

#[tokio::test]
async fn a_file_that_breaks_a_rule_of_the_database_does_not_hold_up_the_queue() {
    let world = World::new().await;
    world.log.expect("import.file.unstorable");
    let client = world.register("kim@example.org").await;
    // A rule at the very end of the writing, so that everything before it must be undone.
    let sql = "alter table activity_analysis add constraint no_second_kilometre check (load is null and trimp is null)";
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(sql).await.unwrap();
    tx.commit().await.unwrap();
    let yoga = gpx("2024-05-03T10:00:00Z", "");
    let profile = json!({ "resting_hr_bpm": 50, "max_hr_bpm": 190 });
    client.patch("/v1/athletes/me", profile).await.expect(200);
    let report = client.upload_all(&[("breaks.fit", &sample(RIDE)), ("good.gpx", yoga.as_bytes())]).await;
    let expected = [("breaks.fit", "refused", "implausible_values"), ("good.gpx", "imported", "")];
    assert_eq!(
        lines(&report),
        expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())),
        "{report}"
    );
    assert_eq!(client.activities().await.len(), 1);
    for table in ["original", "activity_source", "activity"] {
        let sql = format!("select count(*) from {table} where athlete_id = $1");
        assert_eq!(count(&world, &sql, &[&client.id]).await, 1, "{table}: nothing half-written");
    }
    world.close().await;
}

#[tokio::test]
async fn an_upload_beyond_its_limits_is_refused_whole() {
    let world = World::with(|config| {
        config.import.max_files_per_upload = 2;
        config.import.max_upload_bytes = 100_000;
        config.import.max_file_bytes = 50_000;
        config.import.max_records = 500;
    })
    .await;
    let client = world.register("kim@example.org").await;
    let day = |day: u32| gpx(&format!("2024-05-{day:02}T10:00:00Z"), "").into_bytes();
    let days = [day(1), day(2), day(3)];
    let three = [("1.gpx", &days[0][..]), ("2.gpx", &days[1][..]), ("3.gpx", &days[2][..])];
    assert_eq!(client.send_files(&three).await.problem().0, 413, "too many parts");
    assert_eq!(client.send_files(&[("all.zip", &zip(&three))]).await.problem().0, 413, "too many members");
    let large = vec![b' '; 100_001];
    assert_eq!(client.send_files(&[("large.gpx", &large)]).await.problem().0, 413, "too many bytes");
    assert_eq!(client.send_raw("", &large).await.problem().0, 413, "too many bytes in a raw body");
    assert!(client.get("/v1/uploads").await.expect(200)["items"].as_array().unwrap().is_empty());
    assert!(client.activities().await.is_empty(), "nothing half-taken");
    let report = client.upload_all(&[("fat.gpx", &large[..50_001]), ("1.gpx", &days[0])]).await;
    let outcomes: Vec<_> = lines(&report).into_iter().map(|line| (line.1, line.2)).collect();
    let expected = [("refused", "too_large"), ("imported", "")];
    assert_eq!(outcomes, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let yoga = client.upload("19.tcx.gz", &sample("19_yoga_fenix6_nogps.tcx.gz")).await;
    assert_eq!(yoga["reason"], "too_large", "unpacked it is more: {yoga}");
    world.close().await;
}

/// Every first write of each kind loses against somebody else here, and nobody hears of it: not who registers, not who
/// sends a file, and not the importer.
#[tokio::test]
async fn writes_that_lost_a_race_are_made_again() {
    let world = World::without_importer().await;
    let tx = world.db.db().write().await.unwrap();
    let lose = "create function lose() returns trigger language plpgsql as $$ begin \
        if nextval(lower('lost_' || tg_table_name || '_' || tg_op)) = 1 then \
            raise exception using errcode = '40001'; \
        end if; \
        if tg_op = 'DELETE' then return old; end if; return new; end $$";
    tx.batch_execute(lose).await.unwrap();
    let kinds = [
        ("athlete", "insert"),
        ("upload", "insert"),
        ("upload_file", "insert"),
        ("upload_file", "update"),
        ("activity", "insert"),
        ("activity", "delete"),
        ("refresh_token", "delete"),
    ];
    for (table, what) in kinds {
        let trigger = format!(
            "create sequence lost_{table}_{what}; \
             create trigger lose_{what} before {what} on {table} for each row execute function lose()"
        );
        tx.batch_execute(&trigger).await.unwrap();
    }
    tx.commit().await.unwrap();

    let kim = world.register("kim@example.org").await;
    let day = crate::batches::gpx(1);
    let sent = kim.send_files(&[("1.gpx", &day)]).await.expect(202);
    world.start_importers();
    kim.finished(&sent).await;
    assert_eq!(kim.activities().await.len(), 1);
    assert_eq!(world.app.db.stats().retried, 5);

    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(
        "update activity set deleted_at = '2020-01-01'; update refresh_token set expires_at = '2020-01-01'",
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(purge::purge(&world.app).await.unwrap(), 1);
    assert_eq!(remove_expired(&world.app, 10).await.unwrap().refresh_tokens, 1);
    assert_eq!(world.app.db.stats().retried, 7);
    world.close().await;
}
