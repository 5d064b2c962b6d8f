//! The primary is killed under sessions that read and write through HTTP, and a replica takes its place.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use http::Method;
use mainstay_db::replicas::TokenKey;
use mainstay_testing::{ReplicaSet, TestDb, replica_set, until};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::world::{PASSWORD, PATIENCE, World};

/// People who write and read at the same time.
const SESSIONS: usize = 8;

/// Acknowledged writes of each before and after the promotion.
const ROUNDS: u64 = 5;

/// What a problem may say while there is no primary.
const CODES: [&str; 4] = ["database_unavailable", "database_busy", "timed_out", "replicas_behind"];

/// What one session did and saw.
#[derive(Debug, Default)]
struct Tally {
    /// The newest write that was tried, and that was acknowledged.
    tried: u64,
    acknowledged: u64,
    /// The newest that an answer of this timeline showed.
    seen: u64,
    timelines: Vec<u32>,
    answers: u64,
    refused: u64,
    /// The longest wait for any answer, and the longest time without an acknowledged write.
    longest: Duration,
    gap: Duration,
}

/// A browser: it keeps its cookies, and with them what it has seen.
struct Browser<'a> {
    world: &'a World,
    http: reqwest::Client,
    csrf: String,
    key: TokenKey,
    id: uuid::Uuid,
    tally: std::cell::RefCell<Tally>,
}

impl<'a> Browser<'a> {
    async fn register(world: &'a World, number: usize) -> Self {
        let http =
            reqwest::Client::builder().no_proxy().cookie_store(true).timeout(PATIENCE).build().unwrap();
        let body = json!({
            "email": format!("{number}@example.org"), "password": PASSWORD, "transport": "cookie", "display_name": "0"
        });
        let answer = http.post(format!("{}/v1/auth/register", world.base)).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let cookies =
            answer.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap().to_owned());
        let csrf =
            cookies.filter_map(|line| Some(line.strip_prefix("csrf=")?.split(';').next()?.to_owned())).next();
        let signed_in: serde_json::Value = answer.json().await.unwrap();
        let secret = format!("consistency of {}", world.app.config.auth.token_secret.expose());
        Self {
            world,
            http,
            csrf: csrf.unwrap(),
            key: TokenKey::new(&Sha256::digest(secret)),
            id: signed_in["athlete"]["id"].as_str().unwrap().parse().unwrap(),
            tally: Default::default(),
        }
    }

    /// The shown name as a number; `None` for a refusal that says when to come back.
    async fn ask(&self, method: Method, body: Option<serde_json::Value>) -> Option<u64> {
        let asked = Instant::now();
        let mut request = self.http.request(method, format!("{}/v1/athletes/me", self.world.base));
        if let Some(body) = body {
            request = request.header("x-csrf-token", &self.csrf).json(&body);
        }
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let json: serde_json::Value = answer.json().await.unwrap();
        let mut tally = self.tally.borrow_mut();
        tally.answers += 1;
        tally.longest = tally.longest.max(asked.elapsed());
        if let Some(token) =
            headers.get("x-consistency").and_then(|token| self.key.read(token.to_str().ok()?))
        {
            let timeline = token.position.unwrap().epoch.timeline;
            if tally.timelines.last().is_none_or(|last| *last < timeline) {
                tally.timelines.push(timeline);
                // What was never acknowledged may have been seen, and lost with the old primary.
                tally.seen = tally.acknowledged;
            }
            assert_eq!(tally.timelines.last(), Some(&timeline), "a token went back to a former timeline");
        }
        if status == 503 {
            assert!(CODES.contains(&json["code"].as_str().unwrap()), "{json}");
            assert!(headers.contains_key("retry-after"), "{json}");
            tally.refused += 1;
            return None;
        }
        assert_eq!(status, 200, "{json}");
        Some(json["display_name"].as_str().unwrap().parse().unwrap())
    }

    async fn write_and_read(&self) {
        let number = {
            let mut tally = self.tally.borrow_mut();
            tally.tried += 1;
            tally.tried
        };
        if self.ask(Method::PATCH, Some(json!({ "display_name": number.to_string() }))).await.is_some() {
            let mut tally = self.tally.borrow_mut();
            (tally.acknowledged, tally.seen) = (number, number);
        }
        if let Some(shown) = self.ask(Method::GET, None).await {
            let mut tally = self.tally.borrow_mut();
            assert!(tally.acknowledged <= shown, "its own write is missing: {shown} {tally:?}");
            assert!(tally.seen <= shown, "it has seen more before: {shown} {tally:?}");
            assert!(shown <= tally.tried, "{shown} {tally:?}");
            tally.seen = shown;
        }
    }

    fn acknowledged(&self) -> u64 {
        self.tally.borrow().acknowledged
    }
}

