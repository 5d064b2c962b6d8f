//! `paceline recompute`: computes again what an older version computed, with progress.

use std::process::ExitCode;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Common, open};
use crate::features::uploads::recompute;

/// Arguments of `paceline recompute`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Everything, not only what an older version computed.
    #[arg(long)]
    all: bool,
}

#[expect(clippy::print_stdout, reason = "the report is what the command is for")]
pub(super) async fn run(common: &Common, options: &Options) -> anyhow::Result<ExitCode> {
    let opened = open::open(common, None).await?;
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {per_sec} {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let report = recompute::recompute(&opened.app, options.all, |progress| {
        bar.set_length(progress.total.unwrap_or(0));
        bar.set_position(progress.done);
    })
    .await;
    bar.finish_and_clear();
    opened.close().await;
    let report = report?;
    let left = [&report.failed, &report.refused, &report.waiting];
    for left in left {
        for activity in &left.first {
            println!("{}: {}", activity.id, activity.why);
        }
        if left.unnamed() > 0 {
            println!("and {} more", left.unnamed());
        }
    }
    let failed: u64 = left.iter().map(|left| left.count).sum();
    println!("{} computed, {failed} failed", report.computed);
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
