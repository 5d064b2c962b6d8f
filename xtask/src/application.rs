//! The application as a program: built, and where it is. Nothing else here knows of it. Never here: what it is asked to do.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::ci::command::cargo;

/// Builds the application with the features of the whole workspace, which the tests have built already, where
/// `cargo run --package` would build every dependency a second time; gives the program's path.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    let output = cargo(root)
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--bin",
            "paceline",
            "--message-format=json-render-diagnostics",
        ])
        .stderr(Stdio::inherit())
        .output()
        .context("cargo did not start")?;
    if !output.status.success() {
        bail!("the application does not build");
    }
    let program = Message::parse_stream(output.stdout.as_slice())
        .filter_map(|message| match message {
            Ok(Message::CompilerArtifact(artifact)) if artifact.target.name == "paceline" => {
                artifact.executable
            }
            _ => None,
        })
        .last();
    Ok(program.context("cargo built no program called paceline")?.into_std_path_buf())
}
