//! The Redis that the nodes share: flushed, held, killed, brought back as it was. Never here: when.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

const PATIENCE: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(10);

/// A server of the run's own.
pub(super) struct Store {
    server: Child,
    pub(super) port: u16,
    folder: TempDir,
}

impl Store {
    pub(super) async fn start() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let store = Self { server: serve(port, &folder)?, port, folder };
        store.wait().await?;
        Ok(store)
    }

    pub(super) async fn flush(&self) -> Result<()> {
        self.tell("FLUSHALL").await
    }

    pub(super) fn hold(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    pub(super) fn let_go(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Puts a copy of all entries aside.
    pub(super) async fn keep(&self) -> Result<()> {
        self.tell("SAVE").await?;
        std::fs::copy(self.dump(), self.kept())?;
        Ok(())
    }

    /// Kills the server and starts it with the copy that was put aside, or with nothing.
    pub(super) async fn restore(&mut self) -> Result<()> {
        self.server.kill().await?;
        if self.kept().exists() {
            std::fs::copy(self.kept(), self.dump())?;
        }
        self.server = serve(self.port, &self.folder)?;
        self.wait().await
    }

    async fn tell(&self, command: &str) -> Result<()> {
        let output = Command::new("redis-cli")
            .args(["-p", &self.port.to_string(), command])
            .stdin(Stdio::null())
            .output()
            .await
            .context("redis-cli is not installed")?;
        let answer = String::from_utf8_lossy(&output.stdout);
        if !matches!(answer.trim(), "OK" | "PONG") {
            bail!("redis-cli {command}: {}", answer.trim());
        }
        Ok(())
    }

    async fn wait(&self) -> Result<()> {
        let begun = Instant::now();
        while let Err(error) = self.tell("PING").await {
            if begun.elapsed() > PATIENCE {
                return Err(error.context("Redis does not answer"));
            }
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.server.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(kill_process(pid.context("Redis has ended")?, signal)?)
    }

    fn dump(&self) -> PathBuf {
        self.folder.path().join("dump.rdb")
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join("kept.rdb")
    }
}

fn serve(port: u16, folder: &TempDir) -> Result<Child> {
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("redis-server is not installed")
}
