//! `paceline config print`: the configuration in force, as TOML that can be read back, secrets hidden.

use std::process::ExitCode;

use clap::Subcommand;

use super::{Common, open};

/// Commands about the configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Print every key with its value.
    Print {
        /// Say where each value came from.
        #[arg(long)]
        origin: bool,
    },
}

#[expect(clippy::print_stdout, reason = "printing is what the command is for")]
pub(super) fn run(common: &Common, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Print { origin } = command;
    for entry in open::load_config(common, None)?.entries {
        if *origin {
            println!("{} = {}  # {}", entry.key, entry.shown, entry.origin);
        } else {
            println!("{} = {}", entry.key, entry.shown);
        }
    }
    Ok(ExitCode::SUCCESS)
}
