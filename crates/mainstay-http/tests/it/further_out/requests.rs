//! The requests that purge, as the providers document them, and what follows when they fail. There is no Fastly and no
//! Cloudflare to ask here: a server notes what it is sent, and answers as they do.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, Method, StatusCode, Uri};
use mainstay_cache::coherence::Tag;
use mainstay_config::Secret;
use mainstay_http::caching::outward::{Form, Provider, Purge, PurgeConfig, PurgeError, Purger};
use mainstay_telemetry::capture::Capture;
use mainstay_testing::until;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::world::{World, purging};

/// A server that notes requests, with the answers that are still to be given before those of success.
#[derive(Clone, Default)]
struct Notes {
    requests: Arc<Mutex<Vec<String>>>,
    failures: Arc<Mutex<Vec<(StatusCode, &'static str)>>>,
}

const SUCCESS: &str = "{\"success\": true, \"errors\": [], \"result\": {\"id\": \"zone\"}}";

impl Notes {
    async fn serve(&self) -> (SocketAddr, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(note).with_state(self.clone());
        let mut task = JoinSet::new();
        task.spawn(async move { axum::serve(listener, router).await.unwrap() });
        (address, task)
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

async fn note(
    State(notes): State<Notes>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, &'static str) {
    let names =
        ["authorization", "fastly-key", "surrogate-key", "fastly-soft-purge", "xkey-purge", "content-type"];
    let told =
        names.iter().filter_map(|name| Some(format!("{name}: {}\n", headers.get(*name)?.to_str().unwrap())));
    let told: String = told.collect();
    let body = String::from_utf8(body.to_vec()).unwrap();
    notes.requests.lock().unwrap().push(format!("{method} {uri}\n{told}{body}"));
    notes.failures.lock().unwrap().pop().unwrap_or((StatusCode::OK, SUCCESS))
}

fn tags(count: u64) -> Vec<Tag> {
    (1..=count).map(Tag::from_hash).collect()
}

async fn asked(config: PurgeConfig) -> (Vec<String>, usize) {
    let notes = Notes::default();
    let (address, _task) = notes.serve().await;
    let base = format!("http://{address}{}", config.addresses[0]);
    let provider = Provider::all(&PurgeConfig { addresses: vec![base], ..config }).unwrap().remove(0);
    provider.purge(&tags(2)).await.unwrap();
    provider.purge_all().await.unwrap();
    (notes.taken(), provider.tags_most())
}

fn as_documented(form: Form, path: &str) -> PurgeConfig {
    PurgeConfig { id: "SU1Z0".to_owned(), token: Secret::new("hunter2"), ..purging(form, path) }
}

#[tokio::test]
async fn fastly_is_asked_by_surrogate_keys_and_for_no_soft_purge() {
    let (requests, most) = asked(as_documented(Form::Fastly, "")).await;
    insta::assert_snapshot!(requests.join("\n"), @r"
    POST /service/SU1Z0/purge
    fastly-key: hunter2
    surrogate-key: AAAAAAAAAAE AAAAAAAAAAI

    POST /service/SU1Z0/purge_all
    fastly-key: hunter2
    ");
    assert_eq!(most, 256);
}

#[tokio::test]
async fn cloudflare_is_asked_by_tags_of_a_zone() {
    let (requests, most) = asked(as_documented(Form::Cloudflare, "/client/v4")).await;
    insta::assert_snapshot!(requests.join("\n"), @r#"
    POST /client/v4/zones/SU1Z0/purge_cache
    authorization: Bearer hunter2
    content-type: application/json
    {"tags":["AAAAAAAAAAE","AAAAAAAAAAI"]}
    POST /client/v4/zones/SU1Z0/purge_cache
    authorization: Bearer hunter2
    content-type: application/json
    {"purge_everything":true}
    "#);
    assert_eq!(most, 30);
}

#[tokio::test]
async fn varnish_is_asked_by_its_own_methods() {
    let (requests, _) = asked(as_documented(Form::Varnish, "/")).await;
    insta::assert_snapshot!(requests.join("\n"), @r"
    PURGE /
    authorization: Bearer hunter2
    xkey-purge: AAAAAAAAAAE AAAAAAAAAAI

    BAN /
    authorization: Bearer hunter2
    ");
}

#[tokio::test]
async fn what_is_not_told_to_have_succeeded_has_failed() {
    let notes = Notes::default();
    let (address, _task) = notes.serve().await;
    let config = as_documented(Form::Cloudflare, &format!("http://{address}"));
    let provider = Provider::all(&config).unwrap().remove(0);
    let refusals = [
        (StatusCode::TOO_MANY_REQUESTS, SUCCESS),
        (StatusCode::OK, "{\"success\": false}"),
        (StatusCode::OK, ""),
    ];
    for refusal in refusals {
        notes.failures.lock().unwrap().push(refusal);
        let refused = provider.purge(&tags(1)).await;
        assert!(matches!(refused, Err(PurgeError::Refused(_))), "{refusal:?}: {refused:?}");
    }
    let nobody = PurgeConfig { addresses: vec!["http://127.0.0.1:1".to_owned()], ..config.clone() };
    let nobody = Provider::all(&nobody).unwrap().remove(0).purge_all().await;
    assert!(matches!(nobody, Err(PurgeError::Unreachable(_))), "{nobody:?}");
    // It takes connections and answers none.
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = vec![format!("http://{}", mute.local_addr().unwrap())];
    let mute = PurgeConfig { addresses: mute, timeout: Duration::from_millis(50), ..config.clone() };
    let late = Provider::all(&mute).unwrap().remove(0).purge_all().await;
    assert!(matches!(late, Err(PurgeError::Late(_))), "{late:?}");
    assert!(!format!("{config:?} {provider:?} {nobody:?}").contains("hunter2"));
}

/// A purge that fails is told of once, and tried again after pauses that grow, until it succeeds; what changes meanwhile is
/// part of it.
#[tokio::test]
async fn a_purge_is_tried_again_until_it_succeeds() {
    let log = Capture::of_thread();
    log.expect("cache.unpurged");
    let (world, notes) = (World::new().await, Notes::default());
    let (address, _task) = notes.serve().await;
    let node = world.node().await;
    let config = purging(Form::Varnish, &format!("http://{address}"));
    let provider = Provider::all(&config).unwrap().remove(0);
    Purger::new(&node.caches, &config, provider, &world.effects, &node.registry).start(&node.supervisor);
    node.until_purged("everything", 1).await;
    notes.failures.lock().unwrap().extend([(StatusCode::SERVICE_UNAVAILABLE, ""); 2]);
    world.write(1, "second").await;
    node.hear(&world.effects).await;
    until("it has failed", async || node.purges("tags", "failed") == 1).await;
    world.write(2, "second").await;
    node.hear(&world.effects).await;
    world.effects.clock.advance(config.retry_pause);
    until("it has failed again", async || node.purges("tags", "failed") == 2).await;
    assert_eq!(node.purges("tags", "done"), 0, "by a clock that stands nothing is tried");
    world.effects.clock.advance(2 * config.retry_pause);
    node.until_purged("tags", 1).await;
    let keys: Vec<usize> = notes.taken().iter().map(|request| request.matches(' ').count()).collect();
    // The table, two owners and two rows, in one request.
    assert_eq!(keys.last(), Some(&(1 + 1 + 4)), "{keys:?}");
    let told = log.lines();
    let told = |event: &str| told.iter().filter(|line| line.event() == Some(event)).count();
    assert_eq!((told("cache.unpurged"), told("cache.purged"), told("cache.purged_whole")), (1, 1, 1));
}
