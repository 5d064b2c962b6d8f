//! `openapi.json` is what the application's own `openapi` command prints. The document's content lives in the
//! application; here it is only written down and compared.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::ci::command::cargo;
use crate::ci::lanes::Outcome;
use crate::difference::first_difference;

const COMMITTED: &str = "openapi.json";
/// As long as the application has no features, it has no routes to describe.
const FEATURES: &str = "app/server/src/features";

/// Write or compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compares with the committed document instead of writing it.
    #[arg(long)]
    check: bool,
}

/// Writes the document, or says whether the committed one is current.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<bool> {
    let document = generate(root)?;
    let committed = root.join(COMMITTED);
    if !arguments.check {
        std::fs::write(&committed, document).with_context(|| format!("{COMMITTED} cannot be written"))?;
        println!("wrote {COMMITTED}");
        return Ok(true);
    }
    let old = std::fs::read_to_string(&committed).unwrap_or_default();
    let Some(line) = first_difference(&old, &document) else { return Ok(true) };
    println!("{COMMITTED}:{line}: differs from what the routes say; run: cargo xtask openapi");
    Ok(false)
}

/// The lane of `cargo xtask ci`.
pub(crate) fn lane(root: &Path) -> Result<Outcome> {
    if !root.join(FEATURES).is_dir() && !root.join(COMMITTED).is_file() {
        return Ok(Outcome::Skipped("the application has no features yet"));
    }
    Ok(run(root, &Arguments { check: true })?.into())
}

/// What `paceline openapi` prints, with one line feed at the end.
fn generate(root: &Path) -> Result<String> {
    let output = Command::new(build(root)?)
        .arg("openapi")
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .context("paceline did not start")?;
    if !output.status.success() {
        bail!("`paceline openapi` failed");
    }
    let document = String::from_utf8(output.stdout).context("`paceline openapi` printed no text")?;
    serde_json::from_str::<serde_json::Value>(&document).context("`paceline openapi` printed no JSON")?;
    Ok(format!("{}\n", document.trim_end()))
}

/// Builds the application with the features of the whole workspace, which the tests have built already, where
/// `cargo run --package` would build every dependency a second time; gives the program's path.
fn build(root: &Path) -> Result<PathBuf> {
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
