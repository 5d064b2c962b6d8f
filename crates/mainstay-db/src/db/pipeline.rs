//! The pipelined read lane: a few connections on which many short reads are under way at once. Fenced, because they
//! wait for each other: read-only, a short time-out, few in flight, and what turns out slow goes back to the pool.
//! Never here: transactions, cancellation (it would hit whichever statement runs).

mod config;
mod connection;
mod costs;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio_postgres::Row;

use crate::opening::Silence;
use crate::statement::{Parameters, Statement};
use crate::{DbError, Target};

pub use config::Config;

pub(crate) use costs::Costs;

use connection::{Live, Slot};

/// The lane of one server.
#[derive(Debug)]
pub(crate) struct Pipeline {
    slots: Box<[Slot]>,
    most_in_flight: usize,
    costs: Costs,
    began: Instant,
    served: AtomicU64,
    overflowed: AtomicU64,
}

/// The lane at one moment, and what happened since start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PipelineStats {
    /// Connections open now.
    pub open: usize,
    /// Statements under way now.
    pub in_flight: usize,
    /// Statements that the lane answered.
    pub served: u64,
    /// Statements that went to the pool because the lane was full, broken or off.
    pub overflowed: u64,
    /// Times that a statement was sent to the pool for being slow.
    pub demoted: u64,
}

impl Pipeline {
    pub(super) fn new(config: &crate::Config, target: &Target, silence: &Arc<Silence>) -> Self {
        let opener = Arc::new(connection::opener(config, target, silence));
        let longest = config.max_lifetime();
        let config = &config.pipeline;
        Self {
            slots: (0..config.connections).map(|_| Slot::new(&opener, silence, longest)).collect(),
            most_in_flight: config.in_flight,
            costs: Costs::new(config.slow(), config.demotion()),
            began: Instant::now(),
            served: AtomicU64::new(0),
            overflowed: AtomicU64::new(0),
        }
    }

    /// The rows, or `None`: ask the pool.
    pub(crate) async fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Option<Vec<Row>>, DbError> {
        if self.slots.is_empty() {
            return Ok(None);
        }
        if self.costs.is_demoted(statement, self.began.elapsed()) {
            return Ok(None);
        }
        let Some((slot, _turn)) = self.least_busy() else { return Ok(self.overflow()) };
        let Some(live) = slot.live(self.began).await else { return Ok(self.overflow()) };
        match self.ask(slot, &live, statement, parameters).await {
            Ok(rows) => {
                self.served.fetch_add(1, Ordering::Relaxed);
                Ok(Some(rows))
            }
            // The time-out of this lane is shorter than the pool's.
            Err(DbError::Cancelled(_)) => {
                self.costs.demote(statement, self.began.elapsed());
                Ok(self.overflow())
            }
            // A read may be asked twice.
            Err(DbError::Unavailable { .. }) => {
                slot.forget(&live);
                Ok(self.overflow())
            }
            Err(error) => Err(error),
        }
    }

    async fn ask(
        &self,
        slot: &Slot,
        live: &Live,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        let prepared = live.prepare(statement).await?;
        let asked = self.began.elapsed();
        let rows = live.query(statement, &prepared, parameters).await?;
        // Answers come in the order of the questions, so ours was worked on from the last answer before it at most.
        let answered = self.began.elapsed();
        let worked = answered.saturating_sub(asked.max(slot.answered(answered)));
        if !(self.costs.is_slow(worked) && Costs::is_of_the_process(worked, lag().await)) {
            self.costs.observe(statement, worked, answered);
        }
        Ok(rows)
    }

    fn least_busy(&self) -> Option<(&Slot, Turn<'_>)> {
        let slot = self.slots.iter().min_by_key(|slot| slot.in_flight.load(Ordering::Relaxed))?;
        let turn = Turn::take(&slot.in_flight, self.most_in_flight)?;
        Some((slot, turn))
    }

    fn overflow(&self) -> Option<Vec<Row>> {
        self.overflowed.fetch_add(1, Ordering::Relaxed);
        None
    }

    pub(super) fn stats(&self) -> PipelineStats {
        PipelineStats {
            open: self.slots.iter().filter(|slot| slot.is_open()).count(),
            in_flight: self.slots.iter().map(|slot| slot.in_flight.load(Ordering::Relaxed)).sum(),
            served: self.served.load(Ordering::Relaxed),
            overflowed: self.overflowed.load(Ordering::Relaxed),
            demoted: self.costs.demotions(),
        }
    }

    /// Closes the connections; from now on the pool is asked.
    pub(super) fn close(&self) {
        for slot in &self.slots {
            slot.close();
        }
    }
}

/// One statement's place among those in flight.
struct Turn<'a>(&'a AtomicUsize);

impl<'a> Turn<'a> {
    fn take(in_flight: &'a AtomicUsize, most: usize) -> Option<Self> {
        let before = in_flight.fetch_add(1, Ordering::Relaxed);
        let turn = Self(in_flight);
        (before < most).then_some(turn)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// How long one turn of this process's tasks takes now.
pub(crate) async fn lag() -> Duration {
    let yielded = Instant::now();
    tokio::task::yield_now().await;
    yielded.elapsed()
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
