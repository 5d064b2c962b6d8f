//! Taking jobs of one queue, as many as there are places. Never here: doing them.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_runtime::Clock;
use tokio::sync::OwnedSemaphorePermit;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::capped::Capped;
use super::line::{self, Line, Open, is_other};
use crate::context::Attempt;
use crate::job::Priority;
use crate::json::JsonText;
use crate::marks::Marks;
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

/// The claims of one queue.
#[derive(Debug)]
pub(super) struct Claims {
    queue: String,
    kinds: Vec<&'static str>,
    worker: i64,
    marks: Marks,
    /// Claims so far.
    count: u64,
    /// Whether the queue had limits at the last look.
    is_capped: bool,
    /// Where the last look at the keys of the queue ended, if before their end.
    last_key: Option<String>,
}

/// What a claim has brought, and how soon there may be more, where that is known.
pub(super) type Brought = (Vec<Claimed>, Option<Duration>);

/// One claim in so many begins with the last priority.
const AGEING: u64 = 10;

/// Of a queue that limits its keys, so many of each lane are looked at in the order of their times,
const NEAR_MOST: i64 = 1_000;

/// and then so many keys.
const KEYS_MOST: i64 = 200;

/// Before the keys behind those are looked at, where none of them had anything.
const NEXT_KEYS: Duration = Duration::from_millis(20);

impl Claims {
    pub(super) fn new(queue: &str, kinds: Vec<&'static str>, worker: i64, full_every: Duration) -> Self {
        Self {
            queue: queue.to_owned(),
            kinds,
            worker,
            marks: Marks::new(full_every),
            count: 0,
            is_capped: false,
            last_key: None,
        }
    }

    /// So many at most. Whatever fails costs a pause: what was taken all the same is given back, and what is at work goes on.
    /// Whether the database is there at all is for the pulse to say.
    pub(super) async fn take(
        &mut self,
        free: &Line,
        capped: &Capped,
        ear: &Ear,
        most: usize,
        clock: &Clock,
    ) -> Brought {
        if ear.take_all() {
            self.marks.look_everywhere();
        }
        self.count += 1;
        let ended = ear.take_keys();
        if self.is_capped && !ended.is_empty() {
            self.marks.look_everywhere();
        }
        if !self.is_capped {
            let is_put_off = !ended.is_empty() && self.count.is_multiple_of(2);
            if is_put_off {
                ended.iter().for_each(|key| ear.ended(key.clone()));
            }
            match self.take_freely(free, &ended, most, clock).await {
                Ok(claimed) if !self.is_capped => return (claimed, is_put_off.then_some(Duration::ZERO)),
                // Those behind what has ended here were taken before the limits were seen.
                Ok(claimed) if !claimed.is_empty() => return (claimed, Some(Duration::ZERO)),
                Ok(_) => {}
                Err(why) => {
                    free.lose(&why).await;
                    return self.nothing();
                }
            }
        }
        match self.take_capped(capped, most, clock).await {
            Ok(brought) => brought,
            Err(why) => {
                capped.lose(&why).await;
                self.nothing()
            }
        }
    }

    /// It has failed; what it had taken is given back, and lies before the marks.
    fn nothing(&mut self) -> Brought {
        self.marks.look_everywhere();
        (Vec::new(), Some(line::AGAIN))
    }

    /// Of a queue without limits, which may turn out to have some: then nothing is taken.
    async fn take_freely(
        &mut self,
        line: &Line,
        ended: &[String],
        most: usize,
        clock: &Clock,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        let open = line.open().await?;
        // A long line behind a key must not keep the others waiting: every second claim begins with these.
        let mut claimed = if self.count.is_multiple_of(2) {
            Vec::new()
        } else {
            self.take_next(&open, ended, most).await?
        };
        let left = most.saturating_sub(claimed.len());
        if left > 0 {
            match self.take_lanes(line, &open, left, clock).await {
                Ok(more) => claimed.extend(more),
                Err(why) if claimed.is_empty() => return Err(why),
                Err(why) => {
                    line.lose(&why).await;
                    self.marks.look_everywhere();
                    return Ok(claimed);
                }
            }
        }
        Ok(claimed)
    }

    /// Of all that wait, by their priorities and times.
    async fn take_lanes(
        &mut self,
        line: &Line,
        open: &Open,
        most: usize,
        clock: &Clock,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        let (begun, lanes) = self.begin(clock);
        let rows = self.ask_freely(open, &lanes, most, None).await?;
        line.works();
        self.is_capped = rows.first().map(|row| row.try_get("is_limited")).transpose()?.unwrap_or(false);
        self.taken(&rows, &lanes, most, clock.monotonic().saturating_sub(begun))
    }

    /// Those behind what has ended here, by their keys: however many wait, nobody looks for them.
    async fn take_next(
        &mut self,
        open: &Open,
        ended: &[String],
        most: usize,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = i64::try_from(most).unwrap_or(i64::MAX);
        let parameters: [&(dyn ToSql + Sync); 4] = [&self.queue, &ended, &self.kinds, &wanted];
        let rows = open.session.query(&open.next, &parameters).await?;
        let next: Vec<Uuid> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        if next.len() == most && ended.len() > most {
            // There may be others.
            self.marks.look_everywhere();
        }
        if next.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self.ask_freely(open, &[], most, Some(&next)).await?;
        rows.iter().filter_map(|row| read(row, false).transpose()).collect()
    }

