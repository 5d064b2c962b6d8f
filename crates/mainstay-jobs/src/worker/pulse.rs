//! The word that a life goes on, from a thread with a runtime and a connection of its own: work that keeps all other threads
//! busy does not silence it. Never here: what is stopped when it ends.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use tokio::runtime::Handle;
use tokio_postgres::Error;
use tokio_util::sync::CancellationToken;

use super::awake;
use super::running::Running;
use super::settled::Settled;
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
    /// Up to this run the server knows of none that `running` does not know of; said behind what `running` is told.
    settled: Arc<AtomicI64>,
    /// Runs that are to be given back.
    lost: Mutex<Vec<Run>>,
    over: CancellationToken,
    ended: CancellationToken,
    is_draining: AtomicBool,
    /// Somebody wants one of its jobs to stop.
    ear: Arc<Ear>,
}

/// What a beat was told.
#[derive(Debug)]
struct Told {
    /// What this life has of what it has named.
    runs: Vec<Run>,
    /// All up to this run have been given to somebody.
    last: i64,
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
            settled: Arc::new(AtomicI64::new(before)),
            lost: Mutex::default(),
            over: CancellationToken::new(),
            ended: CancellationToken::new(),
            is_draining: AtomicBool::new(false),
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

    /// Up to this run the server knows of none that is not known here; it goes on while the life does.
    pub(super) fn settled(&self) -> &Arc<AtomicI64> {
        &self.shared.settled
    }

    /// It is over.
    pub(super) fn disown(&self) {
        self.shared.fence.lock().unwrap_or_else(PoisonError::into_inner).disowned();
        self.shared.over.cancel();
    }

    /// Says from now on that it takes no more jobs.
    pub(super) fn drain(&self) {
        self.shared.is_draining.store(true, Ordering::Relaxed);
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
        let mut settled = Settled::new(self.before, self.clock.boottime(), self.pace.every());
        while let State::Alive(left) = self.state() {
            let now = self.clock.boottime();
            // One that somebody has asked for comes between two of them, and in place of none. However long an answer takes, the
            // end is noticed in time.
            match tokio::time::timeout(left, self.beat(&mut session)).await {
                Ok(Ok(Some((open, told)))) if now >= due => {
                    due = now + self.pace.every();
                    // The life goes on without an answer to this, and its end is noticed in time.
                    let State::Alive(left) = self.state() else { return };
                    let look = self.look(open, &mut settled, told);
                    let longest = left.min(self.pace.every() / 2);
                    if !matches!(tokio::time::timeout(longest, look).await, Ok(Ok(()))) {
                        session = None;
                    }
                }
                Ok(Ok(_)) => {}
                Ok(Err(_)) | Err(_) => {
                    session = None;
                    due = now + self.pace.every() / 8;
                }
            }
            let State::Alive(left) = self.state() else { return };
            let pause = due.saturating_sub(self.clock.boottime());
            tokio::select! {
                () = tokio::time::sleep(pause.min(left)) => {}
                () = self.ear.told(), if session.is_some() => {}
            }
        }
    }

    /// What was told, and over which connection; nothing where the life is not known any more.
    async fn beat<'session>(
        &self,
        session: &'session mut Option<Session>,
    ) -> Result<Option<(&'session Session, Told)>, Error> {
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
        let is_draining = self.is_draining.load(Ordering::Relaxed);
        let answer =
            open.query_opt(store::BEAT, &[&self.worker, &is_draining, &self.running.numbers()]).await?;
        let mut fence = self.fence.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(row) = answer else {
            fence.disowned();
            return Ok(None);
        };
        fence.confirmed(sent, self.clock.boottime());
        drop(fence);
        let runs = Run::zip(row.try_get("runs")?, row.try_get("jobs")?);
        let unwanted: Vec<bool> = row.try_get("unwanted")?;
        let cancelled: Vec<Run> =
            runs.iter().zip(unwanted).filter(|(_, is_unwanted)| *is_unwanted).map(|(run, _)| *run).collect();
        self.running.cancel(&cancelled);
        Ok(Some((open, Told { runs, last: row.try_get("last")? })))
    }

    /// At what this life has that nobody may know of here.
    async fn look(&self, open: &Session, settled: &mut Settled, told: Told) -> Result<(), Error> {
        let sent = self.clock.boottime();
        settled.told(sent, told.last);
        let (look, mut runs) = (settled.look(sent, self.running.losses()), told.runs);
        if !look.is_empty() {
            for row in open.query(store::ABOVE, &[&self.worker, &look.above, &look.up_to]).await? {
                runs.push(Run { number: row.try_get("run")?, job: row.try_get("id")? });
            }
        }
        let lost = self.running.heard(&runs);
        settled.heard(look, sent);
        self.settled.store(settled.up_to(), Ordering::Relaxed);
        self.lost.lock().unwrap_or_else(PoisonError::into_inner).extend(lost);
        Ok(())
    }
}
