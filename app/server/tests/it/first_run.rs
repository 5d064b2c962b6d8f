//! The first start: an administrator and a demo athlete, whatever interrupts it and whoever else starts.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use http::Method;
use mainstay_testing::until;
use paceline::commands::first_run::welcome;
use paceline::state::App;
use serde_json::json;

use crate::process::{Paceline, Signal, binary, login};
use crate::world::{PASSWORD, PATIENCE, World};

/// What a first start printed.
async fn welcomed(app: &App) -> String {
    let mut out = Vec::new();
    welcome(app, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

/// Nothing is there: no folder, no server, no days of jobs, no months of samples.
#[tokio::test(flavor = "multi_thread")]
async fn the_program_alone_imports_a_season_on_an_empty_private_server() {
    let folder = tempfile::tempdir().unwrap();
    // As root the server runs as another account, which must pass through.
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o711)).unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut command = binary(Path::new("/"));
    command.arg("--data").arg(folder.path().join("data")).env("PACELINE_DEMO__SEASON", "true");
    command.args(["up", "--listen", "127.0.0.1:0"]).stderr(log.reopen().unwrap());
    let mut process = Paceline::start(&mut command);
    let (base, printed) = process.ready();
    let (email, password) = &sign_ins(&printed)[1];
    let session = login(&base, email, password).await;
    let token = session["access_token"].as_str().unwrap();
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    let season = async || -> serde_json::Value {
        let uploads = http.get(format!("{base}/v1/uploads")).bearer_auth(token).send().await.unwrap();
        let uploads: serde_json::Value = uploads.json().await.unwrap();
        let all = uploads["items"].as_array().unwrap().clone();
        all.into_iter().find(|upload| upload["origin"] == "demo").unwrap_or_default()
    };
    until("a part of the season is there", async || {
        season().await["progress"]["imported"].as_i64().is_some_and(|imported| imported >= 20)
    })
    .await;
    process.send(Signal::Terminate);
    assert_eq!(process.wait().code(), Some(0));
    let told = std::fs::read_to_string(log.path()).unwrap();
    assert!(told.contains(" INFO "), "it logs: {told}");
    // On a busy machine.
    let expected = |line: &&str| line.contains("db.statement.slow") || line.contains("pipelined lane");
    let odd = |line: &&str| line.contains(" WARN ") || line.contains(" ERROR ");
    let odd: Vec<_> = told.lines().filter(odd).filter(|line| !expected(line)).collect();
    assert_eq!(odd, Vec::<&str>::new());
}

/// Addresses and passwords, as they stand in the printed text.
fn sign_ins(text: &str) -> Vec<(String, String)> {
    let words = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    words
        .filter_map(|words| {
            let at = words.iter().position(|word| word.contains("@paceline.example"))?;
            Some((words[at].to_owned(), (*words.get(at + 1)?).to_owned()))
        })
        .collect()
}

async fn role_of(world: &World, (email, password): &(String, String)) -> String {
    let body = json!({ "email": email, "password": password });
    let signed_in = world.anonymous(Method::POST, "/v1/auth/login", Some(body)).await.expect(200);
    signed_in["athlete"]["role"].as_str().unwrap().to_owned()
}

