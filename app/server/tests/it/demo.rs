//! The demo athlete's season: imported once whatever interrupts it, labelled, told by the API, never anybody else's.

use std::io::Write;
use std::process::Stdio;

use http::Method;
use jiff::civil::date;
use mainstay_testing::{TestDb, until};
use paceline::commands::demo::{SeasonError, finish_season, import_season};
use paceline::features::accounts::founding;
use paceline::schema;
use serde_json::json;

use crate::process::{Paceline, Signal, fed, on, said};
use crate::world::{PASSWORD, World, sets};

const EMAIL: &str = "demo@paceline.example";

/// Before the day of any compiler that this builds with, and within a year of the world's first.
const LAST_DAY: &str = "2026-03-31";

async fn count(world: &World, what: &str) -> i64 {
    let read = world.db.db().read();
    read.query_one(&format!("select count(*) from {what}"), &[]).await.unwrap().get(0)
}

/// Where people have accounts, the demo athlete's password comes from standard input.
#[tokio::test]
async fn an_interrupted_season_is_finished_by_the_next_run_and_the_api_tells_its_truths() {
    let world = World::without_importer().await;
    let kim = world.register("kim@example.org").await;
    let mut command = on(&world.db);
    command.args(["demo", "--until", LAST_DAY]).stdin(Stdio::piped());
    let mut first = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    writeln!(first.stdin.take().unwrap(), "{PASSWORD}").unwrap();
    until("some files are imported", async || count(&world, "activity").await > 20).await;
    first.kill().unwrap();
    first.wait().unwrap();
    let interrupted = count(&world, "upload_file").await;

    // Nothing of this process runs meanwhile.
    world.log.allow("task.silent");
    let (code, stdout, stderr) = said(&on(&world.db).arg("demo").output().unwrap());
    assert_eq!(code, 0, "{stdout}{stderr}");
    let planned = paceline_demo::season(1, LAST_DAY.parse().unwrap()).planned;
    let sessions = i64::try_from(planned.len()).unwrap();
    let sum = format!("{sessions} files: ");
    let imported = stdout.strip_prefix(&sum).and_then(|rest| rest.split(' ').next()).unwrap();
    // What was being committed at the kill may be done, and not counted.
    let rest = 1..=sessions - interrupted;
    assert!(rest.contains(&imported.parse().unwrap()), "not {rest:?}: {stdout}");
    assert!(stdout.contains(" 0 merged") && stdout.contains(" 0 refused"), "{stdout}");
    assert!(stdout.contains(&format!("season until {LAST_DAY}")) && stdout.lines().count() == 2, "{stdout}");
    assert_eq!(count(&world, "activity").await, sessions);
    assert_eq!(kim.get("/v1/activities").await.expect(200)["items"], json!([]));

    let body = json!({ "email": EMAIL, "password": PASSWORD });
    let demo = world.client(&world.anonymous(Method::POST, "/v1/auth/login", Some(body)).await.expect(200));
    let me = demo.get("/v1/athletes/me").await.expect(200);
    assert_eq!((&me["is_demo"], &me["max_hr_bpm"]), (&json!(true), &json!(192)));
    let newest = &demo.get("/v1/activities?limit=1").await.expect(200)["items"][0];
    assert_eq!(newest["local_date"], LAST_DAY, "{newest}");
    let races = demo.get("/v1/activities?is_race=true").await.expect(200);
    assert_eq!(races["items"][0]["name"], "Harbour marathon", "{races}");
    let trends = demo.get("/v1/analytics/efficiency-trends?days=365").await.expect(200);
    assert_eq!(trends["trend_analysis"]["direction"], "improving", "{}", trends["trend_analysis"]);

    // Somebody who asks for another season learns which one there is.
    let (code, _, stderr) = said(&on(&world.db).args(["demo", "--until", "2026-03-30"]).output().unwrap());
    assert!(
        code == 1 && stderr.contains(&format!("has a season until {LAST_DAY} already")),
        "{code} {stderr}"
    );
    world.close().await;
}

/// The season of a first start is imported beside the requests, and whatever interrupts it.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_start_gives_the_demo_athlete_a_season_and_the_next_start_its_rest() {
    let world = World::without_importer().await;
    let mut up = on(&world.db);
    up.env("PACELINE_DEMO__SEASON", "true").args(["up", "--listen", "127.0.0.1:0"]).stderr(Stdio::null());
    let mut first = Paceline::start(&mut up);
    let (_, printed) = first.ready();
    assert!(printed.contains(EMAIL) && printed.contains("simulated"), "{printed}");
    until("some files are imported", async || count(&world, "activity").await > 20).await;
    first.send(Signal::Kill);
    first.wait();
    let unfinished = count(&world, "upload where finished_at is null").await;
    assert_eq!(unfinished, 1, "the season was interrupted");

    let mut second = Paceline::start(&mut up);
    second.ready();
    let finished = "upload where finished_at is not null and exists (select from upload_file f \
                    where f.upload_id = upload.id and f.file_name like 'demo-season-until-%')";
    until("the season is complete", async || count(&world, finished).await == 1).await;
    second.send(Signal::Terminate);
    assert!(second.wait().success());
    let imports = count(&world, "upload").await;
    finish_season(&world.app).await.unwrap();
    assert_eq!(count(&world, "upload").await, imports, "who has a season gets no other");
    world.close().await;
}

#[tokio::test]
async fn a_season_ends_on_a_day_that_is_over_and_belongs_to_a_demo_athlete() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    for day in ["2200-01-01", "1994-12-31", "soon"] {
        let (code, _, stderr) = said(&on(&db).args(["demo", "--until", day]).output().unwrap());
        assert!(code == 2 && stderr.contains(day), "{code} {stderr}");
    }
    // A person has the address.
    assert_eq!(said(&fed(on(&db).args(["account", "create", EMAIL]), PASSWORD)).0, 0);
    let (code, _, stderr) = said(&fed(on(&db).arg("demo"), PASSWORD));
    assert!(
        code == 1 && stderr.contains(EMAIL) && stderr.contains("already has an account"),
        "{code} {stderr}"
    );
    let read = db.db().read();
    assert_eq!(read.query_one("select count(*) from upload", &[]).await.unwrap().get::<_, i64>(0), 0);
}

/// What the person has said of themselves is theirs, even a demo athlete's.
#[tokio::test]
async fn a_season_keeps_the_profile_and_the_last_day_of_an_earlier_one() {
    let world = World::without_importer().await;
    let demo_id = founding::demo_athlete(&world.app).await.unwrap().unwrap();
    let tx = world.db.db().write().await.unwrap();
    tx.execute("update athlete set max_hr_bpm = 201 where id = $1", &[&demo_id]).await.unwrap();
    tx.commit().await.unwrap();
    // Dropped with the first file that is done.
    tokio::select! {
        _ = import_season(&world.app, demo_id, None, |_| {}) => panic!("it was quicker than its first file"),
        () = until("a file is imported", async || count(&world, "upload_file").await > 0) => {}
    }
    let profile = "athlete where max_hr_bpm = 201 and resting_hr_bpm is null and is_demo";
    assert_eq!(count(&world, profile).await, 1);
    let other = import_season(&world.app, demo_id, Some(date(2026, 5, 1)), |_| {}).await.unwrap_err();
    assert!(matches!(other, SeasonError::EndsElsewhere(day) if day == date(2026, 6, 14)), "{other}");
    world.close().await;
}
