//! The middleware list as clients meet it.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use mainstay_http::layers::allow_time;
use mainstay_http::{Config, Json, PageRequest, Problem, app, etag};
use serde_json::json;
use tokio::sync::Notify;

use crate::world::{World, effects, within};

fn router() -> Router {
    Router::new()
        .route(
            "/v1/goals",
            get(|| async { "goals" }).post(|Json(body): Json<serde_json::Value>| async { Json(body) }),
        )
        .route("/v1/goals/{id}", get(|| async { Problem::not_found("No such goal.") }))
        .route("/v1/list", get(|page: PageRequest| async move { page.limit.get().to_string() }))
        .route(
            "/v1/large",
            get(|| async { Json(json!({"text": "run ".repeat(600)})) }).layer(etag::private()),
        )
        .route(
            "/v1/panic",
            get(|| async {
                if true {
                    panic!("boom with secrets")
                }
            }),
        )
        .route("/v1/never", get(std::future::pending::<()>))
        .route("/own-policy", get(|| async { ([("content-security-policy", "default-src 'none'")], "x") }))
}

/// Status line, the headers named, and the body with the request id redacted.
async fn shown(response: reqwest::Response, headers: &[&str]) -> String {
    let mut text = format!("{}\n", response.status());
    for name in headers {
        let value = response.headers().get(*name).map_or("(absent)", |value| value.to_str().unwrap());
        text.push_str(&format!("{name}: {value}\n"));
    }
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    text + &response.text().await.unwrap().replace(&id, "[request id]")
}

