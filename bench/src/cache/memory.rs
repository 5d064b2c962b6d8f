//! What an entry takes besides its value, by the process's resident memory, beside plain stores. Never here: what the cache
//! itself counts it for.

use std::convert::Infallible;
use std::sync::Arc;

use anyhow::Context;
use mainstay_cache::coherence::Tag;
use mainstay_cache::{Cache, Freshness, NameConfig, Representation};
use serde_json::{Value, json};

use super::world::World;

const ENTRIES: i64 = 200_000;
const PAGE_BYTES: f64 = 4_096.0;
const BODY: &str = "a body of so many bytes";

pub(super) async fn measure(world: &World) -> anyhow::Result<Value> {
    let node = world.node(None).await?;
    println!(
        "\n| an entry of {} bytes with three tags | bytes each | counted by the cache |\n|---|---|---|",
        BODY.len()
    );
    let config = NameConfig { max_bytes: 1 << 30, ..NameConfig::default() };
    let entries: Cache<i64, Representation> = node.caches.cache("entries", config);
    let before = resident()?;
    for number in 0..ENTRIES {
        let tags = || Tag::of_row("note", &number.to_string(), "1").to_vec();
        let load = |_| async { Ok::<_, Infallible>(Representation::new(BODY)) };
        entries.get_or_load(&number, tags, Freshness::Fresh, load).await?;
    }
    let ours = each(resident()? - before);
    let stats = node.caches.stats();
    let stats = stats.iter().find(|stats| stats.name == "entries").context("no such name")?;
    let counted = (stats.bytes as f64 / stats.entries.max(1) as f64).round();
    println!("| ours | {ours} | {counted} |");
    let before = resident()?;
    let plain = quick_cache::sync::Cache::new(ENTRIES as usize);
    (0..ENTRIES).for_each(|number| plain.insert(number, Arc::new(Representation::new(BODY))));
    let quick = each(resident()? - before);
    println!("| quick_cache alone | {quick} | |");
    let before = resident()?;
    let moka = moka::sync::Cache::new(ENTRIES.unsigned_abs());
    (0..ENTRIES).for_each(|number| moka.insert(number, Arc::new(Representation::new(BODY))));
    moka.run_pending_tasks();
    let moka_bytes = each(resident()? - before);
    println!("| moka alone | {moka_bytes} | |");
    node.stop().await;
    drop((plain, moka));
    Ok(
        json!({"entries": stats.entries, "bytes": ours, "counted": counted, "quick_cache": quick, "moka": moka_bytes}),
    )
}

/// In bytes.
fn resident() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/self/statm")?;
    let pages: f64 = text.split_whitespace().nth(1).context("no resident pages")?.parse()?;
    Ok(pages * PAGE_BYTES)
}

fn each(bytes: f64) -> f64 {
    (bytes / ENTRIES as f64).round()
}
