//! What the API says of queues, schedules, dead letters and processes. Never here: rules.

use jiff::Timestamp;
use mainstay_http::Limit;
use mainstay_http::pages::cursor;
use mainstay_jobs::cron::Listed;
use mainstay_jobs::schedule::Misfire;
use mainstay_jobs::{Dead, Kinds, QueueShown, Retried, WorkerShown};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::views::PriorityName;

/// How many jobs there are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobStatistics)]
pub(super) struct Statistics {
    /// `running` where anything is being done, else `idle`.
    #[schema(example = "running")]
    status: &'static str,
    /// By where they are.
    statistics: Numbers,
    /// Queue by queue.
    queues: Vec<Queue>,
}

/// Jobs by where they are. Each is counted up to 10,000: what has ended is counted among what is still known, the newest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobNumbers)]
struct Numbers {
    /// All of them.
    total_jobs: i64,
    /// They wait.
    pending: i64,
    /// They are being done.
    running: i64,
    /// Done, until 5,000 that were given up, that were stopped or that were needless have been passed over.
    completed: i64,
    /// Given up.
    failed: i64,
    /// Stopped, or found to be needless.
    cancelled: i64,
    /// Kinds of jobs that this process knows.
    registered_handlers: usize,
    /// Whether there may be more of some than is said.
    is_at_least: bool,
}

impl Statistics {
    pub(super) fn new(counted: &mainstay_jobs::Statistics, kinds: usize, queues: Vec<QueueShown>) -> Self {
        Self {
            status: if counted.running > 0 { "running" } else { "idle" },
            statistics: Numbers {
                total_jobs: counted.total(),
                pending: counted.pending,
                running: counted.running,
                completed: counted.completed,
                failed: counted.failed,
                cancelled: counted.cancelled,
                registered_handlers: kinds,
                is_at_least: counted.is_at_least(),
            },
            queues: queues.into_iter().map(Queue::from).collect(),
        }
    }
}

/// A queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobQueue)]
pub(super) struct Queue {
    /// Its name.
    name: String,
    /// Jobs that could begin.
    queued: u64,
    /// Jobs whose time has not come.
    scheduled: u64,
    /// Jobs that wait for their next attempt.
    retrying: u64,
    /// Jobs that are being done.
    running: u64,
    /// For how long the first of those that could begin has waited; null where there is none.
    oldest_s: Option<f64>,
    /// Since when nothing of it begins.
    paused_at: Option<Timestamp>,
    /// So many at a time, of all processes together.
    max_running: Option<u32>,
    /// So many at a time of one key.
    max_running_per_key: Option<u32>,
    /// So many begin a second.
    max_per_second: Option<f64>,
    /// So many begin at once after a pause.
    burst: Option<f64>,
}

impl Queue {
    /// One that has no jobs, and of which nothing is set.
    pub(super) fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            queued: 0,
            scheduled: 0,
            retrying: 0,
            running: 0,
            oldest_s: None,
            paused_at: None,
            max_running: None,
            max_running_per_key: None,
            max_per_second: None,
            burst: None,
        }
    }
}

impl From<QueueShown> for Queue {
    fn from(queue: QueueShown) -> Self {
        let (max_per_second, burst) = queue.limits.rate.map(|rate| (rate.per_s(), rate.burst())).unzip();
        Self {
            name: queue.name,
            queued: queue.queued,
            scheduled: queue.scheduled,
            retrying: queue.retrying,
            running: queue.running,
            oldest_s: queue.oldest.map(|oldest| (oldest.as_secs_f64() * 10.0).round() / 10.0),
            paused_at: queue.paused_at,
            max_running: queue.limits.running_most.map(u32::from),
            max_running_per_key: queue.limits.running_most_of_key.map(u32::from),
            max_per_second,
            burst,
        }
    }
}

/// All queues, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobQueues)]
pub(super) struct Queues {
    queues: Vec<Queue>,
}

