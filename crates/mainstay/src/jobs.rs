//! Jobs of a process: which it does and how many at a time, its part in the drain, and how many there are. Never here: what a
//! job does, how one is claimed and ended (`mainstay_jobs`).

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mainstay_db::{Db, DbError, Target};
use mainstay_jobs::{Config, Counts, Kinds, Schedules, Waker, Worker};
use mainstay_runtime::{Effects, Stop, Supervisor};
use mainstay_telemetry::Registry;

pub use self::config::JobsConfig;

mod config;

/// A worker beats all the time but while the database is away, when it tries to reach it.
const BEATS_WITHIN: Duration = Duration::from_secs(120);

/// What ends after the grace of jobs has passed: those that are cut off, and the last word to the database.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// How often jobs are counted.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// The part of a process that does jobs.
#[derive(Debug)]
pub(crate) struct Working {
    /// It stops after the requests, whose jobs it may still do.
    will: Stop,
    within: Duration,
}

impl Working {
    /// Asks it to stop; how long that may take.
    pub(crate) fn stop(&self) -> Duration {
        self.will.trigger();
        self.within
    }
}

/// Does jobs beside the requests. None where the configuration wants none: what the requests ask for is told to processes that
/// do it.
pub(crate) fn start(
    config: &JobsConfig,
    (kinds, schedules): (Kinds, Option<Schedules>),
    (target, is_private): (&Target, bool),
    (supervisor, effects): (&Supervisor, &Effects),
) -> Option<Working> {
    let Some(worker) = config.worker() else {
        let (target, effects) = (target.clone(), effects.clone());
        let tell = move |stop| Waker::new(&target, &effects).run(stop);
        supervisor.spawn_resident("job wake-ups", BEATS_WITHIN, tell);
        return None;
    };
    // A private server belongs to one process, and no other one does jobs there.
    let worker = Worker::new(target, kinds, Config { is_alone: is_private, ..worker }, effects);
    let worker = match schedules {
        Some(schedules) => worker.with_schedules(schedules),
        None => worker,
    };
    let will = Stop::new();
    let wanted = will.clone();
    supervisor.spawn_resident("jobs", BEATS_WITHIN, move |stop| worker.clone().run(stop.willed_by(&wanted)));
    Some(Working { will, within: config.grace.saturating_add(LAST_WORDS) })
}

/// Tells the metrics now and then how many jobs there are, whoever does them.
pub(crate) fn count(supervisor: &Supervisor, db: &Db, registry: &Registry) {
    let (db, gauges) = (db.clone(), Arc::new(Gauges::new(registry)));
    supervisor.spawn_periodic("job counts", COUNT_EVERY, move || {
        let (db, gauges) = (db.clone(), Arc::clone(&gauges));
        async move {
            gauges.tell(&mainstay_jobs::counts(&db.read()).await?);
            Ok::<_, DbError>(())
        }
    });
}

/// What the metrics show of jobs.
struct Gauges {
    registry: Registry,
    /// Queues that have been told of: an empty one is told, too.
    told: Mutex<BTreeSet<String>>,
}

impl Gauges {
    fn new(registry: &Registry) -> Self {
        Self { registry: registry.clone(), told: Mutex::default() }
    }

    fn tell(&self, counts: &[Counts]) {
        let jobs = self.registry.gauge(
            "jobs",
            "Jobs by queue and state, each counted up to 10,000; scheduled ones are ready.",
            &["queue", "state"],
        );
        let waited = self.registry.gauge(
            "jobs_due_seconds",
            "How long the first job of the queue that is due has waited.",
            &["queue"],
        );
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        for gone in told.iter().filter(|queue| counts.iter().all(|count| count.queue != **queue)) {
            for state in ["ready", "running", "dead"] {
                jobs.with(&[gone, state]).set(0);
            }
            waited.with(&[gone]).set(0);
        }
        for count in counts {
            for (state, number) in [("ready", count.ready), ("running", count.running), ("dead", count.dead)]
            {
                jobs.with(&[&count.queue, state]).set(number);
            }
            waited.with(&[&count.queue]).set(i64::try_from(count.waited.as_secs()).unwrap_or(i64::MAX));
        }
        told.extend(counts.iter().map(|count| count.queue.clone()));
    }
}

impl JobsConfig {
    /// For how many days is kept what is known of jobs.
    pub(crate) fn kept(&self) -> NonZeroU32 {
        NonZeroU32::new(self.keep_days).unwrap_or(NonZeroU32::MIN)
    }
}
