//! Requests per second of the served API beside bare axum returning the same bytes, alternating in one run.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use crate::load::{self, Seen};
use crate::ms;
use crate::server::{self, Server};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/domain/tests/fixtures/samples");
const CONNECTIONS: usize = 32;
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
const MANUAL: usize = 200;

pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = server::folder()?;
    let data = folder.path().join("data");
    let cold = Server::start(&data).await?;
    fill(&cold).await?;
    let first_start = cold.started_in;
    cold.stop().await?;
    let server = Server::start(&data).await?;
    let idle_mib = server.resident_mib();
    let newest = server.get("/v1/activities?sport=run&limit=100&end_date=2010-01-01").await?;
    let tracked = newest["items"].as_array().into_iter().flatten().find(|item| item["has_track"] == true);
    let id = tracked.and_then(|item| item["id"].as_str()).context("no activity with samples")?.to_owned();
    let paths = [
        "/v1/activities?limit=20".to_owned(),
        format!("/v1/activities/{id}"),
        "/v1/analytics/efficiency-trends?days=365".to_owned(),
    ];
    println!(
        "{:44} {:>7} {:>9} {:>9} {:>9} {:>9} {:>7}",
        "path", "bytes", "req/s", "p50 ms", "p99 ms", "bare/s", "ratio"
    );
    let mut rows = Vec::new();
    for path in &paths {
        let url = format!("{}{path}", server.base);
        let body =
            server.http.get(url).bearer_auth(&server.token).send().await?.error_for_status()?.bytes().await?;
        let size = body.len();
        let (ours, bare) = compare(&server, path, body).await?;
        let shown = path.replace(&id, "{id}");
        let ratio = ours.per_second / bare.per_second;
        println!(
            "{shown:44} {size:>7} {:>9.0} {:>9} {:>9} {:>9.0} {ratio:>7.3}",
            ours.per_second,
            ms(ours.p50),
            ms(ours.p99),
            bare.per_second
        );
        rows.push(json!({"path": shown, "bytes": size, "per_second": ours.per_second.round(), "p50_ms": ms(ours.p50),
            "p99_ms": ms(ours.p99), "bare_per_second": bare.per_second.round(), "ratio": ratio}));
    }
    let loaded_mib = server.resident_mib();
    let binary_mib = (std::fs::metadata(server::binary()?)?.len() as f64 / 104_857.6).round() / 10.0;
    println!(
        "first start {} ms, second start {} ms, memory idle {idle_mib} MiB, loaded {loaded_mib} MiB, binary {binary_mib} MiB",
        ms(first_start),
        ms(server.started_in)
    );
    println!(
        "{}",
        json!({"paths": rows, "first_start_ms": ms(first_start), "second_start_ms": ms(server.started_in),
        "idle_mib": idle_mib, "loaded_mib": loaded_mib, "binary_mib": binary_mib})
    );
    server.stop().await
}

async fn fill(server: &Server) -> anyhow::Result<()> {
    for name in ["06_marathon_polar_44laps.fit", "07_half_marathon_polar.fit", "08_treadmill_12km_polar.fit"]
    {
        server.upload(name, std::fs::read(Path::new(SAMPLES).join(name))?).await?;
    }
    for day in 0..MANUAL {
        let start = format!("2026-{:02}-{:02}T06:00:00Z", 1 + day / 28, 1 + day % 28);
        let body = json!({"start_time": start, "sport": "run", "duration_s": 3000, "distance_m": 10_000});
        let request = server.http.post(format!("{}/v1/activities", server.base)).bearer_auth(&server.token);
        request.json(&body).send().await?.error_for_status()?;
    }
    Ok(())
}

/// Ours and bare axum in turn; of each the run with the middle throughput.
async fn compare(server: &Server, path: &str, body: axum::body::Bytes) -> anyhow::Result<(Seen, Seen)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let bare = listener.local_addr()?.to_string();
    let answer = get(move || async move { ([(CONTENT_TYPE, "application/json")], body) });
    let router: Router = Router::new().route("/", answer);
    #[expect(clippy::disallowed_methods, reason = "the yardstick has no supervisor")]
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let address = server.base.trim_start_matches("http://");
    let ours =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n", server.token);
    let theirs = format!("GET / HTTP/1.1\r\nhost: {bare}\r\n\r\n");
    let (mut seen, mut seen_bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        seen.push(load::run(address, &ours, CONNECTIONS, ROUND).await?);
        seen_bare.push(load::run(&bare, &theirs, CONNECTIONS, ROUND).await?);
    }
    serving.abort();
    Ok((Seen::middle(seen), Seen::middle(seen_bare)))
}
