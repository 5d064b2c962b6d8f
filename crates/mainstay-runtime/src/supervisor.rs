//! Every task of a process: named, stoppable, counted, and waited for at the end.
//! Never here: what the tasks do.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub use self::status::{DrainReport, TaskCounts, TaskState, TaskStatus};
use crate::{Effects, Stop};

mod backoff;
mod periodic;
mod resident;
mod status;

/// Ended tasks that are kept for [`Supervisor::tasks`] and for the names in a [`DrainReport`]; older ones are
/// forgotten, but for [`TaskCounts`].
pub const REMEMBERED: usize = 256;

/// The pause before a resident task is started again for the first time.
pub const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause before a resident task is started again. A task that ran for longer begins anew with
/// [`FIRST_PAUSE`].
pub const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The longest wait for the first round of a periodic task.
pub const FIRST_ROUND_WITHIN: Duration = Duration::from_secs(60);

/// How long a round of a periodic task may take until the task counts as silent.
pub const ROUND_MAY_TAKE: Duration = Duration::from_secs(600);

/// Starts, watches and drains tasks. Clones are one supervisor.
#[derive(Clone, Debug)]
pub struct Supervisor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    effects: Effects,
    stop: CancellationToken,
    cut: CancellationToken,
    tasks: Mutex<Tasks>,
    running: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct Tasks {
    next_id: u64,
    by_id: BTreeMap<u64, TaskStatus>,
    /// Oldest end first.
    ended: VecDeque<u64>,
    counts: TaskCounts,
}

impl Supervisor {
    /// A supervisor without tasks. Heartbeats and pauses are by the clock of `effects`, the jitter of pauses by its
    /// randomness.
    pub fn new(effects: &Effects) -> Self {
        Self(Arc::new(Inner {
            effects: effects.clone(),
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            tasks: Mutex::default(),
            running: watch::channel(0).0,
        }))
    }

