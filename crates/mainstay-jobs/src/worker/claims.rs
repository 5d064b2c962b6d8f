//! Taking jobs of one queue, as many as there are places. Never here: doing them.

use std::time::Duration;

use mainstay_runtime::Clock;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::Config;
use super::capped::{Capped, Terms};
use super::claimed::read;
pub(super) use super::claimed::{Claimed, Place};
use super::line::{self, Line, Open, is_other, is_too_long};
use super::walk::{Left, Look, Refused, Walk, Way};
use crate::job::Priority;
use crate::marks::{self, Marks};
use crate::wake::Ear;

mod look;
mod turns;

use look::Seen;

/// The claims of one queue.
#[derive(Debug)]
pub(super) struct Claims {
    queue: String,
    kinds: Vec<&'static str>,
    worker: i64,
    marks: Marks,
    /// Where everything is looked at in steps.
    walk: Option<Walk>,
    /// A look at everything that takes so long is done in steps the next time, until all steps together take less.
    long: Duration,
    /// Claims so far.
    count: u64,
    /// Whether the queue had limits at the last look.
    is_capped: bool,
    /// Where the last look at the keys of the queue ended, if before their end.
    last_key: Option<String>,
    /// How soon there may be more, by what was met in this claim.
    soon: Option<Duration>,
}

/// What a claim has brought, and how soon there may be more, where that is known.
pub(super) type Brought = (Vec<Claimed>, Option<Duration>);

/// Before the keys behind those are looked at, where none of them had anything; and before a claim that met another one is
/// tried again.
const NEXT_KEYS: Duration = Duration::from_millis(20);

/// Of the longest time of a claim a look at everything takes so much at most: one in so many parts.
const LONG_PART: u32 = 5;

