//! One life of a process that works: from the number that it is given to its last word. Never here: the statements, the
//! judgement of attempts.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use mainstay_runtime::Stop;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::capped::Capped;
use super::claims::{Claimed, Claims, Place};
use super::end::{Cause, End, Verdict};
use super::finisher::{Finisher, Had};
use super::line::Line;
use super::link::Link;
use super::pulse::Pulse;
use super::running::Running;
use super::{Ended, Parts, attempt};
use crate::days::Days;
use crate::leader::{LEASE, Leader};
use crate::reports::{self, Reports};
use crate::{store, wake};

/// Between two looks at what the pulse has found.
const LOOK: Duration = Duration::from_millis(100);

/// What was cut off lets go of its thread in so long, or is not waited for: the others are to be given back in time.
const CUT_WITHIN: Duration = Duration::from_secs(1);

/// A life that has begun.
pub(super) struct Life {
    parts: Arc<Parts>,
    worker: i64,
    /// The last run that was given to anybody before it.
    before: i64,
    /// The first life of this process.
    process: i64,
    free: Line,
    /// The other lives are known to be over.
    takes_over: bool,
    capped: Capped,
    link: Arc<Link>,
    running: Running,
    reports: Arc<Reports>,
    pulse: Arc<Pulse>,
}

/// What is known of a life that is over, or will be.
#[derive(Debug)]
pub(super) struct Past {
    worker: i64,
    running: Running,
    before: i64,
    settled: Arc<AtomicI64>,
}

impl Past {
    /// Where it has runs, asked before what it knows of: who sees that a run is settled sees that it is known.
    fn had(&self) -> Had {
        Had { since: self.before, settled: self.settled.load(Ordering::Relaxed) }
    }
}

/// Gives a process a number that nobody had before. What its `last` life has left behind nobody works on any more: it goes
/// back at once, and was no crash. The process is known by its first life, if it had one.
pub(super) async fn begin(
    parts: &Arc<Parts>,
    last: Option<&Past>,
    process: Option<i64>,
) -> Result<Life, Ended> {
    let within = parts.config.pace().every();
    let link = Arc::new(Link::open(&parts.target, within, parts.settings()).await?);
    if let Some(last) = last {
        let days = Days::new(&parts.target, &parts.effects.clock)?;
        let finisher = Finisher::new(&link, days, last.worker, last.running.clone());
        finisher.clear(last.had()).await?;
    }
    let open = link.now().ok_or(Ended::Cut)?;
    let queues: Vec<&str> = parts.config.queues.iter().map(|(name, _)| name.as_str()).collect();
    let (host, pid) = (host(), i32::try_from(std::process::id()).unwrap_or(i32::MAX));
    let slots = i32::try_from(parts.config.slots()).unwrap_or(i32::MAX);
    let sent = parts.effects.clock.boottime();
    let (kinds, ttl) = (parts.kinds.names(), store::ms(parts.config.ttl));
    let row = open
        .session
        .query_one(store::REGISTER, &[&host, &pid, &queues, &kinds, &slots, &ttl, &process])
        .await?;
    let (worker, before, running): (i64, i64, _) = (row.try_get(0)?, row.try_get(1)?, Running::default());
    let takes_over = parts.config.is_alone && last.is_none();
    if takes_over {
        open.session.execute(store::ALONE, &[&worker, &LEASE]).await?;
    }
    let (clock, pace) = (&parts.effects.clock, parts.config.pace());
    let pulse = Pulse::begin((worker, before), &parts.target, clock, pace, sent, running.clone());
    let pulse = Arc::new(pulse.map_err(Ended::Thread)?);
    let reports = Arc::new(Reports::new(Arc::clone(&link), worker, parts.weak));
    // A claim that a crash of the server forgot would give its number twice: claims are as durable as ends.
    let free = Line::new(parts, &link, &running, "mainstay jobs claims");
    let capped = Capped::new(parts, &link, &running);
    let process = process.unwrap_or(worker);
    let parts = Arc::clone(parts);
    Ok(Life { parts, worker, before, process, free, takes_over, capped, link, running, reports, pulse })
}

