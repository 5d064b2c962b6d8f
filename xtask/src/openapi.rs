//! `openapi.json` is what the application's own `openapi` command prints. The document's content lives in the
//! application; here it is only written down and compared.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::application;
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
    let output = Command::new(application::build(root)?)
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
