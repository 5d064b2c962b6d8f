//! What a worker costs the server when nobody asks for anything. Never here: jobs.

use std::time::{Duration, Instant};

use mainstay_db::Target;
use mainstay_jobs::Config;

use super::nothing::Told;
use super::ours::Ours;
use super::store;

const SETTLING: Duration = Duration::from_secs(2);
const IDLE: Duration = Duration::from_secs(20);

/// Statements a minute that the server sees.
pub(super) async fn statements_a_minute(target: &Target) -> anyhow::Result<f64> {
    let ours = Ours::open(target, Told::new(false)).await?;
    store::count_statements(&ours.psql).await?;
    let working = ours.work(&Config::default());
    tokio::time::sleep(SETTLING).await;
    let (before, begun) = (store::statements(&ours.psql).await?, Instant::now());
    tokio::time::sleep(IDLE).await;
    // The first question counts among those before the second.
    let count = store::statements(&ours.psql).await? - before - 1;
    let a_minute = count as f64 / begun.elapsed().as_secs_f64() * 60.0;
    working.drain(SETTLING).await;
    Ok(a_minute.round())
}
