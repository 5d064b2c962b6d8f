//! The months of the samples: made when files need them, whenever those are from; left and entered as starts change; never
//! given up. Never here: the keeper itself (`mainstay-db`), the migration (`migrations`).

use std::path::Path;
use std::process::{Command, Stdio};

use mainstay_db::Session;
use mainstay_db::embedded::Programs;
use mainstay_db::partitions::{Declared, Keeper};
use mainstay_runtime::Clock;
use mainstay_telemetry::capture::LogLine;
use mainstay_telemetry::{Registry, events};
use mainstay_testing::{TestDb, until};
use paceline::features::uploads::Months;
use tokio_postgres::types::FromSqlOwned;

use crate::merging::{gpx, path_of, session, tcx};
use crate::world::{Client, PATIENCE, World};

async fn all<T: FromSqlOwned>(db: &TestDb, sql: &str) -> Vec<T> {
    let rows = db.db().read().query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The months that there are.
async fn months(db: &TestDb) -> Vec<String> {
    let sql = "select substr(inhrelid::regclass::text, 17) from pg_inherits \
               where inhparent = 'activity_stream'::regclass order by 1";
    all(db, sql).await
}

/// The months of all samples, by their start.
async fn placed(db: &TestDb) -> Vec<String> {
    all(db, "select substr(tableoid::regclass::text, 17) from activity_stream order by start_time").await
}

/// How many samples an activity has.
async fn samples(client: &Client, path: &str) -> usize {
    let streams = client.get(&format!("{path}/streams")).await.expect(200);
    streams["time_s"].as_array().unwrap().len()
}

fn run(start: &str) -> Vec<u8> {
    tcx(&[session("Running", start, 10)])
}

#[tokio::test]
async fn a_serving_process_has_the_months_ahead_before_its_first_request() {
    let world = World::with(|config| config.database.partitions.months_ahead = 3).await;
    let client = world.register("kim@example.org").await;
    client.get("/v1/activities").await.expect(200);
    assert_eq!(months(&world.db).await, ["y2026m06", "y2026m07", "y2026m08", "y2026m09"]);
    world.close().await;
}

/// Asked in the database: the tokens of the API end while the clock is moved on.
async fn has_arrived(db: &TestDb) -> bool {
    all::<Option<bool>>(db, "select outcome = 'imported' from upload_file where file_name = 'old.tcx'").await
        == [Some(true)]
}

#[tokio::test]
async fn a_file_whose_month_is_barred_keeps_no_other_waiting() {
    let world = World::with(|config| {
        let partitions = &mut config.database.partitions;
        (partitions.lock_timeout_ms, partitions.lock_tries) = (100, 1);
    })
    .await;
    world.log.allow("a row has no partition and gets none");
    let client = world.register("kim@example.org").await;
    // As `create index concurrently` does for as long as it builds.
    let builder = Session::connect(world.db.target(), "builder", PATIENCE).await.unwrap();
    builder.batch_execute("begin; lock table activity in share update exclusive mode").await.unwrap();
    let barred = client.send_files(&[("old.tcx", &run("1998-05-05T10:00:00Z"))]).await.expect(202);
    for start in ["2026-06-14T11:00:00Z", "2026-06-15T11:00:00Z", "2026-06-16T11:00:00Z"] {
        assert_eq!(client.upload("a.tcx", &run(start)).await["outcome"], "imported", "{start}");
    }
    let report = format!("/v1/uploads/{}", barred["id"].as_str().unwrap());
    assert_eq!(client.get(&report).await.expect(200)["progress"]["pending"], 1);
    builder.batch_execute("rollback").await.unwrap();
    let waits = "select count(*) from mainstay.job_ready where run_at > now() + interval '30 seconds'";
    until("it waits for a minute", async || all::<i64>(&world.db, waits).await == [1]).await;
    until("it has its month", async || {
        let tx = world.db.db().write().await.unwrap();
        tx.execute("update mainstay.job_ready set run_at = now()", &[]).await.unwrap();
        tx.commit().await.unwrap();
        has_arrived(&world.db).await
    })
    .await;
    assert_eq!(months(&world.db).await, ["y1998m05", "y2026m06"]);
    world.close().await;
}

#[tokio::test]
async fn files_from_decades_ago_and_from_the_edges_of_months_find_theirs() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    for (start, month) in [
        ("1980-01-01T00:00:00Z", "y1980m01"),
        ("1999-12-31T23:59:59Z", "y1999m12"),
        ("2000-01-01T01:00:00Z", "y2000m01"),
        ("2000-02-29T23:55:00Z", "y2000m02"),
        ("2023-03-31T23:59:59Z", "y2023m03"),
        ("2024-02-29T12:00:00Z", "y2024m02"),
        // The hour that Europe's clocks leave out, and the one that they show twice.
        ("2024-03-31T01:30:00Z", "y2024m03"),
        ("2024-10-27T00:30:00Z", "y2024m10"),
        ("2024-10-27T01:30:00Z", "y2024m10"),
        ("2025-12-31T23:59:30Z", "y2025m12"),
        ("2026-06-16T11:00:00Z", "y2026m06"),
    ] {
        let line = client.upload("a.tcx", &run(start)).await;
        assert_eq!(line["outcome"], "imported", "{start}: {line}");
        assert_eq!(samples(&client, &path_of(&line)).await, 61, "{start}");
        let sql = format!(
            "select substr(tableoid::regclass::text, 17) from activity_stream where start_time = '{start}'"
        );
        assert_eq!(all::<String>(&world.db, &sql).await, [month], "{start}");
    }
    // One file, many months: all are made, and what was begun without them is done again.
    let starts = ["2001-01-31T23:50:00Z", "2001-03-01T00:00:00Z", "2001-05-31T10:00:00Z"];
    let line = client.upload("b.tcx", &tcx(&starts.map(|start| session("Running", start, 10)))).await;
    assert_eq!(line["message"], "3 activities", "{line}");
    let there = months(&world.db).await;
    assert!(
        ["y2001m01", "y2001m03", "y2001m05"].iter().all(|month| there.contains(&(*month).to_owned())),
        "{there:?}"
    );
    world.close().await;
}