#[tokio::test]
async fn one_address_in_three_spellings() {
    let world = World::start(router()).await;
    for path in ["/v1/goals", "/api/v1/goals", "/api/goals", "/api/goals?x=1"] {
        assert_eq!(world.get(path).await.text().await.unwrap(), "goals", "{path}");
    }
    assert_eq!(world.get("/goals").await.status(), 404);
    assert_eq!(world.get("/api/v2/goals").await.status(), 404);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let world = World::start(router()).await;
    let unknown = world.get("/api/nothing?secret=1").await;
    insta::assert_snapshot!(shown(unknown, &["content-type"]).await, @r#"
    404 Not Found
    content-type: application/problem+json
    {"type":"/docs/problems#not_found","title":"Not found","status":404,"code":"not_found","detail":"There is nothing at /v1/nothing.","instance":"/v1/nothing","request_id":"[request id]"}
    "#);
    let method = world.client.delete(world.url("/v1/goals")).send().await.unwrap();
    insta::assert_snapshot!(shown(method, &["content-type", "allow"]).await, @r#"
    405 Method Not Allowed
    content-type: application/problem+json
    allow: GET,HEAD,POST
    {"type":"/docs/problems#method_not_allowed","title":"Method not allowed","status":405,"code":"method_not_allowed","detail":"This address does not take DELETE; `Allow` lists what it takes.","instance":"/v1/goals","request_id":"[request id]"}
    "#);
}

#[tokio::test]
async fn a_handlers_problem_learns_its_request() {
    let world = World::start(router()).await;
    insta::assert_snapshot!(shown(world.get("/v1/goals/7").await, &[]).await, @r#"
    404 Not Found
    {"type":"/docs/problems#not_found","title":"Not found","status":404,"code":"not_found","detail":"No such goal.","instance":"/v1/goals/7","request_id":"[request id]"}
    "#);
}

#[tokio::test]
async fn a_panic_is_a_problem_and_the_server_goes_on() {
    let world = World::start(router()).await;
    insta::assert_snapshot!(shown(world.get("/v1/panic").await, &["x-content-type-options"]).await, @r#"
    500 Internal Server Error
    x-content-type-options: nosniff
    {"type":"/docs/problems#internal","title":"Internal error","status":500,"code":"internal","detail":"Something failed on our side; the request id finds it in our log.","instance":"/v1/panic","request_id":"[request id]"}
    "#);
    assert_eq!(world.get("/v1/goals").await.status(), 200);
}

#[tokio::test]
async fn a_good_request_id_is_kept_and_a_bad_one_replaced() {
    let world = World::start(router()).await;
    let ask = async |id: &str| {
        let request = world.client.get(world.url("/v1/goals")).header("x-request-id", id);
        request.send().await.unwrap().headers()["x-request-id"].to_str().unwrap().to_owned()
    };
    let good = "0190d3a0-0000-7000-8000-000000000001";
    assert_eq!(ask(good).await, good);
    for bad in ["", "two words", &"x".repeat(500), "<script>"] {
        let made = ask(bad).await;
        assert!(made != bad && !made.is_empty(), "{bad:?} became {made:?}");
    }
    assert_ne!(ask("").await, ask("").await);
}

#[tokio::test]
async fn work_beyond_its_time_is_a_problem() {
    let mut config = Config::default();
    config.requests.timeout = Duration::from_millis(100);
    let gate = Arc::new(Notify::new());
    let wait = Arc::clone(&gate);
    let slow = Router::new()
        .route("/v1/slow", get(move || async move { wait.notified().await }))
        .layer(allow_time(Duration::from_secs(60)));
    let world = World::with(router().merge(slow), config).await;
    let never = world.get("/v1/never").await;
    insta::assert_snapshot!(shown(never, &["retry-after"]).await, @r#"
    503 Service Unavailable
    retry-after: 5
    {"type":"/docs/problems#timed_out","title":"Timed out","status":503,"code":"timed_out","detail":"The work took too long.","instance":"/v1/never","request_id":"[request id]"}
    "#);
    // Opened only once a request with the ordinary limit has timed out beside it.
    let (slow, ()) = tokio::join!(world.get("/v1/slow"), async {
        assert_eq!(world.get("/v1/never").await.status(), 503);
        gate.notify_one();
    });
    assert_eq!(slow.status(), 200, "the route allows itself more time");
}

#[tokio::test]
async fn requests_beyond_the_cap_are_refused_and_probes_are_not() {
    let mut config = Config::default();
    config.requests.max_concurrent = 1;
    let (entered, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&entered), Arc::clone(&gate));
    let gated = get(move || async move {
        tell.notify_one();
        wait.notified().await;
    });
    let router = router().route("/v1/gated", gated).route("/livez", get(|| async { "alive" }));
    let world = World::with(router, config).await;
    let (first, ()) = tokio::join!(world.get("/v1/gated"), async {
        within(entered.notified()).await;
        let refused = world.get("/v1/goals").await;
        assert_eq!(refused.status(), 503);
        assert_eq!(refused.headers()["retry-after"], "1");
        assert_eq!(world.get("/livez").await.status(), 200);
        gate.notify_one();
    });
    assert_eq!(first.status(), 200);
    assert_eq!(world.get("/v1/goals").await.status(), 200, "the place is free again");
}

#[tokio::test]
async fn bodies_have_a_limit_and_a_ceiling() {
    let mut config = Config::default();
    config.requests.body_limit = 100;
    config.requests.body_ceiling = 1000;
    let upload =
        post(|bytes: Bytes| async move { bytes.len().to_string() }).layer(DefaultBodyLimit::disable());
    let world = World::with(router().route("/v1/upload", upload), config).await;
    let send = async |path: &str, body: reqwest::Body| {
        let request = world.client.post(world.url(path)).header("content-type", "application/json");
        request.body(body).send().await.unwrap()
    };
    let text = |length: usize| format!("{{\"x\":\"{}\"}}", "x".repeat(length - 8));
    assert_eq!(send("/v1/goals", text(100).into()).await.status(), 200);
    let refused = send("/v1/goals", text(101).into()).await;
    assert_eq!(refused.status(), 413);
    assert!(refused.text().await.unwrap().contains("\"too_large\""));
    assert_eq!(send("/v1/upload", text(1000).into()).await.status(), 200);
    assert_eq!(send("/v1/upload", text(1001).into()).await.status(), 413);
    // Without an announced length the ceiling is met while reading.
    let pieces = futures_util::stream::iter((0..20).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 100])));
    assert_eq!(send("/v1/upload", reqwest::Body::wrap_stream(pieces)).await.status(), 413);
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    let world = World::start(router()).await;
    let told = async |path: &str| {
        let answer = world.get(path).await;
        let names = [
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "content-security-policy",
            "permissions-policy",
            "strict-transport-security",
        ];
        let value =
            |name: &str| answer.headers().get(name).map_or("(absent)", |value| value.to_str().unwrap());
        names.map(|name| format!("{name}: {}", value(name))).join("\n")
    };
    let on_success = told("/v1/goals").await;
    insta::assert_snapshot!(on_success, @r"
    x-content-type-options: nosniff
    x-frame-options: DENY
    referrer-policy: strict-origin-when-cross-origin
    content-security-policy: default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'
    permissions-policy: camera=(), microphone=(), payment=(), usb=(), geolocation=(self)
    strict-transport-security: (absent)
    ");
    assert_eq!(told("/nothing").await, on_success);
    assert_eq!(world.get("/own-policy").await.headers()["content-security-policy"], "default-src 'none'");
    let https = Config { public_url: "https://app.example.org".to_owned(), ..Config::default() };
    let world = World::with(router(), https).await;
    let hsts = world.get("/v1/goals").await.headers()["strict-transport-security"].clone();
    assert_eq!(hsts, "max-age=31536000");
}

#[tokio::test]
async fn only_listed_origins_may_call() {
    let mut config = Config::default();
    config.browser.allowed_origins = vec!["https://app.example.org".to_owned()];
    let world = World::with(router(), config).await;
    let preflight = async |origin: &str| {
        let url = world.url("/v1/goals");
        let request = world.client.request(reqwest::Method::OPTIONS, url).header("origin", origin);
        request.header("access-control-request-method", "POST").send().await.unwrap()
    };
    let ours = preflight("https://app.example.org").await;
    assert_eq!(ours.headers()["access-control-allow-origin"], "https://app.example.org");
    assert_eq!(ours.headers()["access-control-allow-credentials"], "true");
    let foreign = preflight("https://evil.net").await;
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));
}