impl Queues {
    pub(super) fn new(queues: Vec<QueueShown>) -> Self {
        Self { queues: queues.into_iter().map(Queue::from).collect() }
    }
}

/// A process that does jobs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobWorker)]
struct Worker {
    /// The number of this life of it.
    id: i64,
    /// Where it is.
    host: String,
    /// Its process there.
    pid: i32,
    /// When it began.
    started_at: Timestamp,
    /// When it was last heard of.
    last_seen: Timestamp,
    /// Whether it takes no more jobs.
    is_draining: bool,
    /// The queues that it takes jobs of.
    queues: Vec<String>,
    /// The kinds that it does.
    job_types: Vec<String>,
    /// So many at a time.
    slots: u32,
    /// So many now.
    running: u64,
}

/// The processes that do jobs, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobWorkers)]
pub(super) struct Workers {
    workers: Vec<Worker>,
}

impl Workers {
    pub(super) fn new(workers: Vec<WorkerShown>) -> Self {
        let worker = |worker: WorkerShown| Worker {
            id: worker.id,
            host: worker.host,
            pid: worker.pid,
            started_at: worker.started_at,
            last_seen: worker.last_seen,
            is_draining: worker.is_draining,
            queues: worker.queues,
            job_types: worker.kinds,
            slots: worker.slots,
            running: worker.running,
        };
        Self { workers: workers.into_iter().map(worker).collect() }
    }
}

/// What begins by itself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobSchedule)]
struct Schedule {
    /// What it is called.
    name: String,
    /// Its cron expression.
    #[schema(example = "30 2 * * *")]
    spec: String,
    /// The zone by whose clocks it goes.
    #[schema(example = "Europe/Berlin")]
    timezone: String,
    /// The queue of its jobs.
    queue: String,
    /// The kind of its jobs.
    job_type: String,
    /// What becomes of times at which nobody was there: `skip`, `coalesce` (they count once) or `catch_up` (each counts).
    #[schema(example = "coalesce")]
    misfire: &'static str,
    /// Since when it rests.
    paused_at: Option<Timestamp>,
    /// The last time for which it began.
    last_at: Option<Timestamp>,
    /// The next times; none while it rests.
    next: Vec<Timestamp>,
}

/// What begins by itself, by name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobSchedules)]
pub(super) struct Schedules {
    schedules: Vec<Schedule>,
}

impl Schedules {
    pub(super) fn new(listed: Vec<Listed>) -> Self {
        let schedule = |listed: Listed| Schedule {
            name: listed.name,
            spec: listed.spec,
            timezone: listed.zone,
            queue: listed.queue,
            job_type: listed.kind,
            misfire: match listed.misfire {
                Misfire::Skip => "skip",
                Misfire::Coalesce => "coalesce",
                Misfire::CatchUp { .. } => "catch_up",
            },
            paused_at: listed.paused_at,
            last_at: listed.last_at,
            next: listed.next,
        };
        Self { schedules: listed.into_iter().map(schedule).collect() }
    }
}

/// A schedule that was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobScheduleChanged)]
pub(super) struct ScheduleChanged {
    /// What it is called.
    name: String,
    /// What came of the wish, for a person.
    message: &'static str,
}

impl ScheduleChanged {
    pub(super) fn new(name: &str, message: &'static str) -> Self {
        Self { name: name.to_owned(), message }
    }
}

/// A schedule whose job was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobScheduleRun)]
pub(super) struct ScheduleRun {
    /// What it is called.
    name: String,
    /// The job.
    job_id: Uuid,
    /// What came of the wish, for a person.
    message: &'static str,
}

impl ScheduleRun {
    pub(super) fn new(name: &str, job_id: Uuid) -> Self {
        Self { name: name.to_owned(), job_id, message: "Its job will be done once more." }
    }
}

