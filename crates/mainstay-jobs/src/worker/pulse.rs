//! The word that a life goes on, from a thread with a runtime and a connection of its own: work that keeps all other threads
//! busy does not silence it. Never here: what is stopped when it ends.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::awake;
use super::running::Running;
use super::settled::{Look, Settled};
use crate::fence::{Fence, Pace, State};
use crate::run::Run;
use crate::store;
use crate::wake::{self, Ear};

/// The pulse of one life. Dropping it ends the thread.
#[derive(Debug)]
pub(super) struct Pulse {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    worker: i64,
    /// The last run before this life.
    before: i64,
    target: Target,
    clock: Clock,
    pace: Pace,
    fence: Mutex<Fence>,
    running: Running,
    /// Runs that are to be given back.
    lost: Mutex<Vec<Run>>,
    over: CancellationToken,
    ended: CancellationToken,
    is_draining: std::sync::atomic::AtomicBool,
    /// Somebody wants one of its jobs to stop.
    ear: Arc<Ear>,
}

impl Pulse {
    /// Begins with what was registered, a number and the last run before it, by a statement that was sent at `sent` of the
    /// clock's boot time.
    pub(super) fn begin(
        (worker, before): (i64, i64),
        target: &Target,
        clock: &Clock,
        pace: Pace,
        sent: Duration,
        running: Running,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            worker,
            before,
            target: target.clone(),
            clock: clock.clone(),
            pace,
            fence: Mutex::new(Fence::begin(pace, sent)),
            running,
            lost: Mutex::default(),
            over: CancellationToken::new(),
            ended: CancellationToken::new(),
            is_draining: std::sync::atomic::AtomicBool::new(false),
            ear: wake::of_life(worker),
        });
        let (beating, home) = (Arc::clone(&shared), Handle::current());
        std::thread::Builder::new().name("jobs-pulse".to_owned()).spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return beating.over.cancel();
            };
            runtime.block_on(async {
                tokio::select! {
                    () = beating.ended.cancelled() => {}
                    () = beating.beat_for_life() => {}
                    never = awake::keep(&home) => match never {},
                }
            });
        })?;
        Ok(Self { shared })
    }

    /// Resolves when this life is over.
    pub(super) fn over(&self) -> CancellationToken {
        self.shared.over.clone()
    }

    /// Whether it still counts, by now: asked before anything is said that only a living one may say.
    pub(super) fn is_alive(&self) -> bool {
        self.shared.state() != State::Over
    }

    /// It is over.
    pub(super) fn disown(&self) {
        self.shared.fence.lock().unwrap_or_else(PoisonError::into_inner).disowned();
        self.shared.over.cancel();
    }

    /// Says from now on that it takes no more jobs.
    pub(super) fn drain(&self) {
        self.shared.is_draining.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Runs that the database counts as ours and nobody knows of.
    pub(super) fn take_lost(&self) -> Vec<Run> {
        std::mem::take(&mut *self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Pulse {
    fn drop(&mut self) {
        self.shared.ended.cancel();
    }
}

impl Shared {
    fn state(&self) -> State {
        let state = self.fence.lock().unwrap_or_else(PoisonError::into_inner).state(self.clock.boottime());
        if state == State::Over {
            self.over.cancel();
        }
        state
    }

    /// Ends when the life is over.
    async fn beat_for_life(&self) {
        let (mut session, mut due) = (None, Duration::ZERO);
        let mut settled = Settled::new(self.before);
        while let State::Alive(left) = self.state() {
            let now = self.clock.boottime();
            // One that somebody has asked for comes between two of them, and in place of none.
            let is_timed = now >= due;
            let look = settled.look(is_timed);
            // However long an answer takes, the end is noticed in time, and a look at everything is no reason for it.
            let longest = if look.is_all { left.min(self.pace.every() / 4) } else { left };
            let beat =
                tokio::time::timeout(longest, self.beat(&mut session, &mut settled, look, is_timed)).await;
            if !matches!(beat, Ok(Ok(()))) {
                session = None;
                due = now + self.pace.every() / 8;
            } else if is_timed {
                due = now + self.pace.every();
            }
            let State::Alive(left) = self.state() else { return };
            let pause = due.saturating_sub(self.clock.boottime());
            tokio::select! {
                () = tokio::time::sleep(pause.min(left)) => {}
                () = self.ear.told(), if session.is_some() => {}
            }
        }
    }

    async fn beat(
        &self,
        session: &mut Option<Session>,
        settled: &mut Settled,
        look: Look,
        is_timed: bool,
    ) -> Result<(), tokio_postgres::Error> {
        let open = match session {
            Some(open) => open,
            None => {
                let within = self.pace.every();
                let fresh =
                    Session::connect_for(&self.target, "mainstay jobs pulse", within, store::LONGEST).await?;
                fresh.batch_execute(store::SETTINGS).await?;
                session.insert(fresh)
            }
        };
        let sent = self.clock.boottime();
        let is_draining = self.is_draining.load(std::sync::atomic::Ordering::Relaxed);
        let own = self.running.up_to(look.above);
        let answer = open.query_opt(store::BEAT, &[&self.worker, &is_draining, &look.above, &own]).await?;
        let mut fence = self.fence.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(row) = answer else {
            fence.disowned();
            return Ok(());
        };
        fence.confirmed(sent, self.clock.boottime());
        drop(fence);
        let (numbers, jobs): (Vec<i64>, Vec<Uuid>) = (row.try_get("runs")?, row.try_get("jobs")?);
        let unwanted: Vec<bool> = row.try_get("unwanted")?;
        let runs: Vec<Run> = numbers.into_iter().zip(jobs).map(|(number, job)| Run { number, job }).collect();
        let cancelled: Vec<Run> =
            runs.iter().zip(unwanted).filter(|(_, is_unwanted)| *is_unwanted).map(|(run, _)| *run).collect();
        let heard = self.running.heard(&runs, &cancelled, is_timed);
        if is_timed {
            settled.heard(sent, row.try_get("last")?, heard.strange);
        }
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).extend(heard.lost);
        Ok(())
    }
}
