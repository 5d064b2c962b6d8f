//! What is asked for most is noted, and asked again by the next process before it is ready: whatever stands in the notes,
//! and however long that takes. Never here: the notes themselves (`mainstay-cache`).

use std::process::Stdio;

use http::Method;
use mainstay_cache::Key;
use mainstay_runtime::Phase;
use mainstay_testing::{TestDb, until};
use paceline::answers::{ALL, warming};
use paceline::config::Config;
use uuid::Uuid;

use super::{LIST, complete, status};
use crate::process::{Paceline, Signal, on};
use crate::seed::{self, Seed};
use crate::world::{Athlete, PATIENCE, World, sets};

async fn database() -> TestDb {
    TestDb::migrated(&sets(&paceline::schema::migrations())).await.unwrap()
}

/// A process on this database, which outlives it.
async fn process(db: &TestDb, change: impl FnOnce(&mut Config)) -> World {
    World::on(TestDb::given(db.target()).await.unwrap(), change).await
}

/// As the process that was asked has written it, yesterday in another zone.
fn key(who: Uuid, target: &str) -> Key {
    Key::of(&(who, target, "Asia/Tokyo", 20_260_614))
}

async fn note(db: &TestDb, name: &str, key: &[u8]) {
    let sql = "insert into mainstay.cache_hot (name, key, hits) values ($1, $2, 1000)";
    let tx = db.db().write().await.unwrap();
    tx.execute(sql, &[&name, &key]).await.unwrap();
    tx.commit().await.unwrap();
}

/// What the last line says of it: asked, warmed, failed, skipped.
fn told(world: &World) -> Option<[String; 4]> {
    let lines = world.log.lines();
    let last = lines.iter().rfind(|line| line.event() == Some("cache.warmed"))?;
    Some(
        ["cache.asked", "cache.warmed", "cache.failed", "cache.skipped"]
            .map(|name| last.fields[name].clone()),
    )
}

#[tokio::test]
async fn the_first_answer_of_a_process_is_kept_if_the_one_before_was_asked_for_it_often() {
    let db = database().await;
    let first = process(&db, |_| {}).await;
    let robin = first.athlete("Europe/Berlin").await;
    let id = seed::activity(&first, robin, Seed::default()).await;
    first.keeps_answers().await;
    let path = format!("{LIST}/{id}");
    for _ in 0..1_000 {
        first.get(robin, LIST).await.expect(200);
        first.get(robin, &path).await.expect(200);
    }
    let token = first.token(robin);
    let asked = first.get(robin, LIST).await;
    first.close().await;

    let rows =
        db.db().read().query("select name, key from mainstay.cache_hot order by name", &[]).await.unwrap();
    let notes: Vec<(String, Vec<u8>)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert_eq!(notes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["activities", "activity"]);
    let holds = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    for part in token.split('.') {
        assert!(notes.iter().all(|(_, key)| !holds(key, &part.as_bytes()[..16])), "a token has been noted");
    }

    let second = process(&db, |_| {}).await;
    assert_eq!(told(&second).unwrap(), ["2", "2", "0", "0"]);
    // Who is asking is looked up.
    second.get(robin, "/v1/auth/me").await.expect(200);
    let before = db.statements().await.unwrap();
    let answer = second.get(robin, LIST).await;
    assert_eq!((status(&answer), &answer.bytes), ("paceline-l1; hit", &asked.bytes));
    assert_eq!(status(&second.get(robin, &path).await), "paceline-l1; hit");
    let asked = db.statements().await.unwrap().since(&before);
    assert_eq!(asked.total(), 0, "{asked}");
    second.close().await;
}

#[tokio::test]
async fn every_kept_read_can_be_asked_again() {
    let db = database().await;
    let first = process(&db, |_| {}).await;
    let (robin, activity) = complete::athlete(&first).await;
    first.close().await;
    for read in ALL {
        note(&db, read.name, key(robin.id, &complete::path(read.name, activity)).as_bytes()).await;
    }
    let bests = format!("/v1/athletes/{}/personal-bests", robin.id);
    note(&db, "personal_bests", key(robin.id, &bests).as_bytes()).await;
    // The same of another day is the same question.
    note(&db, "load", Key::of(&(robin.id, "/v1/training-load/current", "UTC", 20_260_615)).as_bytes()).await;
    let second = process(&db, |_| {}).await;
    assert_eq!(told(&second).unwrap(), ["9", "9", "0", "0"]);
    for read in ALL {
        let path = complete::path(read.name, activity);
        assert_eq!(status(&second.get(robin, &path).await), "paceline-l1; hit", "{path}");
    }
    assert_eq!(status(&second.get(robin, &bests).await), "paceline-l1; hit");
    // It can be asked for later, too.
    let warmed = warming::warm(&second.app, 3).await;
    assert_eq!((warmed.asked, warmed.warmed, warmed.failed, warmed.skipped), (3, 3, 0, 0));
    second.close().await;
}