/// A job that nobody tries again by itself.
#[derive(Debug, Serialize, ToSchema)]
struct DeadLetter {
    /// The job's id.
    id: Uuid,
    /// The name of its kind.
    job_type: String,
    /// Where it waited.
    queue: String,
    /// Who goes first there.
    priority: PriorityName,
    /// What was asked for, without what its kind hides; null where this process does not know the kind.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// Whose it was.
    athlete_id: Option<Uuid>,
    /// So many attempts began.
    attempts: u16,
    /// Of so many.
    max_attempts: u16,
    /// So many of them ended with their process.
    crashes: u16,
    /// `attempts`: they are used up; `poison`: it takes its processes with it.
    reason: String,
    /// What its last attempt ended with.
    error: String,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it was given up.
    died_at: Timestamp,
}

/// A page of dead letters, the last first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeadLetters {
    jobs: Vec<DeadLetter>,
    /// How many this page has.
    count: usize,
    /// Where the next page starts; null on the last one.
    next_cursor: Option<String>,
}

impl DeadLetters {
    pub(super) fn new(kinds: &Kinds, mut rows: Vec<Dead>, limit: Limit) -> Self {
        let shown = limit.get() as usize;
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let last = rows.last().filter(|_| has_more);
        let next_cursor = last.map(|dead| cursor::encode(super::DEAD_CURSOR, &(dead.died_at, dead.id)));
        let letter = |dead: Dead| DeadLetter {
            payload: kinds.known(&dead.kind).and_then(|known| known.shown(&dead.payload)),
            id: dead.id,
            job_type: dead.kind,
            queue: dead.queue,
            priority: PriorityName::of(dead.priority),
            athlete_id: dead.owner,
            attempts: dead.attempts,
            max_attempts: dead.attempts_most,
            crashes: dead.crashes,
            reason: dead.reason,
            error: dead.error,
            created_at: dead.created_at,
            died_at: dead.died_at,
        };
        Self { count: rows.len(), jobs: rows.into_iter().map(letter).collect(), next_cursor }
    }
}

/// What became of one of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReplayOutcome)]
enum Outcome {
    /// It waits under `job_id`.
    Queued,
    /// It has succeeded.
    Succeeded,
    /// It has not ended.
    NotEnded,
    /// Another job has its key.
    KeyTaken,
    /// It is a day old or more, and no dead letter.
    TooOld,
    /// Nobody knows of it, or not any more.
    Unknown,
}

/// What became of one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReplayResult)]
struct Fate {
    /// The id that was named or found.
    id: Uuid,
    /// What became of it.
    outcome: Outcome,
    /// Under which id it waits; null where it does not.
    job_id: Option<Uuid>,
}

/// What became of each.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Replayed {
    results: Vec<Fate>,
    /// How many wait again.
    queued: usize,
    /// Whether the filter finds more.
    has_more: bool,
}

impl Replayed {
    pub(super) fn new(ids: &[Uuid], fates: &[Retried], has_more: bool) -> Self {
        let fate = |(id, fate): (&Uuid, &Retried)| {
            let (outcome, job_id) = match *fate {
                Retried::Queued(again) => (Outcome::Queued, Some(again)),
                Retried::Succeeded => (Outcome::Succeeded, None),
                Retried::Live(_) => (Outcome::NotEnded, None),
                Retried::KeyTaken(_) => (Outcome::KeyTaken, None),
                Retried::TooOld => (Outcome::TooOld, None),
                Retried::Unknown => (Outcome::Unknown, None),
            };
            Fate { id: *id, outcome, job_id }
        };
        let results: Vec<Fate> = ids.iter().zip(fates).map(fate).collect();
        let queued = results.iter().filter(|fate| fate.outcome == Outcome::Queued).count();
        Self { results, queued, has_more }
    }
}

/// What was forgotten.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Purged {
    /// How many dead letters.
    pub(super) purged: u64,
    /// Whether the filter finds more.
    pub(super) has_more: bool,
}
