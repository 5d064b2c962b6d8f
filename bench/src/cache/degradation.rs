//! Two nodes under load while their Redis is killed, hangs and is flushed: times, hits and errors of each phase beside the
//! one before. Never here: how the cache notices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_cache::Source;
use mainstay_runtime::Random;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::us;
use super::world::{Node, World, pair};
use crate::load::Seen;
use crate::redis_server::{Keeping, Redis};

/// Notes that are asked for; some of them change all the time.
const KEYS: u64 = 2_000;
const READERS: u64 = 4;

/// What one phase saw.
#[derive(Default)]
struct Phase {
    times: Vec<Duration>,
    kept: usize,
    taken_over: usize,
    errors: usize,
}

pub(super) async fn measure(world: &World, time: Duration) -> anyhow::Result<Value> {
    let mut redis = Redis::start(Keeping::Nothing).await?;
    let nodes = pair(world, &redis, 5).await?;
    println!("\n| Redis | answers/s | p50 us | p99 us | of before | kept | taken over | errors |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut rows = Vec::new();
    // The caches are filled before anything is told.
    phase(&nodes, time).await;
    let mut before = None;
    for what in ["answers", "killed", "answers again", "hangs", "answers again", "flushed", "answers again"] {
        match what {
            "killed" => redis.kill()?,
            "hangs" => redis.hang(time).await?,
            "flushed" => redis.flush().await?,
            _ if before.is_some() && redis.connect().await.is_err() => redis.restart().await?,
            _ => {}
        }
        let seen = phase(&nodes, time).await;
        let (kept, taken, errors) = (part(&seen, seen.kept), part(&seen, seen.taken_over), seen.errors);
        let seen = Seen::of(seen.times, time);
        let healthy = *before.get_or_insert(seen.p99);
        let ratio = super::hundredths(seen.p99.as_secs_f64() / healthy.as_secs_f64());
        let (rate, p50, p99) = (seen.per_second.round(), us(seen.p50), us(seen.p99));
        println!("| {what} | {rate} | {p50} | {p99} | {ratio} | {kept} | {taken} | {errors} |");
        rows.push(
            json!({"redis": what, "per_second": rate, "p50_us": p50, "p99_us": p99, "p99_of_before": ratio,
            "kept": kept, "taken_over": taken, "errors": errors}),
        );
    }
    for node in &nodes {
        node.stop().await;
    }
    Ok(rows.into())
}

fn part(phase: &Phase, of: usize) -> f64 {
    (of as f64 / phase.times.len().max(1) as f64 * 10_000.0).round() / 10_000.0
}

async fn phase(nodes: &[Arc<Node>; 2], time: Duration) -> Phase {
    let mut tasks: JoinSet<Phase> = JoinSet::new();
    let until = Instant::now() + time;
    for at in 0..READERS {
        tasks.spawn(read(
            Arc::clone(&nodes[usize::try_from(at % 2).unwrap_or(0)]),
            Random::seeded(at),
            until,
        ));
    }
    tasks.spawn(write(Arc::clone(&nodes[0]), Random::seeded(READERS), until));
    tasks.join_all().await.into_iter().fold(Phase::default(), |mut sum, one| {
        sum.times.extend(one.times);
        sum.kept += one.kept;
        sum.taken_over += one.taken_over;
        sum.errors += one.errors;
        sum
    })
}

async fn read(node: Arc<Node>, random: Random, until: Instant) -> Phase {
    let mut phase = Phase::default();
    while Instant::now() < until {
        // Some are asked for far more often than others.
        let owner = random.below(1 + random.below(KEYS)).cast_signed() + 1;
        let asked = Instant::now();
        match node.get(owner).await {
            Ok(answer) => {
                phase.kept += usize::from(answer.source == Source::Level1);
                phase.taken_over += usize::from(answer.source == Source::Level2);
            }
            Err(_) => phase.errors += 1,
        }
        phase.times.push(asked.elapsed());
        tokio::time::sleep(Duration::from_micros(200)).await;
    }
    phase
}

async fn write(node: Arc<Node>, random: Random, until: Instant) -> Phase {
    let mut phase = Phase::default();
    let mut version = 0;
    while Instant::now() < until {
        version += 1;
        let owner = random.below(KEYS).cast_signed() + 1;
        phase.errors += usize::from(node.write(owner, version).await.is_err());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    phase
}