impl Life {
    /// Its number.
    pub(super) fn id(&self) -> i64 {
        self.worker
    }

    /// What the next one is to know of it.
    pub(super) fn past(&self) -> Past {
        let (running, settled) = (self.running.clone(), Arc::clone(self.pulse.settled()));
        Past { worker: self.worker, running, before: self.before, settled }
    }

    /// That of the first life of its process.
    pub(super) fn process(&self) -> i64 {
        self.process
    }

    /// Until stopped, or until it is over.
    pub(super) async fn run(self, stop: &Stop) -> Result<(), Ended> {
        let mut attempts = JoinSet::new();
        let ended = self.live(stop, &mut attempts).await;
        self.pulse.disown();
        // Whatever is still at work counts no more: it is dropped where it stands, before anybody begins it again. What
        // does not let go of its thread is not waited for any longer than others would; at a stop it has been waited for.
        let within = if ended.is_ok() { Duration::ZERO } else { self.parts.config.ttl };
        let _ = tokio::time::timeout(within, attempts.shutdown()).await;
        ended
    }

    async fn live(&self, stop: &Stop, attempts: &mut JoinSet<()>) -> Result<(), Ended> {
        let (ends, taken) = mpsc::channel(self.parts.config.ends_most.max(1));
        let days = Days::new(&self.parts.target, &self.parts.effects.clock)?;
        let finisher = Finisher::new(&self.link, days, self.worker, self.running.clone());
        let working = async {
            let working = async {
                self.work(stop, &ends, attempts).await?;
                self.drain(attempts).await;
                Ok::<_, Ended>(())
            };
            // While anything is at work it may tell of itself.
            tokio::select! {
                worked = working => worked?,
                never = self.tell() => match never {},
            }
            finisher.hurry();
            finisher.close();
            Ok(())
        };
        let over = self.pulse.over();
        let (held, ()) = tokio::select! {
            both = async { tokio::try_join!(finisher.run(taken, self.parts.config.ends_together), working) } => both?,
            ended = self.link.keep(self.worker) => return Err(ended),
            () = over.cancelled() => return Err(Ended::Fenced),
        };
        finisher.leave(held, self.past().had()).await
    }

    /// Claims and begins jobs until stopped.
    async fn work(
        &self,
        stop: &Stop,
        ends: &mpsc::Sender<End>,
        attempts: &mut JoinSet<()>,
    ) -> Result<(), Ended> {
        let (begun, mut beginning) = mpsc::channel(1);
        let starting = async {
            while let Some((claimed, place)) = beginning.recv().await {
                while attempts.try_join_next().is_some() {}
                self.start(claimed, place, ends, attempts);
            }
            Ok(())
        };
        let leading = async {
            if self.parts.config.may_lead {
                let leader = Leader::new(self.worker, self.process, &self.parts, self.takes_over);
                leader.run(&self.link, stop).await?;
            }
            Ok(())
        };
        let queues = self.parts.config.queues.iter();
        let claims: Vec<_> =
            queues.map(|(queue, slots)| self.claim(queue, *slots, stop, begun.clone())).collect();
        // The end of the claims is that of the channel.
        drop(begun);
        let claiming = futures_util::future::try_join_all(claims);
        // Whichever of them fails, the life is over.
        tokio::try_join!(claiming, starting, leading, self.keep_up(stop, ends)).map(drop)
    }

