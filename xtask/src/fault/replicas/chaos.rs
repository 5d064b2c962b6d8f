//! Carries the plan out on the servers. Never here: what is drawn, what is judged.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_testing::ReplicaSet;

use super::World;
use super::plan::{Blow, Step};

const SURVIVED: &str = "select string_agg(v::text, ',' order by k) from counter";

const TIMELINE: &str = "select substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)";

/// Some 3 MB of log that whoever is cut off does not have.
const RUN_AHEAD: &str =
    "insert into filler select repeat(md5(i::text), 30) from generate_series(1, 3000) as i";

/// How long a replica of a lost history stays before it is made anew.
const STRAY: Duration = Duration::from_millis(1500);

const TICK: Duration = Duration::from_millis(10);

/// The one who strikes.
pub(super) struct Chaos<'a> {
    set: &'a mut ReplicaSet,
    world: Arc<World>,
    /// Held replays, and when they are let go.
    held: Vec<(Instant, usize)>,
    done: Vec<(&'static str, u64)>,
}

impl<'a> Chaos<'a> {
    pub(super) fn new(set: &'a mut ReplicaSet, world: Arc<World>) -> Self {
        Self { set, world, held: Vec::new(), done: Vec::new() }
    }

    /// How many blows of each kind fell.
    pub(super) fn done(&self) -> Vec<(&'static str, u64)> {
        self.done.clone()
    }

    /// Blow after blow until the time is over.
    pub(super) async fn run(&mut self, plan: &[Step], until: Instant) -> Result<()> {
        self.rest(Duration::from_millis(500)).await;
        for step in plan {
            if Instant::now() >= until {
                break;
            }
            let name = self.strike(step.blow).await.with_context(|| format!("{:?}", step.blow))?;
            match self.done.iter_mut().find(|(known, _)| *known == name) {
                Some((_, count)) => *count += 1,
                None => self.done.push((name, 1)),
            }
            self.rest(step.rest.min(until.saturating_duration_since(Instant::now()))).await;
        }
        let left = until.saturating_duration_since(Instant::now());
        self.rest(left).await;
        Ok(())
    }

    async fn strike(&mut self, blow: Blow) -> Result<&'static str> {
        let replicas = self.set.replicas();
        match blow {
            Blow::Hold { replica, ms } => {
                let at = replicas[replica];
                self.set.pause(at).await?;
                self.held.push((Instant::now() + Duration::from_millis(ms), at));
                Ok("holds")
            }
            Blow::KillReceiver { replica } => {
                self.set.kill_receiver(replicas[replica]).await?;
                Ok("receivers killed")
            }
            Blow::Restart { replica } => {
                self.set.stop(replicas[replica]).await?;
                self.set.start(replicas[replica]).await?;
                Ok("restarts")
            }
            Blow::Crash { replica } => {
                self.set.kill(replicas[replica]).await?;
                self.set.start(replicas[replica]).await?;
                Ok("crashes")
            }
            Blow::StandbyAway { ms } => {
                self.standby_away(Duration::from_millis(ms)).await?;
                Ok("standbys away")
            }
            Blow::CrashPrimary => {
                self.ledger(super::Ledger::storm);
                self.set.kill(self.set.primary()).await?;
                self.set.start(self.set.primary()).await?;
                self.calm().await?;
                Ok("crashes of the primary")
            }
            Blow::SwitchOver { replica } => {
                self.switch_over(replicas[replica], replicas[1 - replica]).await?;
                Ok("switch-overs")
            }
            Blow::FailOver { replica } => {
                self.fail_over(replicas[replica], replicas[1 - replica]).await?;
                Ok("fail-overs with loss")
            }
        }
    }

    /// Whoever commits synchronously hangs meanwhile; the others go on.
    async fn standby_away(&mut self, span: Duration) -> Result<()> {
        self.let_go(true).await;
        let (primary, replicas) = (self.set.primary(), self.set.replicas());
        self.wait_for(primary, "absent").await?;
        self.rest(span / 2).await;
        for at in &replicas {
            self.set.pause(*at).await?;
        }
        self.rest(span / 2).await;
        for at in &replicas {
            self.set.resume(*at).await?;
        }
        self.wait_for(primary, "").await
    }

    /// What the primary waits for with each commit.
    async fn wait_for(&self, primary: usize, standbys: &str) -> Result<()> {
        self.set
            .execute(primary, &format!("alter system set synchronous_standby_names = '{standbys}'"))
            .await?;
        self.set.execute(primary, "select pg_reload_conf()").await?;
        self.set
            .wait(primary, &format!("select current_setting('synchronous_standby_names') = '{standbys}'"))
            .await
    }

    /// Nothing is lost: the promises stand all the way.
    async fn switch_over(&mut self, next: usize, other: usize) -> Result<()> {
        self.let_go(true).await;
        let old = self.set.primary();
        for at in [next, other] {
            self.set.wait_until_streams(at).await?;
        }
        self.set.stop(old).await?;
        self.set.wait(next, "select pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()").await?;
        self.set.promote(next).await?;
        self.set.follow(other).await?;
        self.set.rebuild(old).await
    }

    /// The next primary is behind; the other replica stays on the lost history for a while.
    async fn fail_over(&mut self, next: usize, other: usize) -> Result<()> {
        self.let_go(true).await;
        let old = self.set.primary();
        self.set.wait_until_streams(other).await?;
        self.set.cut(next).await?;
        self.set.execute(old, RUN_AHEAD).await?;
        self.set.wait_until_caught_up(other).await?;
        self.ledger(super::Ledger::storm);
        self.set.kill(old).await?;
        self.set.promote(next).await?;
        self.calm().await?;
        self.rest(STRAY).await;
        self.set.stop(other).await?;
        self.set.rebuild(other).await?;
        self.set.rebuild(old).await
    }

    async fn calm(&mut self) -> Result<()> {
        // What a lost history shows until its end is known may never come again.
        let timeline = self.set.ask(self.set.primary(), TIMELINE).await?;
        let timeline = u32::from_str_radix(&timeline, 16)?;
        while self.world.replicas.status().epoch.is_none_or(|epoch| epoch.timeline < timeline) {
            tokio::time::sleep(TICK).await;
        }
        let survived = self.set.ask(self.set.primary(), SURVIVED).await?;
        let survived: Vec<i64> = survived.split(',').map(str::parse).collect::<Result<_, _>>()?;
        self.ledger(|ledger| ledger.calm(&survived));
        Ok(())
    }

    fn ledger(&self, act: impl FnOnce(&mut super::Ledger)) {
        act(&mut self.world.ledger.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Waits, and lets go whose time has come.
    async fn rest(&mut self, span: Duration) {
        let until = Instant::now() + span;
        while Instant::now() < until {
            self.let_go(false).await;
            tokio::time::sleep(TICK).await;
        }
    }

    async fn let_go(&mut self, all: bool) {
        let now = Instant::now();
        let (due, held) =
            std::mem::take(&mut self.held).into_iter().partition(|(until, _)| all || *until <= now);
        self.held = held;
        let due: Vec<(Instant, usize)> = due;
        for (_, at) in due {
            // A restart has let it go already, and a promotion too.
            let _ = self.set.resume(at).await;
        }
    }
}
