//! The nodes' processes: started, stopped, killed, listened to, and told of each other's commits. Never here: what they
//! do.

use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::history::{Acked, Line};
use super::node::Setup;
use super::{Arguments, Wires, World};

const PATIENCE: Duration = Duration::from_secs(20);

/// Lines to a node that wait; further ones are dropped.
const WAITING: usize = 256;

type Mouths = Arc<Mutex<Vec<Option<mpsc::Sender<String>>>>>;

/// All nodes.
pub(super) struct Nodes {
    world: Arc<World>,
    setups: Vec<Setup>,
    children: Vec<Child>,
    mouths: Mouths,
    ready: Vec<watch::Receiver<bool>>,
    tasks: JoinSet<()>,
}

impl Nodes {
    /// Returns when each has heard from the database.
    pub(super) async fn start(
        arguments: &Arguments,
        world: &Arc<World>,
        wires: &[Wires],
        replica: &str,
    ) -> Result<Self> {
        let setup = |(node, wires): (usize, &Wires)| Setup {
            node,
            life: 0,
            seed: arguments.seed,
            target: wires.target(),
            replica: replica.to_owned(),
            redis: format!("redis://127.0.0.1:{}", wires.store.port),
            readers: arguments.readers,
            rule: arguments.broken,
        };
        let setups: Vec<Setup> = wires.iter().enumerate().map(setup).collect();
        let mouths = Arc::new(Mutex::new(vec![None; setups.len()]));
        let world = Arc::clone(world);
        let mut nodes =
            Self { world, setups, children: Vec::new(), mouths, ready: Vec::new(), tasks: JoinSet::new() };
        for node in 0..nodes.setups.len() {
            let (child, ready) = nodes.spawn(node)?;
            nodes.children.push(child);
            nodes.ready.push(ready);
        }
        for ready in &mut nodes.ready {
            let heard = tokio::time::timeout(PATIENCE, ready.wait_for(|is_ready| *is_ready)).await;
            heard.context("a node does not hear from the database")??;
        }
        Ok(nodes)
    }

    pub(super) fn freeze(&self, node: usize) -> Result<()> {
        self.signal(node, Signal::STOP)
    }

    pub(super) fn thaw(&self, node: usize) -> Result<()> {
        self.signal(node, Signal::CONT)
    }

    /// Kills one (`kill -9`).
    pub(super) async fn kill(&mut self, node: usize) -> Result<()> {
        Ok(self.children[node].kill().await?)
    }

    /// Starts one that was killed, and goes on when it has heard.
    pub(super) async fn revive(&mut self, node: usize) -> Result<()> {
        self.setups[node].life += 1;
        let (child, mut ready) = self.spawn(node)?;
        self.children[node] = child;
        let _ = tokio::time::timeout(PATIENCE, ready.wait_for(|is_ready| *is_ready)).await;
        Ok(())
    }

    /// Stops all, and returns when they have told everything.
    pub(super) async fn end(mut self) -> Result<()> {
        self.mouths.lock().unwrap_or_else(PoisonError::into_inner).fill(None);
        for child in &mut self.children {
            tokio::time::timeout(PATIENCE, child.wait()).await.context("a node does not end")??;
        }
        self.tasks.join_all().await;
        Ok(())
    }

    fn spawn(&mut self, node: usize) -> Result<(Child, watch::Receiver<bool>)> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program)
            .args(["fault", "cache-node"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let (stdin, stdout) = child.stdin.take().zip(child.stdout.take()).context("no pipes")?;
        let (mouth, words) = mpsc::channel(WAITING);
        let setup = serde_json::to_string(&self.setups[node])?;
        mouth.try_send(setup)?;
        self.mouths.lock().unwrap_or_else(PoisonError::into_inner)[node] = Some(mouth);
        let (ready, is_ready) = watch::channel(false);
        self.tasks.spawn(say(stdin, words));
        let ear = Ear { world: Arc::clone(&self.world), node, mouths: Arc::clone(&self.mouths), ready };
        self.tasks.spawn(ear.listen(stdout));
        Ok((child, is_ready))
    }

    fn signal(&self, node: usize, signal: Signal) -> Result<()> {
        let id = self.children[node].id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(kill_process(id.context("the node has ended")?, signal)?)
    }
}

async fn say(mut stdin: ChildStdin, mut words: mpsc::Receiver<String>) {
    while let Some(mut line) = words.recv().await {
        line.push('\n');
        if stdin.write_all(line.as_bytes()).await.is_err() {
            break;
        }
    }
}

/// Who listens to one node.
struct Ear {
    world: Arc<World>,
    node: usize,
    mouths: Mouths,
    ready: watch::Sender<bool>,
}

impl Ear {
    async fn listen(self, stdout: ChildStdout) {
        let mut lines = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            // The last line of one that was killed may be half a line.
            let Ok(line) = serde_json::from_str(&line) else { continue };
            match line {
                Line::Ready => {
                    self.ready.send_replace(true);
                }
                Line::Intent(intent) => self.world.history().intents.push(intent),
                Line::Acked(acked) => {
                    self.pass_on(&acked);
                    self.world.history().acked.push(acked);
                }
                Line::Read(read) => self.world.history().reads.push(read),
                Line::Failed => self.world.history().failed += 1,
            }
        }
    }

    /// To one of the others, as whoever wrote it asks there next.
    fn pass_on(&self, acked: &Acked) {
        let mouths = self.mouths.lock().unwrap_or_else(PoisonError::into_inner);
        let others = u64::try_from(mouths.len().saturating_sub(1)).unwrap_or(0);
        if acked.token.is_none() || others == 0 {
            return;
        }
        let step = 1 + usize::try_from(acked.id % others).unwrap_or(0);
        let other = (self.node + step) % mouths.len();
        if let (Some(mouth), Ok(line)) = (&mouths[other], serde_json::to_string(acked)) {
            let _ = mouth.try_send(line);
        }
    }
}
