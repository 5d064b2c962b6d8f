//! Claims of queues with limits: who holds the row of a queue counts what runs and takes alone, in a transaction on a connection
//! of their own, which is opened when the first such queue is met. Never here: how many may begin.

use std::sync::Arc;
use std::time::Duration;

use mainstay_runtime::Random;
use tokio::sync::Mutex;
use tokio_postgres::Row;

use super::Parts;
use super::line::{self, Line, Open, is_other};
use super::link::Link;
use super::running::Running;
use crate::limits::{Bucket, Standing};

/// The connection of one life for such claims.
#[derive(Debug)]
pub(super) struct Capped {
    line: Line,
    /// One transaction at a time.
    turn: Mutex<()>,
    random: Random,
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

/// Before a queue is looked at again that somebody else holds, at least; and at most twice as long.
const HELD: Duration = Duration::from_millis(20);

impl Capped {
    pub(super) fn new(parts: &Parts, link: &Arc<Link>, running: &Running) -> Self {
        let line = Line::new(parts, link, running, "mainstay jobs capped claims");
        Self { line, turn: Mutex::default(), random: parts.effects.random.clone() }
    }

    /// What `claim` takes of so many, while this holds the queue. A queue that somebody else holds is not waited for: the
    /// others have limits, too.
    pub(super) async fn take(
        &self,
        queue: &str,
        wanted: usize,
        claim: impl AsyncFnOnce(&Open, Terms) -> Result<Vec<Row>, tokio_postgres::Error>,
    ) -> Result<Taken, tokio_postgres::Error> {
        let _turn = self.turn.lock().await;
        let Some(open) = self.line.open().await else {
            return Ok(Taken { again: Some(line::AGAIN), ..Taken::default() });
        };
        open.session.batch_execute("begin").await?;
        let taken = self.within(&open, queue, wanted, claim).await;
        // Of an error here nobody knows whether it was before the end or behind it: what was taken is given back, or never was.
        open.session.batch_execute(if taken.is_ok() { "commit" } else { "rollback" }).await?;
        if taken.is_ok() {
            self.line.works();
        }
        match taken {
            Err(refused) if is_other(&refused) => Ok(self.later()),
            taken => taken,
        }
    }

    /// It has failed.
    pub(super) async fn lose(&self, why: &tokio_postgres::Error) {
        self.line.lose(why).await;
    }

    async fn within(
        &self,
        open: &Arc<Open>,
        queue: &str,
        wanted: usize,
        claim: impl AsyncFnOnce(&Open, Terms) -> Result<Vec<Row>, tokio_postgres::Error>,
    ) -> Result<Taken, tokio_postgres::Error> {
        let session = &open.session;
        let is_held = !session.query(&open.hold, &[&queue]).await?.is_empty();
        let row = session.query_opt(&open.room, &[&queue]).await?;
        let Some(row) = row else { return Ok(Taken { is_free: true, ..Taken::default() }) };
        if !is_held {
            return Ok(self.later());
        }
        let (standing, of_key_most) =
            (standing(&row)?, row.try_get::<_, Option<i32>>("running_most_of_key")?);
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
        let rows = claim(open, terms).await?;
        let begun =
            rows.iter().filter(|row| matches!(row.try_get::<_, Option<i64>>("run"), Ok(Some(_)))).count();
        let begun = u64::try_from(begun).unwrap_or(u64::MAX);
        if let Some(bucket) = standing.bucket.filter(|_| begun > 0) {
            let left = bucket.level() - begun as f64;
            session.execute(&open.spend, &[&queue, &left, &bucket.age_s]).await?;
        }
        // Of other keys than those that are full by now there may be more at once.
        let more = (of_key_most.is_some() && begun > 0).then_some(Duration::ZERO);
        Ok(Taken { rows, again: standing.pause(begun, wanted).or(more), is_free: false })
    }

    /// Somebody else holds the queue.
    fn later(&self) -> Taken {
        let again = HELD.mul_f64(1.0 + self.random.below(1_001) as f64 / 1e3);
        Taken { again: Some(again), ..Taken::default() }
    }
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
