//! Asking for jobs whose kind is known by its name alone: schedules and subscriptions stand in tables, and whoever reads them
//! need not be a process that does their work. Never here: kinds that are types, which [`Enqueue`](crate::Enqueue) asks for.

use std::collections::BTreeSet;
use std::sync::LazyLock;
use std::time::Duration;

use mainstay_db::{DbError, Executor, Tx};
use mainstay_runtime::{Clock, Ids, Random};
use serde::Serialize;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::enqueue::PAYLOAD_MOST;
use crate::job::Job;
use crate::json::JsonText;
use crate::store::{self, ms};
use crate::wake::{self, Word};

/// How jobs are treated that nobody of their kind is there to ask, as a row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Treatment {
    /// Which waits they stand in.
    pub queue: String,
    /// The name of the kind.
    pub kind: String,
    /// 1 goes first.
    pub priority: i16,
    /// Attempts until it is a dead letter.
    pub attempts_most: i16,
    /// How long an attempt may take, in milliseconds; `None`: as long as its process lives.
    pub timeout_ms: Option<i64>,
}

impl Treatment {
    /// As the kind says.
    pub fn of<J: Job>() -> Self {
        let options = J::options();
        Self {
            queue: options.queue.to_owned(),
            kind: J::NAME.to_owned(),
            priority: options.priority.number(),
            attempts_most: i16::try_from(options.attempts.max(1)).unwrap_or(i16::MAX),
            timeout_ms: options.timeout.map(ms),
        }
    }

    /// From the columns of these names.
    ///
    /// # Errors
    /// One of them is not there, or is something else.
    pub fn read(row: &Row) -> Result<Self, Error> {
        Ok(Self {
            queue: row.try_get("queue")?,
            kind: row.try_get("kind")?,
            priority: row.try_get("priority")?,
            attempts_most: row.try_get("attempts_most")?,
            timeout_ms: row.try_get("timeout_ms")?,
        })
    }
}

/// A job that is asked for by the name of its kind.
#[derive(Debug, Clone)]
pub struct Named {
    treatment: Treatment,
    payload: JsonText,
    key: Option<(Vec<u8>, Duration)>,
    ordering_key: Option<String>,
}

impl Named {
    /// One with this payload.
    ///
    /// # Errors
    /// Why the payload cannot be written: it is no JSON, or longer than [`PAYLOAD_MOST`].
    pub fn new(treatment: Treatment, payload: &impl Serialize) -> Result<Self, String> {
        let text = serde_json::to_string(payload).map_err(|error| error.to_string())?;
        Ok(Self::kept(treatment, JsonText::of(text, PAYLOAD_MOST)?))
    }

    /// One whose payload a table has held.
    pub(crate) fn kept(treatment: Treatment, payload: JsonText) -> Self {
        Self { treatment, payload, key: None, ordering_key: None }
    }

    /// Only one with this key in so long. The key must name what nobody else names.
    pub(crate) fn with_key(self, key: Vec<u8>, time: Duration) -> Self {
        Self { key: Some((key, time)), ..self }
    }

    /// One after the other with those of this key in its queue, in the order in which they were asked for.
    #[must_use]
    pub fn in_order(self, key: impl Into<String>) -> Self {
        Self { ordering_key: Some(key.into()), ..self }
    }

    pub(crate) fn queue(&self) -> &str {
        &self.treatment.queue
    }
}

/// Asks for them; their ids in their order.
///
/// # Errors
/// What the database says; the transaction is of no use any more then.
pub async fn enqueue_named(tx: &Tx, jobs: &[Named]) -> Result<Vec<Uuid>, DbError> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let columns = Columns::of(jobs, &IDS);
    tx.rows(&store::ENQUEUE, &columns.parameters()).await?;
    let queues: BTreeSet<&str> = jobs.iter().map(Named::queue).collect();
    for queue in queues {
        wake::after_commit(tx, Word::New(queue.to_owned()));
    }
    Ok(columns.ids)
}

static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(Clock::system(), Random::system()));

/// The parameters of the statement that writes them.
pub(crate) struct Columns<'a> {
    ids: Vec<Uuid>,
    queues: Vec<&'a str>,
    kinds: Vec<&'a str>,
    priorities: Vec<i16>,
    payloads: Vec<&'a JsonText>,
    delays_ms: Vec<i64>,
    attempts: Vec<i16>,
    timeouts_ms: Vec<Option<i64>>,
    keys: Vec<Option<&'a [u8]>>,
    keys_ms: Vec<Option<i64>>,
    ordering: Vec<Option<&'a str>>,
    /// What they have nothing of.
    no_times: Vec<Option<jiff::Timestamp>>,
    no_ids: Vec<Option<Uuid>>,
    no_texts: Vec<Option<&'static str>>,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(jobs: &'a [Named], ids: &Ids) -> Self {
        let each = || jobs.iter();
        Self {
            ids: each().map(|_| ids.next()).collect(),
            queues: each().map(Named::queue).collect(),
            kinds: each().map(|job| job.treatment.kind.as_str()).collect(),
            priorities: each().map(|job| job.treatment.priority).collect(),
            payloads: each().map(|job| &job.payload).collect(),
            delays_ms: vec![0; jobs.len()],
            attempts: each().map(|job| job.treatment.attempts_most).collect(),
            timeouts_ms: each().map(|job| job.treatment.timeout_ms).collect(),
            keys: each().map(|job| job.key.as_ref().map(|(key, _)| key.as_slice())).collect(),
            keys_ms: each().map(|job| job.key.as_ref().map(|(_, time)| ms(*time))).collect(),
            ordering: each().map(|job| job.ordering_key.as_deref()).collect(),
            no_times: vec![None; jobs.len()],
            no_ids: vec![None; jobs.len()],
            no_texts: vec![None; jobs.len()],
        }
    }

    pub(crate) fn parameters(&self) -> [&(dyn ToSql + Sync); 16] {
        [
            &self.ids,
            &self.queues,
            &self.kinds,
            &self.priorities,
            &self.payloads,
            &self.no_times,
            &self.delays_ms,
            &self.attempts,
            &self.timeouts_ms,
            &self.keys,
            &self.keys_ms,
            &self.ordering,
            &self.no_texts,
            &self.no_ids,
            &self.no_texts,
            &self.no_texts,
        ]
    }
}
