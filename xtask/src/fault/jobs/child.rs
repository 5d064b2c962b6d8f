//! The nodes' processes: started, stopped, killed, frozen, started again when they end by themselves. Never here: what they do.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::task::JoinSet;

use super::node::{AT_ONCE, REFUSED, Setup};
use super::stage;

/// How long one that was asked to stop may take: what may go on for a while, and what does not let go of its thread.
const PATIENCE: Duration = Duration::from_secs(15);

/// And one that was asked twice.
const AT_ONCE_WITHIN: Duration = Duration::from_secs(3);

/// Between the two.
const BETWEEN: Duration = Duration::from_millis(100);

/// What nodes have told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Ends with an effect that were refused.
    pub(super) refused: AtomicU64,
    /// Ends of others that were.
    pub(super) stale: AtomicU64,
    /// Jobs that were given to others.
    pub(super) rescued: AtomicU64,
    /// Lines that say that something is wrong.
    pub(super) warnings: AtomicU64,
}

/// All nodes.
pub(super) struct Nodes {
    running: Vec<Running>,
    pub(super) told: Arc<Told>,
    /// Processes that have ended by themselves.
    pub(super) ended: u64,
    /// Processes that have not ended as they were asked to.
    pub(super) unclean: i64,
    ears: JoinSet<()>,
}

struct Running {
    setup: Setup,
    child: Child,
    #[expect(dead_code, reason = "closed, it tells the node that nobody is there any more")]
    mouth: ChildStdin,
}

impl Nodes {
    pub(super) fn new() -> Self {
        Self { running: Vec::new(), told: Arc::default(), ended: 0, unclean: 0, ears: JoinSet::new() }
    }

    /// Starts another one.
    pub(super) async fn add(&mut self, setup: Setup) -> Result<()> {
        let (child, mouth) = self.spawn(&setup).await?;
        self.running.push(Running { setup, child, mouth });
        Ok(())
    }

    /// The life that a node lives now, as its jobs tell it.
    pub(super) fn life(&self, node: usize) -> String {
        let setup = &self.running[node].setup;
        format!("{}.{}", setup.node, setup.life)
    }

    pub(super) fn signal(&self, node: usize, signal: Signal) -> Result<()> {
        // One that has just ended by itself is started again.
        let Some(id) = self.running[node].child.id().and_then(|id| Pid::from_raw(id.cast_signed())) else {
            return Ok(());
        };
        Ok(kill_process(id, signal)?)
    }

    /// Kills one (`kill -9`) and starts it.
    pub(super) async fn kill(&mut self, node: usize) -> Result<()> {
        self.running[node].child.kill().await?;
        self.revive(node).await
    }

    /// Asks one to stop, and starts it when it has. Whether that was what ended it, and none of its jobs.
    pub(super) async fn stop(&mut self, node: usize) -> Result<bool> {
        self.signal(node, Signal::TERM)?;
        let is_end = self.ends(node).await?;
        self.revive(node).await?;
        Ok(is_end)
    }

    /// Asks one twice, and starts it when it has ended: at once, whatever is at work.
    pub(super) async fn stop_twice(&mut self, node: usize) -> Result<()> {
        self.signal(node, Signal::TERM)?;
        tokio::time::sleep(BETWEEN).await;
        self.signal(node, Signal::TERM)?;
        // It had nothing to do any more, or was about to begin, or one of its jobs has ended it.
        let is_well = |code| [0, AT_ONCE].contains(&code);
        if let Ok(ended) = tokio::time::timeout(AT_ONCE_WITHIN, self.running[node].child.wait()).await {
            self.unclean += i64::from(!ended?.code().is_none_or(is_well));
        } else {
            self.unclean += 1;
            self.running[node].child.kill().await?;
        }
        self.revive(node).await
    }

    /// Starts those again that have ended by themselves.
    pub(super) async fn mend(&mut self) -> Result<()> {
        for node in 0..self.running.len() {
            if self.running[node].child.try_wait()?.is_some() {
                self.ended += 1;
                self.revive(node).await?;
            }
        }
        Ok(())
    }

    /// Asks all to stop, and returns when they have: how many have not ended as they were asked to.
    pub(super) async fn end(mut self) -> Result<i64> {
        for node in 0..self.running.len() {
            self.signal(node, Signal::TERM)?;
        }
        for node in 0..self.running.len() {
            self.ends(node).await?;
        }
        self.ears.join_all().await;
        Ok(self.unclean)
    }

    /// Whether none of its jobs has ended it.
    async fn ends(&mut self, node: usize) -> Result<bool> {
        let Ok(ended) = tokio::time::timeout(PATIENCE, self.running[node].child.wait()).await else {
            self.unclean += 1;
            self.running[node].child.kill().await?;
            return Ok(true);
        };
        // One of its jobs may have ended it, or it was about to begin.
        let code = ended?.code();
        self.unclean += i64::from(code.is_some_and(|code| code != 0));
        Ok(code.is_some())
    }

    async fn revive(&mut self, node: usize) -> Result<()> {
        let setup = &mut self.running[node].setup;
        setup.life += 1;
        (setup.ahead_s, setup.is_new) =
            (stage::ahead_s(setup.node, setup.life), stage::is_new(setup.node, setup.life));
        let setup = self.running[node].setup.clone();
        let (child, mouth) = self.spawn(&setup).await?;
        self.running[node] = Running { setup, child, mouth };
        Ok(())
    }

    async fn spawn(&mut self, setup: &Setup) -> Result<(Child, ChildStdin)> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["fault", "jobs-node"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut mouth = child.stdin.take().context("no pipe")?;
        let (stdout, stderr) = child.stdout.take().zip(child.stderr.take()).context("no pipes")?;
        let mut line = serde_json::to_string(setup)?;
        line.push('\n');
        mouth.write_all(line.as_bytes()).await?;
        self.ears.spawn(listen(stdout, Arc::clone(&self.told)));
        self.ears.spawn(listen(stderr, Arc::clone(&self.told)));
        Ok((child, mouth))
    }
}

async fn listen(from: impl AsyncRead + Unpin, told: Arc<Told>) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line == REFUSED {
            told.refused.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
        if matches!(line["level"].as_str(), Some("WARN" | "ERROR")) {
            told.warnings.fetch_add(1, Ordering::Relaxed);
        }
        let jobs = line["jobs"].as_u64().unwrap_or(0);
        match line["event"].as_str() {
            Some("jobs.stale") => told.stale.fetch_add(jobs, Ordering::Relaxed),
            Some("jobs.rescued") => told.rescued.fetch_add(jobs, Ordering::Relaxed),
            _ => 0,
        };
    }
}
