//! What is told of tasks: how each stands, how many there were, how a drain ended. Never here: what changes it.

use std::time::Duration;

/// How a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TaskState {
    /// At work.
    Running,
    /// A resident task that panicked or ended before the stop; it is started again after a pause.
    Resting,
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
    /// The longest time between two heartbeats that it stated; `None` for a task that stated none.
    pub beats_within: Option<Duration>,
    /// How often it was started again after a panic or an end before the stop.
    pub restarts: u64,
}

impl TaskStatus {
    /// How long ago its last sign of life was, at this time of the same clock.
    pub fn quiet_for(&self, now: Duration) -> Duration {
        now.saturating_sub(self.last_heartbeat)
    }

    /// Whether it is at work and has given no sign of life for as long as it stated, or longer.
    pub fn is_silent(&self, now: Duration) -> bool {
        self.state == TaskState::Running
            && self.beats_within.is_some_and(|within| self.quiet_for(now) >= within)
    }
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
    /// Starts of resident tasks after a panic or an end before the stop; they are not in `started`.
    pub restarted: u64,
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
