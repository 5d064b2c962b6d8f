//! Benchmarks of the whole product against yardsticks measured in the same run.
//! Never here: anything that decides whether the product is right; that is what tests are for.
#![expect(clippy::print_stdout, reason = "a table is what a benchmark is for")]

use std::time::Duration;

mod address;
mod bare;
mod cache;
mod db;
mod http;
mod import;
mod jobs;
mod load;
mod machine;
mod pages;
mod partitions;
mod profile;
mod python;
mod redis_server;
mod server;
mod wrk;

/// As the product has it, so that the yardsticks do not allocate dearer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("import") => import::run().await,
        Some("cache") => cache::run().await,
        Some("db") => db::run().await,
        Some("jobs") => jobs::run().await,
        Some("http") => http::run().await,
        Some("pages") => pages::run().await,
        Some("partitions") => partitions::run().await,
        Some("profile") => profile::run().await,
        Some(jobs::apart::NAME) => jobs::apart::ask().await,
        Some(bare::NAME) => bare::serve().await,
        _ => anyhow::bail!("name a benchmark: import, http, profile, partitions, db, cache, jobs or pages"),
    }
}

/// The middle of some times.
fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// Milliseconds with one decimal.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000.0).round() / 10.0
}
