//! Carries the plan out on the nodes, the servers and the wires. Never here: what is drawn, what is judged.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_db::Session;
use mainstay_testing::ReplicaSet;
use rustix::process::{Pid, Signal, kill_process};

use super::child::Nodes;
use super::history::Loss;
use super::outsider::{Prepared, write_quiet};
use super::plan::{Blow, Step};
use super::store::Store;
use super::{IDS, Wires, World};
use crate::fault::proxy::Mode;

const TICK: Duration = Duration::from_millis(10);
const CONNECT: Duration = Duration::from_secs(2);

/// Above the writes of all others.
const FIRST_QUIET: u64 = 1_000_000_000_000;

const PIDS: &str = "select string_agg(pid::text, ',' order by pid) from pg_stat_activity \
    where backend_type = 'client backend' and pid <> pg_backend_pid()";

/// The one who strikes.
pub(super) struct Chaos<'a> {
    set: &'a mut ReplicaSet,
    store: &'a mut Store,
    wires: &'a [Wires],
    nodes: &'a mut Nodes,
    world: Arc<World>,
    /// What is to end, and when.
    due: Vec<(Instant, End)>,
    /// How many writes there were that the plan itself has made.
    quiet: u64,
    done: Vec<(&'static str, u64)>,
}

/// What is to end.
#[derive(Clone, Copy, Debug)]
enum End {
    Frozen(usize),
    Wire { node: usize, cuts: bool },
    Opened(usize),
    StoreWire(usize),
    StoreHeld,
}

impl<'a> Chaos<'a> {
    pub(super) fn new(
        set: &'a mut ReplicaSet,
        store: &'a mut Store,
        wires: &'a [Wires],
        nodes: &'a mut Nodes,
        world: Arc<World>,
    ) -> Self {
        Self { set, store, wires, nodes, world, due: Vec::new(), quiet: 0, done: Vec::new() }
    }

    /// How many blows of each kind fell.
    pub(super) fn done(&self) -> Vec<(&'static str, u64)> {
        self.done.clone()
    }

