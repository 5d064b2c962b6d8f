//! Asking for jobs, in the transaction of whatever makes them necessary: they exist when it commits, and never otherwise.
//! Never here: who does them.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::marker::PhantomData;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{DbError, Executor, Tx};
use mainstay_runtime::{Clock, Ids, Random};
use sha2::{Digest, Sha256};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use crate::columns::{Asked, Columns};
pub(crate) use crate::job::PAYLOAD_MOST;
use crate::job::{Job, Options, Priority};
use crate::json::JsonText;
use crate::store::{self, ms};
use crate::wake::{self, Word};

/// The longest name of a queue or a kind, ordering key or limit key, in bytes: indexes hold them.
pub const KEY_MOST: usize = 500;

/// The longest token of a session and name of a trace, in bytes.
const TOKEN_MOST: usize = 4 * 1024;

/// A job that is asked for, with what it says otherwise than its kind.
#[derive(Debug, Clone)]
pub struct New<J> {
    payload: Result<JsonText, String>,
    options: Options,
    run_at: Option<Timestamp>,
    delay: Duration,
    unique: Option<(Vec<u8>, Option<Duration>)>,
    ordering_key: Option<String>,
    limit_key: Option<String>,
    owner: Option<Uuid>,
    seen: Option<String>,
    trace: Option<String>,
    of: PhantomData<fn() -> J>,
}

/// What became of a job that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    /// It exists when the transaction commits.
    New(Uuid),
    /// There is one with its key already: this, if the transaction can see it.
    Existing(Option<Uuid>),
}

impl Enqueued {
    /// The job's id, where it is known.
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::New(id) => Some(id),
            Self::Existing(id) => id,
        }
    }
}

/// Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EnqueueError {
    /// The payload is no JSON, or too long.
    #[error("the payload of a job `{kind}` cannot be written: {why}")]
    Payload {
        /// Which kind of job.
        kind: &'static str,
        /// Why.
        why: String,
    },
    /// A text of it cannot be kept.
    #[error("the {what} of a job `{kind}` cannot be kept: {why}")]
    Text {
        /// Which kind of job.
        kind: &'static str,
        /// Which text.
        what: &'static str,
        /// Why: it is too long, or has a NUL.
        why: String,
    },
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl<J: Job> From<J> for New<J> {
    fn from(job: J) -> Self {
        Self::of(&job)
    }
}

impl<J: Job> New<J> {
    /// As its kind says.
    pub fn of(job: &J) -> Self {
        let payload = serde_json::to_string(job).map_err(|error| error.to_string());
        let options = J::options();
        let payload = payload.and_then(|text| JsonText::of(text, options.payload_most));
        Self {
            payload,
            options,
            run_at: None,
            delay: Duration::ZERO,
            unique: None,
            ordering_key: None,
            limit_key: None,
            owner: None,
            seen: None,
            trace: None,
            of: PhantomData,
        }
    }

    /// Not before this time, by the database's clock.
    #[must_use]
    pub fn at(self, time: Timestamp) -> Self {
        Self { run_at: Some(time), ..self }
    }

    /// Not before so long from now.
    #[must_use]
    pub fn after(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// Before or behind others of its queue.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.options.priority = priority;
        self
    }

    /// In another queue than its kind's.
    #[must_use]
    pub fn queue(mut self, queue: &'static str) -> Self {
        self.options.queue = queue;
        self
    }

    /// So many attempts.
    #[must_use]
    pub fn attempts(mut self, attempts: u16) -> Self {
        self.options.attempts = attempts;
        self
    }

    /// So long for an attempt; `None`: as long as its process lives.
    #[must_use]
    pub fn timeout(mut self, timeout: Option<Duration>) -> Self {
        self.options.timeout = timeout;
        self
    }

    /// Only one with this key at a time, of the jobs of this kind: until it has ended.
    #[must_use]
    pub fn unique(self, key: &str) -> Self {
        Self { unique: Some((key_of(J::NAME, key), None)), ..self }
    }

    /// Only one with this key in so long, of the jobs of this kind, whatever becomes of it.
    #[must_use]
    pub fn unique_for(self, key: &str, time: Duration) -> Self {
        Self { unique: Some((key_of(J::NAME, key), Some(time))), ..self }
    }

    /// One after the other with those of this key in its queue, in the order in which they were asked for: also while one of
    /// them waits for its next attempt.
    #[must_use]
    pub fn in_order(self, key: impl Into<String>) -> Self {
        Self { ordering_key: Some(key.into()), ..self }
    }

    pub(crate) fn in_no_order(self) -> Self {
        Self { ordering_key: None, ..self }
    }

    /// Counted with those of this key, where its queue allows only so many of one key.
    #[must_use]
    pub fn limited_by(self, key: impl Into<String>) -> Self {
        Self { limit_key: Some(key.into()), ..self }
    }

    /// Somebody's, who may see it.
    #[must_use]
    pub fn owned_by(self, owner: Uuid) -> Self {
        Self { owner: Some(owner), ..self }
    }

    /// Its work reads nothing older than this session's token says.
    #[must_use]
    pub fn having_seen(self, token: impl Into<String>) -> Self {
        Self { seen: Some(token.into()), ..self }
    }

    /// Part of this trace.
    #[must_use]
    pub fn traced(self, trace: impl Into<String>) -> Self {
        Self { trace: Some(trace.into()), ..self }
    }

    fn key(&self) -> Option<&[u8]> {
        self.unique.as_ref().map(|(key, _)| key.as_slice())
    }
}

