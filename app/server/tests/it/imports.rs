//! `paceline import` and the importers as processes: what a shell sees, and what is left when they are killed.

use std::path::Path;
use std::process::{Command, Stdio};

use mainstay_db::embedded::Cluster;
use mainstay_db::{Session, Target, migrate};
use mainstay_testing::{OwnCluster, TestDb, own_cluster, until};
use paceline::schema;
use serde_json::Value;

use crate::batches::{folder, gpx, zip};
use crate::process::{Paceline, Signal, binary, fed, login, on, said};
use crate::world::{PASSWORD, PATIENCE, sets};

pub(crate) const KIM: &str = "kim@example.org";

/// The files of so many days.
pub(crate) fn days(count: u32) -> Vec<(String, Vec<u8>)> {
    (1..=count).map(|day| (format!("{day:02}.gpx"), gpx(day))).collect()
}

fn borrowed(files: &[(String, Vec<u8>)]) -> Vec<(&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}

pub(crate) fn create_account(command: &mut Command) {
    let (code, _, stderr) = said(&fed(command.args(["account", "create", KIM]), PASSWORD));
    assert_eq!(code, 0, "{stderr}");
}

fn import(db: &TestDb, arguments: &[&str], paths: &[&Path]) -> (i32, String, String) {
    said(&on(db).arg("import").args(arguments).args(paths).output().unwrap())
}

#[tokio::test]
async fn the_command_says_what_became_of_each_file() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    let days = days(4);
    let archive = zip(&[("inside/4.gpx", &days[3].1), ("nul.gpx", b""), ("photo.jpg", b"")]);
    let mut files = borrowed(&days[..3]);
    files.extend([("picture.fit", &b"\xff\xd8\xff\xe0"[..]), ("all.zip", &archive), ("notes.txt", b"")]);
    let files = folder(&files);
    let kim = ["--athlete", KIM];
    let (code, stdout, stderr) = import(&db, &kim, &[files.path()]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let last = "6 files: 4 imported, 0 merged, 0 duplicate, 2 refused";
    assert_eq!(stdout.lines().last(), Some(last), "{stdout}");
    assert_eq!(stdout.lines().count(), 3, "without --verbose only what was refused: {stdout}");
    for refused in ["all.zip/nul.gpx: refused because ", "picture.fit: refused because "] {
        assert!(stdout.contains(refused), "{stdout}");
    }
    let (code, stdout, _) = import(&db, &[&kim[..], &["--verbose"]].concat(), &[files.path()]);
    let last = "6 files: 0 imported, 0 merged, 4 duplicate, 2 refused";
    assert_eq!((code, stdout.lines().last(), stdout.lines().count()), (0, Some(last), 7), "{stdout}");
    assert!(stdout.contains("01.gpx: duplicate of "), "{stdout}");
    let (code, _, stderr) = import(&db, &kim, &[Path::new("/no/such/file.fit")]);
    assert!(code == 1 && stderr.contains("cannot read /no/such/file.fit"), "{code} {stderr}");
    let (code, _, stderr) = import(&db, &["--athlete", "robin@example.org"], &[files.path()]);
    assert!(code == 1 && stderr.contains("there is no account robin@example.org"), "{code} {stderr}");
}

#[tokio::test]
async fn files_that_are_handed_over_are_imported_by_the_service_and_told_alike() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    let days = days(4);
    let mut files = borrowed(&days);
    files.push(("picture.fit", &b"\xff\xd8\xff\xe0"[..]));
    let files = folder(&files);
    let over = ["--athlete", KIM, "--hand-over"];
    let (code, _, stderr) = import(&db, &over, &[files.path()]);
    assert!(code == 1 && stderr.contains("no process imports files at the moment"), "{code} {stderr}");
    let mut service = Paceline::up(&db);
    let api = Api::of(&mut service).await;
    let (code, stdout, _) = import(&db, &over, &[files.path()]);
    let last = "5 files: 4 imported, 0 merged, 0 duplicate, 1 refused";
    assert_eq!((code, stdout.lines().last(), stdout.lines().count()), (0, Some(last), 2), "{stdout}");
    assert!(
        stdout.starts_with("picture.fit: refused because ")
            || stdout.contains("/picture.fit: refused because "),
        "{stdout}"
    );
    let report = api.newest().await;
    assert_eq!((&report["status"], &report["origin"]), (&"finished".into(), &"cli".into()), "{report}");
    assert_eq!(count(&db, "select count(*) from mainstay.job where kind = 'import.file'").await, 5);
    service.send(Signal::Terminate);
    assert_eq!(service.wait().code(), Some(0));
}

