//! What the cache costs and saves: how soon another node hears, what triggers add to a write, a hit of each level, memory
//! per entry, and a Redis that dies under load; each beside a yardstick in the same run. Never here: whether an answer is
//! right; `cargo xtask fault cache` judges that.

mod degradation;
mod hits;
mod memory;
mod staleness;
mod store;
mod world;
mod writes;

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Value, json};

use crate::machine;
use world::World;

/// `--seconds S --only NAME`.
pub(super) struct Options {
    /// How long each part runs, about.
    time: Duration,
    only: Option<String>,
}

/// Prints the tables and, as its last line, the same as JSON.
pub(crate) async fn run() -> anyhow::Result<()> {
    let options = Options::parse(std::env::args().skip(2))?;
    let folder = crate::server::folder()?;
    let world = World::start(folder.path()).await?;
    let measured = measure(&world, &options).await;
    world.stop().await?;
    println!("\n{}", measured?);
    Ok(())
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self { time: Duration::from_secs(5), only: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--seconds" => options.time = Duration::try_from_secs_f64(value.parse()?)?,
                "--only" => options.only = Some(value),
                _ => bail!("{name} {value}: write --seconds S or --only NAME"),
            }
        }
        Ok(options)
    }

    fn has(&self, part: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == part)
    }
}

async fn measure(world: &World, options: &Options) -> anyhow::Result<Value> {
    let load = machine::load_average();
    println!("`cargo xtask bench cache --seconds {}`, load average {load}", options.time.as_secs_f64());
    let mut parts = serde_json::Map::new();
    // First: what others have freed would be filled.
    if options.has("memory") {
        parts.insert("memory".to_owned(), memory::measure(world).await?);
    }
    if options.has("staleness") {
        parts.insert("staleness".to_owned(), staleness::measure(world, options.time).await?);
    }
    if options.has("writes") {
        parts.insert("writes".to_owned(), writes::measure(world, options.time).await?);
    }
    if options.has("hits") {
        parts.insert("hits".to_owned(), hits::measure(world).await?);
    }
    if options.has("degradation") {
        parts.insert("degradation".to_owned(), degradation::measure(world, options.time).await?);
    }
    Ok(json!({"benchmark": "cache", "load_average": load, "parts": parts}))
}

/// Microseconds with one decimal.
fn us(time: Duration) -> f64 {
    (time.as_secs_f64() * 10_000_000.0).round() / 10.0
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