#[tokio::test]
async fn a_date_too_far_in_the_future_is_refused_in_words_and_makes_no_month() {
    let world = World::with(|config| config.database.partitions.on_demand_ahead_months = 0).await;
    // The evening before a new month.
    world.advance(15 * 86_400 + 6 * 3_600);
    let client = world.register("kim@example.org").await;
    for (start, told) in [
        // A clock that is wrong by years says so itself; one that is wrong by hours is as far as months are made.
        ("2027-07-01T00:00:00Z", "refused because its date 2027-07-01T00:00:00Z is not plausible"),
        ("2026-07-01T06:00:00Z", "refused because its date is too far in the future"),
    ] {
        let line = client.upload("a.tcx", &run(start)).await;
        let code = (&line["outcome"], &line["reason"]);
        assert_eq!(code, (&"refused".into(), &"implausible_time".into()), "{line}");
        assert_eq!(line["message"], told);
    }
    assert_eq!(months(&world.db).await, ["y2026m06"]);
    let is_told = |line: &&LogLine| line.event() == Some(events::DB_PARTITION_BLOCKED);
    assert_eq!(world.log.lines().iter().filter(is_told).count(), 1);
    world.close().await;
}

#[tokio::test]
async fn a_start_that_changes_takes_the_samples_along_and_there_is_one_row() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    let first = client.upload("a.gpx", &gpx("<type>run</type>", "2026-03-31T23:59:40Z", 40)).await;
    assert_eq!(placed(&world.db).await, ["y2026m03"]);
    // The better source began a little later, in another month.
    let better = client.upload("a.tcx", &tcx(&[session("Running", "2026-04-01T00:00:10Z", 40)])).await;
    assert_eq!(better["outcome"], "merged", "{better}");
    assert_eq!(placed(&world.db).await, ["y2026m04"]);
    let streams =
        client.get(&format!("{}/streams?channels=heart_rate_bpm", path_of(&first))).await.expect(200);
    assert!(streams["channels"]["heart_rate_bpm"].is_array(), "the better source's: {streams}");
    // By hand, as no feature does: the row moves, and a second one cannot be.
    let tx = world.db.db().write().await.unwrap();
    tx.batch_execute("update activity set start_time = start_time - interval '1 minute'").await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(placed(&world.db).await, ["y2026m03"]);
    let tx = world.db.db().write().await.unwrap();
    let twice = "insert into activity_stream select athlete_id, activity_id, '2026-04-01', samples, channels, data \
                 from activity_stream";
    let error = tx.batch_execute(twice).await.unwrap_err();
    assert_eq!(error.constraint(), Some("activity_stream_activity_fkey"), "{error:?}");
    drop(tx);
    // Computed again, with another sport: where it stands.
    client.patch(&path_of(&first), serde_json::json!({ "sport": "walking" })).await.expect(200);
    assert_eq!(placed(&world.db).await, ["y2026m04"], "the file's own start again");
    world.close().await;
}

