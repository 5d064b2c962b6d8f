//! Asking for jobs whose kind is known by its name alone: schedules and subscriptions stand in tables, and whoever reads them
//! need not be a process that does their work. Never here: kinds that are types, which [`Enqueue`](crate::Enqueue) asks for.

use std::collections::BTreeSet;
use std::time::Duration;

use mainstay_db::{DbError, Executor, TransactionError, Tx};
use mainstay_runtime::Ids;
use serde::Serialize;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use crate::columns::Asked;
pub(crate) use crate::columns::Columns;
use crate::enqueue::{IDS, KEY_MOST, fits};
use crate::job::{Job, PAYLOAD_MOST};
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

    /// One after the other with those of this key in its queue, in the order in which they were asked for. [`KEY_MOST`] bytes at
    /// most.
    #[must_use]
    pub fn in_order(self, key: impl Into<String>) -> Self {
        Self { ordering_key: Some(key.into()), ..self }
    }

    pub(crate) fn queue(&self) -> &str {
        &self.treatment.queue
    }
}

/// A text of a job cannot be kept: it is too long, or has a NUL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {what} of a job {kind:?} cannot be kept: {why}")]
pub struct Unkept {
    /// Which kind of job; the beginning of its name, where that is too long.
    pub kind: String,
    /// Which text.
    pub what: &'static str,
    /// Why.
    pub why: String,
}

/// Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum NamedError {
    /// A text of it cannot be kept.
    #[error(transparent)]
    Text(#[from] Unkept),
    /// The database says so; the transaction is of no use any more.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for NamedError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Text(_) => None,
        }
    }
}

impl Treatment {
    /// That its names can be kept.
    pub(crate) fn checked(&self) -> Result<(), Unkept> {
        self.fits("name", Some(&self.kind)).and_then(|()| self.fits("queue", Some(&self.queue)))
    }

    fn fits(&self, what: &'static str, text: Option<&str>) -> Result<(), Unkept> {
        let kind = || self.kind[..self.kind.floor_char_boundary(KEY_MOST)].to_owned();
        fits(text, KEY_MOST).map_err(|why| Unkept { kind: kind(), what, why })
    }
}

impl Named {
    fn checked(&self) -> Result<(), Unkept> {
        self.treatment.checked()?;
        self.treatment.fits("ordering key", self.ordering_key.as_deref())
    }
}

/// Asks for them; their ids in their order.
///
/// # Errors
/// [`NamedError`].
pub async fn enqueue_named(tx: &Tx, jobs: &[Named]) -> Result<Vec<Uuid>, NamedError> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    jobs.iter().try_for_each(Named::checked)?;
    let columns = Columns::of(jobs, &IDS);
    tx.rows(&store::ENQUEUE, &columns.parameters()).await?;
    let queues: BTreeSet<&str> = jobs.iter().map(Named::queue).collect();
    for queue in queues {
        wake::after_commit(tx, Word::New(queue.to_owned()));
    }
    Ok(columns.ids)
}

impl<'a> Columns<'a> {
    /// Those of jobs that are asked for by name, under new ids.
    pub(crate) fn of(jobs: &'a [Named], ids: &Ids) -> Self {
        let mut columns = Self::default();
        for Named { treatment, payload, key, ordering_key } in jobs {
            columns.push(Asked {
                priority: treatment.priority,
                attempts_most: treatment.attempts_most,
                timeout_ms: treatment.timeout_ms,
                held_key: key.as_ref().map(|(key, time)| (key.as_slice(), Some(ms(*time)))),
                ordering_key: ordering_key.as_deref(),
                ..Asked::new(ids.next(), &treatment.queue, &treatment.kind, payload)
            });
        }
        columns
    }
}
