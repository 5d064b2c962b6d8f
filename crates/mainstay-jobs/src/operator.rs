//! What an operator does to jobs and queues, in a transaction of the caller's: with the entry of an audit, or not at all. Never
//! here: who may; what there is to see.

use std::collections::HashMap;
use std::num::NonZeroU32;

use mainstay_db::{DbError, Executor, Tx};
use uuid::Uuid;

use crate::enqueue::IDS;
use crate::overview::Overview;
use crate::state::State;
use crate::store;
use crate::wake::{self, Word};

/// Changes jobs and queues; what it does takes effect when the transaction commits.
#[derive(Debug, Clone, Copy)]
pub struct Operator<'a>(&'a Tx);

/// What became of the wish that a job stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It waited, and will not be done.
    Waiting,
    /// It runs; its process is told to stop it.
    Running,
    /// It had ended before.
    Ended(State),
    /// Nobody knows of it, or not any more.
    Unknown,
}

/// What became of the wish that a job be done again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// It waits under this id, with all its attempts: its own, but for the dead letter of a day that may be over soon.
    Queued(Uuid),
    /// It has succeeded.
    Succeeded,
    /// It has not ended.
    Live(State),
    /// Another job has its key: this, if the transaction can see it. A dead letter stays one until that has ended.
    KeyTaken(Option<Uuid>),
    /// Its day may be over soon, and it is no dead letter.
    TooOld,
    /// Nobody knows of it, or not any more.
    Unknown,
}

/// What a queue may do on all processes together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// So many at a time.
    pub running_most: Option<NonZeroU32>,
    /// So many at a time of one [`limit key`](crate::New::limited_by).
    pub running_most_of_key: Option<NonZeroU32>,
    /// How quickly they may begin.
    pub rate: Option<Rate>,
}

/// So many a second, and so many at once after a pause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    per_s: f64,
    burst: f64,
}

/// A number that is no rate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RateError {
    /// Nothing would ever begin, or nobody could say when.
    #[error("a rate is between one a day and a million a second, and not {0} a second")]
    PerSecond(f64),
    /// Less than one can never begin.
    #[error("a burst is between 1 and a million, and not {0}")]
    Burst(f64),
}

const DAY_S: f64 = 86_400.0;
const RATE_MOST: f64 = 1e6;

impl Rate {
    /// So many a second, and so many at once.
    ///
    /// # Errors
    /// What is no rate.
    pub fn try_new(per_s: f64, burst: f64) -> Result<Self, RateError> {
        if !(1.0 / DAY_S..=RATE_MOST).contains(&per_s) {
            return Err(RateError::PerSecond(per_s));
        }
        if !(1.0..=RATE_MOST).contains(&burst) {
            return Err(RateError::Burst(burst));
        }
        Ok(Self { per_s, burst })
    }

    /// How many a second.
    pub fn per_s(self) -> f64 {
        self.per_s
    }

    /// How many at once after a pause.
    pub fn burst(self) -> f64 {
        self.burst
    }
}

/// Nothing of it takes effect.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// The job went from hand to hand at each look: ask again.
    #[error("the job changed hands at each of {LOOKS} looks")]
    Moving,
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// How often a job is looked for that changes hands: between two looks it waits, runs or has ended.
const LOOKS: usize = 8;

/// The most jobs of one call.
pub const OPERATED_MOST: usize = 1_000;

/// Jobs of the last hours: their days are kept for as long again at least, so that they may wait in them.
const RECENT_MS: u128 = 23 * 3_600_000;

impl<'a> Operator<'a> {
    /// In this transaction.
    pub fn on(tx: &'a Tx) -> Self {
        Self(tx)
    }

