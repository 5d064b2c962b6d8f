//! `cargo xtask schema`: `docs/schema.sql`, the whole schema as the migrations make it, for whoever reads a change. The
//! server's own `pg_dump` writes it; here it is only freed of what differs from machine to machine.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use mainstay_db::embedded::Cluster;

use crate::ci::lanes::Outcome;
use crate::database;
use crate::difference::first_difference;

const COMMITTED: &str = "docs/schema.sql";

/// Write or compare.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Compares with the committed file instead of writing it.
    #[arg(long)]
    check: bool,
}

/// Writes the file, or says whether the committed one is current.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<bool> {
    if arguments.check {
        return Ok(!matches!(lane(root)?, Outcome::Failed));
    }
    std::fs::write(root.join(COMMITTED), dump(root)?)
        .with_context(|| format!("{COMMITTED} cannot be written"))?;
    println!("wrote {COMMITTED}");
    Ok(true)
}

/// The lane of `cargo xtask ci`.
pub(crate) fn lane(root: &Path) -> Result<Outcome> {
    let committed = std::fs::read_to_string(root.join(COMMITTED)).unwrap_or_default();
    let verdict = compare(&committed, &dump(root)?);
    if let Some(line) = verdict.line {
        println!("{COMMITTED}:{line}: differs from what the migrations make; run: cargo xtask schema");
    }
    Ok(verdict.outcome)
}

/// How two dumps stand to each other.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    outcome: Outcome,
    /// The first line that differs, from 1.
    line: Option<usize>,
}

/// Another major version may write the same schema in other words: then a difference says nothing.
fn compare(committed: &str, new: &str) -> Verdict {
    let Some(line) = first_difference(committed, new) else {
        return Verdict { outcome: Outcome::Passed(None), line: None };
    };
    let is_other_major = line == 1 && !committed.is_empty();
    if !is_other_major {
        return Verdict { outcome: Outcome::Failed, line: Some(line) };
    }
    let (old_rest, new_rest) = (after_first(committed), after_first(new));
    let outcome = if old_rest == new_rest {
        Outcome::Passed(None)
    } else {
        Outcome::Skipped(
            "docs/schema.sql was written by another major version of PostgreSQL and reads otherwise here",
        )
    };
    Verdict { outcome, line: None }
}

fn after_first(text: &str) -> &str {
    text.split_once('\n').map_or("", |(_, rest)| rest)
}

fn dump(root: &Path) -> Result<String> {
    database::with_database(root, |cluster, _| {
        let major = cluster.programs().version().split('.').next().unwrap_or_default().to_owned();
        Ok(format!(
            "-- By cargo xtask schema, with pg_dump {major}: what the migrations make. Not edited by hand.\n\n{}",
            normalise(&pg_dump(cluster)?)
        ))
    })
}

fn pg_dump(cluster: &Cluster) -> Result<String> {
    let program = cluster.programs().bin_dir().join("pg_dump");
    let output = Command::new(&program)
        .args(["--schema-only", "--no-owner", "--no-privileges", "--no-tablespaces", "--dbname"])
        .arg(cluster.target().url().expose())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| {
            format!("{} did not start; install PostgreSQL's client programs", program.display())
        })?;
    if !output.status.success() {
        bail!("{} failed", program.display());
    }
    String::from_utf8(output.stdout).context("pg_dump printed no text")
}

/// Without the headings, the settings of the session, and the keys that newer minor versions draw at random; one empty
/// line between statements.
fn normalise(dump: &str) -> String {
    let noise = ["--", "SET ", "SELECT pg_catalog.set_config", r"\restrict ", r"\unrestrict "];
    let mut text = String::new();
    for line in dump.lines().filter(|line| !noise.iter().any(|start| line.starts_with(start))) {
        let doubles = line.is_empty() && (text.is_empty() || text.ends_with("\n\n"));
        if !doubles {
            text.push_str(line.trim_end());
            text.push('\n');
        }
    }
    format!("{}\n", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_machine_to_machine_is_left_out() {
        let dump = "--\n-- PostgreSQL database dump\n--\n\n\\restrict q8hX\n\n-- Dumped by pg_dump version 15.18\n\n\
                    SET statement_timeout = 0;\nSELECT pg_catalog.set_config('search_path', '', false);\n\n\n\
                    CREATE TABLE public.a (\n    id uuid NOT NULL\n);\n\n\n--\n-- Name: b\n--\n\n\
                    CREATE TABLE public.b (\n);\n\n\n\\unrestrict q8hX\n\n";
        let left = "CREATE TABLE public.a (\n    id uuid NOT NULL\n);\n\nCREATE TABLE public.b (\n);\n";
        assert_eq!(normalise(dump), left);
    }

    #[test]
    fn a_difference_fails_unless_another_major_version_wrote_the_file() {
        let of = |major: u32, schema: &str| format!("-- pg_dump {major}\n\n{schema}\n");
        let failed = |line| Verdict { outcome: Outcome::Failed, line: Some(line) };
        assert_eq!(compare(&of(15, "a"), &of(15, "a")).outcome, Outcome::Passed(None));
        assert_eq!(compare(&of(15, "a"), &of(15, "b")), failed(3));
        assert_eq!(compare("", &of(15, "b")), failed(1));
        assert_eq!(compare(&of(15, "a"), &of(17, "a")).outcome, Outcome::Passed(None));
        assert!(matches!(compare(&of(15, "a"), &of(17, "b")).outcome, Outcome::Skipped(_)));
    }
}
