//! The command line of the benchmark. Never here: what is measured.

use std::time::Duration;

use anyhow::{Context as _, bail};

/// `--jobs N --rounds N --seconds S --waiting N --peers`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// Jobs of one measurement; a third of it for who is slow.
    pub(super) jobs: usize,
    pub(super) rounds: usize,
    /// How long a snapshot is held, and jobs are done without one.
    pub(super) held: Duration,
    /// Ready jobs while claims are timed, and two and a half times as many of tomorrow.
    pub(super) waiting: usize,
    pub(super) has_peers: bool,
}

impl Options {
    pub(super) fn parse(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<Self> {
        let mut options = Self {
            jobs: 60_000,
            rounds: 3,
            held: Duration::from_secs(60),
            waiting: 200_000,
            has_peers: false,
        };
        while let Some(name) = arguments.next() {
            if name == "--peers" {
                options.has_peers = true;
                continue;
            }
            let value = arguments.next().with_context(|| format!("{name} needs a value"))?;
            match name.as_str() {
                "--jobs" => options.jobs = value.parse::<usize>()?.max(1),
                "--rounds" => options.rounds = value.parse::<usize>()?.max(1),
                "--seconds" => options.held = Duration::try_from_secs_f64(value.parse()?)?,
                "--waiting" => options.waiting = value.parse::<usize>()?.max(1),
                _ => bail!("{name}: write --jobs N, --rounds N, --seconds S, --waiting N or --peers"),
            }
        }
        Ok(options)
    }
}
