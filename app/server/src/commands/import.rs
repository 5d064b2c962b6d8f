//! `paceline import`: files, folders and archives for one athlete, with progress and a final report.
//! Never here: what an import does (`features::uploads`).

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Common, open};
use crate::features::accounts;
use crate::features::uploads::batch::{self, BatchError, Importer, Progress};
use crate::features::uploads::{Decision, Outcome};

/// Arguments of `paceline import`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Training files (FIT, TCX, GPX, also .gz), folders, .zip archives, Strava's or Garmin's export.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// E-mail address of the athlete whose files they are.
    #[arg(long, value_name = "EMAIL")]
    athlete: String,
    /// Hand the files to the processes that do jobs, which must be running, and show how far they are.
    #[arg(long)]
    hand_over: bool,
    /// Print a line for every file, not only for what was refused or odd.
    #[arg(long)]
    verbose: bool,
}

pub(super) async fn run(common: &Common, options: &Options) -> anyhow::Result<ExitCode> {
    let opened = open::open(common, None).await?;
    let app = opened.app.clone();
    let email = &options.athlete;
    let athlete_id = accounts::find_id(&app, email).await?.with_context(|| {
        format!("there is no account {email}; create one with: paceline account create {email}")
    })?;
    let mut shown = Shown::new(options.verbose);
    let importer = if options.hand_over { Importer::Workers } else { Importer::Here };
    let imported =
        batch::import_paths(&app, athlete_id, "cli", options.paths.clone(), importer, |progress| {
            shown.tell(progress);
        })
        .await;
    shown.finish();
    opened.close().await;
    match imported {
        Ok(_) => Ok(ExitCode::SUCCESS),
        // Its words say how it goes on: a second run would hand the same over again.
        Err(error @ (BatchError::TakersGone { .. } | BatchError::NoTakers)) => Err(error.into()),
        Err(error) => Err(anyhow::Error::from(error).context(
            "the import stopped early; what is reported above is done, and a second run does the rest",
        )),
    }
}

/// Prints a line. Whoever reads may stop reading, or the disk behind it be full: the import goes on.
fn tell(line: &str) {
    let _ = super::print(line);
}

/// The line of one file, as in the report of an upload.
pub(super) fn line(name: &str, decision: &Decision) -> String {
    let what = decision.message.clone().unwrap_or_else(|| decision.outcome.as_str().to_owned());
    let odd: Vec<_> = decision.warnings.iter().map(|warning| warning.message.as_str()).collect();
    if odd.is_empty() { format!("{name}: {what}") } else { format!("{name}: {what} ({})", odd.join("; ")) }
}

fn progress_bar() -> ProgressBar {
    let style = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta} left  {msg}";
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
    bar.with_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A batch as a person sees it: a bar, a line for what is odd, and the sum.
pub(super) struct Shown {
    bar: ProgressBar,
    report: Report,
    is_verbose: bool,
}

impl Shown {
    pub(super) fn new(is_verbose: bool) -> Self {
        Self { bar: progress_bar(), report: Report::default(), is_verbose }
    }

    pub(super) fn tell(&mut self, progress: Progress) {
        match progress {
            Progress::Found { size_bytes } => self.bar.inc_length(size_bytes),
            Progress::Done { name, size_bytes, decision } => {
                self.bar.inc(size_bytes);
                let noteworthy = decision.outcome == Outcome::Refused || !decision.warnings.is_empty();
                if self.is_verbose || noteworthy {
                    self.bar.suspend(|| tell(&line(name.as_str(), &decision)));
                }
                self.report.add(&decision);
                self.bar.set_message(self.report.summary());
            }
        }
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
        tell(&self.report.summary());
    }
}

#[derive(Default)]
struct Report(BTreeMap<&'static str, usize>);

impl Report {
    fn add(&mut self, decision: &Decision) {
        *self.0.entry(decision.outcome.as_str()).or_default() += 1;
    }

    fn summary(&self) -> String {
        let of = |outcome: Outcome| self.0.get(outcome.as_str()).copied().unwrap_or(0);
        format!(
            "{} files: {} imported, {} merged, {} duplicate, {} refused",
            self.0.values().sum::<usize>(),
            of(Outcome::Imported),
            of(Outcome::Merged),
            of(Outcome::Duplicate),
            of(Outcome::Refused)
        )
    }
}
