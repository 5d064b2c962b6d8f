//! A service of two nodes over one database, whose clock stands, and a Varnish in front of it. Never here: assertions about
//! purging.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use http::HeaderMap;
use mainstay_cache::coherence::Tag;
use mainstay_cache::invalidation::MIGRATIONS;
use mainstay_cache::{Cache, Caches, Config, Freshness, NameConfig};
use mainstay_db::{Read, Session};
use mainstay_http::caching::outward::{
    Form, Outward, Provider, PublicAnswers, PurgeConfig, Purger, unless_known,
};
use mainstay_http::{OrProblem, Problem};
use mainstay_runtime::{Effects, Supervisor};
use mainstay_telemetry::Registry;
use mainstay_testing::{TestDb, Varnish, until};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

const TABLES: &str = "\
    create table note (owner bigint, id bigint, body text, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id']); \
    create table diary (owner bigint, id bigint, primary key (owner, id)); \
    select mainstay.cache_watch('diary', 'owner', array['id']); \
    insert into note select owner, 1, 'first' from generate_series(1, 3) as owner";

/// What the pages of the documentation say, so that it is tried what they say.
const CACHE_PAGE: &str = include_str!("../../../../../docs/cache.md");

/// Longer than that no answer of these tests takes, by the clock that stands.
pub(crate) const RESPONSE_TIME: Duration = Duration::from_secs(60);

/// A database, and the service in front of it.
pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) effects: Effects,
    pub(crate) service: Arc<Service>,
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    psql: Session,
    _task: JoinSet<()>,
}

/// What answers: one node at a time, as whoever balances the load has chosen.
#[derive(Default)]
pub(crate) struct Service {
    nodes: Mutex<Vec<Answering>>,
    chosen: AtomicUsize,
    asked: AtomicU64,
    freshness: Mutex<Option<Freshness>>,
    is_nesting: AtomicBool,
}

/// The answers of one node, and what they are made of when they are made of kept ones.
#[derive(Clone)]
struct Answering {
    answers: PublicAnswers<i64>,
    bodies: Cache<i64, String>,
}

/// One node.
pub(crate) struct Node {
    pub(crate) caches: Caches,
    pub(crate) supervisor: Supervisor,
    pub(crate) registry: Registry,
    number: usize,
}

/// An answer as a client gets it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) headers: HeaderMap,
}

