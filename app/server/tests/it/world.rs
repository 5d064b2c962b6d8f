//! One running Paceline for one test: a database, the platform, importers and real HTTP on a port of its own, with a
//! clock that the test moves. Never here: rows made by hand (`seed`), what a test expects.

use std::num::NonZeroU32;
use std::time::Duration;

use http::Method;
use jiff::Timestamp;
use mainstay::Platform;
use mainstay_db::migrate::Migrations;
use mainstay_db::partitions::{Declared, Keeper};
use mainstay_http::auth::gate::Gate;
use mainstay_http::auth::passwords::Passwords;
use mainstay_http::auth::tokens::{Key, Keys, Tokens};
use mainstay_jobs::{Kinds, Worker};
use mainstay_runtime::{Clock, Effects, Lifecycle, Phase, Supervisor, TaskState, TaskStatus};
use mainstay_telemetry::{Capture, Registry};
use mainstay_testing::TestDb;
use paceline::answers::{self, Shelf};
use paceline::config::{Config, DEFAULTS};
use paceline::features::uploads::{ImportSignal, Months, Turns};
use paceline::state::{App, Parts};
use paceline::{routes, schema};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::contract;

/// The instant at which every world begins.
pub(crate) const START: &str = "2026-06-15T12:00:00Z";

/// The password of everybody who registers here.
pub(crate) const PASSWORD: &str = "testpassword123";

/// The secret of access tokens, and the name of its key.
pub(crate) const SECRET: &str = "a secret of the tests, long enough to sign with";
pub(crate) const KEY_ID: &str = "test";

/// Many tests share the cores: what is slow here says nothing of the statement, and a poll that comes late nothing of
/// what is kept.
const SLOW_MS: u64 = 30_000;

/// How long a condition may take to come true before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The platform's histories, and this one of the application.
pub(crate) fn sets(own: &Migrations) -> [&Migrations; 5] {
    let [platform, cache, jobs, events] = mainstay::MIGRATIONS;
    [platform, cache, jobs, events, own]
}

/// A running application.
pub(crate) struct World {
    pub(crate) effects: Effects,
    pub(crate) app: App,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    /// The platform's tasks; its stop ends the serving too.
    tasks: Supervisor,
    serving: Supervisor,
    /// Dropped, it fails the test for a WARN or ERROR that the test does not expect.
    pub(crate) log: Capture,
    /// Dropped last: what still runs holds connections.
    pub(crate) db: TestDb,
}

/// Somebody with a session, made without a password.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Athlete {
    pub(crate) id: Uuid,
    session: Uuid,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    /// Reads an answer that must be as the API's document says.
    async fn of(method: &Method, response: Response) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let url = response.url().clone();
        let bytes = response.bytes().await.unwrap().to_vec();
        contract::check(method, &url, status.as_u16(), &headers, &bytes);
        Self { status, headers, bytes }
    }

    /// The body, or null when it is not JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Status and the stable code of the problem.
    pub(crate) fn problem(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or("no code").to_owned();
        (self.status.as_u16(), code)
    }

    /// The fields that a problem names.
    pub(crate) fn pointers(&self) -> Vec<String> {
        let json = self.json();
        let errors = json["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.text()));
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
    }

    /// The body of an answer that must have this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
        self.json()
    }
}