impl Claims {
    pub(super) fn new(queue: &str, kinds: Vec<&'static str>, worker: i64, config: &Config) -> Self {
        Self {
            queue: queue.to_owned(),
            kinds,
            worker,
            marks: Marks::new(config.full_every, marks::BEHIND_MOST),
            walk: None,
            long: config.claim_longest / LONG_PART,
            count: 0,
            is_capped: false,
            last_key: None,
            soon: None,
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
        self.soon = None;
        let (claimed, again) = self.take_either(free, capped, ear, most, clock).await;
        (claimed, again.into_iter().chain(self.soon).min())
    }

    async fn take_either(
        &mut self,
        free: &Line,
        capped: &Capped,
        ear: &Ear,
        most: usize,
        clock: &Clock,
    ) -> Brought {
        if ear.take_all() {
            self.look_everywhere();
        }
        self.count += 1;
        let ended = ear.take_keys();
        if self.is_capped && !ended.is_empty() {
            self.look_everywhere();
        }
        if !self.is_capped {
            let is_put_off = !ended.is_empty() && self.count.is_multiple_of(2);
            if is_put_off {
                ended.iter().for_each(|key| ear.ended(key.clone()));
            }
            let Some(open) = free.open().await else { return self.nothing() };
            match self.take_freely(free, &open, &ended, most, clock).await {
                Ok(claimed) if !self.is_capped => return (claimed, is_put_off.then_some(Duration::ZERO)),
                // Those behind what has ended here were taken before the limits were seen.
                Ok(claimed) if !claimed.is_empty() => return (claimed, Some(Duration::ZERO)),
                Ok(_) => {}
                Err(why) if is_too_long(&why) => return self.too_long(clock.monotonic()),
                Err(why) => {
                    free.lose(&why).await;
                    return self.nothing();
                }
            }
        }
        match self.take_capped(capped, most, clock).await {
            Ok(brought) => brought,
            Err(why) if is_too_long(&why) => self.too_long(clock.monotonic()),
            Err(why) => {
                capped.lose(&why).await;
                self.nothing()
            }
        }
    }

    /// It has failed; what it had taken is given back, and lies before the marks.
    fn nothing(&mut self) -> Brought {
        self.look_everywhere();
        (Vec::new(), Some(line::AGAIN))
    }

    /// The server has ended a look that took longer than it may, and everything is looked at in steps from now on; or the steps
    /// get smaller.
    fn too_long(&mut self, now: Duration) -> Brought {
        let refused = self.walk.get_or_insert_with(Walk::new).refused();
        match refused {
            Refused::New => self.marks.look_everywhere(),
            Refused::Step => {}
            Refused::Smallest => self.marks.walked(now, self.long * LONG_PART),
        }
        (Vec::new(), Some(Duration::ZERO))
    }

    /// Something lies before the marks.
    fn look_everywhere(&mut self) {
        self.marks.look_everywhere();
        if let Some(walk) = &mut self.walk {
            walk.look_in_front();
        }
    }

    /// Of a queue without limits, which may turn out to have some: then nothing is taken.
    async fn take_freely(
        &mut self,
        line: &Line,
        open: &Open,
        ended: &[String],
        most: usize,
        clock: &Clock,
    ) -> Result<Vec<Claimed>, Error> {
        // A long line behind a key must not keep the others waiting: every second claim begins with these.
        let mut claimed =
            if self.count.is_multiple_of(2) { Vec::new() } else { self.take_next(open, ended, most).await? };
        let left = most.saturating_sub(claimed.len());
        if left > 0 {
            match self.take_lanes(line, open, left, clock).await {
                Ok(more) => claimed.extend(more),
                Err(why) if claimed.is_empty() => return Err(why),
                Err(why) if is_too_long(&why) => self.soon = self.too_long(clock.monotonic()).1,
                Err(why) => {
                    line.lose(&why).await;
                    self.look_everywhere();
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
    ) -> Result<Vec<Claimed>, Error> {
        self.begin(clock);
        let terms = Terms { most: i64::try_from(most).unwrap_or(i64::MAX), of_key_most: None };
        let looked = self.look(open, terms, false, clock).await;
        let Some((rows, seen)) = self.unless_other(looked)? else { return Ok(Vec::new()) };
        line.works();
        if seen.step.is_none() {
            self.is_capped = rows.first().map(|row| row.try_get("is_limited")).transpose()?.unwrap_or(false);
        }
        self.taken(&rows, seen, most, clock)
    }

    /// Those behind what has ended here, by their keys: however many wait, nobody looks for them.
    async fn take_next(&mut self, open: &Open, ended: &[String], most: usize) -> Result<Vec<Claimed>, Error> {
        if ended.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = i64::try_from(most).unwrap_or(i64::MAX);
        let parameters: [&(dyn ToSql + Sync); 4] = [&self.queue, &ended, &self.kinds, &wanted];
        let rows = open.session.query(&open.next, &parameters).await?;
        let next: Vec<Uuid> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        if next.len() == most && ended.len() > most {
            // There may be others.
            self.look_everywhere();
        }
        if next.is_empty() {
            return Ok(Vec::new());
        }
        let asked = self.ask(open, wanted, false, Some(&next)).await;
        let rows = self.unless_other(asked)?.unwrap_or_default();
        rows.iter().filter_map(|row| read(row, false).transpose()).collect()
    }

    /// Nothing where somebody has just begun another one of the same ordering key: both were first, each by what it saw.
    fn unless_other<T>(&mut self, asked: Result<T, Error>) -> Result<Option<T>, Error> {
        match asked {
            Err(refused) if is_other(&refused) => {
                self.look_everywhere();
                self.soon = Some(NEXT_KEYS);
                Ok(None)
            }
            asked => asked.map(Some),
        }
    }

    /// Of a queue that had limits at the last look.
    async fn take_capped(&mut self, capped: &Capped, most: usize, clock: &Clock) -> Result<Brought, Error> {
        self.begin(clock);
        let (queue, mut found) = (self.queue.clone(), None);
        let taken = capped
            .take(&queue, most, async |open, terms| {
                let (rows, seen) = self.look(open, terms, true, clock).await?;
                found = Some((terms, seen));
                Ok(rows)
            })
            .await?;
        self.is_capped = !taken.is_free;
        let again = if taken.is_free { Some(Duration::ZERO) } else { taken.again };
        let Some((terms, seen)) = found else { return Ok((Vec::new(), again)) };
        if taken.rows.is_empty() && seen.is_asked {
            // Somebody was quicker behind the claim.
            return Ok((Vec::new(), again));
        }
        self.last_key.clone_from(&seen.last_key);
        let wanted = usize::try_from(terms.most).unwrap_or(usize::MAX);
        let claimed = self.taken(&taken.rows, seen, wanted, clock)?;
        let more = self.last_key.as_ref().map(|_| NEXT_KEYS);
        Ok((claimed, again.or(more)))
    }

    /// A pass begins.
    fn begin(&mut self, clock: &Clock) {
        let (now, priorities) = (clock.monotonic(), self.priorities());
        match &mut self.walk {
            None => {
                self.marks.begin(now);
            }
            Some(walk) if !walk.is_underway() && self.marks.is_due(now) => {
                self.marks.walk(now);
                walk.begin(priorities);
            }
            Some(_) => {}
        }
    }

    /// The priorities in the order of this claim.
    fn priorities(&self) -> [i16; 3] {
        turns::order(self.count).map(Priority::number)
    }

    /// The jobs of these rows. What the look has shown is known from now on.
    fn taken(
        &mut self,
        rows: &[Row],
        seen: Seen,
        wanted: usize,
        clock: &Clock,
    ) -> Result<Vec<Claimed>, Error> {
        let claimed: Vec<Claimed> =
            rows.iter().filter_map(|row| read(row, self.is_capped).transpose()).collect::<Result<_, _>>()?;
        if let Some(step) = seen.step {
            if seen.look == Look::On {
                let left = step.left(claimed.len(), wanted);
                self.stepped(step.ends, left, seen.took, clock.monotonic());
            }
            let is_underway = self.walk.as_ref().is_some_and(Walk::is_underway);
            // Half of the time is enough for it.
            self.soon = is_underway.then_some(seen.took);
            return Ok(claimed);
        }
        let is_all = claimed.len() < wanted;
        if !seen.is_picked {
            self.known(rows, is_all, seen.took)?;
        }
        self.weigh(&seen, is_all);
        Ok(claimed)
    }

    /// The marks know what was claimed from them on, and whether it was all.
    fn known(&mut self, rows: &[Row], is_all: bool, took: Duration) -> Result<(), Error> {
        for row in rows {
            if row.try_get::<_, Option<i64>>("run")?.is_some() {
                self.marks.claimed(row.try_get("priority")?, row.try_get("run_at")?);
            }
        }
        if let Some(row) = rows.first().filter(|_| is_all) {
            self.marks.found_all(self.priorities(), row.try_get("looked_at")?, took);
        }
        Ok(())
    }

    /// A step of the walk is done, and it goes on from there.
    fn stepped(&mut self, ends: Way, left: Left, took: Duration, now: Duration) {
        let Some(walk) = &mut self.walk else { return };
        let Some(all) = walk.stepped(ends, took, left, self.long) else { return };
        self.marks.walked(now, all);
        if all < self.long {
            self.walk = None;
        }
    }

    /// Whether what a look has shown is too much for one: it has taken long to find little.
    fn weigh(&mut self, seen: &Seen, is_all: bool) {
        let is_much = is_all && seen.took >= self.long || seen.is_cut;
        match &mut self.walk {
            Some(walk) => {
                if is_much {
                    walk.is_marked = false;
                    self.marks.look_everywhere();
                }
                self.soon = walk.is_underway().then_some(Duration::ZERO);
            }
            None if is_much || seen.is_key_cut => {
                self.walk = Some(Walk::new());
                if self.marks.is_full() {
                    self.marks.look_everywhere();
                    self.soon = Some(Duration::ZERO);
                }
            }
            None => {}
        }
    }
}
