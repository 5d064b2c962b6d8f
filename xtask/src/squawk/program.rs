//! Where squawk is on this machine, and how it is asked. script/test installs it; here nothing is installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The program in the version that `.squawk.toml` names.
pub(super) struct Program(PathBuf);

/// How the runner runs a file.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    /// In a transaction with its history row.
    Inside,
    /// Its one statement by itself.
    Outside,
}

impl Program {
    /// In the user's cache, where script/test puts it, or on the path.
    pub(super) fn find(version: &str) -> Result<Self> {
        let cached = cache().map(|cache| cache.join("paceline-squawk").join(version).join("bin/squawk"));
        let candidates = cached.into_iter().chain([PathBuf::from("squawk")]);
        let mut others = Vec::new();
        for path in candidates {
            match version_of(&path) {
                Some(found) if found == version => return Ok(Self(path)),
                Some(found) => others.push(found),
                None => {}
            }
        }
        let instead = match others.as_slice() {
            [] => String::new(),
            found => format!(" (there is {})", found.join(", ")),
        };
        bail!(
            "squawk {version}, which lints the migrations, is not installed{instead}; run: script/test squawk"
        )
    }

    /// Its report on the files, as JSON.
    pub(super) fn report<'a>(
        &self,
        root: &Path,
        mode: Mode,
        paths: impl Iterator<Item = &'a str>,
    ) -> Result<String> {
        let mode = match mode {
            Mode::Inside => "--assume-in-transaction",
            Mode::Outside => "--no-assume-in-transaction",
        };
        let output = Command::new(&self.0)
            .args(["--config", ".squawk.toml", "--reporter", "json", mode])
            .args(paths)
            .current_dir(root)
            .stderr(Stdio::inherit())
            .output()
            .context("squawk did not start")?;
        // It ends with 1 where it has found something, and prints what.
        if !matches!(output.status.code(), Some(0 | 1)) {
            bail!("squawk failed: {}", output.status);
        }
        String::from_utf8(output.stdout).context("squawk printed no text")
    }
}

/// From `squawk 2.70.0`; nothing where it does not start.
fn version_of(path: &Path) -> Option<String> {
    let output = Command::new(path).arg("--version").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().strip_prefix("squawk ")?.to_owned())
}

#[expect(
    clippy::disallowed_methods,
    reason = "the shell script that fills the cache asks the same variables"
)]
fn cache() -> Option<PathBuf> {
    let given = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    given("XDG_CACHE_HOME").or_else(|| Some(given("HOME")?.join(".cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_not_taken() {
        let Err(error) = Program::find("0.0.0") else { panic!("there is no such version") };
        assert!(error.to_string().contains("squawk 0.0.0") && error.to_string().contains("script/test"));
    }
}
