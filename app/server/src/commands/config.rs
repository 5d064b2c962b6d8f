//! `paceline config print`: the configuration in force, as TOML that can be read back, secrets hidden.

use std::process::ExitCode;

use clap::Subcommand;
use mainstay_config::Entry;

use super::{Common, open, print};

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

pub(super) fn run(common: &Common, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Print { origin } = command;
    let line = |entry: Entry| match origin {
        true => format!("{} = {}  # {}", entry.key, entry.shown, entry.origin),
        false => format!("{} = {}", entry.key, entry.shown),
    };
    let lines: Vec<String> = open::load_config(common, None)?.entries.into_iter().map(line).collect();
    print(&lines.join("\n"))
}