#[tokio::test]
async fn two_imports_that_need_the_same_month_at_once_both_have_it() {
    let world = World::new().await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    let starts: Vec<Vec<u8>> = (1..=6).map(|number| run(&format!("2019-0{number}-15T08:00:00Z"))).collect();
    let files: Vec<(String, &[u8])> = starts
        .iter()
        .enumerate()
        .map(|(number, bytes)| (format!("{number}.tcx"), bytes.as_slice()))
        .collect();
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    let (of_kim, of_robin) = tokio::join!(kim.upload_all(&files), robin.upload_all(&files));
    for report in [of_kim, of_robin] {
        assert_eq!(report["progress"]["imported"], 6, "{report}");
    }
    assert_eq!(months(&world.db).await.len(), 7);
    assert_eq!(placed(&world.db).await.len(), 12);
    world.close().await;
}

#[tokio::test]
async fn a_month_is_made_beside_whoever_reads() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    client.upload("a.tcx", &run("2026-06-01T08:00:00Z")).await;
    let reader = world.db.db().write().await.unwrap();
    reader
        .batch_execute("select count(*) from activity; select count(*) from activity_stream")
        .await
        .unwrap();
    let line = client.upload("b.tcx", &run("2011-06-01T08:00:00Z")).await;
    assert_eq!(line["outcome"], "imported", "{line}");
    reader.batch_execute("select count(*) from activity_stream").await.unwrap();
    drop(reader);
    world.close().await;
}

#[tokio::test]
async fn an_athlete_who_goes_leaves_nothing_and_takes_nobody_elses() {
    let world = World::new().await;
    let (kim, robin) = (world.register("kim@example.org").await, world.register("robin@example.org").await);
    for start in ["1998-02-28T08:00:00Z", "2012-12-31T23:59:00Z", "2026-06-01T08:00:00Z"] {
        kim.upload("a.tcx", &run(start)).await;
        robin.upload("a.tcx", &run(start)).await;
    }
    let tx = world.db.db().write().await.unwrap();
    // Sources hold on to their originals, so the activities go first.
    tx.execute("delete from activity where athlete_id = $1", &[&kim.id]).await.unwrap();
    tx.execute("delete from athlete where id = $1", &[&kim.id]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(placed(&world.db).await, ["y1998m02", "y2012m12", "y2026m06"]);
    let owners: Vec<uuid::Uuid> = all(&world.db, "select distinct athlete_id from activity_stream").await;
    assert_eq!(owners, [robin.id]);
    world.close().await;
}

#[tokio::test]
async fn a_round_in_a_far_future_drops_no_month() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    client.upload("a.tcx", &run("1981-05-05T08:00:00Z")).await;
    let clock = Clock::paused("2199-01-01T00:00:00Z".parse().unwrap());
    let declared = |tables: Vec<Declared>| {
        Keeper::new(&Default::default(), world.db.target(), &clock, &Registry::new(), tables)
    };
    let later = Months::new(declared).unwrap().round().await.unwrap();
    assert!(later.created.iter().any(|month| month == "public.activity_stream 2199-01"), "{later:?}");
    assert_eq!((later.retired.len(), later.finalized.len()), (0, 0), "{later:?}");
    assert_eq!(placed(&world.db).await, ["y1981m05"]);
    world.close().await;
}

#[tokio::test]
async fn a_dump_comes_back_with_its_months_and_takes_new_rows() {
    let world = World::new().await;
    let client = world.register("kim@example.org").await;
    for start in ["1998-02-28T08:00:00Z", "2026-06-01T08:00:00Z"] {
        client.upload("a.tcx", &run(start)).await;
    }
    let again = TestDb::empty().await.unwrap();
    let programs = Programs::find(Path::new(""), Path::new(""), None).unwrap();
    let program = |name: &str, db: &TestDb| {
        let mut command = Command::new(programs.bin_dir().join(name));
        command.arg("--dbname").arg(db.target().url().expose());
        command
    };
    let mut dump = program("pg_dump", &world.db).stdout(Stdio::piped()).spawn().unwrap();
    let restored = program("psql", &again)
        .args(["--quiet", "--set", "ON_ERROR_STOP=1"])
        .stdin(dump.stdout.take().unwrap())
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(restored.success() && dump.wait().unwrap().success());
    for (months, rows) in
        [(months(&world.db).await, placed(&world.db).await), (months(&again).await, placed(&again).await)]
    {
        assert_eq!(months, ["y1998m02", "y2026m06"]);
        assert_eq!(rows, ["y1998m02", "y2026m06"]);
    }
    world.close().await;
    let world = World::on(again, |_| {}).await;
    world.start_importers();
    // Ids of the tests begin anew with each process.
    for _ in 0..1_000 {
        world.effects.ids.next();
    }
    let client = world.register("robin@example.org").await;
    let line = client.upload("a.tcx", &run("1998-03-01T08:00:00Z")).await;
    assert_eq!(line["outcome"], "imported", "{line}");
    assert_eq!(placed(&world.db).await, ["y1998m02", "y1998m03", "y2026m06"]);
    world.close().await;
}
