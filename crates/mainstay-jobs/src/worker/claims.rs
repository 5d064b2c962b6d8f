//! Taking jobs of one queue, as many as there are places. Never here: doing them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use crate::context::Attempt;
use crate::job::Priority;
use crate::json::JsonText;
use crate::marks::Marks;
use crate::{store, wake};

/// A job that is this life's for now.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) kind: String,
    pub(super) attempt: Attempt,
    pub(super) timeout: Option<Duration>,
    pub(super) payload: JsonText,
    pub(super) is_in_order: bool,
}

/// Where a job is done, until its end is written: the next may have it then.
#[derive(Debug)]
pub(super) struct Place {
    _held: OwnedSemaphorePermit,
    /// Of a job that others stand behind: they may have been passed over, and are looked for everywhere.
    order: Option<Arc<Queue>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(queue) = &self.order {
            queue.is_passed_over.store(true, Ordering::Relaxed);
            queue.told.notify_one();
        }
    }
}

/// What the claims of a queue and its places share.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) told: Arc<Notify>,
    is_passed_over: AtomicBool,
}

impl Queue {
    pub(super) fn new(name: &str) -> Arc<Self> {
        Arc::new(Self { told: wake::of(name), is_passed_over: AtomicBool::new(false) })
    }

    pub(super) fn place(self: &Arc<Self>, held: OwnedSemaphorePermit, claimed: &Claimed) -> Place {
        Place { _held: held, order: claimed.is_in_order.then(|| Arc::clone(self)) }
    }
}

/// The claims of one queue.
#[derive(Debug)]
pub(super) struct Claims {
    queue: String,
    kinds: Vec<&'static str>,
    worker: i64,
    statement: Statement,
    marks: Marks,
    /// Claims so far.
    count: u64,
}

/// One claim in so many begins with the last priority.
const AGEING: u64 = 10;

impl Claims {
    pub(super) async fn new(
        session: &Session,
        queue: &str,
        kinds: Vec<&'static str>,
        worker: i64,
        full_every: Duration,
    ) -> Result<Self, tokio_postgres::Error> {
        let statement = session.prepare(store::CLAIM).await?;
        Ok(Self {
            queue: queue.to_owned(),
            kinds,
            worker,
            statement,
            marks: Marks::new(full_every),
            count: 0,
        })
    }

    /// So many at most, at this time of a monotonic clock.
    pub(super) async fn take(
        &mut self,
        session: &Session,
        queue: &Queue,
        most: usize,
        now: Duration,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        if queue.is_passed_over.swap(false, Ordering::Relaxed) {
            self.marks.look_everywhere();
        }
        self.marks.begin(now);
        self.count += 1;
        let mut priorities = Priority::ALL.map(Priority::number);
        if self.count.is_multiple_of(AGEING) {
            priorities.reverse();
        }
        let marks = priorities.map(|priority| self.marks.of(priority));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let (priorities, marks) = (&priorities[..], &marks[..]);
        let parameters: [&(dyn ToSql + Sync); 6] =
            [&self.queue, &priorities, &marks, &self.kinds, &most, &self.worker];
        let rows = match session.query(&self.statement, &parameters).await {
            Ok(rows) => rows,
            // Somebody has just begun another one of the same ordering key: both were first, each by what it saw.
            Err(refused) if refused.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
                self.marks.look_everywhere();
                return Ok(Vec::new());
            }
            Err(error) => return Err(error),
        };
        let mut claimed = Vec::with_capacity(rows.len());
        for row in &rows {
            let (priority, run_at): (i16, Timestamp) = (row.try_get("priority")?, row.try_get("run_at")?);
            self.marks.claimed(priority, run_at, Duration::ZERO);
            claimed.push(read(row)?);
        }
        Ok(claimed)
    }
}

fn read(row: &Row) -> Result<Claimed, tokio_postgres::Error> {
    let number = |name: &str| Ok::<_, tokio_postgres::Error>(row.try_get::<_, i16>(name)?.unsigned_abs());
    let attempt = Attempt {
        id: row.try_get("id")?,
        run: row.try_get("run")?,
        number: number("attempts")?,
        last: number("attempts_most")?,
        crashes: number("crashes")?,
        owner: row.try_get("owner")?,
        seen: row.try_get("seen")?,
        trace: row.try_get("trace")?,
    };
    let timeout: Option<i64> = row.try_get("timeout_ms")?;
    let ordering_key: Option<String> = row.try_get("ordering_key")?;
    Ok(Claimed {
        kind: row.try_get("kind")?,
        attempt,
        timeout: timeout.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        payload: row.try_get("payload")?,
        is_in_order: ordering_key.is_some(),
    })
}
