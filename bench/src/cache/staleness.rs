//! How soon what one node has committed is served by another: with hints and without. Never here: whether that is soon
//! enough.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{World, pair};
use crate::load::Seen;
use crate::ms;
use crate::redis_server::{Keeping, Redis};

const OWNER: i64 = 1;
/// Between two looks at the other node.
const LOOK: Duration = Duration::from_micros(100);

pub(super) async fn measure(world: &World, time: Duration) -> anyhow::Result<Value> {
    println!(
        "\n| written on one node, served by the other | writes | p50 ms | p99 ms | worst ms | bound ms |"
    );
    println!("|---|---|---|---|---|---|");
    let redis = Redis::start(Keeping::Nothing).await?;
    let mut rows = Vec::new();
    for (way, hint_pause_ms) in [("polls alone, every 50 ms", 0), ("hints by Redis", 5)] {
        let [one, other] = pair(world, &redis, hint_pause_ms).await?;
        let mut delays = Vec::new();
        let begun = one.clock.boottime();
        let mut version = one.version(OWNER).await?;
        while one.clock.boottime().saturating_sub(begun) < time {
            version += 1;
            other.version(OWNER).await?;
            one.write(OWNER, version).await?;
            let told = one.clock.boottime();
            while other.version(OWNER).await? < version {
                tokio::time::sleep(LOOK).await;
            }
            delays.push(one.clock.boottime().saturating_sub(told));
            // Not in step with the polls.
            tokio::time::sleep(Duration::from_micros(500 + version.unsigned_abs() * 7_919 % 20_000)).await;
        }
        let worst = delays.iter().max().copied().unwrap_or_default();
        let (writes, seen) = (delays.len(), Seen::of(delays, time));
        println!("| {way} | {writes} | {} | {} | {} | 500 |", ms(seen.p50), ms(seen.p99), ms(worst));
        rows.push(json!({"way": way, "writes": writes, "p50_ms": ms(seen.p50), "p99_ms": ms(seen.p99),
            "worst_ms": ms(worst), "bound_ms": 500}));
        one.stop().await;
        other.stop().await;
    }
    Ok(rows.into())
}
