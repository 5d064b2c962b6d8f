//! Requests per second of the served API beside bare axum that is asked the same and returns the same bytes, head and body,
//! and beside bare axum with the body alone, alternating in one run.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde_json::json;
use tokio::process::Command;

use crate::bare::Bare;
use crate::load::Seen;
use crate::server::{self, Server};
use crate::{ms, wrk};

const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../app/domain/tests/fixtures/samples");
const SECONDS: u64 = 3;
const ROUNDS: usize = 5;
/// So long after its start a server counts as idle.
const IDLE: Duration = Duration::from_secs(15);
/// Each answer has its line in the log, which is a file: with `--lines`.
const LOGGED: [(&str, &str); 2] = [("PACELINE_LOG__LEVEL", "info"), ("PACELINE_LOG__FORMAT", "json")];
const MANUAL: usize = 200;
/// Headers that every server writes by itself.
const WRITTEN_BY_SERVERS: [&str; 2] = ["content-length", "date"];

pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = server::folder()?;
    let data = folder.path().join("data");
    let cold = Server::start(&data).await?;
    fill(&cold).await?;
    let first_start = cold.started_in;
    cold.stop().await?;
    let mut command = Command::new(server::binary()?);
    command.stderr(std::fs::File::create(folder.path().join("log"))?);
    let environment = if std::env::args().any(|word| word == "--lines") { &LOGGED[..] } else { &[] };
    let server = Server::start_by(command, &data, environment).await?;
    let begun_mib = server.resident_mib();
    // What the start and the sign-in have taken is given back meanwhile.
    tokio::time::sleep(IDLE).await;
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
        "{:42} {:>7} {:>8} {:>7} {:>7} {:>7} {:>8} {:>7} {:>6} {:>8} {:>7} {:>6}",
        "path",
        "bytes",
        "req/s",
        "p50 ms",
        "p99 ms",
        "cpu us",
        "same/s",
        "cpu us",
        "ratio",
        "body/s",
        "cpu us",
        "ratio"
    );
    let mut rows = Vec::new();
    for path in &paths {
        let (head, bytes) = answer(&server, path).await?;
        let [ours, same, bare] = compare(&server, path, bytes, &head).await?;
        rows.push(row(&path.replace(&id, "{id}"), bytes, &[ours, same, bare]));
    }
    let loaded_mib = server.resident_mib();
    let binary_mib = (std::fs::metadata(server::binary()?)?.len() as f64 / 104_857.6).round() / 10.0;
    println!(
        "first start {} ms, second start {} ms, memory begun {begun_mib} MiB, idle {idle_mib} MiB, loaded {loaded_mib} MiB, binary {binary_mib} MiB",
        ms(first_start),
        ms(server.started_in)
    );
    println!(
        "{}",
        json!({"paths": rows, "first_start_ms": ms(first_start), "second_start_ms": ms(server.started_in),
        "begun_mib": begun_mib, "idle_mib": idle_mib, "loaded_mib": loaded_mib, "binary_mib": binary_mib})
    );
    server.stop().await
}

/// A kept answer's head, without what every server writes, and the length of its body.
async fn answer(server: &Server, path: &str) -> anyhow::Result<(Vec<(String, String)>, usize)> {
    let ask = async || {
        let request = server.http.get(format!("{}{path}", server.base)).bearer_auth(&server.token);
        request.send().await?.error_for_status()
    };
    // The first two may have read it.
    ask().await?;
    ask().await?;
    let answer = ask().await?;
    let head = answer.headers().iter().filter(|(name, _)| !WRITTEN_BY_SERVERS.contains(&name.as_str()));
    let head = head.map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())));
    Ok((head.collect::<anyhow::Result<_>>()?, answer.bytes().await?.len()))
}

/// Shows what was seen of one path.
fn row(path: &str, bytes: usize, [ours, same, bare]: &[Round; 3]) -> serde_json::Value {
    let [ratio, ratio_bare] = [same, bare].map(|other| ours.seen.per_second / other.seen.per_second);
    let (p50, p99) = (ms(ours.seen.p50), ms(ours.seen.p99));
    println!(
        "{path:42} {bytes:>7} {:>8.0} {p50:>7} {p99:>7} {:>7.1} {:>8.0} {:>7.1} {ratio:>6.3} {:>8.0} {:>7.1} {ratio_bare:>6.3}",
        ours.seen.per_second, ours.cost, same.seen.per_second, same.cost, bare.seen.per_second, bare.cost
    );
    json!({"path": path, "bytes": bytes, "per_second": ours.seen.per_second.round(), "p50_ms": p50, "p99_ms": p99,
        "cpu_us": ours.cost, "same_per_second": same.seen.per_second.round(), "same_cpu_us": same.cost,
        "ratio": ratio, "bare_per_second": bare.seen.per_second.round(), "bare_cpu_us": bare.cost,
        "ratio_bare": ratio_bare})
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

/// What a server did with a run of requests.
struct Round {
    seen: Seen,
    /// Microseconds of the processors that the serving process took for one.
    cost: f64,
}

/// Ours, bare axum that is asked the same and answers the same bytes, and bare axum with the body alone, in turn; of each the
/// run with the middle throughput.
async fn compare(
    server: &Server,
    path: &str,
    bytes: usize,
    head: &[(String, String)],
) -> anyhow::Result<[Round; 3]> {
    let program = std::env::current_exe()?;
    let same = Bare::start_with(Command::new(&program), bytes, head).await?;
    let bare = Bare::start(Command::new(&program), bytes).await?;
    let token = Some(server.token.as_str());
    let asked = [
        (server.pid()?, format!("{}{path}", server.base), token),
        (same.pid()?, format!("http://{}{path}", same.address), token),
        (bare.pid()?, format!("http://{}/", bare.address), None),
    ];
    let mut seen = [Vec::new(), Vec::new(), Vec::new()];
    for asked in &asked {
        // What is made once is made now.
        round(asked, 1).await?;
    }
    for _ in 0..ROUNDS {
        for (asked, seen) in asked.iter().zip(&mut seen) {
            seen.push(round(asked, SECONDS).await?);
        }
    }
    Ok(seen.map(middle))
}

async fn round((pid, url, token): &(u32, String, Option<&str>), seconds: u64) -> anyhow::Result<Round> {
    let before = server::processor_time(*pid);
    let (seen, answers) = wrk::run(url, *token, seconds).await?;
    let took = server::processor_time(*pid).saturating_sub(before);
    Ok(Round { seen, cost: took.as_secs_f64() * 1e6 / answers as f64 })
}

fn middle(mut rounds: Vec<Round>) -> Round {
    rounds.sort_by(|one, other| one.seen.per_second.total_cmp(&other.seen.per_second));
    rounds.swap_remove(rounds.len() / 2)
}