    /// Blow after blow until the time is over; then everything is whole again.
    pub(super) async fn run(&mut self, plan: &[Step], until: Instant) -> Result<()> {
        self.rest(Duration::from_millis(800)).await?;
        self.store.keep().await?;
        for step in plan {
            if Instant::now() >= until {
                break;
            }
            let name = self.strike(step.blow).await.with_context(|| format!("{:?}", step.blow))?;
            match self.done.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => self.done.push((name, 1)),
            }
            self.rest(step.rest.min(until.saturating_duration_since(Instant::now()))).await?;
        }
        let left = until.saturating_duration_since(Instant::now());
        self.rest(left).await?;
        while !self.due.is_empty() {
            self.end_due(true)?;
        }
        Ok(())
    }

    async fn strike(&mut self, blow: Blow) -> Result<&'static str> {
        match blow {
            Blow::Freeze { node, ms } => {
                self.nodes.freeze(node)?;
                self.after(ms, End::Frozen(node));
                Ok("nodes frozen")
            }
            Blow::Revive { node, restores } => {
                self.nodes.kill(node).await?;
                if restores {
                    self.restore().await?;
                }
                self.nodes.revive(node).await?;
                Ok("nodes killed")
            }
            Blow::Wire { node, mode, ms, cuts_after } => {
                self.wires[node].servers.iter().for_each(|wire| wire.set(mode));
                self.after(ms, End::Wire { node, cuts: cuts_after });
                Ok("wires to the database broken")
            }
            Blow::StoreWire { node, mode, ms } => {
                self.wires[node].store.set(mode);
                self.after(ms, End::StoreWire(node));
                Ok("wires to Redis broken")
            }
            Blow::Terminate { many } => self.terminate(many).await.map(|()| "sessions ended"),
            Blow::KillBackend { which } => self.kill_backend(which).await.map(|()| "server processes killed"),
            Blow::Crash => self.crash().await.map(|()| "crashes"),
            Blow::FailOver { ahead_ms } => self.fail_over(ahead_ms).await.map(|()| "fail-overs with loss"),
            Blow::TwoPhase { crashes, ms } => {
                self.two_phase(crashes, ms).await?;
                Ok(if crashes { "two-phase commits over a crash" } else { "two-phase commits" })
            }
            Blow::FlushStore => {
                self.let_store_go()?;
                self.store.flush().await?;
                Ok("Redis flushed")
            }
            Blow::HoldStore { ms } => {
                self.store.hold()?;
                self.after(ms, End::StoreHeld);
                Ok("Redis held")
            }
            Blow::RestoreStore => self.restore().await.map(|()| "Redis restored"),
        }
    }

    async fn terminate(&self, many: u64) -> Result<()> {
        let sql = format!(
            "select pg_terminate_backend(pid) from (select pid from pg_stat_activity \
             where application_name like 'node%' or application_name like 'mainstay%' \
             order by random() limit {many}) as chosen"
        );
        self.set.execute(self.set.primary(), &sql).await
    }

    async fn kill_backend(&self, which: u64) -> Result<()> {
        let primary = self.set.primary();
        let witness = Session::connect(&self.set.target(primary), "witness", CONNECT).await?;
        let pids = self.set.ask(primary, PIDS).await?;
        let pids: Vec<i32> = pids.split(',').filter_map(|pid| pid.parse().ok()).collect();
        let at = usize::try_from(which % (pids.len().max(1) as u64))?;
        let pid = pids.get(at).and_then(|pid| Pid::from_raw(*pid)).context("no process")?;
        let begun = self.world.now();
        kill_process(pid, Signal::KILL)?;
        // All of them end before the server begins anew.
        while !witness.is_closed() {
            tokio::time::sleep(TICK).await;
        }
        self.set.wait(primary, "select true").await?;
        self.lost(begun);
        Ok(())
    }

    /// Right after commits that no node has heard of, and of which nobody tells again: their polls are held meanwhile.
    async fn crash(&mut self) -> Result<()> {
        let primary = self.set.primary();
        let session = Session::connect(&self.set.target(primary), "last word", CONNECT).await?;
        let held: Vec<_> = self.wires.iter().flat_map(|wires| wires.servers.iter()).collect();
        held.iter().for_each(|wire| wire.set(Mode::Hung));
        let struck = self.strike_after_last_words(primary, &session).await;
        // Whatever had been broken in them before is whole again, too.
        held.iter().for_each(|wire| wire.set(Mode::Open));
        struck
    }

    async fn strike_after_last_words(&mut self, primary: usize, session: &Session) -> Result<()> {
        // All but one, which may be locked by what was prepared.
        for _ in 1..IDS {
            self.quiet += 1;
            write_quiet(&self.world, session, self.quiet, FIRST_QUIET + self.quiet).await?;
        }
        let begun = self.world.now();
        self.set.crash(primary).await?;
        self.lost(begun);
        self.set.start(primary).await
    }

    async fn two_phase(&mut self, crashes: bool, ms: u64) -> Result<()> {
        let target = self.set.target(self.set.primary());
        let session = Session::connect(&target, "two phases", CONNECT).await?;
        self.quiet += 1;
        let prepared = Prepared::new(&session, self.quiet, FIRST_QUIET + self.quiet).await?;
        if crashes {
            self.crash().await?;
        }
        // Nodes hear from the new life, and keep what is there.
        self.rest(Duration::from_millis(ms)).await?;
        let session = Session::connect(&target, "two phases", CONNECT).await?;
        prepared.commit(&self.world, &session).await
    }

    async fn fail_over(&mut self, ahead_ms: u64) -> Result<()> {
        let (old, next) = (self.set.primary(), self.set.replicas()[0]);
        self.set.wait_until_streams(next).await?;
        self.set.cut(next).await?;
        self.rest(Duration::from_millis(ahead_ms)).await?;
        let begun = self.world.now();
        self.set.crash(old).await?;
        self.lost(begun);
        self.set.promote(next).await?;
        self.rest(Duration::from_millis(300)).await?;
        self.set.rebuild(old).await?;
        super::hurry(self.set, old).await
    }

    /// As it was when a copy was put aside last; then another one is.
    async fn restore(&mut self) -> Result<()> {
        self.let_store_go()?;
        self.store.restore().await?;
        self.store.keep().await
    }

    fn lost(&self, begun: u64) {
        let over = self.world.now();
        self.world.history().losses.push(Loss { begun, over });
    }

    fn after(&mut self, ms: u64, end: End) {
        self.due.push((Instant::now() + Duration::from_millis(ms), end));
    }

    fn let_store_go(&mut self) -> Result<()> {
        self.due.retain(|(_, end)| !matches!(end, End::StoreHeld));
        self.store.let_go()
    }

    /// Waits, and ends what is due.
    async fn rest(&mut self, span: Duration) -> Result<()> {
        let until = Instant::now() + span;
        while Instant::now() < until {
            self.end_due(false)?;
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    }

    fn end_due(&mut self, all: bool) -> Result<()> {
        let now = Instant::now();
        let (ends, due): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.due).into_iter().partition(|(at, _)| all || *at <= now);
        self.due = due;
        for (_, end) in ends {
            match end {
                // A node that was killed meanwhile runs again.
                End::Frozen(node) => self.nodes.thaw(node)?,
                End::Wire { node, cuts } => {
                    let mode = if cuts { Mode::Cut } else { Mode::Open };
                    self.wires[node].servers.iter().for_each(|wire| wire.set(mode));
                    if cuts {
                        self.after(50, End::Opened(node));
                    }
                }
                End::Opened(node) => self.wires[node].servers.iter().for_each(|wire| wire.set(Mode::Open)),
                End::StoreWire(node) => self.wires[node].store.set(Mode::Open),
                End::StoreHeld => self.store.let_go()?,
            }
        }
        Ok(())
    }
}
