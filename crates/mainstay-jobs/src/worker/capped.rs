//! Claims of queues with limits: who holds the row of a queue counts what runs and takes alone, on a connection of their own,
//! which is opened when the first such queue is met. Never here: how many may begin.

use std::time::Duration;

use mainstay_db::{Session, Target};
use tokio::sync::{Mutex, MutexGuard};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Row, Statement};

use crate::limits::{Bucket, Standing};
use crate::store;

/// The connection of one life for such claims.
#[derive(Debug)]
pub(super) struct Capped {
    target: Target,
    within: Duration,
    held: Mutex<Option<Held>>,
}

#[derive(Debug)]
struct Held {
    session: Session,
    claim: Statement,
}

/// What a claim is told by who holds the row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) most: i64,
    pub(super) of_key_most: Option<i64>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) rows: Vec<Row>,
    /// So many more of them may begin in so long.
    pub(super) again: Option<Duration>,
    /// The queue has no limits any more.
    pub(super) is_free: bool,
}

impl Capped {
    pub(super) fn new(target: &Target, within: Duration) -> Self {
        Self { target: target.clone(), within, held: Mutex::default() }
    }

    /// What `claim` takes of so many, while this holds the queue.
    pub(super) async fn take(
        &self,
        queue: &str,
        wanted: usize,
        claim: impl AsyncFnOnce(&Session, &Statement, Terms) -> Result<Vec<Row>, tokio_postgres::Error>,
    ) -> Result<Taken, tokio_postgres::Error> {
        let mut held = self.held.lock().await;
        let Held { session, claim: statement } = self.opened(&mut held).await?;
        session.batch_execute("begin").await?;
        let taken = within(session, statement, queue, wanted, claim).await;
        let end = if taken.is_ok() { "commit" } else { "rollback" };
        let ended = session.batch_execute(end).await;
        match taken {
            // Somebody holds it for long, or has just begun another one of the same ordering key.
            Err(refused) if is_other(&refused) => ended.map(|()| Taken::default()),
            taken => {
                let taken = taken?;
                ended.map(|()| taken)
            }
        }
    }

    async fn opened<'a>(
        &self,
        held: &'a mut MutexGuard<'_, Option<Held>>,
    ) -> Result<&'a mut Held, tokio_postgres::Error> {
        if held.is_none() {
            let name = "mainstay jobs capped claims";
            let session = Session::connect_for(&self.target, name, self.within, store::LONGEST).await?;
            session.batch_execute(store::SETTINGS).await?;
            let claim = session.prepare(store::CLAIM).await?;
            **held = Some(Held { session, claim });
        }
        held.as_mut().map_or_else(|| unreachable!("it was opened above"), Ok)
    }
}

async fn within(
    session: &Session,
    statement: &Statement,
    queue: &str,
    wanted: usize,
    claim: impl AsyncFnOnce(&Session, &Statement, Terms) -> Result<Vec<Row>, tokio_postgres::Error>,
) -> Result<Taken, tokio_postgres::Error> {
    session.execute(store::HOLD, &[&queue]).await?;
    let Some(row) = session.query_opt(store::ROOM, &[&queue]).await? else {
        return Ok(Taken { is_free: true, ..Taken::default() });
    };
    let (standing, of_key_most) = (standing(&row)?, row.try_get::<_, Option<i32>>("running_most_of_key")?);
    if standing.running_most.is_none() && standing.bucket.is_none() && of_key_most.is_none() {
        return Ok(Taken { is_free: true, ..Taken::default() });
    }
    let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
    let room = standing.room().min(wanted);
    if room == 0 {
        return Ok(Taken { again: standing.pause(0, wanted), ..Taken::default() });
    }
    let terms =
        Terms { most: i64::try_from(room).unwrap_or(i64::MAX), of_key_most: of_key_most.map(i64::from) };
    let rows = claim(session, statement, terms).await?;
    let begun = rows.iter().filter(|row| matches!(row.try_get::<_, Option<i64>>("run"), Ok(Some(_)))).count();
    let begun = u64::try_from(begun).unwrap_or(u64::MAX);
    if let Some(bucket) = standing.bucket.filter(|_| begun > 0) {
        let left = bucket.level() - begun as f64;
        session.execute(store::SPEND, &[&queue, &left, &bucket.age_s]).await?;
    }
    // Of other keys than those that are full by now there may be more at once.
    let more = (of_key_most.is_some() && begun > 0).then_some(Duration::ZERO);
    Ok(Taken { rows, again: standing.pause(begun, wanted).or(more), is_free: false })
}

fn standing(row: &Row) -> Result<Standing, tokio_postgres::Error> {
    let most: Option<i32> = row.try_get("running_most")?;
    let (per_s, burst): (Option<f64>, Option<f64>) = (row.try_get("rate_per_s")?, row.try_get("rate_burst")?);
    let (tokens, age_s): (f64, f64) = (row.try_get("tokens")?, row.try_get("age_s")?);
    Ok(Standing {
        running_most: most.map(|most| u64::from(most.unsigned_abs())),
        running: row.try_get::<_, i64>("running")?.unsigned_abs(),
        bucket: per_s.zip(burst).map(|(per_s, burst)| Bucket { per_s, burst, tokens, age_s }),
    })
}

fn is_other(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::UNIQUE_VIOLATION))
}
