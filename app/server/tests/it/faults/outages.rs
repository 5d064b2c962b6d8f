//! The database is gone at start, goes in flight, comes back; and the pool has no free connection.

use std::process::Stdio;

use http::Method;
use mainstay_testing::{ReplicaSet, TestDb, replica_set, until};
use serde_json::{Value, json};

use super::{assert_comes_back, probe};
use crate::process::{Paceline, binary};
use crate::world::{PATIENCE, SECRET, World};

/// A server that is killed and started at its old address.
async fn server() -> ReplicaSet {
    replica_set(0).await.unwrap()
}

fn impatient(config: &mut paceline::config::Config) {
    (config.database.acquire_timeout_ms, config.database.connect_timeout_ms) = (1_000, 1_000);
}

#[tokio::test]
async fn a_database_that_is_killed_is_told_and_comes_back_without_a_restart() {
    a_database_is_killed_and_comes_back().await;
}

pub(super) async fn a_database_is_killed_and_comes_back() {
    let mut server = server().await;
    let world = World::on(TestDb::given(&server.target(0)).await.unwrap(), impatient).await;
    super::allow_an_outage(&world);
    world.start_background();
    world.start_importers();
    let who = world.athlete("UTC").await;
    world.get(who, "/v1/activities").await.expect(200);
    let rename = async |name: &str| {
        world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "display_name": name }))).await
    };
    rename("before").await.expect(200);

    server.kill(0).await.unwrap();
    for _ in 0..3 {
        assert_comes_back(&world.get(who, "/v1/activities").await, "database_unavailable");
        assert_comes_back(&rename("meanwhile").await, "database_unavailable");
    }
    // Nobody waits any more for what others have waited for in vain.
    let waited = world.app.db.stats().connect_retries;
    let login = json!({ "email": "kim@example.org", "password": "testpassword123" });
    let login = world.anonymous(Method::POST, "/v1/auth/login", Some(login)).await;
    assert_comes_back(&login, "database_unavailable");
    assert_comes_back(&rename("meanwhile").await, "database_unavailable");
    assert_eq!(world.app.db.stats().connect_retries, waited);
    let ready = probe(&world, "/readyz").await;
    assert!(ready.status == 503 && ready.text().contains("database"), "{}", ready.text());
    let health = probe(&world, "/health").await;
    assert_eq!(health.expect(503)["components"]["database"]["status"], "unhealthy");
    assert_eq!(probe(&world, "/livez").await.status, 200, "nothing is gained by a restart");

    server.start(0).await.unwrap();
    until("ready again", async || probe(&world, "/readyz").await.status == 200).await;
    assert_eq!(world.get(who, "/v1/athletes/me").await.expect(200)["display_name"], "before");
    rename("after").await.expect(200);
    assert_eq!(world.get(who, "/v1/athletes/me").await.expect(200)["display_name"], "after");
    world.close().await;
    server.close().await.unwrap();
}

#[tokio::test]
async fn a_short_absence_is_waited_for() {
    let mut server = server().await;
    let patient = |config: &mut paceline::config::Config| config.database.acquire_timeout_ms = 60_000;
    let world = World::on(TestDb::given(&server.target(0)).await.unwrap(), patient).await;
    super::allow_an_outage(&world);
    let who = world.athlete("UTC").await;
    world.get(who, "/v1/athletes/me").await.expect(200);
    server.kill(0).await.unwrap();
    let rename = world.send(who, "PATCH", "/v1/athletes/me", Some(json!({ "display_name": "Kim" })));
    let comes_back = async {
        // The request has found nobody and waits.
        until("somebody waits", async || world.app.db.stats().connect_retries >= 1).await;
        server.start(0).await.unwrap();
    };
    let (renamed, ()) = tokio::join!(rename, comes_back);
    assert_eq!(renamed.expect(200)["display_name"], "Kim");
    world.close().await;
    server.close().await.unwrap();
}