    /// Takes jobs of one queue while there are places for them.
    async fn claim(
        &self,
        queue: &str,
        slots: usize,
        stop: &Stop,
        begun: mpsc::Sender<(Claimed, Place)>,
    ) -> Result<(), Ended> {
        let (config, effects) = (&self.parts.config, &self.parts.effects);
        let kinds = self.parts.kinds.names();
        let mut claims = Claims::new(queue, kinds, self.worker, config);
        let (places, shared) = (Arc::new(Semaphore::new(slots)), wake::of_queue(queue));
        while !stop.is_stopping() && self.pulse.is_alive() {
            let Some(place) = stopped_or(stop, Arc::clone(&places).acquire_owned()).await else { break };
            let Ok(mut held) = place else { break };
            // Nothing is begun whose end could not be written.
            if stopped_or(stop, self.link.opened()).await.is_none() {
                break;
            }
            let more = places.available_permits().min(config.claim_most.max(1) - 1);
            if let Ok(more) = Arc::clone(&places).try_acquire_many_owned(u32::try_from(more).unwrap_or(0)) {
                held.merge(more);
            }
            let most = held.num_permits();
            let (taken, again) = claims.take(&self.free, &self.capped, &shared, most, &effects.clock).await;
            let count = taken.len();
            for claimed in taken {
                let Some(place) = held.split(1) else { break };
                let place = Place::new(place, &claimed, &shared, queue);
                if begun.send((claimed, place)).await.is_err() {
                    return Ok(());
                }
            }
            drop(held);
            if count < most {
                let pause = config.poll.mul_f64(0.8 + effects.random.below(401) as f64 / 1e3);
                let pause = again.map_or(pause, |again| again.min(pause));
                tokio::select! {
                    () = stop.stopped() => {}
                    () = shared.told() => {}
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
        Ok(())
    }

    /// Begins an attempt; its end is sent by itself.
    fn start(&self, claimed: Claimed, place: Place, ends: &mpsc::Sender<End>, attempts: &mut JoinSet<()>) {
        let (run, is_last) = (claimed.attempt.own(), claimed.attempt.number >= claimed.attempt.last);
        let Some(cancelled) = self.running.begin(run) else { return };
        let (parts, reports, ends) = (Arc::clone(&self.parts), Arc::clone(&self.reports), ends.clone());
        attempts.spawn(async move {
            let grace = parts.config.grace;
            let judging = async {
                match parts.kinds.get(&claimed.kind) {
                    Some(kind) => {
                        attempt::run(kind, claimed, reports, cancelled, grace, &parts.effects.random).await
                    }
                    // Not asked for.
                    None => Verdict::Release,
                }
            };
            // Also what the work does when it is dropped.
            let verdict = AssertUnwindSafe(judging).catch_unwind().await.unwrap_or_else(|panic| {
                let why = attempt::message(panic.as_ref());
                match is_last {
                    true => Verdict::Failed(Cause::Panic, why),
                    false => Verdict::Retry(Cause::Panic, why, Duration::from_secs(1)),
                }
            });
            let _ = ends.send(End { _place: Some(place), ..End::of(run, verdict) }).await;
        });
    }

    /// Gives back what the database counts as ours and nobody knows of.
    async fn keep_up(&self, stop: &Stop, ends: &mpsc::Sender<End>) -> Result<(), Ended> {
        while !stop.is_stopping() && self.pulse.is_alive() {
            for run in self.pulse.take_lost() {
                if !self.running.release(run) {
                    continue;
                }
                let _ = ends.send(End::of(run, Verdict::Release)).await;
            }
            stop.heartbeat();
            tokio::select! {
                () = stop.stopped() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
        Ok(())
    }

    /// Writes what jobs tell of themselves, until dropped.
    async fn tell(&self) -> Infallible {
        loop {
            self.reports.flush().await;
            tokio::time::sleep(reports::EVERY).await;
        }
    }

    /// What is at work may come to its end for a while; then it is cut off.
    async fn drain(&self, attempts: &mut JoinSet<()>) {
        self.pulse.drain();
        let all = async { while attempts.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(self.parts.config.grace, all).await;
        let _ = tokio::time::timeout(CUT_WITHIN, attempts.shutdown()).await;
    }
}

async fn stopped_or<T>(stop: &Stop, work: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        () = stop.stopped() => None,
        done = work => Some(done),
    }
}

/// For operators; nothing depends on it.
fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "unknown".to_owned() } else { name }
}
