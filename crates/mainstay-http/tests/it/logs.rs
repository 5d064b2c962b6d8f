//! What a request leaves in the log, and what it must not.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use mainstay_http::{OrProblem, Problem};
use mainstay_telemetry::Capture;
use mainstay_telemetry::logs::{LogConfig, LogFormat, subscriber};
use tokio::io::AsyncWriteExt as _;

use crate::world::{World, within};

/// Log lines in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Logs of this thread come here; the test's server runs on the same thread.
    fn listen() -> (Self, tracing::subscriber::DefaultGuard) {
        let lines = Self::default();
        let writer = lines.clone();
        let config = LogConfig { format: LogFormat::Json, level: "mainstay_http=info".to_owned() };
        let guard = tracing::subscriber::set_default(subscriber(&config, move || writer.clone()).unwrap());
        (lines, guard)
    }

    fn all(&self) -> Vec<serde_json::Value> {
        let bytes = self.0.lock().unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn router() -> Router {
    Router::new()
        .route("/v1/members/{id}", get(|| async { "ok" }))
        .route("/livez", get(|| async { "ok" }))
        .route(
            "/v1/broken",
            get(|| async { Err::<(), _>(std::io::Error::other("the disk is gone")).internal() }),
        )
        .route("/v1/gone", get(|| async { Problem::not_found("No such thing.") }))
        .route(
            "/v1/panic",
            get(|| async {
                if true {
                    panic!("on purpose")
                }
            }),
        )
}

#[tokio::test]
async fn one_line_per_request_and_nothing_personal() {
    let (lines, _guard) = Lines::listen();
    let world = World::start(router()).await;
    let request = world.client.get(world.url("/v1/members/ada@example.org?token=hush"));
    let request = request.header("authorization", "Bearer hush").header("x-request-id", "request-123");
    assert_eq!(request.send().await.unwrap().status(), 200);
    world.get("/livez").await;
    let lines = lines.all();
    assert_eq!(lines.len(), 1, "a probe that succeeds is no news: {lines:?}");
    let line = &lines[0].to_string();
    for part in ["http.request.answered", "/v1/members/{id}", "request-123", "GET", "200"] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    for secret in ["ada", "hush", "127.0.0.1"] {
        assert!(!line.contains(secret), "{secret} is in {line}");
    }
}

#[tokio::test]
async fn an_error_of_ours_is_logged_once_with_its_cause() {
    let (lines, _guard) = Lines::listen();
    let world = World::start(router()).await;
    for path in ["/v1/broken", "/v1/gone", "/v1/panic"] {
        world.get(path).await;
    }
    let lines: Vec<String> = lines.all().iter().map(ToString::to_string).collect();
    let naming = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    assert_eq!(naming("ERROR"), 2, "the broken one and the panic; a 404 is no error: {lines:?}");
    assert_eq!(naming("the disk is gone"), 1, "{lines:?}");
    assert_eq!(naming("tests/it/logs.rs"), 1, "the place is the caller's: {lines:?}");
    assert_eq!(naming("on purpose"), 1, "{lines:?}");
}

#[tokio::test]
async fn what_ends_because_the_client_has_left_still_names_its_request_and_its_route() {
    struct Ending(Arc<tokio::sync::Notify>);
    impl Drop for Ending {
        fn drop(&mut self) {
            tracing::info!("left alone");
            self.0.notify_one();
        }
    }
    let log = Capture::of_thread();
    let (begun, ended) = (Arc::<tokio::sync::Notify>::default(), Arc::<tokio::sync::Notify>::default());
    let (begins, ends) = (Arc::clone(&begun), Arc::clone(&ended));
    let endless = get(async move || {
        let _ending = Ending(ends);
        begins.notify_one();
        std::future::pending::<()>().await;
    });
    let world = World::start(Router::new().route("/v1/endless/{id}", endless)).await;
    let mut socket = world.connect().await;
    let request = b"GET /v1/endless/7 HTTP/1.1\r\nhost: x\r\nx-request-id: request-123\r\n\r\n";
    socket.write_all(request).await.unwrap();
    within(begun.notified()).await;
    drop(socket);
    within(ended.notified()).await;
    let lines = log.lines();
    let line = lines.iter().find(|line| line.message == "left alone").unwrap();
    assert_eq!(line.request_id.as_ref().map(mainstay_telemetry::RequestId::as_str), Some("request-123"));
    assert_eq!(line.fields["http.route"], "/v1/endless/{id}");
}

#[tokio::test]
async fn what_a_handler_logs_carries_its_request_its_route_and_its_trace() {
    let log = Capture::of_thread();
    let router = Router::new().route(
        "/v1/members/{id}",
        get(|| async {
            tracing::info!("looking");
            let here = mainstay_telemetry::Request::current().unwrap();
            let dispatch = tracing::dispatcher::get_default(Clone::clone);
            let blocking = move || {
                tracing::dispatcher::with_default(&dispatch, || here.within(|| tracing::info!("hashing")));
            };
            tokio::task::spawn_blocking(blocking).await.unwrap();
        }),
    );
    let world = World::start(router).await;
    let request = world.client.get(world.url("/v1/members/ada")).header("x-request-id", "request-123");
    let traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0b1902b7-01";
    assert_eq!(request.header("traceparent", traceparent).send().await.unwrap().status(), 200);
    world.get("/v1/members/bob").await;
    let of = |message: &str, nth: usize| {
        let lines = log.lines();
        let line = lines.iter().filter(|line| line.message == message).nth(nth).unwrap().clone();
        let field = |name| line.fields.get(name).cloned().unwrap_or_default();
        let id = line.request_id.as_ref().map(|id| id.as_str().to_owned()).unwrap_or_default();
        (id, field("http.route"), field("trace_id"))
    };
    let first = ("request-123".to_owned(), "/v1/members/{id}".to_owned(), traceparent[3..35].to_owned());
    for message in ["looking", "hashing", "request answered"] {
        assert_eq!(of(message, 0), first, "{message}");
        let (id, route, trace_id) = of(message, 1);
        assert!(id != "request-123" && id.len() == 32, "{message}: {id}");
        assert_eq!((route.as_str(), trace_id.as_str()), ("/v1/members/{id}", ""), "{message}");
    }
}