async fn count(world: &World, table: &str) -> i64 {
    let read = world.db.db().read();
    read.query_one(&format!("select count(*) from {table}"), &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn a_first_start_makes_both_accounts_and_a_second_one_nothing() {
    let world = World::without_importer().await;
    let shown = sign_ins(&welcomed(&world.app).await);
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(role_of(&world, &shown[0]).await, "admin");
    assert_eq!(role_of(&world, &shown[1]).await, "athlete");
    assert!(count(&world, "activity").await > 0);
    assert_eq!(welcomed(&world.app).await, "");
    assert_eq!(role_of(&world, &shown[1]).await, "athlete", "the passwords are still those");
    world.close().await;
}

#[tokio::test]
async fn an_interrupted_first_start_is_finished_by_the_next_one() {
    let world = World::without_importer().await;
    let first = sign_ins(&welcomed(&world.app).await);
    let activities = count(&world, "activity").await;
    // As a process leaves it that was killed before the administrator's row.
    let tx = world.db.db().write().await.unwrap();
    tx.execute("delete from athlete where role = 'admin'", &[]).await.unwrap();
    tx.commit().await.unwrap();
    let second = sign_ins(&welcomed(&world.app).await);
    assert_eq!(second.len(), 2, "{second:?}");
    assert_eq!(role_of(&world, &second[0]).await, "admin");
    assert_eq!(role_of(&world, &second[1]).await, "athlete");
    assert!(first[1].1 != second[1].1, "the demo athlete has a fresh password");
    let old = json!({ "email": first[1].0, "password": first[1].1 });
    assert_eq!(world.anonymous(Method::POST, "/v1/auth/login", Some(old)).await.problem().0, 401);
    assert_eq!((count(&world, "athlete").await, count(&world, "activity").await), (2, activities));
    world.close().await;
}

#[tokio::test]
async fn two_first_starts_at_once_show_one_pair_of_sign_ins() {
    let world = World::without_importer().await;
    let (one, other) = tokio::join!(welcomed(&world.app), welcomed(&world.app));
    let shown = sign_ins(&format!("{one}{other}"));
    assert_eq!(shown.len(), 2, "{one}{other}");
    assert_eq!(role_of(&world, &shown[0]).await, "admin");
    assert_eq!(role_of(&world, &shown[1]).await, "athlete");
    let alone = World::without_importer().await;
    welcomed(&alone.app).await;
    for table in ["athlete", "activity"] {
        assert_eq!(count(&world, table).await, count(&alone, table).await, "{table}");
    }
    world.close().await;
    alone.close().await;
}

#[tokio::test]
async fn sign_ins_that_cannot_be_shown_are_not_made() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let world = World::without_importer().await;
    welcome(&world.app, &mut Closed).await.unwrap_err();
    let shown = sign_ins(&welcomed(&world.app).await);
    assert_eq!(role_of(&world, &shown[0]).await, "admin");
    world.close().await;
}

#[tokio::test]
async fn people_who_have_accounts_get_an_administrator_and_no_demo_athlete() {
    let world = World::without_importer().await;
    world.register("kim@example.org").await;
    let shown = sign_ins(&welcomed(&world.app).await);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(role_of(&world, &shown[0]).await, "admin");
    assert_eq!(count(&world, "athlete").await, 2);
    world.close().await;
}

#[tokio::test]
async fn somebody_elses_account_never_becomes_the_administrators_or_the_demo_athletes() {
    let world = World::without_importer().await;
    for email in ["admin@paceline.example", "demo@paceline.example"] {
        world.register(email).await;
    }
    let error = welcome(&world.app, &mut Vec::new()).await.unwrap_err();
    assert!(error.to_string().contains("--role admin"), "{error:#}");
    for email in ["admin@paceline.example", "demo@paceline.example"] {
        assert_eq!(role_of(&world, &(email.to_owned(), PASSWORD.to_owned())).await, "athlete");
    }
    world.close().await;
}

/// Starts a process that cannot get beyond the demo athlete's account, and returns it there. The returned transaction
/// is what it waits for.
async fn held_at_the_demo_athlete(world: &World) -> (Paceline, mainstay_db::Tx) {
    let gate = world.db.db().write().await.unwrap();
    gate.batch_execute("lock table upload in share mode").await.unwrap();
    let process = Paceline::up(&world.db);
    until("the import of the samples waits", async || {
        let read = world.db.db().read();
        let sql = "select exists (select from athlete where is_demo) and exists (select from pg_stat_activity \
            where datname = current_database() and wait_event_type = 'Lock')";
        read.query_one(sql, &[]).await.unwrap().get(0)
    })
    .await;
    (process, gate)
}

async fn start_again_and_sign_in(world: &World) {
    let mut process = Paceline::up(&world.db);
    let (base, printed) = process.ready();
    let shown = sign_ins(&printed);
    assert_eq!(shown.len(), 2, "{printed}");
    for ((email, password), role) in shown.iter().zip(["admin", "athlete"]) {
        let signed_in = login(&base, email, password).await;
        assert_eq!(signed_in["athlete"]["role"], role, "{signed_in}");
    }
    process.send(Signal::Terminate);
    assert_eq!(process.wait().code(), Some(0));
    assert_eq!(count(world, "athlete").await, 2);
}

#[tokio::test]
async fn a_first_start_that_is_killed_is_finished_by_the_next_one() {
    let world = World::without_importer().await;
    let (mut process, gate) = held_at_the_demo_athlete(&world).await;
    process.send(Signal::Kill);
    process.wait();
    gate.rollback().await.unwrap();
    start_again_and_sign_in(&world).await;
    world.close().await;
}

#[tokio::test]
async fn a_first_start_that_is_asked_to_stop_stops_in_order() {
    let world = World::without_importer().await;
    for signal in [Signal::Interrupt, Signal::Terminate] {
        let (mut process, gate) = held_at_the_demo_athlete(&world).await;
        process.send(signal);
        assert_eq!(process.wait().code(), Some(0), "{signal:?}");
        assert_eq!(sign_ins(&process.printed()), []);
        gate.rollback().await.unwrap();
    }
    start_again_and_sign_in(&world).await;
    world.close().await;
}