impl World {
    /// The application with its importers, and followers of jobs are told. Nothing looks around by itself: that falls at a random
    /// instant of the first minute ([`Self::start_background`]).
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with a changed configuration.
    pub(crate) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let world = Self::build(change).await;
        paceline::background::follow(&world.app, &world.tasks);
        world.start_importers();
        world
    }

    /// The application; what is uploaded stays pending until [`Self::start_importers`].
    pub(crate) async fn without_importer() -> Self {
        Self::build(|_| {}).await
    }

    /// The same, and every answer is read.
    pub(crate) async fn without_cache() -> Self {
        Self::build(|config| config.cache.enabled = false).await
    }

    async fn build(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(TestDb::migrated(&sets(&schema::migrations())).await.unwrap(), change).await
    }

    /// The application without importers on this database, whose migrations it applies.
    pub(crate) async fn on(db: TestDb, change: impl FnOnce(&mut Config)) -> Self {
        let (world, lifecycle) = Self::starting(db, change).await;
        // What a start does before the first request counts for no test.
        tokio::time::timeout(PATIENCE, lifecycle.reached(Phase::Ready)).await.expect("it never serves");
        world
    }

    /// The application without importers, which knows these kinds of jobs besides.
    pub(crate) async fn knowing(kinds: fn(&App) -> Kinds) -> Self {
        let db = TestDb::migrated(&sets(&schema::migrations())).await.unwrap();
        let (world, lifecycle) = Self::starting_with(db, |_| {}, kinds).await;
        tokio::time::timeout(PATIENCE, lifecycle.reached(Phase::Ready)).await.expect("it never serves");
        world
    }

    /// The same, and it need not be ready yet.
    pub(crate) async fn starting(db: TestDb, change: impl FnOnce(&mut Config)) -> (Self, Lifecycle) {
        Self::starting_with(db, change, paceline::background::kinds).await
    }

    async fn starting_with(
        db: TestDb,
        change: impl FnOnce(&mut Config),
        kinds: fn(&App) -> Kinds,
    ) -> (Self, Lifecycle) {
        let log = Capture::of_thread();
        // Seeded originals are no training files, and computing again may come to them at any time.
        log.allow("recompute.activity.failed");
        // On a busy machine.
        log.allow("too slow for the pipelined lane");
        let mut config = config(&db);
        change(&mut config);
        let mut platform = Platform::start(&config.platform(), &[&schema::migrations()]).await.unwrap();
        let effects = Effects::fixed(START.parse::<Timestamp>().unwrap(), 1);
        platform.effects = effects.clone();
        make_days(&db, &config).await;
        let app = app(&mut platform, config, kinds);
        // What a test writes by hand counts at once, as what the application writes.
        platform.caches.follow(db.db());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let tasks = platform.supervisor.clone();
        let serving = Supervisor::new(&effects);
        platform.before_ready(answers::warming::before_ready(app.clone()));
        let router = routes::router(&app);
        let lifecycle = platform.lifecycle.clone();
        serving.spawn("http", move |_| async move {
            let report = platform.serve(listener, router).await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        });
        let http = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
        (Self { effects, app, base, http, tasks, serving, log, db }, lifecycle)
    }

    /// Once the node has heard from the database, it keeps answers.
    pub(crate) async fn keeps_answers(&self) {
        // A commit ahead of its first poll makes that one count for nothing.
        mainstay_testing::until("the node has heard", async || {
            self.app.answers.caches().hint();
            self.app.answers.age().is_some()
        })
        .await;
        // Whatever was written until now has been heard of.
        let before = self.app.answers.caches().polls();
        mainstay_testing::until("two polls", async || {
            self.app.answers.caches().hint();
            self.app.answers.caches().polls() > before + 1
        })
        .await;
    }

    /// From here on no statement says who is asking, until something of theirs changes.
    pub(crate) async fn knows(&self, who: Athlete) {
        self.keeps_answers().await;
        self.get(who, "/v1/auth/me").await.expect(200);
    }

    /// What works beside the requests and the jobs, by the machine's clock: of a world that was built without importers.
    pub(crate) fn start_background(&self) {
        paceline::background::start(&self.app, &self.tasks);
    }

    /// The jobs of imports: as many at a time as the configuration says.
    pub(crate) fn start_importers(&self) {
        self.work_on("imports", self.app.config.import.concurrency, false);
    }

    /// The same in a process that has its server for itself, begun after the death of another one.
    pub(crate) fn start_importers_after_a_death(&self) {
        self.work_on("imports", self.app.config.import.concurrency, true);
    }

    /// The jobs that compute again.
    pub(crate) fn start_jobs(&self) {
        self.work_on("recompute", 2, false);
    }

    /// Runs a task of the test beside the platform's.
    pub(crate) fn start<F, Fut>(&self, name: &'static str, task: F)
    where
        F: FnMut(mainstay_runtime::Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.tasks.spawn_resident(name, Duration::MAX, task);
    }

    /// Does jobs, by the machine's clock: leases are not the test's to move.
    fn work_on(&self, queue: &str, slots: usize, is_alone: bool) {
        let queues = vec![(queue.to_owned(), slots)];
        let poll = Duration::from_millis(20);
        let config = mainstay_jobs::Config { queues, poll, is_alone, ..Default::default() };
        let kinds = self.app.kinds();
        let worker = Worker::new(self.db.target(), kinds, config, &Effects::system());
        self.tasks.spawn_resident("jobs", Duration::MAX, move |stop| worker.clone().run(stop));
    }

    /// Stops everything and sees that nothing had to be cut off or had panicked.
    pub(crate) async fn close(self) {
        self.tasks.stop().trigger();
        let report = self.serving.drain(PATIENCE).await;
        assert!(report.is_clean(), "{report:?}");
        let panicked = self.serving.tasks().into_iter().chain(self.tasks.tasks());
        let is_broken = |task: &TaskStatus| task.state == TaskState::Panicked || task.restarts > 0;
        let panicked: Vec<_> = panicked.filter(is_broken).collect();
        assert!(panicked.is_empty(), "{panicked:?}");
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.effects.clock.advance(Duration::from_secs(seconds));
    }

    /// A request by nobody.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// A request by nobody, sent.
    pub(crate) async fn anonymous(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    /// Registers and returns a client that sends the bearer token.
    pub(crate) async fn register(&self, email: &str) -> Client {
        let body = json!({ "email": email, "password": PASSWORD });
        let signed_in = self.anonymous(Method::POST, "/v1/auth/register", Some(body)).await.expect(201);
        self.client(&signed_in)
    }

    /// A client from the answer to a sign-in.
    pub(crate) fn client(&self, signed_in: &Value) -> Client {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        Client {
            base: self.base.clone(),
            http: self.http.clone(),
            id: signed_in["athlete"]["id"].as_str().unwrap().parse().unwrap(),
            token: text(&signed_in["access_token"]),
            refresh_token: text(&signed_in["refresh_token"]),
        }
    }

    /// An athlete of this zone with a session that never ends.
    pub(crate) async fn athlete(&self, zone: &str) -> Athlete {
        let (id, session) = (self.effects.ids.next(), self.effects.ids.next());
        let now = self.effects.clock.now();
        let email = format!("{id}@example.org");
        let tx = self.db.db().write().await.unwrap();
        let sql = "insert into athlete (id, email, display_name, timezone, created_at, updated_at) \
            values ($1, $2, 'Robin', $3, $4, $4)";
        tx.execute(sql, &[&id, &email, &zone, &now]).await.unwrap();
        let sql = "insert into login_session (athlete_id, id, created_at, last_used_at, expires_at) \
            values ($1, $2, $3, $3, '9000-01-01')";
        tx.execute(sql, &[&id, &session, &now]).await.unwrap();
        tx.commit().await.unwrap();
        Athlete { id, session }
    }

    pub(crate) async fn get(&self, who: Athlete, path: &str) -> Answer {
        self.send(who, "GET", path, None).await
    }

    /// A fresh token.
    pub(crate) fn token(&self, who: Athlete) -> String {
        self.app.gate.tokens().issue(who.id, who.session, "athlete").unwrap()
    }

    /// Sends files as one form.
    pub(crate) async fn upload(&self, who: Athlete, files: &[(&str, &[u8])]) -> Answer {
        answer(self.request(Method::POST, "/v1/uploads").bearer_auth(self.token(who)).multipart(form(files)))
            .await
    }

    /// A request with a fresh token.
    pub(crate) async fn send(&self, who: Athlete, method: &str, path: &str, body: Option<Value>) -> Answer {
        let mut request = self.request(method.parse().unwrap(), path).bearer_auth(self.token(who));
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.tasks.stop().trigger();
    }
}

/// The defaults, with cheap hashes and checks that are never old.
fn config(db: &TestDb) -> Config {
    let mut config: Config = toml::from_str(DEFAULTS).unwrap();
    config.database.url = db.target().url();
    config.database.slow_statement_ms = SLOW_MS;
    config.cache.node.bound_ms = SLOW_MS;
    config.database.insight.history_interval_ms = 0;
    // Few months, made at every start.
    config.database.partitions.months_ahead = 0;
    config.database.partitions.alarm_below = 0;
    config.database.partitions.days_ahead = 1;
    config.database.partitions.alarm_below_days = 0;
    // Which of the test's time and the machine's is the earlier one nobody knows.
    config.jobs.keep_days = 3_650;
    config.http.passwords.memory_kib = 64;
    config.http.passwords.passes = 1;
    config.http.health.cache = Duration::ZERO;
    config.http.requests.panic_on_repeated = true;
    config
}

/// The days of jobs and events, whose ids tell the machine's time and not the test's.
async fn make_days(db: &TestDb, config: &Config) {
    let days = NonZeroU32::new(3_650).unwrap();
    let jobs = mainstay_jobs::partitions(days).into_iter();
    let tables = jobs.chain(mainstay_events::partitions(days)).map(Declared::from).collect();
    let (partitions, clock) = (&config.database.partitions, Clock::system());
    let keeper = Keeper::new(partitions, db.target(), &clock, &Registry::new(), tables).unwrap();
    keeper.round().await.unwrap();
}

fn app(platform: &mut Platform, config: Config, kinds: fn(&App) -> Kinds) -> App {
    let effects = platform.effects.clone();
    let keys = Keys::new(Key::try_new(KEY_ID, SECRET).unwrap(), Vec::new());
    let tokens = Tokens::new(&config.http.tokens, &keys, effects.clone());
    App::new(Parts {
        db: platform.db.clone(),
        answers: Shelf::new(&platform.caches, &platform.db, &config),
        months: Months::new(|tables| platform.keep_partitions(tables)).unwrap(),
        passwords: Passwords::new(&config.http.passwords, effects.random.clone()).unwrap(),
        effects,
        supervisor: platform.supervisor.clone(),
        gate: Gate::new(&config.http, tokens),
        turns: Turns::new(&config.import),
        followed: config.followed(),
        config,
        imports: ImportSignal::new(&platform.registry),
        kinds,
    })
}

fn form(files: &[(&str, &[u8])]) -> Form {
    let part = |bytes: &[u8], name: &str| Part::bytes(bytes.to_vec()).file_name(name.to_owned());
    files.iter().fold(Form::new(), |form, (name, bytes)| form.part("file", part(bytes, name)))
}

/// Sends a request and reads its answer.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let (http, request) = request.build_split();
    let request = request.unwrap();
    let method = request.method().clone();
    Answer::of(&method, http.execute(request).await.unwrap()).await
}

