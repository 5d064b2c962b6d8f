//! One look for jobs of a queue, and the claim of what it has found. Never here: what follows from it.

use std::time::Duration;

use jiff::Timestamp;
use mainstay_runtime::Clock;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};
use uuid::Uuid;

use super::Claims;
use crate::job::Priority;
use crate::store;
use crate::worker::capped::Terms;
use crate::worker::line::Open;
use crate::worker::walk::{Left, Look, Spot, Walk, Way};

/// Of a queue that limits its keys, so many of each lane are looked at in the order of their times,
const NEAR_MOST: i64 = 1_000;

/// and then so many keys,
const KEYS_MOST: i64 = 200;

/// and so many of each of these.
const OF_KEY_MOST: i64 = 100;

/// What a look has shown beside what it has found.
pub(super) struct Seen {
    pub(super) look: Look,
    pub(super) took: Duration,
    /// Something was asked for.
    pub(super) is_asked: bool,
    /// It looked for what may begin of each key.
    pub(super) is_picked: bool,
    /// None of those without a key, or that are new, may begin of those that it looked at, and there are others.
    pub(super) is_cut: bool,
    /// The same of a key.
    pub(super) is_key_cut: bool,
    pub(super) last_key: Option<String>,
    pub(super) step: Option<Step>,
}

/// What a step has shown.
pub(super) struct Step {
    /// Where it has ended.
    pub(super) ends: Way,
    /// So many may begin.
    found: i64,
    /// So many it was to find at most.
    asked: i64,
}

impl Step {
    /// What it has left behind, where so many were taken of as many as could be.
    pub(super) fn left(&self, taken: usize, wanted: usize) -> Left {
        let is_full = self.found >= self.asked;
        match taken {
            0 if is_full => Left::Held(self.found),
            _ if is_full || taken >= wanted => Left::More,
            _ => Left::Nothing,
        }
    }
}

impl Seen {
    fn of(look: Look, last_key: Option<String>) -> Self {
        let (is_asked, is_picked, is_cut, is_key_cut) = (false, false, false, false);
        Self { look, took: Duration::ZERO, is_asked, is_picked, is_cut, is_key_cut, last_key, step: None }
    }
}

impl Claims {
    /// One look and the claim of what it has found. A step, and what a queue allows of each key, is a look of its own; else the
    /// claim looks by itself.
    pub(super) async fn look(
        &mut self,
        open: &Open,
        terms: Terms,
        is_held: bool,
        clock: &Clock,
    ) -> Result<(Vec<Row>, Seen), Error> {
        let begun = clock.monotonic();
        self.mark(open).await?;
        let look = self.walk.as_mut().map_or(Look::New, Walk::turn);
        let mut seen = Seen::of(look, self.last_key.clone());
        let picked = match (look, terms.of_key_most) {
            (Look::New, None) => None,
            (Look::New, Some(of_key_most)) => {
                Some(self.pick(open, terms.most, of_key_most, &mut seen).await?)
            }
            (Look::Front | Look::On, _) => Some(self.step(open, terms, &mut seen).await?),
        };
        seen.is_asked = picked.as_ref().is_none_or(|picked| !picked.is_empty());
        let rows = match seen.is_asked {
            true => self.ask(open, terms.most, is_held, picked.as_deref()).await?,
            false => Vec::new(),
        };
        seen.took = clock.monotonic().saturating_sub(begun);
        Ok((rows, seen))
    }

    /// Where everything is looked at in steps, claims from the marks on look at what is new.
    async fn mark(&mut self, open: &Open) -> Result<(), Error> {
        let Some(walk) = self.walk.as_mut().filter(|walk| !walk.is_marked) else { return Ok(()) };
        let now: Timestamp = open.session.query_one(store::CLOCK, &[]).await?.try_get(0)?;
        Priority::ALL.into_iter().for_each(|lane| self.marks.claimed(lane.number(), now));
        walk.is_marked = true;
        Ok(())
    }

    /// The jobs that may begin where only so many of one key may; and the key behind which others were not looked at.
    async fn pick(
        &self,
        open: &Open,
        most: i64,
        of_key_most: i64,
        seen: &mut Seen,
    ) -> Result<Vec<Uuid>, Error> {
        let (priorities, mut marks) = self.lanes();
        if self.walk.is_none() {
            marks.fill(None);
        }
        let parameters: [&(dyn ToSql + Sync); 10] = [
            &self.queue,
            &priorities,
            &self.kinds,
            &most,
            &of_key_most,
            &self.last_key,
            &NEAR_MOST,
            &KEYS_MOST,
            &marks,
            &OF_KEY_MOST,
        ];
        let row = open.session.query_one(&open.pick, &parameters).await?;
        seen.is_picked = true;
        seen.last_key = row.try_get("last_key")?;
        (seen.is_cut, seen.is_key_cut) = (row.try_get("is_cut")?, row.try_get("is_key_cut")?);
        Ok(row.try_get::<_, Option<_>>("ids")?.unwrap_or_default())
    }

    /// The jobs that may begin among the next ones of the walk, or among those in front.
    async fn step(&self, open: &Open, terms: Terms, seen: &mut Seen) -> Result<Vec<Uuid>, Error> {
        let Some(walk) = &self.walk else { return Ok(Vec::new()) };
        let from = match seen.look {
            Look::On => walk.from(self.priorities()),
            Look::Front | Look::New => self.priorities().map(|lane| (lane, None)).into(),
        };
        let lanes: Vec<_> = from.iter().map(|(lane, _)| *lane).collect();
        let run_ats: Vec<_> = from.iter().map(|(_, spot)| spot.map(|spot| spot.run_at)).collect();
        let nths: Vec<_> = from.iter().map(|(_, spot)| spot.map(|spot| spot.nth)).collect();
        let asked = walk.asked(terms.most);
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&self.queue, &lanes, &run_ats, &nths, &walk.rows(), &self.kinds, &asked, &terms.of_key_most];
        let row = open.session.query_one(&open.step, &parameters).await?;
        let (lanes, run_ats): (Vec<i16>, Vec<Timestamp>) =
            (row.try_get("priorities")?, row.try_get("run_ats")?);
        let spots = run_ats.into_iter().zip(row.try_get::<_, Vec<i64>>("nths")?);
        let ends = lanes.into_iter().zip(spots.map(|(run_at, nth)| Some(Spot { run_at, nth }))).collect();
        let ids: Vec<Uuid> = row.try_get("ids")?;
        seen.step = Some(Step { ends, found: i64::try_from(ids.len()).unwrap_or(i64::MAX), asked });
        Ok(ids)
    }

    /// And from where on each is looked at.
    fn lanes(&self) -> (Vec<i16>, Vec<Option<Timestamp>>) {
        self.priorities().into_iter().map(|lane| (lane, self.marks.of(lane))).unzip()
    }

    /// Takes what is due, or of the picked ones those that still may begin.
    pub(super) async fn ask(
        &self,
        open: &Open,
        most: i64,
        is_held: bool,
        picked: Option<&[Uuid]>,
    ) -> Result<Vec<Row>, Error> {
        let (priorities, marks) = self.lanes();
        let parameters: [&(dyn ToSql + Sync); 8] =
            [&self.queue, &priorities, &marks, &self.kinds, &most, &self.worker, &is_held, &picked];
        open.session.query(&open.claim, &parameters).await
    }
}