/// The kind stands before it, with its length, so that no other kind has it.
pub(crate) fn key_of(kind: &str, key: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update((kind.len() as u64).to_be_bytes());
    hash.update(kind);
    hash.update(key);
    hash.finalize().to_vec()
}

pub(crate) static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(Clock::system(), Random::system()));

/// Asks for jobs in a transaction.
pub trait Enqueue {
    /// One job.
    ///
    /// # Errors
    /// [`EnqueueError`]; the transaction is of no use any more if the database has refused it.
    fn enqueue<J: Job>(
        &self,
        job: impl Into<New<J>> + Send,
    ) -> impl Future<Output = Result<Enqueued, EnqueueError>> + Send;

    /// Thousands of one kind, by one statement; their fates in their order.
    ///
    /// # Errors
    /// As [`Enqueue::enqueue`].
    fn enqueue_all<J: Job>(
        &self,
        jobs: Vec<New<J>>,
    ) -> impl Future<Output = Result<Vec<Enqueued>, EnqueueError>> + Send;
}

impl Enqueue for Tx {
    async fn enqueue<J: Job>(&self, job: impl Into<New<J>> + Send) -> Result<Enqueued, EnqueueError> {
        let fates = self.enqueue_all(vec![job.into()]).await?;
        Ok(fates.first().copied().unwrap_or(Enqueued::Existing(None)))
    }

    async fn enqueue_all<J: Job>(&self, jobs: Vec<New<J>>) -> Result<Vec<Enqueued>, EnqueueError> {
        if jobs.is_empty() {
            return Ok(Vec::new());
        }
        let (rows, ids) = rows(&jobs)?;
        if rows.keys.iter().any(Option::is_some) {
            self.rows(&store::EXPIRED, &[&rows.keys]).await?;
        }
        let written = self.rows(&store::ENQUEUE, &rows.parameters()).await?;
        for queue in BTreeSet::from_iter(&rows.queues) {
            wake::after_commit(self, Word::New((*queue).to_owned()));
        }
        if written.len() == ids.len() {
            return Ok(ids.into_iter().map(Enqueued::New).collect());
        }
        let written: HashSet<Uuid> = column(&written, 0)?;
        let keys: Vec<&[u8]> = jobs.iter().filter_map(New::key).collect();
        let holders = self.rows(&store::HOLDERS, &[&keys]).await?;
        let held: HashMap<Vec<u8>, Uuid> = column::<Vec<u8>, Vec<_>>(&holders, 0)?
            .into_iter()
            .zip(column::<Uuid, Vec<_>>(&holders, 1)?)
            .collect();
        let fate = |(id, job): (Uuid, &New<J>)| match written.contains(&id) {
            true => Enqueued::New(id),
            false => Enqueued::Existing(job.key().and_then(|key| held.get(key).copied())),
        };
        Ok(ids.into_iter().zip(&jobs).map(fate).collect())
    }
}

fn column<T, All>(rows: &[Row], at: usize) -> Result<All, DbError>
where
    T: for<'a> FromSql<'a>,
    All: FromIterator<T>,
{
    Ok(rows.iter().map(|row| row.try_get(at)).collect::<Result<_, _>>()?)
}

/// That each of its texts can be kept.
fn checked<J: Job>(job: &New<J>) -> Result<(), EnqueueError> {
    let texts = [
        ("name", Some(J::NAME), KEY_MOST),
        ("queue", Some(job.options.queue), KEY_MOST),
        ("ordering key", job.ordering_key.as_deref(), KEY_MOST),
        ("limit key", job.limit_key.as_deref(), KEY_MOST),
        ("session's token", job.seen.as_deref(), TOKEN_MOST),
        ("trace", job.trace.as_deref(), TOKEN_MOST),
    ];
    texts.into_iter().try_for_each(|(what, text, most)| {
        fits(text, most).map_err(|why| EnqueueError::Text { kind: J::NAME, what, why })
    })
}

/// Whether a text of so many bytes at most can be kept; else why not.
pub(crate) fn fits(text: Option<&str>, most: usize) -> Result<(), String> {
    let text = text.unwrap_or_default();
    match text.len() {
        long if long > most => Err(format!("it has {long} bytes, {most} at most")),
        _ if text.contains('\0') => Err("it has a NUL".to_owned()),
        _ => Ok(()),
    }
}

/// The rows to write of these jobs: of several with one key the first alone. All of them have an id.
fn rows<J: Job>(jobs: &[New<J>]) -> Result<(Columns<'_>, Vec<Uuid>), EnqueueError> {
    let (mut rows, mut ids, mut held) = (Columns::default(), Vec::with_capacity(jobs.len()), HashSet::new());
    for job in jobs {
        checked::<J>(job)?;
        let payload = job.payload.as_ref();
        let payload = payload.map_err(|why| EnqueueError::Payload { kind: J::NAME, why: why.clone() })?;
        let id = IDS.next();
        ids.push(id);
        if job.key().is_some_and(|key| !held.insert(key)) {
            continue;
        }
        rows.push(Asked {
            priority: job.options.priority.number(),
            run_at: job.run_at,
            delay_ms: ms(job.delay),
            attempts_most: i16::try_from(job.options.attempts.max(1)).unwrap_or(i16::MAX),
            timeout_ms: job.options.timeout.map(ms),
            held_key: job.unique.as_ref().map(|(key, time)| (key.as_slice(), time.map(ms))),
            ordering_key: job.ordering_key.as_deref(),
            limit_key: job.limit_key.as_deref(),
            owner: job.owner,
            seen: job.seen.as_deref(),
            trace: job.trace.as_deref(),
            ..Asked::new(id, job.options.queue, J::NAME, payload)
        });
    }
    Ok((rows, ids))
}
