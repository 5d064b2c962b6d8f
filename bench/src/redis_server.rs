//! A Redis of a benchmark's own. Never here: what is kept there.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use tempfile::TempDir;

/// Killed when it is dropped.
pub(crate) struct Redis {
    server: Child,
    port: u16,
    folder: TempDir,
    keeping: Keeping,
}

/// What survives it.
#[derive(Clone, Copy)]
pub(crate) enum Keeping {
    /// As a cache.
    Nothing,
    /// Every write is in its file, which is on disk a second later at most.
    EverySecond,
}

impl Redis {
    pub(crate) async fn start(keeping: Keeping) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let port = std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let redis = Self { server: serve(port, &folder, keeping)?, port, folder, keeping };
        redis.wait().await?;
        Ok(redis)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) async fn connect(&self) -> anyhow::Result<redis::aio::MultiplexedConnection> {
        Ok(redis::Client::open(self.url())?.get_multiplexed_async_connection().await?)
    }

    pub(crate) fn kill(&mut self) -> anyhow::Result<()> {
        self.server.kill()?;
        self.server.wait()?;
        Ok(())
    }

    pub(crate) async fn restart(&mut self) -> anyhow::Result<()> {
        self.server = serve(self.port, &self.folder, self.keeping)?;
        self.wait().await
    }

    /// It answers nobody for so long.
    pub(crate) async fn hang(&self, span: Duration) -> anyhow::Result<()> {
        let mut connection = self.connect().await?;
        let mut sleep = redis::cmd("DEBUG");
        sleep.arg("SLEEP").arg(span.as_secs_f64());
        // The answer comes after the sleep, when nobody waits for it any more.
        let _ =
            tokio::time::timeout(Duration::from_millis(20), sleep.query_async::<()>(&mut connection)).await;
        Ok(())
    }

    pub(crate) async fn flush(&self) -> anyhow::Result<()> {
        Ok(redis::cmd("FLUSHALL").query_async(&mut self.connect().await?).await?)
    }

    async fn wait(&self) -> anyhow::Result<()> {
        for _ in 0..500 {
            if self.connect().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("Redis does not answer")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn serve(port: u16, folder: &TempDir, keeping: Keeping) -> anyhow::Result<Child> {
    let appends = match keeping {
        Keeping::Nothing => ["--appendonly", "no", "--appendfsync", "no"],
        Keeping::EverySecond => ["--appendonly", "yes", "--appendfsync", "everysec"],
    };
    Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--enable-debug-command", "yes"])
        .args(appends)
        .args(["--port", &port.to_string()])
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .context("redis-server is not installed")
}
