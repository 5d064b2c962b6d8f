//! The lanes of the web application: its own tools, one after another, and its tests in a browser. Never here: what they
//! check.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::command::cargo;
use super::lanes::Outcome;

/// npm scripts of `web/package.json`, cheap first. The build comes last and checks the size of what it built.
const SCRIPTS: [&str; 5] = ["types:check", "check", "lint", "test", "build"];

pub(super) fn run(root: &Path) -> Result<Outcome> {
    let folder = root.join("web");
    if !folder.join("package.json").is_file() {
        return Ok(Outcome::Skipped("there is no web/package.json"));
    }
    if !is_installed(&folder) && !npm(&folder, &["ci", "--no-audit", "--no-fund"])? {
        return Ok(Outcome::Failed);
    }
    for script in SCRIPTS {
        println!("-- npm run {script}");
        if !npm(&folder, &["run", "--silent", script])? {
            return Ok(Outcome::Failed);
        }
    }
    Ok(Outcome::Passed(None))
}

/// The browser tests, against the binary that holds the pages that the lane before has built.
pub(super) fn run_in_browser(root: &Path) -> Result<Outcome> {
    let folder = root.join("web");
    if !folder.join("package.json").is_file() {
        return Ok(Outcome::Skipped("there is no web/package.json"));
    }
    let built = cargo(root).args(["build", "--quiet", "--package", "paceline"]).status();
    if !built.context("cargo did not start")?.success() {
        return Ok(Outcome::Failed);
    }
    Ok(npm(&folder, &["run", "--silent", "test:browser"])?.into())
}

/// Whether what is installed is what the lock file says; npm leaves its own record of it.
fn is_installed(folder: &Path) -> bool {
    let changed = |path: &str| folder.join(path).metadata().and_then(|file| file.modified());
    match (changed("package-lock.json"), changed("node_modules/.package-lock.json")) {
        (Ok(lock), Ok(installed)) => installed >= lock,
        _ => false,
    }
}

fn npm(folder: &Path, arguments: &[&str]) -> Result<bool> {
    let status = Command::new("npm").args(arguments).current_dir(folder).status();
    Ok(status.context("npm did not start; install Node.js 20.19 or newer")?.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_as_new_as_the_lock_file_or_installed_again() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "{}").unwrap();
        };
        assert!(!is_installed(folder.path()));
        write("package-lock.json");
        assert!(!is_installed(folder.path()));
        write("node_modules/.package-lock.json");
        assert!(is_installed(folder.path()));
        let lock =
            std::fs::File::options().write(true).open(folder.path().join("package-lock.json")).unwrap();
        let later = std::time::Duration::from_secs(60);
        let installed = folder.path().join("node_modules/.package-lock.json").metadata().unwrap();
        lock.set_modified(installed.modified().unwrap() + later).unwrap();
        assert!(!is_installed(folder.path()));
    }

    #[test]
    fn without_a_web_application_there_is_nothing_to_check() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(run(folder.path()).unwrap(), Outcome::Skipped(_)));
        assert!(matches!(run_in_browser(folder.path()).unwrap(), Outcome::Skipped(_)));
    }
}