/// A signed-in API client.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) id: Uuid,
    pub(crate) token: String,
    pub(crate) refresh_token: String,
    base: String,
    http: reqwest::Client,
}

impl Client {
    /// The same client with another access token.
    pub(crate) fn with_token(&self, token: String) -> Self {
        Self { token, ..self.clone() }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        answer(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Sends files as one form and returns the answer as it comes.
    pub(crate) async fn send_files(&self, files: &[(&str, &[u8])]) -> Answer {
        answer(self.request(Method::POST, "/v1/uploads").multipart(form(files))).await
    }

    /// Sends one file as the raw body.
    pub(crate) async fn send_raw(&self, query: &str, bytes: &[u8]) -> Answer {
        let body = Body::from(bytes.to_vec());
        answer(self.request(Method::POST, &format!("/v1/uploads{query}")).body(body)).await
    }

    /// Uploads files and returns the finished report.
    pub(crate) async fn upload_all(&self, files: &[(&str, &[u8])]) -> Value {
        let sent = self.send_files(files).await;
        assert!(matches!(sent.status.as_u16(), 200 | 202), "{}", sent.text());
        self.finished(&sent.json()).await
    }

    /// Uploads a file and returns its line of the report.
    pub(crate) async fn upload(&self, name: &str, bytes: &[u8]) -> Value {
        let report = self.upload_all(&[(name, bytes)]).await;
        assert_eq!(report["progress"]["total"], 1, "{report}");
        report["files"]["items"][0].clone()
    }

    /// The report once nothing of it is pending.
    pub(crate) async fn finished(&self, report: &Value) -> Value {
        let path = format!("/v1/uploads/{}", report["id"].as_str().unwrap());
        let finished = async {
            loop {
                let report = self.get(&path).await.expect(200);
                if report["status"] == "finished" {
                    return report;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, finished).await.expect("the upload is never finished")
    }

    /// The activities of the first page.
    pub(crate) async fn activities(&self) -> Vec<Value> {
        self.get("/v1/activities?limit=100").await.expect(200)["items"].as_array().unwrap().clone()
    }
}