#[tokio::test]
async fn pages_are_as_long_as_they_are_for_everybody() {
    let db = database().await;
    let short = |config: &mut Config| (config.http.pages.default, config.http.pages.max) = (2, 2);
    let first = process(&db, short).await;
    let robin = first.athlete("Europe/Berlin").await;
    for _ in 0..3 {
        seed::activity(&first, robin, Seed::default()).await;
    }
    first.close().await;
    note(&db, "activities", key(robin.id, LIST).as_bytes()).await;
    let second = process(&db, short).await;
    let answer = second.get(robin, LIST).await;
    assert_eq!(status(&answer), "paceline-l1; hit");
    assert_eq!(answer.expect(200)["items"].as_array().unwrap().len(), 2);
    second.close().await;
}

#[test]
fn the_paths_of_kept_reads_are_paths_of_the_api() {
    let document: serde_json::Value = serde_json::from_str(&paceline::routes::openapi_json()).unwrap();
    for path in ALL.iter().flat_map(|read| read.paths) {
        assert!(document["paths"][path]["get"].is_object(), "{path}");
    }
}

#[tokio::test]
async fn whatever_else_stands_in_the_notes_is_left_out() {
    let db = database().await;
    let first = process(&db, |_| {}).await;
    let (robin, activity) = complete::athlete(&first).await;
    let gone = first.athlete("UTC").await;
    let tx = db.db().write().await.unwrap();
    tx.execute("delete from login_session where athlete_id = $1", &[&gone.id]).await.unwrap();
    tx.execute("delete from athlete where id = $1", &[&gone.id]).await.unwrap();
    tx.commit().await.unwrap();
    first.close().await;
    let mine = |target: &str| key(robin.id, target).as_bytes().to_vec();
    let strange = [
        ("activities", b"\x09\x04".to_vec()),
        ("activities", vec![0xff; 100]),
        ("activities", Key::of(&("a token", 1_u64)).as_bytes().to_vec()),
        ("activities", mine("/v1/athletes/me")),
        ("activities", mine("http://example.org/v1/activities")),
        ("activity", mine("/v1/activities/summary")),
        ("activity", mine(&format!("/v1/activities/{activity}/file"))),
        ("profile", mine("/v1/auth/me")),
        ("profile", mine("/v1/athletes/me/")),
        ("profile", mine("")),
        ("load", mine("/v1/unknown")),
        ("activities", key(gone.id, LIST).as_bytes().to_vec()),
        // Not a character that an address may have.
        ("activities", mine("/v1/activities?sport=a b")),
    ];
    for (name, key) in &strange {
        note(&db, name, key).await;
    }
    // Of a name that is none, nothing is read.
    note(&db, "sessions", &mine("/v1/auth/me")).await;
    note(&db, "unheard of", &mine(LIST)).await;
    // These are asked, and refused or not found.
    note(&db, "activities", &mine("/v1/activities?unknown=1")).await;
    note(&db, "activity", &mine(&format!("/v1/activities/{}", Uuid::max()))).await;
    note(&db, "activities", &mine(LIST)).await;
    let second = process(&db, |_| {}).await;
    assert_eq!(told(&second).unwrap(), ["3", "1", "2", &strange.len().to_string()]);
    let read: u64 = ALL.iter().map(|read| second.reads(read.name).0).sum();
    assert_eq!(read, 2, "the page, and the activity that is not there");
    assert_eq!(status(&second.get(robin, LIST).await), "paceline-l1; hit");
    second.close().await;
}

async fn probe(world: &World) -> u16 {
    crate::world::answer(world.request(Method::GET, "/readyz")).await.status.as_u16()
}

