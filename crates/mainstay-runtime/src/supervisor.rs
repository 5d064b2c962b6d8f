//! Every task of a process: named, stoppable, counted, and waited for at the end.
//! Never here: what the tasks do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::Clock;

/// The will to stop. Clones share it; a child does not reach back to its parent.
#[derive(Clone, Debug)]
pub struct Stop {
    token: CancellationToken,
    beat: Option<Beat>,
}

#[derive(Clone, Debug)]
struct Beat {
    id: u64,
    supervisor: Supervisor,
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// One that nobody has triggered.
    pub fn new() -> Self {
        Self { token: CancellationToken::new(), beat: None }
    }

    /// Waits until somebody wants a stop; returns at once if somebody already did.
    pub async fn stopped(&self) {
        self.token.cancelled().await;
    }

    /// Whether somebody wants a stop.
    pub fn is_stopping(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Wants a stop. Twice is as good as once.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Says that the task is alive; loops call it once a round.
    pub fn heartbeat(&self) {
        if let Some(beat) = &self.beat {
            beat.supervisor.beat(beat.id);
        }
    }
}

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// At work.
    Running,
    /// Came to its end.
    Finished,
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

/// How a drain ended. Each list holds the names of tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DrainReport {
    /// Came to their end in time, now or before.
    pub finished: Vec<&'static str>,
    /// Were cut off.
    pub overran: Vec<&'static str>,
    /// Had panicked.
    pub panicked: Vec<&'static str>,
}

impl DrainReport {
    /// Whether every task came to its end by itself.
    pub fn is_clean(&self) -> bool {
        self.overran.is_empty() && self.panicked.is_empty()
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
}

/// Finished tasks kept for [`Supervisor::tasks`]; older ones are forgotten.
const REMEMBERED: usize = 256;

impl Supervisor {
    /// A supervisor without tasks.
    pub fn new(clock: Clock) -> Self {
        Self(Arc::new(Inner {
            clock,
            stop: CancellationToken::new(),
            cut: CancellationToken::new(),
            tasks: Mutex::default(),
            running: watch::channel(0).0,
        }))
    }

    /// Starts a task. It should return soon after its [`Stop`] is triggered. After a drain has begun nothing
    /// starts any more: the task sees a triggered stop at once.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub fn spawn<F, Fut>(&self, name: &'static str, task: F)
    where
        F: FnOnce(Stop) -> Fut,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let id = self.register(name);
        let stop = Stop { token: self.0.stop.clone(), beat: Some(Beat { id, supervisor: self.clone() }) };
        let work = tokio::spawn(task(stop));
        let supervisor = self.clone();
        tokio::spawn(async move {
            let abort = work.abort_handle();
            let state = tokio::select! {
                ended = work => match ended {
                    Ok(()) => TaskState::Finished,
                    Err(error) if error.is_panic() => TaskState::Panicked,
                    Err(_) => TaskState::CutOff,
                },
                () = supervisor.0.cut.cancelled() => {
                    abort.abort();
                    TaskState::CutOff
                }
            };
            supervisor.ended(id, name, state);
        });
    }

    /// The will to stop that every task of this supervisor watches.
    pub fn stop(&self) -> Stop {
        Stop { token: self.0.stop.clone(), beat: None }
    }

    /// The tasks at work, and the last ones that ended.
    pub fn tasks(&self) -> Vec<TaskStatus> {
        self.lock().by_id.values().cloned().collect()
    }

    /// Asks every task to stop and waits until they have, `deadline` at the most; the rest is cut off.
    /// A second drain reports the same.
    pub async fn drain(&self, deadline: Duration) -> DrainReport {
        self.0.stop.cancel();
        let mut running = self.0.running.subscribe();
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
                TaskState::Panicked => report.panicked.push(task.name),
                TaskState::CutOff | TaskState::Running => report.overran.push(task.name),
            }
        }
        report
    }

    fn register(&self, name: &'static str) -> u64 {
        let last_heartbeat = self.0.clock.monotonic();
        let mut tasks = self.lock();
        let id = tasks.next_id;
        tasks.next_id += 1;
        tasks.by_id.insert(id, TaskStatus { name, state: TaskState::Running, last_heartbeat });
        drop(tasks);
        self.0.running.send_modify(|running| *running += 1);
        id
    }

    fn ended(&self, id: u64, name: &'static str, state: TaskState) {
        if state == TaskState::Panicked {
            tracing::error!(task.name = name, "a task panicked");
        }
        let now = self.0.clock.monotonic();
        let mut tasks = self.lock();
        if let Some(task) = tasks.by_id.get_mut(&id) {
            task.state = state;
            task.last_heartbeat = now;
        }
        let ended: Vec<u64> = tasks
            .by_id
            .iter()
            .filter(|(_, task)| task.state != TaskState::Running)
            .map(|(id, _)| *id)
            .collect();
        for id in ended.iter().take(ended.len().saturating_sub(REMEMBERED)) {
            tasks.by_id.remove(id);
        }
        drop(tasks);
        self.0.running.send_modify(|running| *running -= 1);
    }

    fn beat(&self, id: u64) {
        let now = self.0.clock.monotonic();
        if let Some(task) = self.lock().by_id.get_mut(&id) {
            task.last_heartbeat = now;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tasks> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_drain_waits_for_those_who_stop_and_cuts_off_those_who_do_not() {
        let supervisor = Supervisor::new(Clock::system());
        supervisor.spawn("polite", |stop| async move { stop.stopped().await });
        supervisor.spawn("deaf", |_| std::future::pending());
        let report = supervisor.drain(Duration::from_millis(50)).await;
        assert_eq!(
            (report.finished.as_slice(), report.overran.as_slice()),
            (["polite"].as_slice(), ["deaf"].as_slice())
        );
        assert!(!report.is_clean());
        assert_eq!(supervisor.drain(LONG).await, report);
    }

    #[tokio::test]
    async fn a_panic_is_named_and_takes_nobody_along() {
        let supervisor = Supervisor::new(Clock::system());
        supervisor.spawn("brittle", |_| async { panic!("on purpose") });
        supervisor.spawn("steady", |stop| async move { stop.stopped().await });
        let report = supervisor.drain(LONG).await;
        assert_eq!((report.panicked, report.finished), (vec!["brittle"], vec!["steady"]));
    }

    #[tokio::test]
    async fn what_is_started_after_the_drain_sees_the_stop_at_once() {
        let supervisor = Supervisor::new(Clock::system());
        supervisor.drain(LONG).await;
        supervisor.spawn("late", |stop| async move { stop.stopped().await });
        assert_eq!(supervisor.drain(LONG).await.finished, ["late"]);
    }

    #[tokio::test]
    async fn heartbeats_carry_the_clock() {
        let clock = Clock::paused(jiff::Timestamp::UNIX_EPOCH);
        let supervisor = Supervisor::new(clock.clone());
        let (sender, receiver) = tokio::sync::oneshot::channel();
        supervisor.spawn("loop", |stop| async move {
            stop.heartbeat();
            let _ = sender.send(());
            stop.stopped().await;
        });
        clock.advance(Duration::from_secs(5));
        receiver.await.unwrap();
        let task = supervisor.tasks().remove(0);
        assert_eq!((task.name, task.state), ("loop", TaskState::Running));
        supervisor.drain(LONG).await;
        assert_eq!(supervisor.tasks()[0].last_heartbeat, Duration::from_secs(5));
    }

    #[test]
    fn stopping_twice_and_before_the_start_is_fine() {
        let stop = Stop::new();
        stop.trigger();
        stop.trigger();
        assert!(stop.is_stopping());
    }
}
