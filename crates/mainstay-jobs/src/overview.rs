//! What there is: jobs, dead letters, queues and processes, as an operator or the owner of a job sees them. Never here: changes;
//! who may see what.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Executor, Statement};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::job::Priority;
use crate::json::JsonText;
use crate::operator::{Limits, Rate};
use crate::state::State;
use crate::store;

/// Looks at jobs and queues, in a session or in a transaction.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a>(&'a Client);

/// A job.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its id.
    pub id: Uuid,
    /// Where it waits, or waited.
    pub queue: String,
    /// The name of its kind.
    pub kind: String,
    /// 1 goes before 3.
    pub priority: i16,
    /// What was asked for, as JSON; absent in lists.
    pub payload: Option<String>,
    /// Who may see it besides operators.
    pub owner: Option<Uuid>,
    /// The trace that it belongs to.
    pub trace: Option<String>,
    /// Where it is.
    pub state: State,
    /// So many of its attempts have begun.
    pub attempts: u16,
    /// Of so many.
    pub attempts_most: u16,
    /// So many of them ended with their process.
    pub crashes: u16,
    /// Whether it runs and is asked to stop.
    pub is_cancelling: bool,
    /// Which life of a process does it, or did it at last.
    pub worker: Option<i64>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it may begin; absent when it runs or has ended.
    pub run_at: Option<Timestamp>,
    /// When its last attempt began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// What its work has told of itself, while it runs.
    pub progress: Option<Progress>,
    /// What it left behind, as JSON; absent in lists.
    pub result: Option<String>,
    /// Why it did not succeed.
    pub error: Option<String>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Between 0 and 1.
    pub fraction: f32,
    /// In words.
    pub message: String,
}

/// An attempt that did not succeed.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Its fencing token: it grows with every attempt of any job.
    pub run: i64,
    /// Which it was, since the job last began to wait anew.
    pub attempt: u16,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// `error`, `panic`, `timeout`, `crash`, `cut` or `payload`.
    pub cause: String,
    /// In words.
    pub detail: String,
}

/// Which jobs a list has.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states; none of them: in any.
    pub states: Vec<State>,
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of this owner.
    pub owner: Option<Uuid>,
    /// Asked for before this one: the last of the page before.
    pub before: Option<Uuid>,
}

/// A page of jobs.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    /// Those asked for last first.
    pub jobs: Vec<Shown>,
    /// Fewer were found than were asked for, and nothing was looked for before this one: the next page goes on there.
    pub looked_to: Option<Uuid>,
}

/// A dead letter.
#[derive(Debug, Clone)]
pub struct Dead {
    /// The job's id.
    pub id: Uuid,
    /// Where it waited.
    pub queue: String,
    /// The name of its kind.
    pub kind: String,
    /// 1 goes before 3.
    pub priority: i16,
    /// What was asked for, as JSON.
    pub payload: String,
    /// Whose it was.
    pub owner: Option<Uuid>,
    /// So many attempts began.
    pub attempts: u16,
    /// Of so many.
    pub attempts_most: u16,
    /// So many of them ended with their process.
    pub crashes: u16,
    /// `attempts`: they are used up; `poison`: it takes its processes with it.
    pub reason: String,
    /// What its last attempt ended with.
    pub error: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was given up.
    pub died_at: Timestamp,
}

/// Which dead letters a list has.
#[derive(Debug, Clone, Default)]
pub struct DeadFilter {
    /// Of this queue.
    pub queue: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Given up before this one: the last of the page before.
    pub before: Option<(Timestamp, Uuid)>,
}

/// A queue that has jobs, or of which an operator has set something. No number is more than [`COUNTED_MOST`]: one that is as
/// much says that there are so many at least ([`is_least`]).
#[derive(Debug, Clone)]
pub struct QueueShown {
    /// Its name.
    pub name: String,
    /// Jobs that could begin.
    pub queued: u64,
    /// Jobs whose time has not come.
    pub scheduled: u64,
    /// Jobs that wait for the time of their next attempt.
    pub retrying: u64,
    /// Jobs that are being done.
    pub running: u64,
    /// Dead letters.
    pub dead: u64,
    /// How long the first of those that could begin has waited.
    pub oldest: Option<Duration>,
    /// Since when nothing of it begins.
    pub paused_at: Option<Timestamp>,
    /// What it may do.
    pub limits: Limits,
}

/// A life of a process that does jobs.
#[derive(Debug, Clone)]
pub struct WorkerShown {
    /// A number that nobody had before.
    pub id: i64,
    /// Where it is.
    pub host: String,
    /// Its process there.
    pub pid: i32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last heard of.
    pub last_seen: Timestamp,
    /// Whether it takes no more jobs.
    pub is_draining: bool,
    /// The queues that it takes jobs of.
    pub queues: Vec<String>,
    /// The kinds that it does.
    pub kinds: Vec<String>,
    /// So many at a time.
    pub slots: u32,
    /// So many now.
    pub running: u64,
}

/// No more jobs of a queue are counted in one place.
pub const COUNTED_MOST: u64 = 10_000;