    /// Has a job not be done. What waits ends, its key is free, and those behind it go on; what runs is asked to stop.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn cancel(&self, id: Uuid) -> Result<Cancelled, OperateError> {
        for _ in 0..LOOKS {
            let row = mainstay_db::one(&**self.0, &store::CANCEL, &[&id]).await?;
            let queue: Option<String> = row.try_get("queue").map_err(DbError::from)?;
            let worker: Option<i64> = row.try_get("worker").map_err(DbError::from)?;
            if let Some(queue) = queue {
                wake::after_commit(self.0, Word::All(queue));
                return Ok(Cancelled::Waiting);
            }
            if let Some(worker) = worker {
                wake::after_commit(self.0, Word::Beat(worker));
                return Ok(Cancelled::Running);
            }
            match Overview::of(self.0).states(&[id]).await?.get(&id) {
                None => return Ok(Cancelled::Unknown),
                Some(ended) if ended.is_ended() => return Ok(Cancelled::Ended(*ended)),
                Some(_) => {}
            }
        }
        Err(OperateError::Moving)
    }

    /// Has a job that failed, was discarded or cancelled wait again, under its id and with all its attempts; those that it had
    /// are kept. A dead letter of another day waits under a new id.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn retry(&self, id: Uuid) -> Result<Retried, OperateError> {
        let fates = self.replay(&[id]).await?;
        Ok(fates.first().copied().unwrap_or(Retried::Unknown))
    }

    /// The same of many, such as a page of dead letters; their fates in their order. Of more than [`OPERATED_MOST`] those
    /// behind are left out.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn replay(&self, ids: &[Uuid]) -> Result<Vec<Retried>, OperateError> {
        let ids = &ids[..ids.len().min(OPERATED_MOST)];
        let recent = recent(IDS.next());
        let (mut fates, mut left) = (HashMap::new(), ids.to_vec());
        for _ in 0..LOOKS {
            self.ask_again(&left, recent, &mut fates).await?;
            left.retain(|id| !fates.contains_key(id));
            let states =
                if left.is_empty() { HashMap::new() } else { Overview::of(self.0).states(&left).await? };
            for id in &left {
                let fate = match states.get(id) {
                    None => Retried::Unknown,
                    Some(State::Succeeded) => Retried::Succeeded,
                    Some(live) if !live.is_ended() => Retried::Live(*live),
                    Some(_) if *id < recent => Retried::TooOld,
                    // It has ended since it was asked for: again.
                    Some(_) => continue,
                };
                fates.insert(*id, fate);
            }
            left.retain(|id| !fates.contains_key(id));
            if left.is_empty() {
                return Ok(ids.iter().map(|id| fates.get(id).copied().unwrap_or(Retried::Unknown)).collect());
            }
        }
        Err(OperateError::Moving)
    }

    /// Forgets dead letters, of more than [`OPERATED_MOST`] the first; how many there were. What else is known of them leaves
    /// with its day.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn purge(&self, ids: &[Uuid]) -> Result<u64, OperateError> {
        let ids = &ids[..ids.len().min(OPERATED_MOST)];
        Ok(Executor::execute(&**self.0, &store::PURGE, &[&ids]).await?)
    }

    /// Once this is committed, no claim that the server begins after it takes anything of this queue until it is resumed,
    /// whichever process asks. What runs goes on; so does a claim that had begun before, so that a few jobs may still begin
    /// for as long as one statement takes, 5 s at most.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn pause(&self, queue: &str) -> Result<(), OperateError> {
        Executor::execute(&**self.0, &store::PAUSE, &[&queue]).await?;
        Ok(())
    }

    /// Its jobs begin again.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn resume(&self, queue: &str) -> Result<(), OperateError> {
        Executor::execute(&**self.0, &store::RESUME, &[&queue]).await?;
        wake::after_commit(self.0, Word::All(queue.to_owned()));
        Ok(())
    }

    /// Once this is committed, for every claim that the server begins after it. What runs already goes on, and is counted. Of a
    /// queue that had no limits, a claim that had begun before may still begin jobs beyond them, for as long as one statement
    /// takes, 5 s at most; of one that had, none: whoever takes of it holds its row, and this waits for him.
    ///
    /// # Errors
    /// [`OperateError`].
    pub async fn limit(&self, queue: &str, limits: Limits) -> Result<(), OperateError> {
        let most = |most: Option<NonZeroU32>| most.map(|most| i32::try_from(most.get()).unwrap_or(i32::MAX));
        let (all, of_key) = (most(limits.running_most), most(limits.running_most_of_key));
        let (per_s, burst) = limits.rate.map(|rate| (rate.per_s, rate.burst)).unzip();
        Executor::execute(&**self.0, &store::LIMIT, &[&queue, &all, &of_key, &per_s, &burst]).await?;
        wake::after_commit(self.0, Word::All(queue.to_owned()));
        Ok(())
    }

    /// Those that have ended, or are dead letters of other days, wait again unless somebody has their key.
    async fn ask_again(
        &self,
        ids: &[Uuid],
        recent: Uuid,
        fates: &mut HashMap<Uuid, Retried>,
    ) -> Result<(), DbError> {
        let fresh: Vec<Uuid> = ids.iter().map(|_| IDS.next()).collect();
        let mut rows = self.0.rows(&store::RETRY, &[&ids, &recent]).await?;
        rows.extend(self.0.rows(&store::REVIVE, &[&ids, &fresh, &recent]).await?);
        for row in rows {
            let again: Option<Uuid> = row.try_get("again")?;
            let fate = match again {
                Some(again) => Retried::Queued(again),
                None => Retried::KeyTaken(row.try_get("holder")?),
            };
            if again.is_some() {
                // Its place in the order is that of its time, which may lie behind what was looked at.
                wake::after_commit(self.0, Word::All(row.try_get("queue")?));
            }
            fates.insert(row.try_get("id")?, fate);
        }
        Ok(())
    }
}

/// The least id of recent jobs, when this is one of now.
fn recent(now: Uuid) -> Uuid {
    Uuid::from_u128(now.as_u128().saturating_sub(RECENT_MS << 80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_one_that_begins_something() {
        assert!(Rate::try_new(100.0, 1.0).is_ok() && Rate::try_new(0.001, 1e6).is_ok());
        for (per_s, burst) in [(0.0, 1.0), (-1.0, 1.0), (f64::NAN, 1.0), (f64::INFINITY, 1.0), (1e-9, 1.0)] {
            assert!(matches!(Rate::try_new(per_s, burst), Err(RateError::PerSecond(_))), "{per_s}");
        }
        for burst in [0.5, f64::NAN, 1e7] {
            assert!(matches!(Rate::try_new(1.0, burst), Err(RateError::Burst(_))), "{burst}");
        }
    }
}
