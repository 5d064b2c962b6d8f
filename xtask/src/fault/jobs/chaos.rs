//! Carries the plan out on the nodes, the servers and the wires. Never here: what is drawn, what is judged.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mainstay_db::Session;
use mainstay_testing::ReplicaSet;
use rustix::process::Signal;
use uuid::Uuid;

use super::World;
use super::child::Nodes;
use super::plan::{Blow, Step};
use super::stage::Wires;
use super::verdict::number;
use crate::fault::proxy::Mode;

const TICK: Duration = Duration::from_millis(10);
const CONNECT: Duration = Duration::from_secs(2);

/// What a node works on that is well.
const AT_WORK: &str = "select coalesce(array_agg(job.run), '{}'), coalesce(array_agg(job.id), '{}') from mainstay.job_running as job \
    inner join mainstay.job_worker as worker on worker.id = job.worker inner join begun using (run) \
    inner join mainstay.job as asked on asked.id = job.id \
    where begun.life = $1 and coalesce(asked.payload->>'deed', '') not in ('Abort', 'Overflow', 'Eat') and worker.last_seen > clock_timestamp() - interval '1 second'";

/// Of these, what ended with its process, or was given back though it had begun.
const CUT_OFF: &str = "select count(*) from unnest($1::bigint[], $2::uuid[]) as stopped (run, id) \
    inner join mainstay.job using (id) left join mainstay.job_attempt as ended using (run, id) \
    where ended.cause in ('crash', 'cut') or ended.cause is null and job.payload->>'deed' is distinct from 'Snooze' \
        and exists (select from begun where begun.id = stopped.id and begun.run > stopped.run)";

/// From when a server was there again to the next beginning of a job.
const RESUMED_MS: &str = "select coalesce(max(extract(epoch from next.at - since.at::timestamptz) * 1000), 0)::bigint \
    from unnest($1::text[]) as since (at) \
    cross join lateral ( \
        select coalesce(min(begun.at), clock_timestamp()) as at from begun where begun.at > since.at::timestamptz) as next";

/// The one who strikes.
pub(super) struct Chaos<'a> {
    world: &'a World,
    set: &'a mut ReplicaSet,
    wires: &'a [Wires],
    nodes: &'a mut Nodes,
    /// What is to end, and when.
    due: Vec<(Instant, End)>,
    done: Vec<(&'static str, u64)>,
    /// What was at work in nodes that were asked to stop,
    stopped: (Vec<i64>, Vec<Uuid>),
    /// and what of it was cut off, as far as that was counted.
    cut_off: i64,
    back: Vec<String>,
}

/// What was done to nodes and servers.
#[derive(Debug, Default)]
pub(super) struct Struck {
    pub(super) blows: Vec<(&'static str, u64)>,
    stopped: (Vec<i64>, Vec<Uuid>),
    cut_off: i64,
    /// When a server was there again, by its own clock.
    back: Vec<String>,
}

impl Struck {
    /// The longest time from then to the next beginning of a job.
    pub(super) async fn resumed_ms(&self, session: &Session) -> Result<i64> {
        number(session, RESUMED_MS, &[&self.back]).await
    }

    /// How many attempts were cut off by asking their node to stop.
    pub(super) async fn cut_off(&self, session: &Session) -> Result<i64> {
        Ok(self.cut_off + cut_off(session, &self.stopped).await?)
    }
}

async fn cut_off(session: &Session, (runs, ids): &(Vec<i64>, Vec<Uuid>)) -> Result<i64> {
    number(session, CUT_OFF, &[runs, ids]).await
}

/// What is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Frozen(usize),
    Wire(usize),
}

impl<'a> Chaos<'a> {
    pub(super) fn new(
        world: &'a World,
        set: &'a mut ReplicaSet,
        wires: &'a [Wires],
        nodes: &'a mut Nodes,
    ) -> Self {
        let (due, done, stopped) = (Vec::new(), Vec::new(), (Vec::new(), Vec::new()));
        Self { world, set, wires, nodes, due, done, stopped, cut_off: 0, back: Vec::new() }
    }

    /// How many blows of each kind fell, and what was at work in nodes that were asked to stop.
    pub(super) fn done(self) -> Struck {
        Struck { blows: self.done, stopped: self.stopped, cut_off: self.cut_off, back: self.back }
    }

    /// Blow after blow until the time is over; then everything is whole again.
    pub(super) async fn run(&mut self, plan: &[Step], until: Instant) -> Result<()> {
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
        self.rest(until.saturating_duration_since(Instant::now())).await?;
        self.end_due(|_| true)?;
        self.nodes.mend().await
    }