#[tokio::test]
async fn nobody_need_read_what_an_import_says() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    let days = days(10);
    let files = folder(&borrowed(&days));
    let mut command = on(&db);
    command.args(["import", "--verbose", "--athlete", KIM]).arg(files.path());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(count(&db, "select count(*) from activity").await, 10);
}

#[test]
fn limits_that_contradict_each_other_end_the_start() {
    let mut command = binary(Path::new("/"));
    command.env("PACELINE_IMPORT__MAX_UPLOAD_BYTES", "3GiB").arg("check");
    let (code, stdout, stderr) = said(&command.output().unwrap());
    assert_eq!(code, 78, "{stdout}{stderr}");
    assert!(stderr.contains("import.max_upload_bytes") && stderr.contains("body_ceiling"), "{stderr}");
}

pub(crate) async fn count(db: &TestDb, sql: &str) -> i64 {
    db.db().read().query_one(sql, &[]).await.unwrap().get(0)
}

/// Makes every import take a while, so that a kill comes in the middle.
const SLOW: &str = "create function pause() returns trigger language plpgsql as \
    $$ begin perform pg_sleep(0.05); return new; end $$; \
    create trigger slow before insert on activity for each row execute function pause()";

async fn slow_down(target: &Target) {
    let session = Session::connect(target, "test", PATIENCE).await.unwrap();
    session.batch_execute(SLOW).await.unwrap();
}

/// What the API says to somebody signed in.
pub(crate) struct Api {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
    pub(crate) token: String,
}

