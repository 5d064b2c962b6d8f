//! What the programs of the peers have in common: one command line, how the time is taken, one line of JSON. Never here: how
//! jobs are asked for and done, which each program does as its queue advises.

mod measure;
mod options;
mod store;
mod told;

use std::future::Future;
use std::ops::Range;

use anyhow::{Context as _, Result};
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

pub use options::{Mode, Options};
pub use told::Told;

/// A queue as one who uses it has it.
pub trait Queue: Send + Sync + Sized {
    /// Its name on crates.io.
    const NAME: &'static str;
    /// A statement that counts the jobs that have not ended.
    const UNDONE: &'static str;

    /// With its tables made.
    fn open(database: &PgPool, options: &Options, told: &Told) -> impl Future<Output = Result<Self>> + Send;

    /// Asks for the jobs of these numbers, each with the text, in one transaction. Those that are done tell their numbers.
    fn enqueue(&self, numbers: Range<usize>, fill: &str) -> impl Future<Output = Result<()>> + Send;

    /// Begins to do jobs, and goes on until the process ends.
    fn work(&self) -> impl Future<Output = Result<()>> + Send;
}

/// Enough for every program: more would wait for the two cores.
const CONNECTIONS: u32 = 32;

/// Does what the command line says and prints what was seen. `lock` is the program's `Cargo.lock`.
pub async fn run<Q: Queue>(lock: &str) -> Result<()> {
    let options = Options::parse(std::env::args().skip(1))?;
    let version = version(lock, Q::NAME)?;
    let database = PgPoolOptions::new().max_connections(CONNECTIONS).connect(&options.database).await?;
    let seen = measure::measure::<Q>(&database, &options).await?;
    println!("{}", seen.line(Q::NAME, version, &options));
    // Who works would otherwise have to be stopped, each in its own way.
    std::process::exit(0)
}

/// The version of a package that a `Cargo.lock` names.
fn version<'lock>(lock: &'lock str, name: &str) -> Result<&'lock str> {
    let behind = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).context("not in Cargo.lock")?.1;
    Ok(behind.split_once('"').context("no version in Cargo.lock")?.0)
}
