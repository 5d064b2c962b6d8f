//! `cargo xtask fault NAME`: breaks a running system by a seeded plan and counts the answers that were wrong. No check
//! of the tree lives here.

mod replicas;

use anyhow::Result;

/// What to break.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    fault: Fault,
}

#[derive(clap::Subcommand)]
enum Fault {
    /// Holds, kills and promotes the replicas of a real PostgreSQL under sessions that read and write.
    Replicas(replicas::Arguments),
}

/// True if no answer was wrong.
pub(crate) fn run(arguments: &Arguments) -> Result<bool> {
    match &arguments.fault {
        Fault::Replicas(arguments) => replicas::run(arguments),
    }
}
