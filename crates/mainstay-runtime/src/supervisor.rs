//! Every task of a process: named, stoppable, counted, and waited for at the end.
//! Never here: what the tasks do.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Display;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Clock, Stop};

/// Ended tasks that are kept for [`Supervisor::tasks`] and for the names in a [`DrainReport`]; older ones are
/// forgotten, but for [`TaskCounts`].
pub const REMEMBERED: usize = 256;

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// At work.
    Running,
    /// Came to its end.
    Finished,
    /// Came to its end with an error.
    Failed,
    /// Panicked.
    Panicked,
    /// Cut off because a drain's deadline passed.
    CutOff,
}

/// A task as the supervisor sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskStatus {
    /// Its name; several tasks may share one.
    pub name: &'static str,
    /// How it stands.
    pub state: TaskState,
    /// Time of the clock at its last heartbeat or change of state, since the clock's origin.
    pub last_heartbeat: Duration,
}

/// How many tasks there have been, and how they ended. What is missing from `started` is at work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TaskCounts {
    /// All of them.
    pub started: u64,
    /// Came to their end.
    pub finished: u64,
    /// Came to their end with an error.
    pub failed: u64,
    /// Panicked.
    pub panicked: u64,
    /// Were cut off by a drain.
    pub cut_off: u64,
}

/// How a drain ended. Each list holds the names of tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Came to their end in time, now or before.
    pub finished: Vec<&'static str>,
    /// Came to their end with an error.
    pub failed: Vec<&'static str>,
    /// Were cut off.
    pub overran: Vec<&'static str>,
    /// Had panicked.
    pub panicked: Vec<&'static str>,
}

impl DrainReport {
    /// Whether every task came to its end by itself and without an error.
    pub fn is_clean(&self) -> bool {
        self.failed.is_empty() && self.overran.is_empty() && self.panicked.is_empty()
    }
}

/// Starts, watches and drains tasks. Clones are one supervisor.
#[derive(Clone, Debug)]
pub struct Supervisor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
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
    /// A supervisor without tasks, whose heartbeats carry this clock.
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
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
        self.start(name, |stop| {
            let work = task(stop);
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
        self.start(name, |stop| {
            let work = task(stop);
            async move { work.await.map_err(|error| format!("{error:#}")) }
        });
    }

    /// The one place that spawns.
    fn start<F, Fut>(&self, name: &'static str, task: F)
    where
        F: FnOnce(Stop) -> Fut,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        // Both may panic, and what is registered is waited for: they come first.
        let runtime = Handle::current();
        let id = self.next_id();
        let work = task(Stop::of(self.0.stop.clone(), Some(Beat { id, supervisor: self.clone() })));
        self.register(id, name);
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
                TaskState::CutOff | TaskState::Running => report.overran.push(task.name),
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

    fn register(&self, id: u64, name: &'static str) {
        let last_heartbeat = self.0.clock.monotonic();
        let mut tasks = self.lock();
        tasks.by_id.insert(id, TaskStatus { name, state: TaskState::Running, last_heartbeat });
        tasks.counts.started += 1;
        drop(tasks);
        self.0.running.send_modify(|running| *running += 1);
    }

    fn ended(&self, id: u64, state: TaskState) {
        let now = self.0.clock.monotonic();
        let mut tasks = self.lock();
        if let Some(task) = tasks.by_id.get_mut(&id) {
            task.state = state;
            task.last_heartbeat = now;
        }
        match state {
            TaskState::Running => {}
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
        let now = self.supervisor.0.clock.monotonic();
        if let Some(task) = self.supervisor.lock().by_id.get_mut(&self.id)
            && task.state == TaskState::Running
        {
            task.last_heartbeat = now;
        }
    }
}

/// What a panic said, as far as it was text.
fn panic_text(payload: &(dyn std::any::Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("not a text")
}

#[cfg(test)]
mod tests;
