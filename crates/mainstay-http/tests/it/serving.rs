//! The serve loop: slow, large, many and leaving clients.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use futures_util::StreamExt;
use mainstay_http::{Config, Problem};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, Semaphore};

use crate::world::{World, read_to_close, within};

const SOON: Duration = Duration::from_millis(150);
const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

/// Short times, so that the tests of time-outs are quick.
fn impatient() -> Config {
    let mut config = Config::default();
    config.connections.header_timeout = SOON;
    config.connections.body_idle_timeout = SOON;
    config.connections.write_timeout = SOON;
    config
}

#[tokio::test]
async fn serves_http1_and_http2_on_one_port() {
    let world =
        World::start(
            Router::new().route(
                "/",
                get(
                    |ConnectInfo(peer): ConnectInfo<std::net::SocketAddr>,
                     request: axum::extract::Request| async move {
                        format!("{:?} {}", request.version(), peer.ip())
                    },
                ),
            ),
        )
        .await;
    let h2 = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    assert_eq!(world.get("/").await.text().await.unwrap(), "HTTP/1.1 127.0.0.1");
    let answer = within(h2.get(world.url("/")).send()).await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "HTTP/2.0 127.0.0.1");
}

#[tokio::test]
async fn more_headers_than_configured_are_refused_whatever_their_number() {
    for most in [40, 100, 300] {
        let mut config = Config::default();
        config.connections.max_headers = most;
        let world = World::with(hello(), config).await;
        for (count, status) in [(most, "200"), (most + 1, "431")] {
            let more: String = (2..count).map(|nth| format!("x-{nth}: 1\r\n")).collect();
            let request = format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n");
            let answer = world.raw(request.as_bytes()).await;
            assert_eq!(answer.get(9..12), Some(status), "{count} of {most}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut_off() {
    let world = World::with(hello(), impatient()).await;
    let begin = Instant::now();
    assert_eq!(world.raw(b"").await, "");
    assert!(begin.elapsed() >= SOON);
    assert_eq!(world.raw(b"PRI * HTTP/2").await, "", "half a preface is silence too");
    assert_eq!(world.raw(b"GET / HTTP/1.1\r\nHost:").await, "", "half a head as well");
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_off() {
    let world = World::with(hello(), impatient()).await;
    let mut socket = world.connect().await;
    let begin = Instant::now();
    // One header line at a time, each well within the time-out: the head as a whole has the limit.
    socket.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").await.unwrap();
    let mut tick = tokio::time::interval(SOON / 10);
    let mut buffer = [0; 64];
    loop {
        tokio::select! {
            _ = tick.tick() => {
                if socket.write_all(b"X-Slow: 1\r\n").await.is_err() { break }
            }
            read = socket.read(&mut buffer) => {
                assert!(matches!(read, Ok(0) | Err(_)), "no answer was due");
                break;
            }
        }
        assert!(begin.elapsed() < Duration::from_secs(10), "the server waits for ever");
    }
    assert!(begin.elapsed() >= SOON);
}

#[tokio::test]
async fn an_idle_connection_is_closed_after_its_answer() {
    let world = World::with(hello(), impatient()).await;
    let answer = world.raw(GET).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("hello"), "{answer}");
}

#[tokio::test]
async fn an_idle_http2_connection_is_closed() {
    let mut config = impatient();
    config.connections.idle_timeout = SOON;
    let world = World::with(hello(), config).await;
    let mut socket = world.connect().await;
    // The preface and empty settings: a complete opening that asks for nothing.
    socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    read_to_close(&mut socket).await;
}

#[tokio::test]
async fn a_stalled_body_is_a_problem() {
    async fn take(body: Result<Bytes, axum::extract::rejection::BytesRejection>) -> Result<String, Problem> {
        body.map(|bytes| bytes.len().to_string())
            .map_err(|_| Problem::bad_request("incomplete_body", "The body stalled."))
    }
    let world = World::with(Router::new().route("/", post(take)), impatient()).await;
    let answer = world.raw(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345").await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    assert!(answer.contains("incomplete_body"), "{answer}");
}

#[tokio::test]
async fn a_client_that_takes_nothing_is_cut_off() {
    let endless = || async {
        Body::from_stream(futures_util::stream::repeat_with(|| {
            Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'x'; 65_536]))
        }))
    };
    let ended = Arc::new(Notify::new());
    let noted = Arc::clone(&ended);
    let router = Router::new().route(
        "/",
        get(move || {
            let note = OnDrop(Arc::clone(&noted));
            async move {
                let body = endless().await.into_data_stream();
                Body::from_stream(body.inspect(move |_| {
                    let _kept = &note;
                }))
            }
        }),
    );
    let world = World::with(router, impatient()).await;
    let mut socket = world.connect().await;
    socket.write_all(GET).await.unwrap();
    // The socket stays open and unread: only the write time-out can end the answer.
    within(ended.notified()).await;
    drop(socket);
}

struct OnDrop(Arc<Notify>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

#[tokio::test]
async fn oversize_heads_are_refused() {
    let world = World::start(hello()).await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "a".repeat(64 * 1024));
    assert!(world.raw(long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Many: a\r\n".repeat(200));
    assert!(world.raw(many.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert!(world.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").await.starts_with("HTTP/1.1 400"));
    assert_eq!(world.get("/").await.status(), 200, "others are unaffected");
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_for_a_place() {
    let mut config = Config::default();
    config.connections.max = 1;
    let world = World::with(hello(), config).await;
    let mut first = world.connect().await;
    first.write_all(GET).await.unwrap();
    let mut buffer = [0; 1024];
    assert!(within(first.read(&mut buffer)).await.unwrap() > 0);
    let mut second = world.connect().await;
    second.write_all(GET).await.unwrap();
    let waiting = tokio::time::timeout(SOON, second.read(&mut buffer)).await;
    assert!(waiting.is_err(), "the only place is taken");
    drop(first);
    assert!(within(second.read(&mut buffer)).await.unwrap() > 0);
}

/// A route that answers when told to, and tells when it was entered.
fn gated() -> (Router, Arc<Semaphore>, Arc<Semaphore>) {
    let (entered, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (tell, wait) = (Arc::clone(&entered), Arc::clone(&gate));
    let router = Router::new().route(
        "/",
        get(move || async move {
            tell.add_permits(1);
            wait.acquire().await.unwrap().forget();
            "finished"
        }),
    );
    (router, entered, gate)
}

#[tokio::test]
async fn a_drain_finishes_what_runs_and_closes_what_idles() {
    let (router, entered, gate) = gated();
    let mut world = World::start(router.route("/quick", get(|| async { "quick" }))).await;
    // An idle keep-alive connection.
    let mut idle = world.connect().await;
    idle.write_all(b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut buffer = [0; 1024];
    assert!(within(idle.read(&mut buffer)).await.unwrap() > 0);
    // A running request.
    let mut busy = world.connect().await;
    busy.write_all(GET).await.unwrap();
    within(entered.acquire()).await.unwrap().forget();

    world.ask_to_stop();
    read_to_close(&mut idle).await;
    // Idle is closed, so the stop was heard: nobody new is let in.
    assert!(tokio::net::TcpStream::connect(world.address).await.is_err());
    gate.add_permits(1);
    let answer = read_to_close(&mut busy).await;
    assert!(answer.ends_with("finished"), "{answer}");
    let report = world.report().await;
    assert_eq!((report.open, report.cut_off), (2, 0));
    assert!(report.is_clean());
}

#[tokio::test]
async fn a_drain_cuts_off_at_its_deadline() {
    let (router, entered, _gate) = gated();
    let mut config = Config::default();
    config.connections.drain_timeout = SOON;
    let mut world = World::with(router, config).await;
    let mut busy = world.connect().await;
    busy.write_all(GET).await.unwrap();
    within(entered.acquire()).await.unwrap().forget();
    world.ask_to_stop();
    assert_eq!(read_to_close(&mut busy).await, "");
    let report = world.report().await;
    assert_eq!((report.open, report.cut_off), (1, 1));
    assert!(report.took >= SOON && !report.is_clean());
}

#[tokio::test]
async fn stopping_at_once_is_a_clean_drain() {
    let mut world = World::start(hello()).await;
    world.ask_to_stop();
    assert_eq!(world.report().await.open, 0);
}

/// Ready for two requests, of which it is asked for the second with a panic.
#[derive(Clone)]
struct Frail(usize);

impl tower::Service<axum::extract::Request> for Frail {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        if self.0 < 2 { std::task::Poll::Ready(Ok(())) } else { std::task::Poll::Pending }
    }

    fn call(&mut self, _: axum::extract::Request) -> Self::Future {
        self.0 += 1;
        assert!(self.0 < 2, "the second request");
        std::future::ready(Ok(Body::from("hello").into_response()))
    }
}

#[tokio::test]
async fn who_is_not_ready_or_panics_is_answered_for_and_the_connection_goes_on() {
    let world = World::of(Frail(0), Config::default(), mainstay_telemetry::Registry::new()).await;
    let mut socket = world.connect().await;
    for status in ["200", "500", "503"] {
        socket.write_all(GET).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = within(socket.read(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}