#[test]
fn configuration_that_cannot_be_a_header_is_refused() {
    let built = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        app(Router::new(), &config, &mainstay_telemetry::Registry::new(), &effects())
            .err()
            .map(|error| error.key)
    };
    assert_eq!(built(|_| {}), None);
    let star = |config: &mut Config| config.browser.allowed_origins = vec!["*".to_owned()];
    assert_eq!(built(star), Some("browser.allowed_origins"));
    let line = |config: &mut Config| config.browser.content_security_policy = "a\nb".to_owned();
    assert_eq!(built(line), Some("browser.content_security_policy"));
}

#[tokio::test]
async fn large_answers_shrink_unless_the_client_opts_out() {
    let world = World::start(router()).await;
    let ask = async |path: &str, headers: &[(&str, &str)]| {
        let mut request = world.client.get(world.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    };
    let accepts = ("accept-encoding", "gzip");
    let plain = ask("/v1/large", &[]).await;
    assert!(!plain.headers().contains_key("content-encoding"));
    let strong = plain.headers()["etag"].to_str().unwrap().to_owned();
    let plain = plain.bytes().await.unwrap();

    let packed = ask("/v1/large", &[accepts]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(
        packed.headers()["etag"],
        format!("W/{strong}").as_str(),
        "other bytes, so only weakly the same"
    );
    let packed = packed.bytes().await.unwrap();
    assert!(packed.len() < plain.len() / 4);
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);

    let weak = format!("W/{strong}");
    assert_eq!(ask("/v1/large", &[accepts, ("if-none-match", &weak)]).await.status(), 304);
    let out = ask("/v1/large", &[accepts, ("x-no-compression", "1")]).await;
    assert!(!out.headers().contains_key("content-encoding"));
    let small = ask("/v1/goals", &[accepts]).await;
    assert!(!small.headers().contains_key("content-encoding"), "5 bytes are not worth it");
    for (asked, got) in [("zstd", "zstd"), ("br", "br")] {
        assert_eq!(ask("/v1/large", &[("accept-encoding", asked)]).await.headers()["content-encoding"], got);
    }
}

#[tokio::test]
async fn page_limits_come_from_the_configuration() {
    let mut config = Config::default();
    config.pages.default = 7;
    config.pages.max = 9;
    let world = World::with(router(), config).await;
    assert_eq!(world.get("/v1/list").await.text().await.unwrap(), "7");
    assert_eq!(world.get("/v1/list?limit=9").await.text().await.unwrap(), "9");
    let refused = world.get("/v1/list?limit=10").await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("Must be from 1 to 9."));
}

#[tokio::test]
async fn metrics_name_routes_and_never_paths() {
    let world = World::start(router()).await;
    world.get("/v1/goals/secret-7").await;
    world.get("/secret-path").await;
    world.get("/api/goals").await;
    let text = world.registry.encode();
    assert!(!text.contains("secret"), "{text}");
    for line in [
        r#"http_requests_total{method="GET",route="/v1/goals/{id}",status="404"} 1"#,
        r#"http_requests_total{method="GET",route="/v1/goals",status="200"} 1"#,
        r#"http_requests_total{method="GET",route="unmatched",status="404"} 1"#,
        r#"http_errors_total{route="/v1/goals/{id}",code="not_found"} 1"#,
        r#"http_request_duration_seconds_count{method="GET",route="/v1/goals",status="200"} 1"#,
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}
