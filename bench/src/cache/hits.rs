//! What an answer costs by where it comes from, beside plain stores and a plain GET. Never here: how often each happens.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;
use mainstay_cache::{Freshness, Representation, Source};
use redis::AsyncCommands;
use serde_json::{Value, json};

use super::us;
use super::world::{NOTES, World, pair};
use crate::median;
use crate::redis_server::{Keeping, Redis};

const TIMES: i64 = 2_000;
const HITS: i64 = 400_000;

pub(super) async fn measure(world: &World) -> anyhow::Result<Value> {
    let redis = Redis::start(Keeping::Nothing).await?;
    let [one, other] = pair(world, &redis, 5).await?;
    println!("\n| an answer of 2 KB | each, us | beside | each, us | ratio |\n|---|---|---|---|---|");
    let mut rows = Vec::new();
    let mut tell = |what: &str, ours: f64, beside: &str, theirs: f64| {
        let ratio = super::hundredths(ours / theirs);
        println!("| {what} | {ours} | {beside} | {theirs} | {ratio} |");
        rows.push(json!({"what": what, "us": ours, "beside": beside, "beside_us": theirs, "ratio": ratio}));
    };

    let plain = quick_cache::sync::Cache::new(NOTES as usize * 2);
    let moka = moka::sync::Cache::new(NOTES.unsigned_abs() * 2);
    for owner in 1..=NOTES {
        let value: Arc<Representation> = Arc::new(Representation::clone(&one.get(owner).await?.value));
        plain.insert(owner, Arc::clone(&value));
        moka.insert(owner, value);
    }
    let next = |at: i64| at * 7_919 % NOTES + 1;
    let (begun, mut kept) = (Instant::now(), 0);
    for at in 0..HITS {
        kept += i64::from(one.get(next(at)).await?.source == Source::Level1);
    }
    let level1 = per(begun.elapsed(), HITS);
    ensure!(kept * 100 > HITS * 95, "{kept} of {HITS} were kept");
    let begun = Instant::now();
    let found = (0..HITS).filter(|at| plain.get(&next(*at)).is_some()).count();
    let quick = per(begun.elapsed(), HITS);
    let begun = Instant::now();
    let also = (0..HITS).filter(|at| moka.get(&next(*at)).is_some()).count();
    let moka = per(begun.elapsed(), HITS);
    ensure!(found == also, "{found} and {also}");
    tell("kept here, validated by three tags", level1, "quick_cache alone", quick);
    tell("kept here, validated by three tags", level1, "moka alone", moka);

    let (taken, got, asked) = shared(&one, &other, &redis).await?;
    tell("taken over from another node", taken, "GET of the same bytes", got);
    tell("taken over from another node", taken, "read from the database", asked);
    one.stop().await;
    other.stop().await;
    Ok(rows.into())
}

/// Taken over, by a GET alone, and read: microseconds each, in the middle.
async fn shared(
    one: &super::world::Node,
    other: &super::world::Node,
    redis: &Redis,
) -> anyhow::Result<(f64, f64, f64)> {
    let mut connection = redis.connect().await?;
    let (mut taken, mut got, mut asked) = (Vec::new(), Vec::new(), Vec::new());
    for owner in 1..=TIMES {
        one.notes.remove(&owner);
        one.get(owner).await?;
        let begun = Instant::now();
        let answer = other.get(owner).await?;
        if answer.source == Source::Level2 {
            taken.push(begun.elapsed());
        }
        let () = connection.set("plain", answer.value.bytes().to_vec()).await?;
        let begun = Instant::now();
        let _: Vec<u8> = connection.get("plain").await?;
        got.push(begun.elapsed());
        let begun = Instant::now();
        other.ask(owner, Freshness::Bypass).await?;
        asked.push(begun.elapsed());
    }
    ensure!(taken.len() > 100, "{} were taken over", taken.len());
    Ok((us(median(taken)), us(median(got)), us(median(asked))))
}

/// Microseconds with three decimals.
fn per(time: Duration, times: i64) -> f64 {
    (time.as_secs_f64() * 1e9 / times as f64).round() / 1_000.0
}
