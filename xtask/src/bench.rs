//! `cargo xtask bench NAME`: the door to the `bench` package. No scenario lives here.

use std::path::Path;

use anyhow::{Context, Result};

use crate::ci::command;

/// What to measure; everything after the name goes to the scenario.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Name of the scenario and its options; none lists the names.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    scenario: Vec<String>,
}

/// Runs the scenario as an optimised build and passes its exit status on.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<bool> {
    let status = command::cargo(root)
        .args(["run", "--quiet", "--release", "--package", "bench", "--"])
        .args(&arguments.scenario)
        .status()
        .context("cargo did not start")?;
    Ok(status.success())
}
