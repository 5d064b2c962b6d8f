//! `paceline db`: what can be asked of the database itself. Never here: how the answer is found.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mainstay_db::advisor::{self, AdviseError, Built, Config, Report};
use mainstay_db::{Db, Target};

use super::{Common, MustChange, open, print};

/// What to ask.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Recommend indexes for the statements that were run, and name those that could go.
    Advise(Options),
}

/// Arguments of `paceline db advise`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Build what is recommended, beside live traffic, and look whether costs fall as predicted.
    #[arg(long)]
    apply: bool,
    /// Most indexes to recommend; `database.advisor.recommendations` without it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    limit: Option<u32>,
    /// Print the report as JSON.
    #[arg(long, conflicts_with = "apply")]
    json: bool,
    /// First create the extensions pg_stat_statements and hypopg where the server has them; needs a superuser.
    #[arg(long)]
    prepare: bool,
}

pub(super) async fn run(common: &Common, command: &Command) -> anyhow::Result<ExitCode> {
    let Command::Advise(options) = command;
    let opened = open::open(common, None).await?;
    let mut config = opened.app.config.database.advisor.clone();
    config.recommendations = options.limit.unwrap_or(config.recommendations);
    let said = advise(&opened.platform.db, options, &config).await;
    opened.close().await;
    let (text, code) = said?;
    print(&text)?;
    Ok(code)
}

/// What to print, and how it ended.
async fn advise(db: &Db, options: &Options, config: &Config) -> anyhow::Result<(String, ExitCode)> {
    let target = db.target();
    if options.prepare {
        advisor::prepare(target).await.map_err(must_change)?;
    }
    let report = db.advise(config).await.map_err(must_change)?;
    if options.json {
        return Ok((serde_json::to_string_pretty(&report)?, ExitCode::SUCCESS));
    }
    let mut text = report.to_string();
    if !options.apply {
        text.push_str(&migrations(&report)?);
        return Ok((text, ExitCode::SUCCESS));
    }
    let built = build(target, &report, config).await?;
    let is_as_predicted = built.iter().flat_map(|one| &one.effects).all(advisor::Effect::is_as_predicted);
    text.push_str(&outcome(&built)?);
    Ok((text, if is_as_predicted { ExitCode::SUCCESS } else { ExitCode::FAILURE }))
}

/// Trying again does not help where statistics are missing.
fn must_change(error: AdviseError) -> anyhow::Error {
    match error {
        AdviseError::NoStatistics { .. } => {
            let here = "; or let this command do it where the role may: paceline db advise --prepare";
            MustChange(format!("{error}{here}")).into()
        }
        other => other.into(),
    }
}

fn migrations(report: &Report) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for file in report.migrations() {
        write!(text, "\nNNNN_{}.sql\n{}", file.name, file.sql)?;
    }
    Ok(text)
}

async fn build(target: &Target, report: &Report, config: &Config) -> Result<Vec<Built>, AdviseError> {
    let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::stderr_with_hz(5));
    let style = ProgressStyle::with_template("{msg} {bar:30} {pos} %");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let built = advisor::apply(target, report, config, |progress| {
        bar.set_message(format!("{}: {}", progress.index, progress.phase));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
        bar.set_position((progress.done * 100.0) as u64);
    })
    .await;
    bar.finish_and_clear();
    built
}

fn outcome(built: &[Built]) -> Result<String, std::fmt::Error> {
    let mut text = String::new();
    for one in built {
        writeln!(text, "\nbuilt {} in {:.1} s", one.index, one.took.as_secs_f64())?;
        for effect in &one.effects {
            let predicted = effect.predicted.map(|cost| format!(", predicted {cost:.1}")).unwrap_or_default();
            let verdict = if effect.is_as_predicted() { "as predicted" } else { "NOT as predicted" };
            writeln!(
                text,
                "   {}: cost {:.1} to {:.1}{predicted}: {verdict}",
                effect.statement, effect.before, effect.now
            )?;
        }
    }
    Ok(text)
}
