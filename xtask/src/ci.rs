//! `cargo xtask ci`: every check as a named lane, in order, cheap first. What a lane does lives in `ci/lanes.rs`.

pub(crate) mod command;
pub(crate) mod lanes;
mod web;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use lanes::{LANES, Lane, Outcome};

/// Which lanes, and what to do after a failure.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Names of the lanes to run; all without any.
    lanes: Vec<String>,
    /// Runs the remaining lanes after a failure.
    #[arg(long)]
    keep_going: bool,
    /// Prints the lanes and ends.
    #[arg(long)]
    list: bool,
}

/// A lane that ran, and how it ended.
struct Record {
    lane: &'static Lane,
    outcome: Outcome,
    took: Duration,
}

/// Runs the lanes and prints a table; the last line tells the counts.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<bool> {
    if arguments.list {
        for lane in &LANES {
            println!("{:<9} {}", lane.name, lane.what);
        }
        return Ok(true);
    }
    let mut records = Vec::new();
    for lane in select(&arguments.lanes)? {
        println!("\n==> {}: {}", lane.name, lane.what);
        let start = Instant::now();
        let outcome = (lane.run)(root).unwrap_or_else(|error| {
            println!("error: {error:#}");
            Outcome::Failed
        });
        let failed = matches!(outcome, Outcome::Failed);
        records.push(Record { lane, outcome, took: start.elapsed() });
        if failed && !arguments.keep_going {
            break;
        }
    }
    Ok(summarise(&records))
}

fn select(names: &[String]) -> Result<Vec<&'static Lane>> {
    if let Some(unknown) = names.iter().find(|name| !LANES.iter().any(|lane| lane.name == **name)) {
        let known: Vec<&str> = LANES.iter().map(|lane| lane.name).collect();
        bail!("no lane is called {unknown}; there are: {}", known.join(", "));
    }
    let is_asked = |lane: &&Lane| names.is_empty() || names.iter().any(|name| name == lane.name);
    Ok(LANES.iter().filter(is_asked).collect())
}

/// Prints one line a lane and the verdict; true when none failed.
fn summarise(records: &[Record]) -> bool {
    println!();
    for Record { lane, outcome, took } in records {
        println!("{:<9} {:>7.1} s  {}", lane.name, took.as_secs_f64(), outcome.line());
    }
    let failed: Vec<&Record> =
        records.iter().filter(|record| matches!(record.outcome, Outcome::Failed)).collect();
    for record in &failed {
        println!(
            "failed: {name}; {fix}; run it alone: cargo xtask ci {name}",
            name = record.lane.name,
            fix = record.lane.fix
        );
    }
    println!("{}", verdict(records));
    failed.is_empty()
}

fn verdict(records: &[Record]) -> String {
    let total: Duration = records.iter().map(|record| record.took).sum();
    let count =
        |wanted: fn(&Outcome) -> bool| records.iter().filter(|record| wanted(&record.outcome)).count();
    let mut parts = vec![format!(
        "ci: {} passed, {} failed, {} skipped, {} not run, {:.0} s",
        count(|outcome| matches!(outcome, Outcome::Passed(_))),
        count(|outcome| matches!(outcome, Outcome::Failed)),
        count(|outcome| matches!(outcome, Outcome::Skipped(_))),
        LANES.len() - records.len(),
        total.as_secs_f64(),
    )];
    parts.extend(records.iter().filter_map(|record| match &record.outcome {
        Outcome::Passed(Some(counts)) => Some(counts.clone()),
        _ => None,
    }));
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(name: &str, outcome: Outcome) -> Record {
        let lane = LANES.iter().find(|lane| lane.name == name).unwrap();
        Record { lane, outcome, took: Duration::from_secs(2) }
    }

    #[test]
    fn the_last_line_tells_the_counts() {
        let passed = record("test", Outcome::Passed(Some("7 tests run: 7 passed".to_owned())));
        let skipped = record("gen", Outcome::Skipped("no queries yet"));
        let rest = LANES.len() - 2;
        assert_eq!(
            verdict(&[passed, skipped]),
            format!("ci: 1 passed, 0 failed, 1 skipped, {rest} not run, 4 s; 7 tests run: 7 passed")
        );
    }

    #[test]
    fn one_failure_fails_the_run() {
        assert!(!summarise(&[record("words", Outcome::Passed(None)), record("tidy", Outcome::Failed)]));
        assert!(summarise(&[record("words", Outcome::Passed(None))]));
    }

    #[test]
    fn lanes_run_in_the_order_of_the_table_and_an_unknown_name_is_refused() {
        let names = ["tidy".to_owned(), "words".to_owned()];
        let chosen: Vec<&str> = select(&names).unwrap().iter().map(|lane| lane.name).collect();
        assert_eq!(chosen, ["words", "tidy"]);
        assert!(select(&["word".to_owned()]).is_err());
    }
}