/// Whether a number of jobs says that there are so many at least.
pub fn is_least(number: u64) -> bool {
    number >= COUNTED_MOST
}

/// The longest page.
pub const PAGE_MOST: usize = 200;

/// Of those that failed, that were discarded and that were cancelled, so many each are passed over in one look for what has
/// succeeded.
pub(crate) const PASSED_MOST: i64 = 5_000;

/// The attempts that are shown of a job, the last ones.
const HISTORY_MOST: i64 = 100;

/// The queues and processes that are shown.
const ALL_MOST: i64 = 1_000;

impl<'a> Overview<'a> {
    /// As this session or transaction sees it.
    pub fn of(client: &'a Client) -> Self {
        Self(client)
    }

    pub(crate) fn client(&self) -> &'a Client {
        self.0
    }

    /// A job with its payload and its result, while its day is kept.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn show(&self, id: Uuid) -> Result<Option<Shown>, DbError> {
        mainstay_db::opt(self.0, &store::SHOW, &[&id]).await?.as_ref().map(shown).transpose()
    }

    /// Where these jobs are; one of which nobody knows, or not any more, is absent.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn states(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, State>, DbError> {
        let rows = self.0.rows(&store::STATE, &[&ids]).await?;
        rows.iter().map(|row| Ok((row.try_get("id")?, state(row)?))).collect()
    }

    /// Its attempts that did not succeed, the last first, a hundred at most.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn history(&self, id: Uuid) -> Result<Vec<Tried>, DbError> {
        let rows = self.0.rows(&store::HISTORY, &[&id, &HISTORY_MOST]).await?;
        rows.iter().map(tried).collect()
    }

    /// A page of jobs, those asked for last first: so many, [`PAGE_MOST`] at most. The next page is before the last of it, or
    /// goes on where the look has ended: no index parts what has succeeded from what has not, and where those that have are
    /// asked for, no more than 5,000 of each state that is none are passed over in one look.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn list(&self, filter: &Filter, most: usize) -> Result<Listed, DbError> {
        let mut states: Vec<&str> = filter.states.iter().map(|state| state.name()).collect();
        states.sort_unstable();
        states.dedup();
        let before = filter.before.unwrap_or(Uuid::max());
        let (way, most) = (way(filter), page(most));
        let Filter { queue, kind, owner, .. } = filter;
        let reach = match filter.states.contains(&State::Succeeded) {
            true => self.reach(before).await?,
            false => None,
        };
        let back = reach.unwrap_or(Uuid::nil());
        let parameters: [&(dyn ToSql + Sync); 8] = [&way, owner, &states, queue, kind, &before, &most, &back];
        let rows = self.0.rows(&store::LIST, &parameters).await?;
        let jobs = rows.iter().map(shown).collect::<Result<Vec<_>, _>>()?;
        let is_full = i64::try_from(jobs.len()).is_ok_and(|found| found >= most);
        Ok(Listed { jobs, looked_to: reach.filter(|_| !is_full) })
    }

    /// Where a look for what has succeeded ends that begins before this one; nothing: at the first job of all.
    pub(crate) async fn reach(&self, before: Uuid) -> Result<Option<Uuid>, DbError> {
        let row = mainstay_db::opt(self.0, &store::REACH, &[&before, &PASSED_MOST]).await?;
        Ok(row.map(|row| row.try_get("id")).transpose()?)
    }

    /// A page of dead letters, the last first: so many, [`PAGE_MOST`] at most.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn dead(&self, filter: &DeadFilter, most: usize) -> Result<Vec<Dead>, DbError> {
        let (at, id) = filter.before.unwrap_or((Timestamp::MAX, Uuid::max()));
        let most = page(most);
        let rows = self.0.rows(&store::DEAD, &[&at, &id, &filter.queue, &filter.kind, &most]).await?;
        rows.iter().map(dead).collect()
    }

    /// The queues, by name. It counts what waits, runs and is dead, each up to a bound.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn queues(&self) -> Result<Vec<QueueShown>, DbError> {
        self.queues_by(&store::QUEUES).await
    }

    /// The same by this statement.
    pub(crate) async fn queues_by(&self, statement: &'static Statement) -> Result<Vec<QueueShown>, DbError> {
        let (most, priorities) =
            (i64::try_from(COUNTED_MOST).unwrap_or(i64::MAX), Priority::ALL.map(Priority::number));
        let rows = self.0.rows(statement, &[&most, &ALL_MOST, &&priorities[..]]).await?;
        rows.iter().map(queue).collect()
    }

    /// The processes that do jobs, the oldest first.
    ///
    /// # Errors
    /// As [`mainstay_db::Db::read`].
    pub async fn workers(&self) -> Result<Vec<WorkerShown>, DbError> {
        self.0.rows(&store::WORKERS, &[&ALL_MOST]).await?.iter().map(worker).collect()
    }
}