/// A primary whose commits wait until the first replica has them, and the application on all three.
async fn world(set: &ReplicaSet) -> World {
    set.execute(0, "alter system set synchronous_standby_names = 'server_1'").await.unwrap();
    set.execute(0, "select pg_reload_conf()").await.unwrap();
    set.wait(0, "select exists (select from pg_stat_replication where sync_state = 'sync')").await.unwrap();
    let replicas = format!("{},{}", set.address(1), set.address(2));
    World::on(TestDb::given(&set.writer().unwrap()).await.unwrap(), |config| {
        config.database.read_replicas = replicas;
        config.database.replicas.poll_interval_ms = 10;
    })
    .await
}

fn acknowledged(browsers: &[Browser<'_>]) -> Vec<u64> {
    browsers.iter().map(Browser::acknowledged).collect()
}

async fn all_have_written(browsers: &[Browser<'_>], beyond: &[u64]) {
    until("every session writes", async || {
        let mut each = browsers.iter().zip(beyond);
        each.all(|(browser, beyond)| browser.acknowledged() >= beyond + ROUNDS)
    })
    .await;
}

#[tokio::test]
async fn a_promotion_under_load_loses_no_acknowledged_write_and_needs_no_restart() {
    let mut set = replica_set(2).await.unwrap();
    let world = world(&set).await;
    super::allow_an_outage(&world);
    let browsers = join_all((0..SESSIONS).map(|number| Browser::register(&world, number))).await;
    let replicas = world.app.db.replicas().unwrap().clone();
    let is_over = std::cell::Cell::new(false);
    let sessions = join_all(browsers.iter().map(async |browser| {
        let mut acknowledged = (0, Instant::now());
        while !is_over.get() {
            browser.write_and_read().await;
            if browser.acknowledged() > acknowledged.0 {
                let mut tally = browser.tally.borrow_mut();
                tally.gap = tally.gap.max(acknowledged.1.elapsed());
                acknowledged = (tally.acknowledged, Instant::now());
            }
        }
    }));
    let story = async {
        all_have_written(&browsers, &[0; SESSIONS]).await;
        let served = || replicas.status().replicas.iter().map(|replica| replica.served).sum::<u64>();
        until("the replicas answer reads", async || served() > 0).await;
        // One replica gets nothing any more: whoever read from it now would miss what he has just written.
        set.cut(2).await.unwrap();
        all_have_written(&browsers, &acknowledged(&browsers)).await;
        set.kill(0).await.unwrap();
        let at_death = acknowledged(&browsers);
        set.promote(1).await.unwrap();
        set.follow(2).await.unwrap();
        all_have_written(&browsers, &at_death).await;
        let before = served();
        until("the other replica follows and answers reads", async || served() > before).await;
        is_over.set(true);
    };
    tokio::join!(sessions, story);

    for browser in &browsers {
        let sql = format!("select display_name from athlete where id = '{}'", browser.id);
        let kept: u64 = set.ask(1, &sql).await.unwrap().parse().unwrap();
        let tally = browser.tally.borrow();
        assert!(tally.acknowledged <= kept && kept <= tally.tried, "{kept}: {tally:?}");
        assert_eq!(tally.timelines, [1, 2], "{tally:?}");
    }
    let most = |of: fn(&Tally) -> Duration| {
        browsers.iter().map(|browser| of(&browser.tally.borrow())).max().unwrap()
    };
    let sum = |of: fn(&Tally) -> u64| browsers.iter().map(|browser| of(&browser.tally.borrow())).sum::<u64>();
    eprintln!(
        "{} answers, {} of them 503; the longest took {:?}; no session was without a write for longer than {:?}",
        sum(|tally| tally.answers),
        sum(|tally| tally.refused),
        most(|tally| tally.longest),
        most(|tally| tally.gap),
    );
    world.close().await;
    set.close().await.unwrap();
}
