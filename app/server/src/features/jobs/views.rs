//! What the API says of jobs. Never here: rules. What tells of the inside of the program, such as the text of an error, is an
//! operator's to see alone.

use jiff::Timestamp;
use mainstay_http::Limit;
use mainstay_http::pages::cursor;
use mainstay_jobs::{Kinds, Listed, Priority, Seen, Shown, State, Tried};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Viewer;

/// Where a job is, in few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobStatus)]
pub(super) enum Status {
    /// It waits.
    Pending,
    /// It is being done.
    Running,
    /// Done.
    Completed,
    /// Given up.
    Failed,
    /// Somebody stopped it, or it found that nobody needs it.
    Cancelled,
}

impl Status {
    /// The states that it stands for.
    pub(super) fn states(self) -> &'static [State] {
        match self {
            Self::Pending => &[State::Scheduled, State::Queued, State::Retrying],
            Self::Running => &[State::Running],
            Self::Completed => &[State::Succeeded],
            Self::Failed => &[State::Failed],
            Self::Cancelled => &[State::Cancelled, State::Discarded],
        }
    }

    fn of(state: State) -> Self {
        match state {
            State::Scheduled | State::Queued | State::Retrying => Self::Pending,
            State::Running => Self::Running,
            State::Succeeded => Self::Completed,
            State::Failed => Self::Failed,
            State::Cancelled | State::Discarded => Self::Cancelled,
        }
    }
}

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobState)]
pub(super) enum StateName {
    /// Its time has not come.
    Scheduled,
    /// It waits for a place.
    Queued,
    /// It waits for its next attempt.
    Retrying,
    /// It is being done.
    Running,
    /// Done.
    Succeeded,
    /// Given up: its attempts are used up, or it takes its processes with it.
    Failed,
    /// It found that nobody needs it.
    Discarded,
    /// Somebody stopped it.
    Cancelled,
}

impl From<State> for StateName {
    fn from(state: State) -> Self {
        match state {
            State::Scheduled => Self::Scheduled,
            State::Queued => Self::Queued,
            State::Retrying => Self::Retrying,
            State::Running => Self::Running,
            State::Succeeded => Self::Succeeded,
            State::Failed => Self::Failed,
            State::Discarded => Self::Discarded,
            State::Cancelled => Self::Cancelled,
        }
    }
}

impl From<StateName> for State {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Scheduled => Self::Scheduled,
            StateName::Queued => Self::Queued,
            StateName::Retrying => Self::Retrying,
            StateName::Running => Self::Running,
            StateName::Succeeded => Self::Succeeded,
            StateName::Failed => Self::Failed,
            StateName::Discarded => Self::Discarded,
            StateName::Cancelled => Self::Cancelled,
        }
    }
}

/// Who goes first in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = JobPriority)]
pub(super) enum PriorityName {
    /// Somebody waits for it.
    High,
    /// Most work.
    Normal,
    /// Whenever there is time.
    Low,
}

impl From<PriorityName> for Priority {
    fn from(name: PriorityName) -> Self {
        match name {
            PriorityName::High => Self::High,
            PriorityName::Normal => Self::Normal,
            PriorityName::Low => Self::Low,
        }
    }
}

impl PriorityName {
    pub(super) fn of(number: i16) -> Self {
        match number {
            ..=1 => Self::High,
            2 => Self::Normal,
            3.. => Self::Low,
        }
    }
}

/// A job, as lists and those who follow it see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobItem)]
pub(super) struct Item {
    /// The job's id.
    id: Uuid,
    /// The name of its kind.
    #[schema(example = "recompute.athlete")]
    job_type: String,
    /// Where it is, in few words.
    status: Status,
    /// Where it is.
    state: StateName,
    /// When it was asked for.
    created_at: Timestamp,
    /// When it may begin; null when it runs or has ended.
    run_at: Option<Timestamp>,
    /// When its last attempt began.
    started_at: Option<Timestamp>,
    /// When it ended.
    completed_at: Option<Timestamp>,
    /// How far it is, 0 to 100; null where it has told nothing.
    #[schema(minimum = 0, maximum = 100)]
    progress: Option<f64>,
    /// How far it is, in words.
    progress_message: Option<String>,
    /// So many of its attempts have begun.
    attempts: u16,
    /// Of so many.
    max_attempts: u16,
    /// So many of them ended with their process.
    crashes: u16,
    /// Whether it runs and is asked to stop.
    is_cancelling: bool,
    /// Where it waits, or waited.
    queue: String,
    /// Who goes first there.
    priority: PriorityName,
    /// Whose it is; null for the installation's own.
    athlete_id: Option<Uuid>,
    /// Why it did not succeed.
    error: Option<String>,
}

impl Item {
    pub(super) fn new(viewer: Viewer, job: &Shown) -> Self {
        let is_done = job.state == State::Succeeded;
        let told = job.progress.as_ref().map(|told| (f64::from(told.fraction) * 1000.0).round() / 10.0);
        Self {
            id: job.id,
            job_type: job.kind.clone(),
            status: Status::of(job.state),
            state: job.state.into(),
            created_at: job.created_at,
            run_at: job.run_at,
            started_at: job.started_at,
            completed_at: job.finished_at,
            progress: if is_done { Some(100.0) } else { told },
            progress_message: job
                .progress
                .as_ref()
                .map(|told| told.message.clone())
                .filter(|text| !text.is_empty()),
            attempts: job.attempts,
            max_attempts: job.attempts_most,
            crashes: job.crashes,
            is_cancelling: job.is_cancelling,
            queue: job.queue.clone(),
            priority: PriorityName::of(job.priority),
            athlete_id: job.owner,
            error: error(viewer, job),
        }
    }

