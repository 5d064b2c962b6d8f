//! Telling events in the transaction that makes them true: they have happened when it commits, and never otherwise. Whoever
//! subscribes has his job in the same transaction. Never here: what subscribers do.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;
use mainstay_db::{DbError, Executor, TransactionError, Tx};
use mainstay_jobs::{JsonText, Named, NamedError, Treatment, enqueue_named};
use mainstay_runtime::{Clock, Ids, Random};
use uuid::Uuid;

use crate::event::{Envelope, Event, Written};
use crate::{store, volatile};

/// The most events that one statement writes.
pub const TOGETHER_MOST: usize = 500;

/// Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// It is no JSON, too long, or has a subject or a key that cannot be.
    #[error("an event `{kind}` cannot be written: {why}")]
    Event {
        /// Which type.
        kind: &'static str,
        /// Why.
        why: String,
    },
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for EmitError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Event { .. } => None,
        }
    }
}

/// Tells events in a transaction.
pub trait Emit {
    /// One event. Its id.
    ///
    /// # Errors
    /// [`EmitError`]; the transaction is of no use any more if the database has refused it.
    fn emit<E: Event>(&self, event: &E) -> impl Future<Output = Result<Uuid, EmitError>> + Send;

    /// Several of one type, [`TOGETHER_MOST`] by one statement; their ids in their order.
    ///
    /// # Errors
    /// As [`Emit::emit`].
    fn emit_all<E: Event>(&self, events: &[E]) -> impl Future<Output = Result<Vec<Uuid>, EmitError>> + Send;
}

static IDS: LazyLock<Ids> = LazyLock::new(|| Ids::new(Clock::system(), Random::system()));

impl Emit for Tx {
    async fn emit<E: Event>(&self, event: &E) -> Result<Uuid, EmitError> {
        let ids = self.emit_all(std::slice::from_ref(event)).await?;
        Ok(ids.first().copied().unwrap_or_default())
    }

    async fn emit_all<E: Event>(&self, events: &[E]) -> Result<Vec<Uuid>, EmitError> {
        let mut ids = Vec::with_capacity(events.len());
        for some in events.chunks(TOGETHER_MOST) {
            ids.extend(tell(self, some).await?);
        }
        Ok(ids)
    }
}

/// By one statement, and by another one for the jobs of those who hear of it, if anybody does.
async fn tell<E: Event>(tx: &Tx, events: &[E]) -> Result<Vec<Uuid>, EmitError> {
    let refused = |why| EmitError::Event { kind: E::TYPE, why };
    let written = events.iter().map(Written::of).collect::<Result<Vec<_>, _>>().map_err(refused)?;
    let ids: Vec<Uuid> = written.iter().map(|_| IDS.next()).collect();
    let Told { times, hearing } = write::<E>(tx, &ids, &written).await?;
    if hearing.is_empty() && !volatile::has_any(E::TYPE) {
        return Ok(ids);
    }
    let sealed = ids.iter().zip(written);
    let envelopes: Vec<Envelope> = sealed
        .map(|(id, written)| written.envelope::<E>(*id, times.get(id).copied().unwrap_or_default()))
        .collect();
    let mut jobs = Vec::with_capacity(envelopes.len() * hearing.len());
    for (name, treatment) in &hearing {
        for envelope in &envelopes {
            let job = Named::new(treatment.clone(), envelope).map_err(refused)?;
            jobs.push(match &envelope.partitionkey {
                // Another subscriber's pace is no matter of this one.
                Some(key) => job.in_order(format!("{name}\n{key}")),
                None => job,
            });
        }
    }
    enqueue_named(tx, &jobs).await.map_err(|error| match error {
        NamedError::Database(error) => error.into(),
        NamedError::Text(unkept) => refused(unkept.to_string()),
    })?;
    volatile::after_commit(tx, E::TYPE, envelopes);
    Ok(ids)
}

/// What the database says of events that it has been told.
#[derive(Default)]
struct Told {
    /// When each was told.
    times: HashMap<Uuid, Timestamp>,
    /// Who hears of them, by name, and how his jobs are treated.
    hearing: BTreeMap<String, Treatment>,
}

async fn write<E: Event>(tx: &Tx, ids: &[Uuid], written: &[Written]) -> Result<Told, DbError> {
    let subjects: Vec<Option<&str>> = written.iter().map(|event| event.subject.as_deref()).collect();
    let keys: Vec<Option<&str>> = written.iter().map(|event| event.key.as_deref()).collect();
    let bodies: Vec<&JsonText> = written.iter().map(|event| &event.body).collect();
    let rows = tx.rows(&store::EMIT, &[&ids, &subjects, &keys, &bodies, &E::TYPE, &E::SOURCE]).await?;
    let mut told = Told::default();
    for row in &rows {
        told.times.insert(row.try_get("id")?, row.try_get("at")?);
        if let Some(name) = row.try_get::<_, Option<String>>("name")?
            && !told.hearing.contains_key(&name)
        {
            told.hearing.insert(name, Treatment::read(row)?);
        }
    }
    Ok(told)
}
