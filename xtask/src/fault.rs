//! `cargo xtask fault NAME`: breaks a running system by a seeded plan and counts the answers that were wrong. No check
//! of the tree lives here.

mod cache;
mod import;
mod jobs;
mod proxy;
mod replicas;

use std::path::Path;

use anyhow::Result;

use crate::ci::lanes::Outcome;

/// What to break.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    fault: Fault,
}

#[derive(clap::Subcommand)]
enum Fault {
    /// Stops, cuts, kills and promotes what nodes with caches live on, and restores what they share from old copies.
    Cache(cache::Arguments),
    /// One node of that, which the story starts and speaks with.
    #[command(hide = true)]
    CacheNode,
    /// Kills the application in the middle of an import of many files, and starts it again.
    Import(import::Arguments),
    /// Kills, freezes and cuts off processes that do jobs, and stops the server under them.
    Jobs(jobs::Arguments),
    /// One node of that, which the story starts and speaks with.
    #[command(hide = true)]
    JobsNode,
    /// Holds, kills and promotes the replicas of a real PostgreSQL under sessions that read and write.
    Replicas(replicas::Arguments),
}

/// The stories that every check of the tree hears; others are for whoever changes what it is about.
pub(crate) fn lane(_root: &Path) -> Result<Outcome> {
    let is_whole = cache::run(&cache::Arguments::short())? && jobs::check()?;
    Ok(is_whole.into())
}

/// True if no answer was wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    match &arguments.fault {
        Fault::Cache(arguments) => cache::run(arguments),
        Fault::CacheNode => cache::run_node(),
        Fault::Import(arguments) => import::run(arguments),
        Fault::Jobs(arguments) => jobs::run(arguments),
        Fault::JobsNode => jobs::run_node(),
        Fault::Replicas(arguments) => replicas::run(arguments),
    }
}
