//! Taking jobs of one queue, as many as there are places. Never here: doing them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use mainstay_runtime::Clock;
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};

use super::capped::{Capped, Terms};
use crate::context::Attempt;
use crate::job::Priority;
use crate::json::JsonText;
use crate::marks::Marks;
use crate::store;
use crate::wake::{self, Ear, Word};

/// A job that is this life's for now.
#[derive(Debug)]
pub(super) struct Claimed {
    pub(super) kind: String,
    pub(super) attempt: Attempt,
    pub(super) timeout: Option<Duration>,
    pub(super) payload: JsonText,
    pub(super) is_in_order: bool,
    /// Of a queue with limits.
    pub(super) is_capped: bool,
}

/// Where a job is done, until its end is written: the next may have it then.
#[derive(Debug)]
pub(super) struct Place {
    _held: OwnedSemaphorePermit,
    /// Of a job that others stand behind: they may have been passed over, and are looked for everywhere.
    order: Option<Arc<Ear>>,
    /// Of a queue with limits: any process may have it.
    capped: Option<String>,
}

impl Place {
    pub(super) fn new(held: OwnedSemaphorePermit, claimed: &Claimed, ear: &Arc<Ear>, queue: &str) -> Self {
        let order = claimed.is_in_order.then(|| Arc::clone(ear));
        Self { _held: held, order, capped: claimed.is_capped.then(|| queue.to_owned()) }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(ear) = &self.order {
            ear.tell_all();
        }
        if let Some(queue) = self.capped.take() {
            wake::tell(&Word::New(queue));
        }
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
    /// Whether the queue had limits at the last look.
    is_capped: bool,
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
            is_capped: false,
        })
    }

    /// So many at most; and how soon there may be more, where that is known.
    pub(super) async fn take(
        &mut self,
        session: &Session,
        capped: &Capped,
        ear: &Ear,
        most: usize,
        clock: &Clock,
    ) -> Result<(Vec<Claimed>, Option<Duration>), tokio_postgres::Error> {
        if ear.take_all() {
            self.marks.look_everywhere();
        }
        self.count += 1;
        if !self.is_capped {
            let claimed = self.take_freely(session, most, clock).await?;
            if !self.is_capped {
                return Ok((claimed, None));
            }
        }
        let taken = capped
            .take(&self.queue, most, async |session, statement, terms| {
                self.ask(session, statement, &self.lanes(), Some(terms), terms.most).await
            })
            .await?;
        self.is_capped = !taken.is_free;
        let claimed = taken.rows.iter().filter_map(|row| read(row, true).transpose());
        let again = if taken.is_free { Some(Duration::ZERO) } else { taken.again };
        Ok((claimed.collect::<Result<_, _>>()?, again))
    }

    /// Of a queue without limits, which may turn out to have some: then nothing is taken.
    async fn take_freely(
        &mut self,
        session: &Session,
        most: usize,
        clock: &Clock,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        let begun = clock.monotonic();
        self.marks.begin(begun);
        let lanes = self.lanes().map(|(priority, _)| (priority, self.marks.of(priority)));
        let (wanted, most) = (most, i64::try_from(most).unwrap_or(i64::MAX));
        let rows = match self.ask(session, &self.statement, &lanes, None, most).await {
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
            self.is_capped = row.try_get("is_limited")?;
            let Some(one) = read(row, false)? else { continue };
            self.marks.claimed(row.try_get("priority")?, row.try_get("run_at")?, Duration::ZERO);
            claimed.push(one);
        }
        if let Some(row) = rows.first().filter(|_| claimed.len() < wanted) {
            let took = clock.monotonic().saturating_sub(begun);
            let all = lanes.map(|(priority, _)| priority);
            self.marks.found_all(all, row.try_get("looked_at")?, took);
        }
        Ok(claimed)
    }

    /// The priorities in the order of this claim, each looked at from its beginning.
    fn lanes(&self) -> [(i16, Option<Timestamp>); 3] {
        let mut lanes = Priority::ALL.map(|priority| (priority.number(), None));
        if self.count.is_multiple_of(AGEING) {
            lanes.reverse();
        }
        lanes
    }

    async fn ask(
        &self,
        session: &Session,
        statement: &Statement,
        lanes: &[(i16, Option<Timestamp>)],
        terms: Option<Terms>,
        most: i64,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let (priorities, marks): (Vec<_>, Vec<_>) = lanes.iter().copied().unzip();
        let (is_held, of_key_most) = (terms.is_some(), terms.and_then(|terms| terms.of_key_most));
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&self.queue, &priorities, &marks, &self.kinds, &most, &self.worker, &is_held, &of_key_most];
        session.query(statement, &parameters).await
    }
}

/// The job of a row; none in the row that comes in any case.
fn read(row: &Row, is_capped: bool) -> Result<Option<Claimed>, tokio_postgres::Error> {
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
    let ordering_key: Option<String> = row.try_get("ordering_key")?;
    Ok(Some(Claimed {
        kind: row.try_get("kind")?,
        attempt,
        timeout: timeout.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        payload: row.try_get("payload")?,
        is_in_order: ordering_key.is_some(),
        is_capped,
    }))
}
