//! Files from the disk, as `paceline import` takes them: names that no table can hold, exports, and a database that
//! goes away.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use mainstay_testing::until;
use paceline::features::uploads::Decision;
use paceline::features::uploads::batch::{self, BatchError, Importer, Progress};
use serde_json::Value;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::world::{Client, PATIENCE, World};

/// A folder with these files in it.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The bytes with every occurrence of a text replaced by as many other bytes.
fn patched(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}

/// Three positions of one day.
pub(crate) fn gpx(day: u32) -> Vec<u8> {
    let point = |number: u32| {
        format!(
            r#"<trkpt lat="47.00{number}" lon="8.0"><time>2024-05-{day:02}T10:00:{number}0Z</time></trkpt>"#
        )
    };
    let points: String = (0..3).map(point).collect();
    format!(r#"<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>"#).into_bytes()
}

/// What was told of each file.
async fn import(
    world: &World,
    client: &Client,
    paths: &[&Path],
) -> (Vec<(String, Decision)>, Result<Value, BatchError>) {
    let mut told = Vec::new();
    let paths: Vec<PathBuf> = paths.iter().map(|path| path.to_path_buf()).collect();
    let tell = |progress| {
        if let Progress::Done { name, decision, .. } = progress {
            told.push((name.to_string(), decision));
        }
    };
    let imported = batch::import_paths(&world.app, client.id, "cli", paths, Importer::Here, tell).await;
    let report = match imported {
        Ok(id) => Ok(client.get(&format!("/v1/uploads/{id}")).await.expect(200)),
        Err(error) => Err(error),
    };
    (told, report)
}

fn lines(report: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let items = report["files"]["items"].as_array().unwrap();
    items.iter().map(|line| (text(&line["file_name"]), text(&line["outcome"]))).collect()
}

#[tokio::test]
async fn names_that_no_table_can_hold_cost_nothing_but_their_oddity() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let long = format!("{}.gpx", "x".repeat(10_000));
    let days = [gpx(1), gpx(2), gpx(3), gpx(4), gpx(5)];
    let archive = zip(&[
        ("nul_.gpx", &days[0]),
        ("lin\nes.gpx", &days[1]),
        (&long, &days[2]),
        ("latin_.gpx", &days[3]),
        ("good.gpx", &days[4]),
    ]);
    let archive = patched(archive, b"nul_.gpx", b"nul\0.gpx");
    let archive = patched(archive, b"latin_.gpx", b"latin\xe9.gpx");
    let files = folder(&[("odd.zip", &archive)]);
    let (told, report) = import(&world, &client, &[files.path()]).await;
    let report = report.unwrap();
    assert_eq!((told.len(), &report["progress"]["total"]), (5, &5.into()), "{report}");
    let by_disk = lines(&report);
    let ends = ["nul.gpx", "lines.gpx", "x.gpx", "latin\u{398}.gpx", "good.gpx"];
    for ((name, outcome), end) in by_disk.iter().zip(ends) {
        assert!(name.ends_with(end) && name.chars().count() <= 300, "{name}");
        // Two files are under way at a time: they are told in the order in which they end.
        assert!(told.iter().any(|(told, _)| told.ends_with(end)), "{end}");
        // A name with a NUL is no path: nothing is read from it.
        assert_eq!(outcome, if end == "nul.gpx" { "refused" } else { "imported" }, "{name}");
    }
    let other = world.register("robin@example.org").await;
    let by_upload = lines(&other.upload_all(&[("odd.zip", &archive)]).await);
    let outcomes = |lines: &[(String, String)]| lines.iter().map(|line| line.1.clone()).collect::<Vec<_>>();
    assert_eq!(outcomes(&by_upload), outcomes(&by_disk), "both ways end alike");
    let (_, again) = import(&world, &client, &[files.path()]).await;
    assert_eq!(again.unwrap()["progress"]["duplicates"], 4);
    world.close().await;
}

/// Strava's table with a row for each file, and two activities that were entered by hand.
const TABLE: &str = "Activity ID,Activity Date,Activity Name,Activity Type,Filename\n\
    1,\"May 1, 2024, 10:00:00 AM\",Along the river,Run,activities/1.gpx\n\
    2,\"May 2, 2024, 10:00:00 AM\",Over the hill,Run,activities/2.gpx\n\
    3,\"May 3, 2024, 10:00:00 AM\",Gym,Workout,\n\
    4,\"May 4, 2024, 10:00:00 AM\",Pool,Swim,\n";

