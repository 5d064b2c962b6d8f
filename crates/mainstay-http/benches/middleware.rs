//! What the middleware list costs a request, without any socket: a bare router, the list around it with log lines off, and
//! with the access line written as JSON to nowhere. `cargo bench -p mainstay-http`.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot set up its world has failed")]

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::response::Response;
use axum::routing::get;
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http_body_util::BodyExt;
use mainstay_http::{Config, etag};
use mainstay_runtime::Effects;
use mainstay_telemetry::Registry;
use mainstay_telemetry::logs::{LogConfig, LogFormat, subscriber};
use tokio::runtime::Runtime;
use tower::ServiceExt;

const BODY_BYTES: usize = 2_048;

fn router() -> Router {
    let body = Bytes::from(vec![b'x'; BODY_BYTES]);
    let answer = get(move || async move { ([(CONTENT_TYPE, "application/json")], body) });
    Router::new().route("/v1/page", answer)
}

fn request() -> Request<Body> {
    Request::get("/v1/page?limit=20")
        .header(HOST, "127.0.0.1:8080")
        .header(AUTHORIZATION, "Bearer of.nothing.at-all")
        .body(Body::empty())
        .unwrap()
}

fn middleware(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let listed = |router| {
        mainstay_http::layers::app(router, &Config::default(), &Registry::default(), &Effects::system())
            .unwrap()
    };
    let mut group = criterion.benchmark_group("request");
    let bare = router();
    group.bench_function("bare axum", |bencher| {
        bencher.iter_custom(|times| answered(&runtime, &bare, times));
    });
    let app = listed(router());
    group.bench_function("the list", |bencher| {
        bencher.iter_custom(|times| answered(&runtime, &app, times));
    });
    let private = listed(router().layer(etag::private()));
    group.bench_function("the list and an ETag", |bencher| {
        bencher.iter_custom(|times| answered(&runtime, &private, times));
    });
    let config = LogConfig { format: LogFormat::Json, ..LogConfig::default() };
    let lines = subscriber(&config, std::io::sink).unwrap();
    tracing::subscriber::with_default(lines, || {
        group.bench_function("the list and its line", |bencher| {
            bencher.iter_custom(|times| answered(&runtime, &app, times));
        });
    });
}

/// How long so many requests take, one after the other.
fn answered<S>(runtime: &Runtime, service: &S, times: u64) -> Duration
where
    S: tower::Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    let asking = async {
        let begun = Instant::now();
        for _ in 0..times {
            let response = service.clone().oneshot(black_box(request())).await.unwrap();
            black_box(response.into_body().collect().await.unwrap().to_bytes());
        }
        begun.elapsed()
    };
    runtime.block_on(asking)
}

criterion_group!(benches, middleware);
criterion_main!(benches);