/// Along which index a list goes: that of the fewest jobs.
fn way(filter: &Filter) -> &'static str {
    match filter {
        Filter { owner: Some(_), .. } => "owner",
        Filter { kind: Some(_), .. } => "kind",
        Filter { queue: Some(_), .. } => "queue",
        _ => "all",
    }
}

/// One more than a page may be asked for, to see whether there is more.
fn page(most: usize) -> i64 {
    i64::try_from(most.clamp(1, PAGE_MOST + 1)).unwrap_or(1)
}

/// The state that a row says.
fn state(row: &Row) -> Result<State, DbError> {
    let name: &str = row.try_get("state")?;
    // The schema has no other words.
    Ok(State::parse(name).unwrap_or(State::Failed))
}

fn small(row: &Row, name: &str) -> Result<u16, DbError> {
    Ok(row.try_get::<_, i16>(name)?.unsigned_abs())
}

fn count(row: &Row, name: &str) -> Result<u64, DbError> {
    Ok(row.try_get::<_, i64>(name)?.unsigned_abs())
}

fn json(row: &Row, name: &str) -> Result<Option<String>, DbError> {
    Ok(row.try_get::<_, Option<JsonText>>(name)?.map(|text| text.0))
}

pub(crate) fn shown(row: &Row) -> Result<Shown, DbError> {
    let fraction: Option<f32> = row.try_get("progress")?;
    let message: Option<String> = row.try_get("progress_message")?;
    Ok(Shown {
        id: row.try_get("id")?,
        queue: row.try_get("queue")?,
        kind: row.try_get("kind")?,
        priority: row.try_get("priority")?,
        payload: json(row, "payload")?,
        owner: row.try_get("owner")?,
        trace: row.try_get("trace")?,
        state: state(row)?,
        attempts: small(row, "attempts")?,
        attempts_most: small(row, "attempts_most")?,
        crashes: small(row, "crashes")?,
        is_cancelling: row.try_get("is_cancelling")?,
        worker: row.try_get("worker")?,
        created_at: row.try_get("created_at")?,
        run_at: row.try_get("run_at")?,
        started_at: row.try_get("started_at")?,
        finished_at: row.try_get("finished_at")?,
        progress: fraction.map(|fraction| Progress { fraction, message: message.unwrap_or_default() }),
        result: json(row, "result")?,
        error: row.try_get("error")?,
    })
}

fn tried(row: &Row) -> Result<Tried, DbError> {
    Ok(Tried {
        run: row.try_get("run")?,
        attempt: small(row, "attempt")?,
        started_at: row.try_get("started_at")?,
        ended_at: row.try_get("ended_at")?,
        cause: row.try_get("cause")?,
        detail: row.try_get("detail")?,
    })
}

fn dead(row: &Row) -> Result<Dead, DbError> {
    Ok(Dead {
        id: row.try_get("id")?,
        queue: row.try_get("queue")?,
        kind: row.try_get("kind")?,
        priority: row.try_get("priority")?,
        payload: row.try_get::<_, JsonText>("payload")?.0,
        owner: row.try_get("owner")?,
        attempts: small(row, "attempts")?,
        attempts_most: small(row, "attempts_most")?,
        crashes: small(row, "crashes")?,
        reason: row.try_get("reason")?,
        error: row.try_get("error")?,
        created_at: row.try_get("created_at")?,
        died_at: row.try_get("died_at")?,
    })
}

fn queue(row: &Row) -> Result<QueueShown, DbError> {
    let most = |name: &str| -> Result<Option<NonZeroU32>, DbError> {
        Ok(row.try_get::<_, Option<i32>>(name)?.and_then(|most| NonZeroU32::new(most.unsigned_abs())))
    };
    let (per_s, burst): (Option<f64>, Option<f64>) = (row.try_get("rate_per_s")?, row.try_get("rate_burst")?);
    let oldest: Option<f64> = row.try_get("oldest_s")?;
    Ok(QueueShown {
        name: row.try_get("name")?,
        queued: count(row, "queued")?,
        scheduled: count(row, "scheduled")?,
        retrying: count(row, "retrying")?,
        running: count(row, "running")?,
        dead: count(row, "dead")?,
        oldest: oldest.and_then(|seconds| Duration::try_from_secs_f64(seconds.max(0.0)).ok()),
        paused_at: row.try_get("paused_at")?,
        limits: Limits {
            running_most: most("running_most")?,
            running_most_of_key: most("running_most_of_key")?,
            rate: per_s.zip(burst).and_then(|(per_s, burst)| Rate::try_new(per_s, burst).ok()),
        },
    })
}

fn worker(row: &Row) -> Result<WorkerShown, DbError> {
    Ok(WorkerShown {
        id: row.try_get("id")?,
        host: row.try_get("host")?,
        pid: row.try_get("pid")?,
        started_at: row.try_get("started_at")?,
        last_seen: row.try_get("last_seen")?,
        is_draining: row.try_get("is_draining")?,
        queues: row.try_get("queues")?,
        kinds: row.try_get("kinds")?,
        slots: row.try_get::<_, i32>("slots")?.unsigned_abs(),
        running: count(row, "running")?,
    })
}
