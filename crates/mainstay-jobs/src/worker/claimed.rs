//! A job that was taken, as its row tells it, and the place where it is done. Never here: taking it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::Row;

use crate::context::Attempt;
use crate::json::JsonText;
use crate::wake::{self, Ear, Word};

/// A job that is this life's for now.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) kind: String,
    pub(super) attempt: Attempt,
    pub(super) timeout: Option<Duration>,
    pub(super) payload: JsonText,
    pub(super) ordering_key: Option<String>,
    /// Of a queue with limits.
    pub(super) is_capped: bool,
}

/// Where a job is done, until its end is written: the next may have it then.
#[derive(Debug)]
pub(super) struct Place {
    _held: OwnedSemaphorePermit,
    /// Of a job that others stand behind: the first of them is looked for.
    order: Option<(Arc<Ear>, String)>,
    /// Of a queue with limits: any process may have it.
    capped: Option<String>,
}

impl Place {
    pub(super) fn new(held: OwnedSemaphorePermit, claimed: &Claimed, ear: &Arc<Ear>, queue: &str) -> Self {
        let order = claimed.ordering_key.clone().map(|key| (Arc::clone(ear), key));
        Self { _held: held, order, capped: claimed.is_capped.then(|| queue.to_owned()) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some((ear, key)) = self.order.take() {
            ear.ended(key);
        }
        if let Some(queue) = self.capped.take() {
            wake::tell(&Word::New(queue));
        }
    }
}

/// The job of a row; none in the row that comes in any case.
pub(super) fn read(row: &Row, is_capped: bool) -> Result<Option<Claimed>, tokio_postgres::Error> {
    let Some(run) = row.try_get("run")? else { return Ok(None) };
    let number = |name: &str| Ok::<_, tokio_postgres::Error>(row.try_get::<_, i16>(name)?.unsigned_abs());
    let attempt = Attempt {
        id: row.try_get("id")?,
        run,
        number: number("attempts")?,
        last: number("attempts_most")?,
        crashes: number("crashes")?,
        owner: row.try_get("owner")?,
        seen: row.try_get("seen")?,
        trace: row.try_get("trace")?,
    };
    let timeout: Option<i64> = row.try_get("timeout_ms")?;
    Ok(Some(Claimed {
        kind: row.try_get("kind")?,
        attempt,
        timeout: timeout.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        payload: row.try_get("payload")?,
        ordering_key: row.try_get("ordering_key")?,
        is_capped,
    }))
}