    /// As one who follows it sees it; nothing where nobody knows of it any more.
    pub(super) fn seen(viewer: Viewer, seen: &Seen) -> Option<Self> {
        seen.job.as_deref().map(|job| Self::new(viewer, job))
    }
}

/// The text of an error may tell of statements and addresses: that is for operators.
fn error(viewer: Viewer, job: &Shown) -> Option<String> {
    let words = match job.state {
        State::Failed => "The work failed as often as it may; whoever runs this installation can see why.",
        State::Discarded => "The work found that nobody needs it any more.",
        State::Cancelled => "Somebody stopped it.",
        State::Scheduled | State::Queued | State::Retrying | State::Running | State::Succeeded => {
            return None;
        }
    };
    let own = job.error.clone().filter(|text| !text.is_empty() && viewer == Viewer::Operator);
    Some(own.unwrap_or_else(|| words.to_owned()))
}

/// A job, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Job {
    #[serde(flatten)]
    item: Item,
    /// What was asked for, without what its kind hides; null where this process does not know the kind.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
    /// What it left behind.
    #[schema(value_type = Option<Object>)]
    result: Option<Value>,
    /// Its attempts that did not succeed, the last first, a hundred at most.
    errors: Vec<Attempt>,
    /// The trace that it is a part of.
    trace_id: Option<String>,
}

/// An attempt that did not succeed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JobAttempt)]
struct Attempt {
    /// Which it was, from 1, since the job last began to wait anew.
    attempt: u16,
    /// `error`, `panic`, `timeout`, `crash`, `cut` or `payload`.
    #[schema(example = "error")]
    cause: String,
    /// The same in words.
    message: String,
    /// When it began.
    started_at: Timestamp,
    /// When it ended.
    ended_at: Timestamp,
}

impl Attempt {
    fn new(viewer: Viewer, tried: Tried) -> Self {
        let message = match viewer {
            Viewer::Operator => tried.detail,
            Viewer::Owner(_) => words(&tried.cause).to_owned(),
        };
        Self {
            attempt: tried.attempt,
            cause: tried.cause,
            message,
            started_at: tried.started_at,
            ended_at: tried.ended_at,
        }
    }
}

fn words(cause: &str) -> &'static str {
    match cause {
        "timeout" => "It took longer than it may.",
        "crash" | "cut" => "The process that did it ended.",
        "payload" => "What was asked for could not be read.",
        _ => "The work failed.",
    }
}

impl Job {
    pub(super) fn new(kinds: &Kinds, viewer: Viewer, job: Shown, history: Vec<Tried>) -> Self {
        let payload = kinds.known(&job.kind).zip(job.payload.as_deref());
        Self {
            item: Item::new(viewer, &job),
            payload: payload.and_then(|(known, payload)| known.shown(payload)),
            result: job.result.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            errors: history.into_iter().map(|tried| Attempt::new(viewer, tried)).collect(),
            trace_id: job.trace,
        }
    }
}

/// A page of jobs, those asked for last first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobList)]
pub(super) struct Jobs {
    jobs: Vec<Item>,
    /// How many jobs this page has.
    count: usize,
    /// Where the next page starts; null on the last one. A page with fewer than the limit may have one.
    next_cursor: Option<String>,
}

impl Jobs {
    pub(super) fn new(viewer: Viewer, listed: Listed, limit: Limit) -> Self {
        let Listed { jobs: mut rows, looked_to } = listed;
        let shown = limit.get() as usize;
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        // A look that had to end early goes on where it has ended, whatever it has found.
        let next = rows.last().filter(|_| has_more).map(|job| job.id).or(looked_to);
        Self {
            next_cursor: next.map(|id| cursor::encode(super::CURSOR, &id)),
            count: rows.len(),
            jobs: rows.iter().map(|job| Item::new(viewer, job)).collect(),
        }
    }
}

/// A job that was asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobAsked)]
pub(super) struct Created {
    /// The job's id.
    id: Uuid,
    /// The name of its kind.
    job_type: String,
    /// Where it is.
    status: Status,
    /// When it was asked for.
    created_at: Timestamp,
    /// What came of the wish, for a person.
    message: &'static str,
    /// Whether there was one with the same key, which this is.
    deduplicated: bool,
}

impl Created {
    pub(super) fn new(job: Shown, deduplicated: bool) -> Self {
        let message = if deduplicated { "There is such a job already." } else { "The job will be done." };
        Self {
            id: job.id,
            status: Status::of(job.state),
            created_at: job.created_at,
            job_type: job.kind,
            message,
            deduplicated,
        }
    }

    pub(super) fn location(&self) -> String {
        format!("/v1/jobs/{}", self.id)
    }
}

/// A job that is to stop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobCancelled)]
pub(super) struct Cancelling {
    /// The job's id.
    id: Uuid,
    /// What came of the wish, for a person.
    message: &'static str,
    /// Whether it still runs: its process was told, and stops it soon.
    is_cancelling: bool,
}

impl Cancelling {
    pub(super) fn now(id: Uuid) -> Self {
        Self { id, message: "The job will not be done.", is_cancelling: false }
    }

    pub(super) fn soon(id: Uuid) -> Self {
        Self { id, message: "The job was asked to stop.", is_cancelling: true }
    }
}

/// A job that is to be done again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobRetried)]
pub(super) struct Retrying {
    /// The id under which it waits: its own, but for a dead letter of another day.
    id: Uuid,
    /// The id that was named.
    retried: Uuid,
    /// What came of the wish, for a person.
    message: &'static str,
}

impl Retrying {
    pub(super) fn new(retried: Uuid, id: Uuid) -> Self {
        Self { id, retried, message: "The job will be done again." }
    }

    pub(super) fn location(&self) -> String {
        format!("/v1/jobs/{}", self.id)
    }
}
