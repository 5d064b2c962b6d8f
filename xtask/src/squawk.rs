//! The lane `squawk`: migrations that block, break or lose something on tables in use, found by the linter of that name.
//! What it may overlook stands with its reason in `.squawk.toml`. Never here: house rules (`tidy`).

mod config;
mod program;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::ci::lanes::Outcome;
use crate::migrations::{self, File};
use config::Config;
use program::{Mode, Program};

/// One thing that squawk has to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Complaint {
    file: String,
    /// From 1.
    line: u64,
    rule: String,
    message: String,
}

/// The first line of a file that the runner does not wrap in a transaction.
const NO_TRANSACTION: &str = "-- no-transaction";

/// The lane of `cargo xtask ci`.
pub(crate) fn lane(root: &Path) -> Result<Outcome> {
    let config = Config::read(root)?;
    let program = Program::find(&config.version)?;
    let mut files = Vec::new();
    for folder in migrations::FOLDERS {
        files.extend(migrations::files(root, folder)?);
    }
    let complaints = lint(root, &program, &files)?;
    let findings = config.judge(&complaints);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        println!(
            "  what each rule means, and how to do it safely: https://squawkhq.com/docs/rules and docs/migrations.md\n"
        );
    }
    println!("squawk {}: {} migrations, {} findings", config.version, files.len(), findings.len());
    Ok(findings.is_empty().into())
}

/// Asks about the files inside a transaction and about the others.
fn lint(root: &Path, program: &Program, files: &[File]) -> Result<Vec<Complaint>> {
    let mut complaints = Vec::new();
    let is_outside = |file: &&File| file.text.lines().next() == Some(NO_TRANSACTION);
    for (mode, files) in [
        (Mode::Inside, files.iter().filter(|file| !is_outside(file)).collect::<Vec<_>>()),
        (Mode::Outside, files.iter().filter(is_outside).collect()),
    ] {
        if !files.is_empty() {
            let paths = files.iter().map(|file| file.path.as_str());
            complaints.extend(parse(&program.report(root, mode, paths)?)?);
        }
    }
    Ok(complaints)
}

/// Reads squawk's own report; its lines count from 0.
fn parse(report: &str) -> Result<Vec<Complaint>> {
    let complaints: Vec<BTreeMap<String, Value>> =
        serde_json::from_str(report).with_context(|| format!("squawk said: {report}"))?;
    let read = |complaint: &BTreeMap<String, Value>| {
        let text = |key: &str| Some(complaint.get(key)?.as_str()?.to_owned());
        Some(Complaint {
            file: text("file")?,
            line: complaint.get("line")?.as_u64()? + 1,
            rule: text("rule_name")?,
            message: text("message")?,
        })
    };
    let read: Option<Vec<Complaint>> = complaints.iter().map(read).collect();
    read.with_context(|| format!("squawk's report is not understood: {report}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the tool itself, as the lane runs it: an option that it no longer knows would be found here.
    #[test]
    fn each_seeded_hazard_is_found() {
        let root = crate::tree::find_root().unwrap();
        let config = Config::read(&root).unwrap();
        let program = Program::find(&config.version).unwrap();
        let files = migrations::files(&root, "xtask/tests/fixtures/migrations").unwrap();
        let complaints = lint(&root, &program, &files).unwrap();
        let seen: Vec<(&str, u64, &str)> = complaints
            .iter()
            .map(|one| (one.file.rsplit('/').next().unwrap(), one.line, one.rule.as_str()))
            .collect();
        for expected in [
            ("0001_seeded.sql", 2, "adding-required-field"),
            ("0001_seeded.sql", 3, "changing-column-type"),
            ("0001_seeded.sql", 4, "require-concurrent-index-creation"),
            ("0001_seeded.sql", 5, "adding-foreign-key-constraint"),
            ("0001_seeded.sql", 6, "ban-drop-column"),
            ("0001_seeded.sql", 7, "renaming-column"),
            ("0001_seeded.sql", 8, "ban-drop-table"),
            ("0002_outside.sql", 3, "prefer-robust-stmts"),
        ] {
            assert!(seen.contains(&expected), "{expected:?} is not among {seen:?}");
        }
        let findings = config.judge(&complaints);
        assert!(findings.len() > complaints.len(), "the exceptions are for other files, and are unused here");
    }

    /// A tree with these migrations, and our configuration without its exceptions.
    fn tree(files: &[&str]) -> tempfile::TempDir {
        let root = crate::tree::find_root().unwrap();
        let tree = tempfile::tempdir().unwrap();
        for folder in migrations::FOLDERS {
            std::fs::create_dir_all(tree.path().join(folder)).unwrap();
        }
        let config = std::fs::read_to_string(root.join(".squawk.toml")).unwrap();
        let (rules, _) = config.split_once("[[exceptions]]").unwrap();
        std::fs::write(tree.path().join(".squawk.toml"), rules).unwrap();
        for (number, file) in files.iter().enumerate() {
            let copy = format!("{}/{number:04}_copy.sql", migrations::FOLDER);
            std::fs::copy(root.join(file), tree.path().join(copy)).unwrap();
        }
        tree
    }

    #[test]
    fn a_seeded_migration_fails_the_lane() {
        const GOOD: &str = "app/server/migrations/0001_accounts.sql";
        assert_eq!(lane(tree(&[GOOD]).path()).unwrap(), Outcome::Passed(None));
        for bad in ["0001_seeded.sql", "0002_outside.sql"] {
            let bad = format!("xtask/tests/fixtures/migrations/{bad}");
            assert_eq!(lane(tree(&[GOOD, &bad]).path()).unwrap(), Outcome::Failed, "{bad}");
        }
    }

    #[test]
    fn what_is_no_report_is_told() {
        assert_eq!(parse("[]").unwrap(), []);
        for wrong in ["error: unexpected argument", "[{\"file\": \"a\"}]"] {
            assert!(parse(wrong).unwrap_err().to_string().contains(wrong));
        }
    }
}
