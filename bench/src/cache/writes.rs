//! What triggers and their events add to an update like pgbench's, one row by its key, each its own transaction. Never here:
//! what is heard of it.

use std::time::{Duration, Instant};

use mainstay_db::Session;
use mainstay_runtime::Random;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::world::World;
use super::{hundredths, store, us};
use crate::load::Seen;

const ROWS: i64 = 100_000;
const ROUNDS: usize = 3;

pub(super) async fn measure(world: &World, time: Duration) -> anyhow::Result<Value> {
    let session = world.session().await?;
    store::accounts(&session, ROWS).await?;
    println!(
        "\n| updates of one row | at once | table | updates/s | p50 us | p99 us | log bytes each | of the plain |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    for is_synchronous in [true, false] {
        for at_once in [1, 8] {
            let mut seen = [Vec::new(), Vec::new()];
            for _ in 0..ROUNDS {
                for (table, seen) in ["plain", "watched"].into_iter().zip(&mut seen) {
                    seen.push(updates(world, &session, table, at_once, is_synchronous, time / 3).await?);
                }
            }
            let kind = if is_synchronous { "synchronous" } else { "asynchronous" };
            let mut plain = 0.0;
            for (table, seen) in ["plain", "watched"].into_iter().zip(seen) {
                let bytes = seen.iter().map(|(_, bytes)| *bytes).sum::<f64>() / seen.len() as f64;
                let seen = Seen::middle(seen.into_iter().map(|(seen, _)| seen).collect());
                if table == "plain" {
                    plain = seen.per_second;
                }
                let (ratio, rate) = (hundredths(seen.per_second / plain), seen.per_second.round());
                let (p50, p99, bytes) = (us(seen.p50), us(seen.p99), bytes.round());
                println!("| {kind} | {at_once} | {table} | {rate} | {p50} | {p99} | {bytes} | {ratio} |");
                rows.push(json!({"commits": kind, "at_once": at_once, "table": table, "per_second": rate,
                    "p50_us": p50, "p99_us": p99, "log_bytes": bytes, "of_plain": ratio}));
            }
        }
    }
    Ok(rows.into())
}

/// What was seen, and the write-ahead log of each update in bytes.
async fn updates(
    world: &World,
    session: &Session,
    table: &'static str,
    at_once: u64,
    is_synchronous: bool,
    time: Duration,
) -> anyhow::Result<(Seen, f64)> {
    let before = store::written(session).await?;
    let mut clients = JoinSet::new();
    for at in 0..at_once {
        let client = world.session().await?;
        let mode = if is_synchronous { "on" } else { "off" };
        client.batch_execute(&format!("set synchronous_commit = {mode}")).await?;
        let random = Random::seeded(at);
        clients.spawn(async move {
            let statement = store::update(&client, table).await?;
            let (begun, mut times) = (Instant::now(), Vec::new());
            while begun.elapsed() < time {
                let aid = random.below(ROWS.unsigned_abs()).cast_signed() + 1;
                let asked = Instant::now();
                client.execute(&statement, &[&aid]).await?;
                times.push(asked.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    let mut times = Vec::new();
    while let Some(client) = clients.join_next().await {
        times.extend(client??);
    }
    let bytes = (store::written(session).await? - before) / times.len().max(1) as f64;
    Ok((Seen::of(times, time), bytes))
}
