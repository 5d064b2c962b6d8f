//! The queues of others: their programs built, found and run. Never here: how they use their queues (`bench/peers`).

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use mainstay_db::Target;
use tokio::process::Command;

use super::nothing::PAYLOAD;
use super::seen::{Mode, Seen};
use crate::redis_server::{Keeping, Redis};
use crate::{address, python};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");
/// The crates, each with a program of the name `peer-…`.
const CRATES: [&str; 3] = ["graphile_worker", "riverqueue", "apalis-postgres"];
type Setting = &'static [&'static str];
const PLACES: &[Setting] =
    &[&["--places", "50"], &["--places", "200"], &["--places", "500"], &["--places", "2000"]];
const PROCESSES: &[Setting] = &[
    &["--places", "2", "--prefetch", "64", "--askers", "1"],
    &["--places", "2", "--prefetch", "64", "--askers", "2"],
    &["--places", "2", "--prefetch", "1000", "--askers", "1"],
    &["--places", "4", "--prefetch", "64", "--askers", "1"],
];

pub(super) struct Peer {
    pub(super) name: &'static str,
    /// Those of which the fastest is to be taken.
    pub(super) tried: &'static [Setting],
    pub(super) setting: Setting,
    command: Command,
    /// Its broker, where it does not use the database.
    redis: Option<Redis>,
}

impl Peer {
    /// All of them, ready to run.
    pub(super) async fn all() -> anyhow::Result<Vec<Self>> {
        let mut peers = Vec::new();
        for name in CRATES {
            let command = Command::new(build(name).await?);
            peers.push(Self { name, tried: PLACES, setting: PLACES[0], command, redis: None });
        }
        peers.push(Self::celery().await?);
        Ok(peers)
    }

    async fn celery() -> anyhow::Result<Self> {
        let sources = Path::new(SOURCES).join("celery");
        let mut command = Command::new(python::environment("celery", &sources).await?);
        command.arg(sources.join("peer.py")).env("PYTHONDONTWRITEBYTECODE", "1");
        let redis = Some(Redis::start(Keeping::EverySecond).await?);
        Ok(Self { name: "celery", tried: PROCESSES, setting: PROCESSES[0], command, redis })
    }

    /// Whether its jobs survive as those of a database do.
    pub(super) fn is_on_database(&self) -> bool {
        self.redis.is_none()
    }

    /// Of so many jobs as others do in a few seconds, those that it does.
    pub(super) fn part_of(&self, jobs: usize) -> usize {
        if self.is_on_database() { jobs } else { jobs.div_ceil(3) }
    }

    /// Runs its program once, on an empty database.
    pub(super) async fn measure(
        &mut self,
        target: &Target,
        setting: Setting,
        mode: Mode,
        jobs: usize,
    ) -> anyhow::Result<Seen> {
        let store = match &self.redis {
            Some(redis) => ["--redis".to_owned(), redis.url()],
            None => ["--database".to_owned(), url(target)?],
        };
        let mut command = again(&self.command);
        command.args(store).args(setting).args(["--mode", mode.name()]);
        command.args(["--jobs", &jobs.to_string(), "--payload", &PAYLOAD.to_string()]);
        let output = command.stderr(std::process::Stdio::inherit()).output().await?;
        ensure!(output.status.success(), "{} ended with {} in {}", self.name, output.status, mode.name());
        let line = String::from_utf8(output.stdout)?;
        let line = line.lines().last().with_context(|| format!("{} says nothing", self.name))?;
        Ok(serde_json::from_str(line)?)
    }
}

/// The same command, for one more run.
fn again(command: &Command) -> Command {
    let command = command.as_std();
    let mut again = Command::new(command.get_program());
    again.args(command.get_args());
    again.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    again.kill_on_drop(true);
    again
}

/// The program of a crate, built as ours is, into the folder `peers` beside our builds.
async fn build(name: &str) -> anyhow::Result<PathBuf> {
    let here = std::env::current_exe()?;
    let target = here.ancestors().nth(2).context("this program is in no folder of builds")?.join("peers");
    let manifest = Path::new(SOURCES).join(name).join("Cargo.toml");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(&manifest);
    let built = cargo.arg("--target-dir").arg(&target).status().await?;
    ensure!(built.success(), "{} cannot be built", manifest.display());
    Ok(target.join("release").join(format!("peer-{}", name.replace('_', "-"))))
}

/// As programs take it.
pub(super) fn url(target: &Target) -> anyhow::Result<String> {
    let address::Parts { user, folder, port, database } = address::parts(target)?;
    Ok(format!("postgres:///{database}?host={folder}&port={port}&user={user}"))
}