/// A database with a note, and somebody who holds the table of accounts.
async fn held() -> (TestDb, Athlete, mainstay_db::Tx) {
    let db = database().await;
    let first = process(&db, |_| {}).await;
    let robin = first.athlete("UTC").await;
    first.close().await;
    note(&db, "activities", key(robin.id, LIST).as_bytes()).await;
    let holding = db.db().write().await.unwrap();
    holding.execute("lock table athlete in access exclusive mode", &[]).await.unwrap();
    (db, robin, holding)
}

#[tokio::test]
async fn a_process_is_ready_when_it_is_warm() {
    let (db, robin, holding) = held().await;
    let (second, lifecycle) = World::starting(TestDb::given(db.target()).await.unwrap(), |_| {}).await;
    until("it asks who it is", async || {
        let waits =
            "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
        !db.db().read().query(waits, &[]).await.unwrap().is_empty()
    })
    .await;
    assert_eq!((probe(&second).await, lifecycle.phase()), (503, Phase::Starting));
    holding.rollback().await.unwrap();
    until("it is ready", async || probe(&second).await == 200).await;
    assert_eq!(told(&second).unwrap(), ["1", "1", "0", "0"]);
    assert_eq!(status(&second.get(robin, LIST).await), "paceline-l1; hit");
    second.close().await;
}

#[tokio::test]
async fn a_process_waits_no_longer_than_it_is_told_to() {
    let (db, robin, holding) = held().await;
    let (second, _) = World::starting(TestDb::given(db.target()).await.unwrap(), |_| {}).await;
    until("it is ready all the same", async || {
        // No time passes but this.
        second.advance(1);
        probe(&second).await == 200
    })
    .await;
    assert_eq!(told(&second).unwrap(), ["0", "0", "0", "0"]);
    holding.rollback().await.unwrap();
    second.get(robin, LIST).await.expect(200);
    second.close().await;
}

#[tokio::test]
async fn nothing_is_asked_where_nothing_is_kept_or_nobody_wants_it() {
    let (db, robin, holding) = held().await;
    // It would wait for whoever holds it, for ever: no time passes.
    let off = process(&db, |config| config.answers.warm_within_ms = 0).await;
    assert_eq!((told(&off), off.reads("activities").0), (None, 0));
    off.close().await;
    let without = process(&db, |config| config.cache.enabled = false).await;
    assert_eq!(told(&without), None);
    let warmed = warming::warm(&without.app, 10).await;
    assert_eq!((warmed.asked, warmed.skipped), (0, 0));
    holding.rollback().await.unwrap();
    without.get(robin, LIST).await.expect(200);
    without.close().await;
}

#[tokio::test]
async fn the_program_warms_itself() {
    let (db, _, holding) = held().await;
    holding.rollback().await.unwrap();
    let mut program =
        Paceline::start(on(&db).args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()));
    let (base, _) = program.ready();
    program.says("cache.asked=1 cache.warmed=1");
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    until("it is ready", async || {
        http.get(format!("{base}/readyz")).send().await.unwrap().status().as_u16() == 200
    })
    .await;
    program.send(Signal::Terminate);
    assert!(program.wait().success());
}

#[tokio::test]
async fn a_process_that_is_asked_to_stop_while_it_warms_ends_in_order() {
    let (db, _, holding) = held().await;
    let mut command = on(&db);
    command.env("PACELINE_ANSWERS__WARM_WITHIN_MS", "60000");
    let mut program = Paceline::start(command.args(["serve", "--listen", "127.0.0.1:0"]));
    let (base, _) = program.ready();
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let livez = http.get(format!("{base}/livez")).send().await.unwrap();
    let readyz = http.get(format!("{base}/readyz")).send().await.unwrap();
    assert_eq!((livez.status().as_u16(), readyz.status().as_u16()), (200, 503));
    program.send(Signal::Terminate);
    assert_eq!(program.wait().code(), Some(0));
    holding.rollback().await.unwrap();
}

/// Who the process asks for stands in no part of a request that can be sent.
#[tokio::test]
async fn nobody_outside_asks_in_somebodys_name() {
    let world = World::new().await;
    let robin = world.athlete("UTC").await;
    let id = robin.id.to_string();
    for name in ["principal", "on-behalf", "x-on-behalf", "x-principal", "x-athlete-id", "x-user", "cookie"] {
        for value in [id.clone(), format!("principal={id}; on_behalf={id}"), format!("OnBehalf({id})")] {
            let request = world.request(Method::GET, LIST).header(name, value);
            assert_eq!(crate::world::answer(request).await.problem().0, 401, "{name}");
        }
    }
    world.close().await;
}