impl Api {
    pub(crate) async fn of(paceline: &mut Paceline) -> Self {
        let (base, _) = paceline.ready();
        let token = login(&base, KIM, PASSWORD).await["access_token"].as_str().unwrap().to_owned();
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        Self { http, base, token }
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The report of the newest upload; null while there is none.
    async fn newest(&self) -> Value {
        let uploads = self.get("/v1/uploads").await;
        match uploads["items"][0]["id"].as_str() {
            Some(id) => self.get(&format!("/v1/uploads/{id}")).await,
            None => Value::Null,
        }
    }

    /// Writes another greatest heart rate into the profile: all activities are computed again.
    pub(crate) async fn change_profile(&self) {
        let profile = self.http.patch(format!("{}/v1/athletes/me", self.base)).bearer_auth(&self.token);
        let changed = profile.json(&serde_json::json!({ "max_hr_bpm": 188 })).send().await.unwrap();
        assert_eq!(changed.status(), 200);
    }

    /// Sends files and waits until some of them are imported; the answer is not waited for.
    pub(crate) async fn send_until(&self, files: &[(String, Vec<u8>)], imported: i64) {
        let mut form = reqwest::multipart::Form::new();
        for (name, bytes) in files {
            let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name(name.clone());
            form = form.part("file", part);
        }
        let request = self.http.post(format!("{}/v1/uploads", self.base)).bearer_auth(&self.token);
        let sending = async {
            let _ = request.multipart(form).send().await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = sending => {}
            () = until("some are imported", async || {
                self.newest().await["progress"]["imported"].as_i64().is_some_and(|done| done >= imported)
            }) => {}
        }
    }
}

/// Kills the service twice in the middle of an upload and sees that the next start finishes it, each file once.
async fn survives_kills(start: impl Fn() -> Paceline) {
    let files = days(30);
    let twice: Vec<_> = files
        .iter()
        .cloned()
        .chain(files.iter().map(|(name, bytes)| (format!("again-{name}"), bytes.clone())))
        .collect();
    let mut first = start();
    let api = Api::of(&mut first).await;
    api.send_until(&twice, 4).await;
    first.send(Signal::Kill);
    first.wait();
    let mut second = start();
    let api = Api::of(&mut second).await;
    let before = api.newest().await["progress"]["imported"].as_i64().unwrap();
    until("it goes on", async || api.newest().await["progress"]["imported"].as_i64().unwrap() >= before + 4)
        .await;
    second.send(Signal::Kill);
    second.wait();
    let mut third = start();
    let api = Api::of(&mut third).await;
    let before = api.newest().await;
    assert!(before["progress"]["imported"].as_i64().unwrap() < 30, "it was killed too late: {before}");
    until("all are done", async || api.newest().await["status"] == "finished").await;
    let progress = api.newest().await["progress"].clone();
    assert_eq!((&progress["total"], &progress["imported"]), (&60.into(), &30.into()), "{progress}");
    assert_eq!((&progress["duplicates"], &progress["pending"]), (&30.into(), &0.into()), "{progress}");
    third.send(Signal::Terminate);
    assert_eq!(third.wait().code(), Some(0));
}

/// Asked in the database: every file has one outcome, no activity is there twice, and every job has ended once.
async fn assert_nothing_lost_or_doubled(target: &Target) {
    let session = Session::connect(target, "test", PATIENCE).await.unwrap();
    for (sql, expected) in [
        ("select count(*) from upload_file where outcome = 'pending' or pending_content is not null", 0),
        ("select count(*) from upload_file where outcome = 'imported'", 30),
        ("select count(*) from upload_file where outcome = 'duplicate'", 30),
        ("select count(*) from upload where finished_at is null", 0),
        ("select count(*) from activity where start_time < '2025-01-01'", 30),
        ("select count(distinct start_time) from activity where start_time < '2025-01-01'", 30),
        (
            "select count(*) from activity_source where created_at > '2025-01-01' and file_name like '%.gpx'",
            30,
        ),
        ("select count(*) from mainstay.job where kind = 'import.file'", 60),
        ("select count(*) from mainstay.job_outcome where state = 'succeeded'", 60),
        ("select count(*) from mainstay.job_ready", 0),
        ("select count(*) from mainstay.job_running", 0),
        ("select count(*) from mainstay.job_dead", 0),
    ] {
        let found: i64 = session.query_one(sql, &[]).await.unwrap().get(0);
        assert_eq!(found, expected, "{sql}");
    }
    let crashes = "select count(*) from mainstay.job_attempt where cause = 'crash'";
    let crashes: i64 = session.query_one(crashes, &[]).await.unwrap().get(0);
    assert!(crashes > 0, "nothing was under way at the kills");
}

#[tokio::test]
async fn a_killed_service_loses_nothing_on_a_shared_server() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    slow_down(db.target()).await;
    survives_kills(|| {
        let mut command = on(&db);
        command.env("PACELINE_JOBS__TTL", "3s").stderr(Stdio::null());
        Paceline::start(command.args(["serve", "--listen", "127.0.0.1:0"]))
    })
    .await;
    assert_nothing_lost_or_doubled(db.target()).await;
}

#[tokio::test]
async fn a_killed_service_goes_on_at_once_on_its_private_server() {
    let mut own = own_cluster().await.unwrap();
    let data = own.folder().join("postgres");
    let command = || {
        let mut command = binary(Path::new("/"));
        command.arg("--data").arg(&data).stderr(Stdio::null());
        command.env("PACELINE_EMBEDDED__DATABASE", OwnCluster::config(Path::new("/")).database);
        // Nobody waits for this one.
        command.env("PACELINE_JOBS__TTL", "10m");
        command
    };
    let cluster = own.cluster.take().unwrap();
    migrate::run(&cluster.target(), &sets(&schema::migrations())).await.unwrap();
    slow_down(&cluster.target()).await;
    cluster.stop().await.unwrap();
    create_account(&mut command());
    survives_kills(|| Paceline::start(command().args(["serve", "--listen", "127.0.0.1:0"]))).await;
    let cluster = Cluster::start(&OwnCluster::config(own.folder())).await.unwrap();
    assert_nothing_lost_or_doubled(&cluster.target()).await;
    cluster.stop().await.unwrap();
}

