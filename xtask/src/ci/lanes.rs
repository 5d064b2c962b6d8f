//! The lanes of `cargo xtask ci`: one commented table, in running order.

use std::path::Path;

use anyhow::{Context, Result};

use super::command::{self, Stream, cargo, run_reading};
use super::web;
use crate::{fault, generate, openapi, schema, squawk, tidy, toml_files, words};

/// One check with a name to run it by.
pub(crate) struct Lane {
    pub name: &'static str,
    pub what: &'static str,
    /// What to do about a failure, in a few words.
    pub fix: &'static str,
    pub run: fn(&Path) -> Result<Outcome>,
}

/// How a lane ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With the counts worth repeating at the end, where there are any.
    Passed(Option<String>),
    /// Its input is not in the tree yet; the reason is printed.
    Skipped(&'static str),
    Failed,
}

impl Outcome {
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Passed(None) => "passed".to_owned(),
            Self::Passed(Some(counts)) => format!("passed  {counts}"),
            Self::Skipped(reason) => format!("skipped: {reason}"),
            Self::Failed => "FAILED".to_owned(),
        }
    }
}

impl From<bool> for Outcome {
    fn from(passed: bool) -> Self {
        if passed { Self::Passed(None) } else { Self::Failed }
    }
}

/// Cheap first. A new lane is added here, and in CONTRIBUTING.md.
pub(crate) static LANES: [Lane; 15] = [
    Lane {
        name: "words",
        what: "spelling, tone, white space, merge markers",
        fix: "correct the words, or allow one with its reason in typos.toml",
        run: |root| Ok(words::run(root)?.into()),
    },
    Lane {
        name: "toml",
        what: "every TOML file parses",
        fix: "correct the file",
        run: |root| Ok(toml_files::run(root)?.into()),
    },
    Lane {
        name: "squawk",
        what: "migrations that block, break or lose, by the linter squawk",
        fix: "make the migration safe, or name the exception with its reason in .squawk.toml",
        run: squawk::lane,
    },
    Lane { name: "format", what: "rustfmt", fix: "run: cargo fmt --all", run: format },
    // Before everything that compiles the application: the binary holds what this builds.
    Lane {
        name: "web",
        what: "the web application: types, lints, tests, build, size",
        fix: "run the npm script that failed in web/",
        run: web::run,
    },
    Lane { name: "clippy", what: "the named lints, on every target", fix: "correct the code", run: clippy },
    Lane { name: "docs", what: "rustdoc without warnings", fix: "correct the links and comments", run: docs },
    Lane {
        name: "tidy",
        what: "the house rules that no lint knows",
        fix: "follow the remedy under each rule",
        run: |root| Ok(tidy::run(root)?.into()),
    },
    Lane { name: "test", what: "unit and integration tests", fix: "read the first failure above", run: test },
    Lane {
        name: "doctest",
        what: "the examples in the documentation",
        fix: "correct the example",
        run: doctest,
    },
    Lane {
        name: "openapi",
        what: "openapi.json is what the routes say",
        fix: "run: cargo xtask openapi",
        run: openapi::lane,
    },
    Lane {
        name: "gen",
        what: "app/queries is what the features' SQL says",
        fix: "run: cargo xtask gen",
        run: generate::lane,
    },
    Lane {
        name: "schema",
        what: "docs/schema.sql is what the migrations make",
        fix: "run: cargo xtask schema, and read the difference",
        run: schema::lane,
    },
    Lane {
        name: "fault",
        what: "nodes with caches over servers that are stopped, cut, killed and restored: no answer is wrong",
        fix: "read the examples above; again: cargo xtask fault cache --seed 1 --seconds 25",
        run: fault::lane,
    },
    Lane {
        name: "browser",
        what: "the pages in Chromium, on the real server with real files",
        fix: "read the first failure above; alone: npm run test:browser in web/",
        run: web::run_in_browser,
    },
];

fn format(root: &Path) -> Result<Outcome> {
    cargo_lane(root, &["fmt", "--all", "--check"])
}

fn clippy(root: &Path) -> Result<Outcome> {
    cargo_lane(root, &["clippy", "--quiet", "--workspace", "--all-targets", "--", "--deny", "warnings"])
}

fn docs(root: &Path) -> Result<Outcome> {
    let status = cargo(root)
        .args(["doc", "--quiet", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .status()
        .context("cargo did not start")?;
    Ok(status.success().into())
}

fn test(root: &Path) -> Result<Outcome> {
    let mut command = cargo(root);
    command.args(["nextest", "run", "--workspace", command::colour_choice()]);
    let (succeeded, summary) = run_reading(command, Stream::Error, |line| line.contains("tests run:"))?;
    Ok(if succeeded {
        Outcome::Passed(summary.last().map(|line| nextest_counts(line)))
    } else {
        Outcome::Failed
    })
}

fn doctest(root: &Path) -> Result<Outcome> {
    let mut command = cargo(root);
    command.args(["test", "--quiet", "--workspace", "--doc", command::colour_choice()]);
    let (succeeded, results) = run_reading(command, Stream::Output, |line| line.starts_with("test result:"))?;
    Ok(if succeeded { Outcome::Passed(Some(doctest_counts(&results))) } else { Outcome::Failed })
}

fn cargo_lane(root: &Path, arguments: &[&str]) -> Result<Outcome> {
    let status = cargo(root).args(arguments).status().context("cargo did not start")?;
    Ok(status.success().into())
}

/// `Summary [ 0.1s] 3 tests run: 3 passed, 0 skipped` without its heading and time.
fn nextest_counts(line: &str) -> String {
    line.split_once(']').map_or(line, |(_, counts)| counts).trim().to_owned()
}

/// The sum over crates of `test result: ok. 2 passed; 0 failed; …`.
fn doctest_counts(results: &[String]) -> String {
    let passed = |line: &String| -> Option<u32> {
        let (before, _) = line.split_once(" passed")?;
        before.rsplit(' ').next()?.parse().ok()
    };
    format!("{} doctests passed", results.iter().filter_map(passed).sum::<u32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_cheap_lanes_come_first() {
        let mut names: Vec<&str> = LANES.iter().map(|lane| lane.name).collect();
        assert_eq!(names.first(), Some(&"words"));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), LANES.len());
    }

    #[test]
    fn counts_are_read_from_the_tools_own_summaries() {
        let line = "     Summary [   0.081s] 32 tests run: 32 passed, 0 skipped";
        assert_eq!(nextest_counts(line), "32 tests run: 32 passed, 0 skipped");
        let lines = [
            "test result: ok. 2 passed; 0 failed; 0 ignored".to_owned(),
            "test result: ok. 3 passed; 0".to_owned(),
        ];
        assert_eq!(doctest_counts(&lines), "5 doctests passed");
    }
}