async fn names(client: &Client) -> Vec<String> {
    let activities = client.activities().await;
    let mut names: Vec<_> =
        activities.iter().map(|activity| activity["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn an_export_names_its_activities_however_it_was_packed() {
    let world = World::new().await;
    let days = [gpx(1), gpx(2)];
    let files: [(&str, &[u8]); 3] = [
        ("activities.csv", TABLE.as_bytes()),
        ("activities/1.gpx", &days[0]),
        ("activities/2.gpx", &days[1]),
    ];
    let wrapped: Vec<(String, &[u8])> =
        files.iter().map(|(name, bytes)| (format!("export_123/{name}"), *bytes)).collect();
    let wrapped: Vec<(&str, &[u8])> = wrapped.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let unpacked = folder(&files);
    let packed = folder(&[("export.zip", &zip(&files)), ("wrapped.zip", &zip(&wrapped))]);
    let outer = folder(&wrapped);
    let ways: [Vec<PathBuf>; 5] = [
        vec![packed.path().join("export.zip")],
        vec![packed.path().join("wrapped.zip")],
        vec![unpacked.path().to_owned()],
        vec![outer.path().to_owned()],
        // As a shell lists the folder.
        vec![unpacked.path().join("activities"), unpacked.path().join("activities.csv")],
    ];
    for (number, way) in ways.iter().enumerate() {
        let client = world.register(&format!("{number}@example.org")).await;
        let paths: Vec<&Path> = way.iter().map(PathBuf::as_path).collect();
        let (told, report) = import(&world, &client, &paths).await;
        assert_eq!(names(&client).await, ["Along the river", "Over the hill"], "{way:?}");
        let refused: Vec<_> = told.iter().filter(|(_, decision)| decision.reason.is_some()).collect();
        assert_eq!(refused.len(), 1, "{told:?}");
        assert!(refused[0].0.ends_with("activities.csv"), "{refused:?}");
        assert_eq!(refused[0].1.reason.as_deref(), Some("entered_by_hand"));
        assert!(refused[0].1.message.as_ref().unwrap().contains("2 activities"), "{refused:?}");
        assert_eq!(report.unwrap()["progress"]["refused"], 1);
    }
    let client = world.register("api@example.org").await;
    let report = client.upload_all(&[("wrapped.zip", &zip(&wrapped))]).await;
    assert_eq!(names(&client).await, ["Along the river", "Over the hill"], "{report}");
    assert_eq!(report["progress"]["refused"], 1);
    world.close().await;
}

/// Changes the database as an operator would.
async fn alter(world: &World, sql: &str) {
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute(sql).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_lost_database_stops_a_batch_and_what_was_told_is_done() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let days: Vec<_> = (1..=20).map(|day| (format!("{day:02}.gpx"), gpx(day))).collect();
    let files: Vec<_> = days.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let folder = folder(&files);
    let mut told = Vec::new();
    let tell = |progress| {
        if let Progress::Done { name, .. } = progress {
            told.push(name.to_string());
            world.app.db.close();
        }
    };
    let paths = vec![folder.path().to_owned()];
    let error =
        batch::import_paths(&world.app, client.id, "cli", paths, Importer::Here, tell).await.unwrap_err();
    assert!(error.to_string().contains("the database is not available"), "{error}");
    let read = world.db.db().read();
    let sql = "select file_name from upload_file where outcome = 'imported'";
    let done: Vec<String> = read.query(sql, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(!told.is_empty() && told.len() < 20, "{told:?}");
    assert!(told.iter().all(|name| done.contains(name)), "{told:?} {done:?}");
    let row = read.query_one("select finished_at is null from upload", &[]).await.unwrap();
    assert!(row.get::<_, bool>(0), "an import that stopped early is not finished");
}

#[tokio::test]
async fn a_broken_rule_is_told_in_words_and_alike_on_both_ways() {
    let world = World::new().await;
    world.log.expect("import.file.unstorable");
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let rules = [
        (
            "activity_distance_range",
            "check (distance_m < 1)",
            "its distance is negative or more than 10,000 km",
        ),
        (
            "nobody_knows_this_rule",
            "check (elapsed_s < 1)",
            "a value in it is impossible; please report the file",
        ),
    ];
    for (day, (name, rule, why)) in (1..).zip(rules) {
        alter(
            &world,
            &format!(
                "alter table activity drop constraint if exists {name}; \
                 alter table activity add constraint {name} {rule} not valid"
            ),
        )
        .await;
        let (bad, good) = (gpx(day), zip(&[]));
        let files = folder(&[("bad.gpx", &bad), ("good.zip", &good)]);
        let (told, report) = import(&world, &kim, &[files.path()]).await;
        let by_disk = report.unwrap()["files"]["items"][0].clone();
        let by_upload = robin.upload("bad.gpx", &bad).await;
        assert_eq!(told.len(), 1, "an empty archive has no line");
        for line in [by_disk, by_upload] {
            assert_eq!(line["reason"], "implausible_values", "{line}");
            assert_eq!(line["message"], format!("refused because {why}"), "{line}");
        }
        alter(&world, &format!("alter table activity drop constraint {name}")).await;
        assert_eq!(robin.upload("bad.gpx", &bad).await["outcome"], "imported", "nothing was half-written");
        kim.upload("bad.gpx", &bad).await;
    }
    world.close().await;
}

/// Whoever writes an activity that starts on this day is told what PostgreSQL tells of a statement that took too long.
const SLOW_DAY: &str = "create function give_up() returns trigger language plpgsql as \
    $$ begin raise exception 'canceling statement due to statement timeout' using errcode = '57014'; end $$; \
    create trigger slow before insert on activity for each row \
    when (extract(day from new.start_time at time zone 'UTC') = 7) execute function give_up()";

#[tokio::test]
async fn a_file_that_takes_too_long_is_refused_after_its_attempts_and_holds_nobody_up() {
    let world = World::new().await;
    world.log.expect("import.file.failed");
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    alter(&world, SLOW_DAY).await;
    let (slow, good) = (gpx(7), gpx(8));
    let files: [(&str, &[u8]); 2] = [("1-slow.gpx", &slow), ("2-good.gpx", &good)];
    let folder = folder(&files);
    let (_, report) = import(&world, &kim, &[folder.path()]).await;
    let by_disk = report.unwrap();
    let sent = robin.send_files(&files).await.json();
    let path = format!("/v1/uploads/{}", sent["id"].as_str().unwrap());
    until("the next file is through and does not wait for the slow one", async || {
        let progress = &robin.get(&path).await.expect(200)["progress"];
        progress["imported"] == 1 && progress["pending"] == 1
    })
    .await;
    until("the slow one is attempted no more", async || {
        alter(&world, "update mainstay.job_ready set run_at = now()").await;
        robin.get(&path).await.expect(200)["status"] == "finished"
    })
    .await;
    let by_upload = robin.get(&path).await.expect(200);
    for report in [by_disk, by_upload] {
        let items = report["files"]["items"].as_array().unwrap();
        assert_eq!((&items[0]["reason"], &items[1]["outcome"]), (&"too_slow".into(), &"imported".into()));
        let why = items[0]["message"].as_str().unwrap();
        assert!(why.contains("3 times"), "{why}");
    }
    world.close().await;
}

/// A process that imports, as far as anybody sees.
const IMPORTER: &str = "insert into mainstay.job_worker (host, pid, queues, kinds, slots, ttl_ms) \
    values ('test', 1, '{imports}', '{import.file}', 1, 30000)";

#[tokio::test]
async fn a_hand_over_ends_when_nobody_is_left_who_imports_and_the_files_stay_handed_over() {
    let world = World::without_importer().await;
    let client = world.register("kim@example.org").await;
    let (one, two) = (gpx(1), gpx(2));
    let files = folder(&[("1.gpx", &one), ("2.gpx", &two)]);
    alter(&world, IMPORTER).await;
    let paths = vec![files.path().to_owned()];
    let importing = batch::import_paths(&world.app, client.id, "cli", paths, Importer::Workers, |_| {});
    let mut importing = Box::pin(importing);
    let waiting = "select count(*) from mainstay.job_ready";
    until("both are handed over", async || {
        tokio::select! {
            biased;
            ended = &mut importing => panic!("{ended:?}"),
            row = async { world.db.db().read().query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) } => row == 2,
        }
    })
    .await;
    alter(&world, "delete from mainstay.job_worker").await;
    let waiting = async {
        loop {
            tokio::select! {
                ended = &mut importing => break ended,
                () = tokio::task::yield_now() => world.advance(1),
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, waiting).await.expect("it waits for ever");
    drop(importing);
    assert!(matches!(ended, Err(BatchError::TakersGone { left: 2 })), "{ended:?}");
    world.start_importers();
    let done = "select count(*) from upload_file where outcome = 'imported'";
    until("the next who comes imports them", async || {
        world.db.db().read().query_one(done, &[]).await.unwrap().get::<_, i64>(0) == 2
    })
    .await;
    world.close().await;
}