    async fn strike(&mut self, blow: Blow) -> Result<&'static str> {
        match blow {
            Blow::Kill { node } => {
                self.due.retain(|(_, end)| *end != End::Frozen(node));
                self.nodes.kill(node).await?;
                Ok("nodes killed")
            }
            Blow::Freeze { node, ms } => {
                self.nodes.signal(node, Signal::STOP)?;
                self.after(ms, End::Frozen(node));
                Ok("nodes frozen")
            }
            Blow::Stop { node } => {
                self.end_due(|end| matches!(end, End::Frozen(at) | End::Wire(at) if at == node))?;
                let at_work = self.session().await?.query_one(AT_WORK, &[&self.nodes.life(node)]).await?;
                if self.nodes.stop(node).await? {
                    self.stopped.0.extend(at_work.get::<_, Vec<i64>>(0));
                    self.stopped.1.extend(at_work.get::<_, Vec<Uuid>>(1));
                }
                Ok("nodes stopped in order")
            }
            Blow::StopTwice { node } => {
                self.end_due(|end| matches!(end, End::Frozen(at) | End::Wire(at) if at == node))?;
                self.nodes.stop_twice(node).await?;
                Ok("nodes stopped by a second signal")
            }
            Blow::Outage { ms } => {
                let primary = self.set.primary();
                self.set.crash(primary).await?;
                self.rest(Duration::from_millis(ms)).await?;
                self.set.start(primary).await?;
                self.is_back(primary).await?;
                Ok("immediate stops of the server")
            }
            Blow::SwitchOver => self.switch_over().await.map(|()| "switch-overs"),
            Blow::FailOver { ms } => {
                self.fail_over(Duration::from_millis(ms)).await.map(|()| "fail-overs with loss")
            }
            Blow::Terminate { many } => {
                let sql = format!(
                    "select pg_terminate_backend(pid) from (select pid from pg_stat_activity \
                     where application_name like 'node%' or application_name like 'mainstay jobs%' \
                     order by random() limit {many}) as chosen"
                );
                self.set.execute(self.set.primary(), &sql).await?;
                Ok("storms of ended sessions")
            }
            Blow::Wire { node, mode, ms } => {
                self.wires[node].set(mode);
                self.after(ms, End::Wire(node));
                Ok("wires broken")
            }
        }
    }

    /// Nothing is lost.
    async fn switch_over(&mut self) -> Result<()> {
        let (old, next) = (self.set.primary(), self.set.replicas()[0]);
        self.set.wait_until_streams(next).await?;
        self.set.stop(old).await?;
        self.set.wait(next, "select pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()").await?;
        self.set.promote(next).await?;
        self.is_back(next).await?;
        self.set.rebuild(old).await
    }

    /// What was committed since the standby was taken off is lost, and nothing else.
    async fn fail_over(&mut self, after: Duration) -> Result<()> {
        let (old, next) = (self.set.primary(), self.set.replicas()[0]);
        // An end that is lost is the same as one that never was: what was cut off is counted before.
        self.cut_off += cut_off(&self.session().await?, &self.stopped).await?;
        self.stopped = (Vec::new(), Vec::new());
        self.set.wait_until_streams(next).await?;
        self.world.history().is_risky = true;
        // What ends now may have begun before.
        let since = self.set.ask(old, "select clock_timestamp() - interval '10 seconds'").await?;
        self.set.wait_until_caught_up(next).await?;
        self.set.cut(next).await?;
        self.rest(after).await?;
        self.set.crash(old).await?;
        self.set.promote(next).await?;
        self.is_back(next).await?;
        self.world.history().is_risky = false;
        // An attempt whose claim was lost goes on until its process has noticed; its end is refused.
        let lost_time = format!(
            "insert into lost_time (since, until) values ('{since}', clock_timestamp() + interval '10 seconds')"
        );
        self.set.execute(next, &lost_time).await?;
        self.set.rebuild(old).await
    }

    async fn is_back(&mut self, server: usize) -> Result<()> {
        self.back.push(self.set.ask(server, "select clock_timestamp()").await?);
        Ok(())
    }

    async fn session(&self) -> Result<Session> {
        Ok(Session::connect(&self.set.target(self.set.primary()), "chaos", CONNECT).await?)
    }

    fn after(&mut self, ms: u64, end: End) {
        self.due.push((Instant::now() + Duration::from_millis(ms), end));
    }

    /// Waits, and ends what is due.
    async fn rest(&mut self, span: Duration) -> Result<()> {
        let until = Instant::now() + span;
        while Instant::now() < until {
            let now = Instant::now();
            let due: Vec<End> = self.due.iter().filter(|(at, _)| *at <= now).map(|(_, end)| *end).collect();
            self.end_due(|end| due.contains(&end))?;
            self.nodes.mend().await?;
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    }

    fn end_due(&mut self, is_due: impl Fn(End) -> bool) -> Result<()> {
        let (ends, due): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.due).into_iter().partition(|(_, end)| is_due(*end));
        self.due = due;
        for (_, end) in ends {
            match end {
                End::Frozen(node) => self.nodes.signal(node, Signal::CONT)?,
                End::Wire(node) => self.wires[node].set(Mode::Open),
            }
        }
        Ok(())
    }
}