/// Makes every computing again take a while.
pub(crate) const SLOW_AGAIN: &str = "create function pause() returns trigger language plpgsql as \
    $$ begin perform pg_sleep(0.05); return new; end $$; \
    create trigger slow before update on activity for each row execute function pause()";

#[tokio::test]
async fn a_killed_service_computes_the_rest_again_and_nothing_twice() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    let start = || {
        let mut command = on(&db);
        command.env("PACELINE_JOBS__TTL", "1s").stderr(Stdio::null());
        Paceline::start(command.args(["serve", "--listen", "127.0.0.1:0"]))
    };
    let mut first = start();
    let api = Api::of(&mut first).await;
    api.send_until(&days(30), 30).await;
    let session = Session::connect(db.target(), "test", PATIENCE).await.unwrap();
    session.batch_execute(SLOW_AGAIN).await.unwrap();
    api.change_profile().await;
    let due = "select count(*) from activity_analysis where algorithm_version = 0";
    until("some are computed", async || count(&db, due).await <= 27).await;
    first.send(Signal::Kill);
    first.wait();
    assert!(count(&db, due).await > 0, "it was killed too late");
    let computed =
        "select computed_at from activity_analysis where algorithm_version > 0 order by computed_at";
    let times = async || -> Vec<jiff::Timestamp> {
        session.query(computed, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let before = times().await;
    let mut second = start();
    second.ready();
    let ended = "select count(*) from mainstay.job_outcome where state = 'succeeded' and attempts = 2 and crashes = 1";
    until("the job has ended", async || count(&db, ended).await == 1).await;
    assert_eq!(count(&db, due).await, 0);
    let after = times().await;
    assert_eq!((after.len(), &after[..before.len()]), (30, &before[..]), "what was done stays done");
    // A look for what is outdated may have asked for it, too.
    assert_eq!(count(&db, "select count(*) from mainstay.job where kind = 'recompute.athlete'").await, 1);
    second.send(Signal::Terminate);
    assert_eq!(second.wait().code(), Some(0));
}

#[tokio::test]
async fn a_killed_command_shows_as_interrupted_and_a_second_one_does_the_rest() {
    let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
    create_account(&mut on(&db));
    slow_down(db.target()).await;
    let mut service = Paceline::up(&db);
    let api = Api::of(&mut service).await;
    let days = days(30);
    let files = folder(&borrowed(&days));
    let command = || {
        let mut command = on(&db);
        command.env("PACELINE_IMPORT__LEASE", "1s").args(["import", "--athlete", KIM]).arg(files.path());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let mut killed = command().spawn().unwrap();
    until("some are imported", async || {
        api.newest().await["progress"]["imported"].as_i64().is_some_and(|done| done >= 3)
    })
    .await;
    assert_eq!(api.newest().await["status"], "processing");
    killed.kill().unwrap();
    killed.wait().unwrap();
    until("it shows", async || api.newest().await["status"] == "interrupted").await;
    let done = api.newest().await["progress"]["imported"].as_i64().unwrap();
    assert!(done < 30, "it was killed too late");
    assert!(command().status().unwrap().success());
    let report = api.newest().await;
    assert_eq!((&report["status"], &report["origin"]), (&"finished".into(), &"cli".into()));
    assert_eq!(report["progress"]["total"], 30);
    assert!(report["progress"]["duplicates"].as_i64().unwrap() >= done, "{report}");
    assert_eq!(count(&db, "select count(*) from activity where start_time < '2025-01-01'").await, 30);
}
