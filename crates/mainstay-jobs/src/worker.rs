//! A process that does jobs. It lives many lives: each begins with a number that nobody had before, and ends when the database
//! is not heard of for too long or may not know any more what was claimed; what it had claimed is somebody else's then. Never here: what the
//! jobs do.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Target;
use mainstay_runtime::{Effects, Stop};
use mainstay_telemetry::events;

use crate::cron::Schedules;
use crate::fence::Pace;
use crate::job::DEFAULT_QUEUE;
use crate::kinds::Kinds;
use crate::store;
use crate::weak::Weak;
use crate::wire::Wire;

mod attempt;
mod awake;
mod batch;
mod capped;
mod claimed;
mod claims;
mod end;
mod finisher;
mod held;
mod life;
mod line;
mod link;
mod pulse;
mod refusal;
mod running;
mod settled;
mod trouble;
mod walk;

pub(crate) use link::Link;

/// How a process works.
#[derive(Debug, Clone)]
pub struct Config {
    /// The queues that it takes jobs of, and how many of each at a time.
    pub queues: Vec<(String, usize)>,
    /// After so long without a word from a process, its jobs are given to others.
    pub ttl: Duration,
    /// How often it looks for jobs of which nobody has told it.
    pub poll: Duration,
    /// How often it looks at everything, and not only at what is new.
    pub full_every: Duration,
    /// The longest that one look for jobs may take, 5 s at most. Where more waits that nobody may begin than is looked at in that
    /// time, it is looked at in steps, beside what is new.
    pub claim_longest: Duration,
    /// How long jobs may go on after the process was asked to stop, and after they were asked to.
    pub grace: Duration,
    /// A job that has taken so many processes with it is not tried again.
    pub crashes_most: u16,
    /// The pause after a job has taken its process with it, times the square of how often it has; half of it more or less, so
    /// that those that went down together do not come back together.
    pub crash_pause: Duration,
    /// An attempt that its worker has not ended so long after its deadline keeps its thread and never will: it is given to others.
    pub hung: Duration,
    /// So long are dead letters kept by whoever leads.
    pub dead_for: Duration,
    /// Whether it also does what only one process does: finding jobs of dead ones.
    pub may_lead: bool,
    /// Whether no other process does jobs on this server, as on one that a process has for itself: what others had begun is
    /// then a dead one's, and is taken up at the start and not when its time has passed. Where it is not so, jobs are done
    /// twice.
    pub is_alone: bool,
    /// The pause before another life.
    pub retry: Duration,
    /// The most jobs of one claim.
    pub claim_most: usize,
    /// The most ends of jobs that one statement writes.
    pub ends_together: usize,
    /// Ends that wait to be written; whoever has one more waits.
    pub ends_most: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            queues: vec![(DEFAULT_QUEUE.to_owned(), 50)],
            ttl: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            full_every: Duration::from_secs(5),
            claim_longest: store::LONGEST,
            grace: Duration::from_secs(10),
            crashes_most: 3,
            crash_pause: Duration::from_secs(10),
            hung: Duration::from_secs(60),
            dead_for: Duration::from_secs(90 * 24 * 3_600),
            may_lead: true,
            is_alone: false,
            retry: Duration::from_millis(500),
            claim_most: 1_000,
            ends_together: 1_000,
            ends_most: 4_000,
        }
    }
}

impl Config {
    pub(crate) fn pace(&self) -> Pace {
        Pace { ttl: self.ttl }
    }

    fn slots(&self) -> usize {
        self.queues.iter().map(|(_, slots)| slots).sum()
    }
}

/// A process's part in doing jobs.
#[derive(Debug, Clone)]
pub struct Worker(Arc<Parts>);

#[derive(Debug, Clone)]
pub(crate) struct Parts {
    pub(crate) target: Target,
    pub(crate) kinds: Kinds,
    pub(crate) schedules: Option<Schedules>,
    pub(crate) config: Config,
    pub(crate) effects: Effects,
    pub(crate) weak: Option<Weak>,
}

impl Parts {
    /// What its connections are told.
    pub(crate) fn settings(&self) -> &'static str {
        if self.weak == Some(Weak::StalePlan) { store::STALE } else { store::SETTINGS }
    }
}

/// Why a life could not begin, or ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    #[error("the database does not answer: {0}")]
    Database(#[from] tokio_postgres::Error),
    #[error("the thread that says that it lives could not be started: {0}")]
    Thread(std::io::Error),
    #[error(transparent)]
    Days(#[from] mainstay_db::partitions::PartitionError),
    #[error("the connection over which ends are written is lost")]
    Cut,
    #[error("the server that answers now may not know what was claimed")]
    Moved,
    #[error("the database was not heard of for too long, or knows nothing of it")]
    Fenced,
}

impl Worker {
    /// One that does these kinds.
    pub fn new(target: &Target, kinds: Kinds, config: Config, effects: &Effects) -> Self {
        Self(Arc::new(Parts {
            target: target.clone(),
            kinds,
            schedules: None,
            config,
            effects: effects.clone(),
            weak: None,
        }))
    }

    /// Without one of its rules, to see that found out.
    #[must_use]
    pub fn weakened(self, weak: Weak) -> Self {
        Self(Arc::new(Parts { weak: Some(weak), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// And declares these schedules, if it may lead ([`crate::cron`] says whose count).
    #[must_use]
    pub fn with_schedules(self, schedules: Schedules) -> Self {
        Self(Arc::new(Parts { schedules: Some(schedules), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Does jobs until stopped; then those that it does may go on for a while, and those that it has only claimed go back.
    pub async fn run(self, stop: Stop) {
        let wire = Wire::new(&self.0.target, &self.0.effects, true);
        tokio::select! {
            () = self.live(&stop) => {}
            never = wire.run(&stop) => match never {},
        }
    }

    /// Life after life.
    async fn live(&self, stop: &Stop) {
        let (mut is_told, mut last, mut process) = (false, None, None);
        while !stop.is_stopping() {
            stop.heartbeat();
            let begun = tokio::select! {
                begun = life::begin(&self.0, last.as_ref(), process) => begun,
                () = stop.stopped() => return,
            };
            let ended = match begun {
                Ok(life) => {
                    if std::mem::take(&mut is_told) {
                        tracing::info!(
                            event = events::JOBS_RESUMED,
                            worker = life.id(),
                            "jobs are done again"
                        );
                    }
                    (last, process) = (Some(life.past()), Some(life.process()));
                    life.run(stop).await
                }
                Err(error) => Err(error),
            };
            let Err(why) = ended else { return };
            if !std::mem::replace(&mut is_told, true) {
                tracing::warn!(event = events::JOBS_HALTED, error = %why, "jobs are not done for now");
            }
            let pause =
                self.0.config.retry.mul_f64(0.8 + f64::from(self.0.effects.random.below(401) as u32) / 1e3);
            tokio::select! {
                () = stop.stopped() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