impl World {
    pub(crate) async fn new() -> Self {
        let test = TestDb::migrated(&[&MIGRATIONS]).await.unwrap();
        let psql = Session::connect(test.target(), "psql", crate::world::PATIENCE).await.unwrap();
        psql.batch_execute(TABLES).await.unwrap();
        let service = Arc::new(Service::default());
        let routes = Router::new().route("/notes/{owner}", get(note)).with_state(Arc::clone(&service));
        let routes = routes.layer(middleware::from_fn(unless_known));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, routes).await.unwrap() });
        let effects = Effects::fixed("2026-01-01T00:00:00Z".parse().unwrap(), 7);
        let client = reqwest::Client::builder().timeout(crate::world::PATIENCE).build().unwrap();
        Self { test, effects, service, address, client, psql, _task: task }
    }

    pub(crate) async fn run(&self, sql: &str) {
        self.psql.batch_execute(sql).await.unwrap();
    }

    pub(crate) async fn write(&self, owner: i64, body: &str) {
        self.run(&format!("update note set body = '{body}' where owner = {owner}")).await;
    }

    /// A node that hears when it is told to, and answers when it is chosen.
    pub(crate) async fn node(&self) -> Node {
        let (supervisor, registry) = (Supervisor::new(&self.effects), Registry::new());
        let config = Config { poll_idle_ms: 3_600_000, ..Config::default() };
        let caches = Caches::new(config, self.test.db(), self.test.target(), &self.effects, &registry);
        let answers =
            PublicAnswers::new(&caches, "notes", NameConfig::default(), Outward::default(), "notes");
        let bodies = caches.cache("bodies", NameConfig::default());
        let number = self.service.add(Answering { answers, bodies });
        caches.start(&supervisor);
        until("the node has heard", async || caches.age().is_some()).await;
        Node { caches, supervisor, registry, number }
    }

    pub(crate) fn choose(&self, node: &Node) {
        self.service.chosen.store(node.number, Ordering::Relaxed);
    }

    /// From now on the nodes are asked for answers that are so fresh.
    pub(crate) fn ask_for(&self, freshness: Freshness) {
        *self.service.freshness.lock().unwrap() = Some(freshness);
    }

    /// From now on what is answered is made of kept answers.
    pub(crate) fn nest(&self) {
        self.service.is_nesting.store(true, Ordering::Relaxed);
    }

    /// A Varnish as the documentation describes it.
    pub(crate) async fn varnish(&self) -> Varnish {
        let vcl = CACHE_PAGE.split("```vcl\n").nth(1).unwrap().split("```").next().unwrap();
        let port = format!(".port = \"{}\"", self.address.port());
        let ours = vcl.replace(".port = \"8080\"", &port);
        assert_ne!(ours, vcl);
        Varnish::start(&ours).await.unwrap()
    }

    pub(crate) fn purger(&self, node: &Node, varnish: &Varnish) -> Purger<Provider> {
        let config = purging(Form::Varnish, &format!("http://{}", varnish.address()));
        let provider = Provider::all(&config).unwrap().remove(0);
        Purger::new(&node.caches, &config, provider, &self.effects, &node.registry)
    }

    pub(crate) async fn get(&self, at: SocketAddr, owner: i64) -> Got {
        self.ask(at, owner, &[]).await
    }

    pub(crate) async fn ask(&self, at: SocketAddr, owner: i64, headers: &[(&str, &str)]) -> Got {
        let mut request = self.client.get(format!("http://{at}/notes/{owner}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Got { status, headers, body: answer.text().await.unwrap() }
    }

    /// What comes through a cache in front, and whether the service was asked for it.
    pub(crate) async fn through(&self, varnish: &Varnish, owner: i64) -> (String, bool) {
        let before = self.asked();
        let answer = self.get(varnish.address(), owner).await;
        (answer.body.trim_matches('"').to_owned(), self.asked() > before)
    }

    pub(crate) fn asked(&self) -> u64 {
        self.service.asked.load(Ordering::Relaxed)
    }
}

pub(crate) fn purging(form: Form, address: &str) -> PurgeConfig {
    PurgeConfig {
        form,
        addresses: vec![address.to_owned()],
        response_time: RESPONSE_TIME,
        everything_pause: Duration::ZERO,
        timeout: crate::world::PATIENCE,
        ..PurgeConfig::default()
    }
}

impl Service {
    /// The number of the new node.
    fn add(&self, node: Answering) -> usize {
        let mut nodes = self.nodes.lock().unwrap();
        nodes.push(node);
        nodes.len() - 1
    }

    fn chosen(&self) -> Answering {
        self.nodes.lock().unwrap()[self.chosen.load(Ordering::Relaxed)].clone()
    }
}

impl Node {
    /// Hears what has been committed by now.
    pub(crate) async fn hear(&self, effects: &Effects) {
        // A clock that stands must tell this poll from an earlier one.
        effects.clock.advance(Duration::from_nanos(1));
        let now = effects.clock.boottime();
        // Once: each is a poll, and the last would come when nobody expects it.
        self.caches.hint();
        until("the node has heard", async || {
            self.caches.age().is_some_and(|age| effects.clock.boottime().saturating_sub(age) >= now)
        })
        .await;
    }

    /// How many purges of this kind have ended so.
    pub(crate) fn purges(&self, what: &str, outcome: &str) -> u64 {
        let series = format!("what=\"{what}\",outcome=\"{outcome}\"");
        let text = self.registry.encode();
        let line =
            text.lines().find(|line| line.starts_with("cache_purges_total{") && line.contains(&series));
        line.and_then(|line| line.rsplit(' ').next()).map_or(0, |count| count.parse().unwrap())
    }

    pub(crate) async fn until_purged(&self, what: &str, times: u64) {
        until("it has purged", async || self.purges(what, "done") >= times).await;
    }
}

async fn note(State(service): State<Arc<Service>>, Path(owner): Path<i64>) -> Result<Response, Problem> {
    service.asked.fetch_add(1, Ordering::Relaxed);
    let freshness = service.freshness.lock().unwrap().unwrap_or(Freshness::Fresh);
    let Answering { answers, bodies } = service.chosen();
    let is_nesting = service.is_nesting.load(Ordering::Relaxed);
    let tags = || Tag::of_row("note", &owner.to_string(), "1").to_vec();
    let answer = answers.answer(&owner, tags, freshness, |from| async move {
        if !is_nesting {
            return body(&from, owner).await;
        }
        let read = |from| async move { body(&from, owner).await };
        let kept = bodies.get_or_load(&owner, tags, Freshness::Fresh, read).await;
        kept.map(|kept| String::clone(&kept.value)).map_err(mainstay_http::caching::problem)
    });
    Ok(answer.await?.into_response())
}

async fn body(from: &Read, owner: i64) -> Result<String, Problem> {
    let row =
        from.query_opt("select body from note where owner = $1 and id = 1", &[&owner]).await.internal()?;
    Ok(row.ok_or_else(|| Problem::not_found("There is no such note."))?.get(0))
}