    /// Nothing where somebody has just begun another one of the same ordering key: both were first, each by what it saw.
    async fn ask_freely(
        &mut self,
        open: &Open,
        lanes: &[(i16, Option<Timestamp>)],
        most: usize,
        picked: Option<&[Uuid]>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let wanted = i64::try_from(most).unwrap_or(i64::MAX);
        match self.ask(open, lanes, wanted, false, picked).await {
            Err(refused) if is_other(&refused) => {
                self.marks.look_everywhere();
                Ok(Vec::new())
            }
            asked => asked,
        }
    }

    /// Of a queue that had limits at the last look.
    async fn take_capped(
        &mut self,
        capped: &Capped,
        most: usize,
        clock: &Clock,
    ) -> Result<Brought, tokio_postgres::Error> {
        let ((begun, lanes), mut wanted) = (self.begin(clock), most);
        let mut last_key = self.last_key.clone();
        let taken = capped
            .take(&self.queue, most, async |open, terms| {
                wanted = usize::try_from(terms.most).unwrap_or(usize::MAX);
                let Some(of_key_most) = terms.of_key_most else {
                    return self.ask(open, &lanes, terms.most, true, None).await;
                };
                let (picked, last) = self.pick(open, terms.most, of_key_most).await?;
                last_key = last;
                match picked {
                    Some(picked) => self.ask(open, &lanes, terms.most, true, Some(&picked)).await,
                    None => Ok(Vec::new()),
                }
            })
            .await?;
        self.last_key = last_key;
        self.is_capped = !taken.is_free;
        let claimed = self.taken(&taken.rows, &lanes, wanted, clock.monotonic().saturating_sub(begun))?;
        let more = self.last_key.as_ref().map(|_| NEXT_KEYS);
        let again = if taken.is_free { Some(Duration::ZERO) } else { taken.again.or(more) };
        Ok((claimed, again))
    }

    /// The jobs that may begin where only so many of one key may; and the key behind which others were not looked at.
    async fn pick(
        &self,
        open: &Open,
        most: i64,
        of_key_most: i64,
    ) -> Result<(Option<Vec<Uuid>>, Option<String>), tokio_postgres::Error> {
        let priorities = self.priorities();
        let parameters: [&(dyn ToSql + Sync); 8] = [
            &self.queue,
            &&priorities[..],
            &self.kinds,
            &most,
            &of_key_most,
            &self.last_key,
            &NEAR_MOST,
            &KEYS_MOST,
        ];
        let row = open.session.query_one(&open.pick, &parameters).await?;
        Ok((row.try_get("ids")?, row.try_get("last_key")?))
    }

    /// A pass begins: when, and from where each priority is looked at.
    fn begin(&mut self, clock: &Clock) -> (Duration, [(i16, Option<Timestamp>); 3]) {
        let begun = clock.monotonic();
        self.marks.begin(begun);
        (begun, self.priorities().map(|priority| (priority, self.marks.of(priority))))
    }

    /// The priorities in the order of this claim.
    fn priorities(&self) -> [i16; 3] {
        let mut priorities = Priority::ALL.map(Priority::number);
        if self.count.is_multiple_of(AGEING) {
            priorities.reverse();
        }
        priorities
    }

    /// The jobs of these rows; the marks know them, and whether there were fewer than wanted.
    fn taken(
        &mut self,
        rows: &[Row],
        lanes: &[(i16, Option<Timestamp>)],
        wanted: usize,
        took: Duration,
    ) -> Result<Vec<Claimed>, tokio_postgres::Error> {
        let mut claimed = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(one) = read(row, self.is_capped)? else { continue };
            self.marks.claimed(row.try_get("priority")?, row.try_get("run_at")?, Duration::ZERO);
            claimed.push(one);
        }
        if let Some(row) = rows.first().filter(|_| claimed.len() < wanted) {
            self.marks.found_all(
                lanes.iter().map(|(priority, _)| *priority),
                row.try_get("looked_at")?,
                took,
            );
        }
        Ok(claimed)
    }

    async fn ask(
        &self,
        open: &Open,
        lanes: &[(i16, Option<Timestamp>)],
        most: i64,
        is_held: bool,
        picked: Option<&[Uuid]>,
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        let (priorities, marks): (Vec<_>, Vec<_>) = lanes.iter().copied().unzip();
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&self.queue, &priorities, &marks, &self.kinds, &most, &self.worker, &is_held, &picked];
        open.session.query(&open.claim, &parameters).await
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
    Ok(Some(Claimed {
        kind: row.try_get("kind")?,
        attempt,
        timeout: timeout.map(|ms| Duration::from_millis(ms.unsigned_abs())),
        payload: row.try_get("payload")?,
        ordering_key: row.try_get("ordering_key")?,
        is_capped,
    }))
}