#[tokio::test]
async fn who_finds_no_free_connection_is_told_in_bounded_time() {
    let world = World::with(|config| {
        (config.database.pool_max, config.database.pool_read_max) = (2, 2);
        config.database.acquire_timeout_ms = 200;
    })
    .await;
    let kim = world.register("kim@example.org").await;
    // Both connections for transactions are held; the importers wait for them too.
    let held = [world.app.db.write().await.unwrap(), world.app.db.write().await.unwrap()];
    // So are both for reads: each keeps the one that its first statement took.
    let reads = [world.app.db.read(), world.app.db.read()];
    for read in &reads {
        read.batch_execute("select 1").await.unwrap();
    }
    let body = json!({ "display_name": "Robin" });
    assert_comes_back(&kim.patch("/v1/athletes/me", body.clone()).await, "database_busy");
    kim.get("/v1/athletes/me").await.expect(200);
    assert_eq!(probe(&world, "/readyz").await.status, 200, "a busy moment is no reason to leave the service");
    let metrics = probe(&world, "/metrics").await.text();
    let told =
        metrics.lines().find(|line| line.starts_with("db_pool_exhausted_total{lane=\"write\"}")).unwrap();
    assert!(!told.ends_with(" 0"), "{told}");
    assert_eq!(world.app.db.stats().read.in_use, 2, "all that there are");
    drop((held, reads));
    assert_eq!(kim.patch("/v1/athletes/me", body).await.expect(200)["display_name"], "Robin");
    world.close().await;
}

#[tokio::test]
async fn a_start_waits_for_its_database_and_answers_meanwhile() {
    let mut server = server().await;
    let url = server.target(0).url();
    server.kill(0).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = binary(folder.path());
    command.env("DATABASE_URL", url.expose()).env("PACELINE_AUTH__TOKEN_SECRET", SECRET);
    command.args(["up", "--listen", &free.to_string()]).stderr(Stdio::piped());
    let mut paceline = Paceline::start(&mut command);
    let mut paceline = tokio::task::spawn_blocking(move || {
        paceline.says("the database does not answer yet");
        paceline
    })
    .await
    .unwrap();
    let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
    says_that_it_starts(&http, &format!("http://{free}")).await;

    server.start(0).await.unwrap();
    let ready = tokio::task::spawn_blocking(move || (paceline.ready().0, paceline));
    // Each request has a connection of its own: none is refused while the start hands over.
    let lively = async {
        while !ready.is_finished() {
            let one = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
            assert_eq!(one.get(format!("http://{free}/livez")).send().await.unwrap().status(), 200);
        }
    };
    lively.await;
    let (base, _running) = ready.await.unwrap();
    until("ready", async || http.get(format!("{base}/readyz")).send().await.unwrap().status() == 200).await;
    assert_eq!(http.get(format!("{base}/v1/about")).send().await.unwrap().status(), 200);
    drop(server);
}

async fn says_that_it_starts(http: &reqwest::Client, base: &str) {
    assert_eq!(http.get(format!("{base}/livez")).send().await.unwrap().status(), 200);
    for path in ["/readyz", "/health/ready", "/startupz", "/health"] {
        assert_eq!(http.get(format!("{base}{path}")).send().await.unwrap().status(), 503, "{path}");
    }
    let ready: Value = http.get(format!("{base}/readyz")).send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["reasons"], json!(["starting"]));
    let login = http.post(format!("{base}/v1/auth/login")).json(&json!({ "email": "kim@example.org" }));
    let page = http.get(format!("{base}/v1/about")).header("accept", "text/html");
    for request in [login, page, http.get(format!("{base}/"))] {
        let answer = crate::world::answer(request).await;
        assert_comes_back(&answer, "starting");
    }
    let browser =
        http.get(format!("{base}/")).header("accept", "text/html,application/xhtml+xml").send().await;
    let browser = browser.unwrap();
    assert_eq!((browser.status().as_u16(), &browser.headers()["refresh"]), (503, &"2".parse().unwrap()));
    assert!(browser.text().await.unwrap().contains("<h1>Starting</h1>"));
}
