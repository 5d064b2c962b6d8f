//! The platform's own task beside the requests, and the supervisor's tasks as the probes and the metrics show them.
//! Never here: what becomes of a task.

use std::collections::BTreeMap;
use std::time::Duration;

use mainstay_db::Db;
use mainstay_runtime::{Supervisor, TaskState, TaskStatus};
use mainstay_telemetry::Registry;

/// Asks now and then for the plans of statements that were slow.
pub(crate) fn explain_slow(supervisor: &Supervisor, db: &Db, every: Duration) {
    let db = db.clone();
    supervisor.spawn_periodic("slow plans", every, move || {
        let db = db.clone();
        async move { db.explain_slow().await.map(drop) }
    });
}

/// Names the tasks that give no sign of life or wait to be started again. A reason to look, none to be restarted.
pub(crate) fn check(supervisor: &Supervisor) -> Result<(), String> {
    let now = supervisor.now();
    let complaints: Vec<String> = supervisor.tasks().iter().filter_map(|task| complaint(task, now)).collect();
    if complaints.is_empty() { Ok(()) } else { Err(complaints.join("; ")) }
}

fn complaint(task: &TaskStatus, now: Duration) -> Option<String> {
    let name = task.name;
    if task.is_silent(now) {
        return Some(format!("{name} has given no sign of life for {} s", task.quiet_for(now).as_secs()));
    }
    let is_resting = task.state == TaskState::Resting;
    is_resting
        .then(|| format!("{name} ended and waits to be started again, for the {}. time", task.restarts + 1))
}

/// What the tasks of one name add up to.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    running: i64,
    resting: i64,
    silent: i64,
    restarts: u64,
    quietest: Option<Duration>,
}

impl Sum {
    fn add(&mut self, task: &TaskStatus, now: Duration) {
        self.restarts += task.restarts;
        match task.state {
            TaskState::Running => self.running += 1,
            TaskState::Resting => self.resting += 1,
            TaskState::Finished | TaskState::Failed | TaskState::Panicked | TaskState::CutOff => return,
        }
        self.silent += i64::from(task.is_silent(now));
        if task.beats_within.is_some() {
            self.quietest = self.quietest.max(Some(task.quiet_for(now)));
        }
    }
}

/// Writes the figures of the tasks into `registry`: levels as they are, counters up to where they are.
pub(crate) fn publish(supervisor: &Supervisor, registry: &Registry) {
    let now = supervisor.now();
    let mut sums = BTreeMap::<&'static str, Sum>::new();
    for task in supervisor.tasks() {
        sums.entry(task.name).or_default().add(&task, now);
    }
    let tasks = registry.gauge("tasks", "Tasks by how they stand.", &["task", "state"]);
    let quiet = registry.gauge(
        "task_heartbeat_age_seconds",
        "Time since the last sign of life of the quietest task of this name.",
        &["task"],
    );
    let restarts =
        registry.counter("task_restarts", "Starts after a panic or an end before the stop.", &["task"]);
    for (name, sum) in sums {
        for (state, count) in [("running", sum.running), ("resting", sum.resting), ("silent", sum.silent)] {
            tasks.with(&[name, state]).set(count);
        }
        if let Some(age) = sum.quietest {
            quiet.with(&[name]).set(i64::try_from(age.as_secs()).unwrap_or(i64::MAX));
        }
        let counter = restarts.with(&[name]);
        counter.inc_by(sum.restarts.saturating_sub(counter.get()));
    }
    let counts = supervisor.counts();
    let ended = registry.counter("tasks_ended", "Tasks that came to an end, by how.", &["end"]);
    let ends = [
        ("finished", counts.finished),
        ("failed", counts.failed),
        ("panicked", counts.panicked),
        ("cut_off", counts.cut_off),
    ];
    for (end, count) in ends {
        let counter = ended.with(&[end]);
        counter.inc_by(count.saturating_sub(counter.get()));
    }
}