    /// Starts a task. It should return soon after its [`Stop`] is triggered; one that is started after a drain has
    /// begun sees a triggered stop at once. A panic is logged with the task's name and ends the task alone.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn<F, Fut>(&self, name: &'static str, task: F)
    where
        F: FnOnce(Stop) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.start(name, None, |beat| {
            let work = task(beat.stop());
            async move {
                work.await;
                Ok(())
            }
        });
    }

    /// Starts a task that may fail, otherwise as [`Supervisor::spawn`]. Its error is logged with its name, and is not
    /// to be logged by the task itself.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn_fallible<F, Fut, E>(&self, name: &'static str, task: F)
    where
        F: FnOnce(Stop) -> Fut,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display,
    {
        self.start(name, None, |beat| {
            let work = task(beat.stop());
            async move { work.await.map_err(|error| format!("{error:#}")) }
        });
    }

    /// Starts a task that is to live until the stop: when it panics, or ends before the stop, that is logged and
    /// counted, and it is started again after a pause that grows from [`FIRST_PAUSE`] to [`LONGEST_PAUSE`] while it
    /// keeps ending, jittered so that many do not come back at once. What `task` owns lives on, so after a panic it
    /// must be fit for another start.
    ///
    /// The task calls [`Stop::heartbeat`] at least every `beats_within`. One that does not is told in the log and is
    /// silent by [`TaskStatus::is_silent`] until it beats again; it is not ended, for it may be at long work.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn_resident<F, Fut>(&self, name: &'static str, beats_within: Duration, task: F)
    where
        F: FnMut(Stop) -> Fut + Send + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        self.start(name, Some(beats_within), |beat| async move {
            resident::keep(&beat, name, task).await;
            Ok(())
        });
    }

    /// Runs a round of work every so often until the stop, as a resident task. The first round comes after a random
    /// part of `every`, at most of [`FIRST_ROUND_WITHIN`]. A round that fails is logged, not to be logged by itself,
    /// and tried again after a growing pause, at most `every`. A round is never cut off but by a drain's deadline;
    /// one that takes longer than [`ROUND_MAY_TAKE`] makes the task silent.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn spawn_periodic<F, Fut, E>(&self, name: &'static str, every: Duration, round: F)
    where
        F: FnMut() -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: Display + Send + 'static,
    {
        let rounds = periodic::Rounds::new(name, every, self.0.effects.clone(), round);
        self.spawn_resident(name, every.saturating_add(ROUND_MAY_TAKE), move |stop| rounds.clone().run(stop));
    }

    /// The one place that spawns.
    fn start<F, Fut>(&self, name: &'static str, beats_within: Option<Duration>, task: F)
    where
        F: FnOnce(Beat) -> Fut,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        // Both may panic, and what is registered is waited for: they come first.
        let runtime = Handle::current();
        let id = self.next_id();
        let work = task(Beat { id, supervisor: self.clone() });
        self.register(id, name, beats_within);
        let work = runtime.spawn(work);
        let supervisor = self.clone();
        runtime.spawn(async move {
            let abort = work.abort_handle();
            let state = tokio::select! {
                biased;
                ended = work => match ended {
                    Ok(Ok(())) => TaskState::Finished,
                    Ok(Err(error)) => {
                        tracing::error!(event = "task.failed", task.name = name, error, "a task failed");
                        TaskState::Failed
                    }
                    Err(error) if error.is_panic() => {
                        let payload = error.into_panic();
                        let error = panic_text(&*payload);
                        tracing::error!(event = "task.panicked", task.name = name, error, "a task panicked");
                        TaskState::Panicked
                    }
                    Err(_) => TaskState::CutOff,
                },
                () = supervisor.0.cut.cancelled() => {
                    abort.abort();
                    TaskState::CutOff
                }
            };
            supervisor.ended(id, state);
        });
    }

    /// The will to stop that every task of this supervisor watches.
    pub fn stop(&self) -> Stop {
        Stop::of(self.0.stop.clone(), None)
    }

    /// The time of the clock that heartbeats carry, since its origin.
    pub fn now(&self) -> Duration {
        self.0.effects.clock.monotonic()
    }

    /// The tasks at work, and the last [`REMEMBERED`] that ended, in the order in which they started.
    pub fn tasks(&self) -> Vec<TaskStatus> {
        self.lock().by_id.values().cloned().collect()
    }

    /// How many tasks there have been, and how they ended.
    pub fn counts(&self) -> TaskCounts {
        self.lock().counts
    }

    /// Asks every task to stop and waits until they have, `deadline` at the most; the rest is cut off at its next
    /// await. The deadline is the machine's time, whatever the supervisor's clock says. A second drain reports the
    /// same.
    pub async fn drain(&self, deadline: Duration) -> DrainReport {
        self.0.stop.cancel();
        let mut running = self.running();
        let in_time = tokio::time::timeout(deadline, running.wait_for(|running| *running == 0)).await.is_ok();
        if !in_time {
            self.0.cut.cancel();
            // Cutting off takes no time worth a limit: the tasks are dropped at their next await.
            let _ = running.wait_for(|running| *running == 0).await;
        }
        let mut report = DrainReport::default();
        for task in self.lock().by_id.values() {
            match task.state {
                TaskState::Finished => report.finished.push(task.name),
                TaskState::Failed => report.failed.push(task.name),
                TaskState::Panicked => report.panicked.push(task.name),
                TaskState::CutOff | TaskState::Running | TaskState::Resting => report.overran.push(task.name),
            }
        }
        report
    }

    /// How many tasks are at work.
    fn running(&self) -> watch::Receiver<usize> {
        self.0.running.subscribe()
    }

    fn next_id(&self) -> u64 {
        let mut tasks = self.lock();
        tasks.next_id += 1;
        tasks.next_id
    }

    fn register(&self, id: u64, name: &'static str, beats_within: Option<Duration>) {
        let last_heartbeat = self.now();
        let task = TaskStatus { name, state: TaskState::Running, last_heartbeat, beats_within, restarts: 0 };
        let mut tasks = self.lock();
        tasks.by_id.insert(id, task);
        tasks.counts.started += 1;
        drop(tasks);
        self.0.running.send_modify(|running| *running += 1);
    }

    fn ended(&self, id: u64, state: TaskState) {
        let now = self.now();
        let mut tasks = self.lock();
        if let Some(task) = tasks.by_id.get_mut(&id) {
            task.state = state;
            task.last_heartbeat = now;
        }
        match state {
            TaskState::Running | TaskState::Resting => {}
            TaskState::Finished => tasks.counts.finished += 1,
            TaskState::Failed => tasks.counts.failed += 1,
            TaskState::Panicked => tasks.counts.panicked += 1,
            TaskState::CutOff => tasks.counts.cut_off += 1,
        }
        tasks.ended.push_back(id);
        if tasks.ended.len() > REMEMBERED
            && let Some(oldest) = tasks.ended.pop_front()
        {
            tasks.by_id.remove(&oldest);
        }
        drop(tasks);
        self.0.running.send_modify(|running| *running -= 1);
    }

    fn lock(&self) -> MutexGuard<'_, Tasks> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's way to say that it is alive.
#[derive(Clone, Debug)]
pub(crate) struct Beat {
    id: u64,
    supervisor: Supervisor,
}

impl Beat {
    pub(crate) fn now(&self) {
        self.change(|task, _| task.state == TaskState::Running);
    }

    /// The stop that the task gets.
    fn stop(&self) -> Stop {
        Stop::of(self.supervisor.0.stop.clone(), Some(self.clone()))
    }

    /// It ended before the stop, and is to be started again.
    fn rest(&self) {
        self.change(|task, _| {
            task.state = TaskState::Resting;
            true
        });
    }

    /// It is started again.
    fn restart(&self) {
        self.change(|task, counts| {
            task.state = TaskState::Running;
            task.restarts += 1;
            counts.restarted += 1;
            true
        });
    }

    /// Changes the task's status; true from `change` is a sign of life.
    fn change(&self, change: impl FnOnce(&mut TaskStatus, &mut TaskCounts) -> bool) {
        let now = self.supervisor.now();
        let mut tasks = self.supervisor.lock();
        let tasks = &mut *tasks;
        if let Some(task) = tasks.by_id.get_mut(&self.id)
            && change(task, &mut tasks.counts)
        {
            task.last_heartbeat = now;
        }
    }

    /// How the task stands.
    fn status(&self) -> Option<TaskStatus> {
        self.supervisor.lock().by_id.get(&self.id).cloned()
    }
}

/// What a panic said, as far as it was text.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("not a text")
}

#[cfg(test)]
mod tests;
