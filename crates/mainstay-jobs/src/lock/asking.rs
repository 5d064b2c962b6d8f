//! Asking for a lock until it is there, in a task of its own: whoever wanted it may be gone before the answer comes, and what
//! nobody takes is given back. Never here: what is done under it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_postgres::error::SqlState;

use super::{Inner, LockError};
use crate::fence::{Fence, Pace, State};
use crate::store as jobs;

/// The longest pause between two attempts.
const PAUSE: Duration = Duration::from_millis(250);

/// For so long it is tried to give back what nobody takes; it is free when its time is over, then.
const GIVING_BACK: Duration = Duration::from_secs(60);

/// Somebody who wants a lock, by a name that nobody else ever has: asked for again after a lost answer, it is the same one's.
#[derive(Debug)]
pub(super) struct Asking {
    pub(super) locks: Arc<Inner>,
    pub(super) name: String,
    pub(super) holder: String,
    pub(super) ttl: Duration,
    /// It may have it, whatever it has heard.
    pub(super) may_have: bool,
}

/// A lock that was given.
#[derive(Debug, Clone, Copy)]
pub(super) struct Got {
    pub(super) token: i64,
    /// By a statement that was sent then, of the clock's boot time.
    pub(super) sent: Duration,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) got: Result<Got, LockError>,
    /// To be told by whoever takes it.
    pub(super) taken: oneshot::Sender<()>,
}

impl Got {
    /// Whether somebody else may have it already.
    pub(super) fn is_over(&self, ttl: Duration, now: Duration) -> bool {
        Fence::begin(Pace { ttl }, self.sent).state(now) == State::Over
    }
}

impl Asking {
    /// Until it has it, or the time is over, or nobody wants it any more.
    pub(super) async fn run(mut self, within: Duration, mut answer: oneshot::Sender<Answer>) {
        let got = tokio::select! {
            got = self.wait(within) => got,
            () = answer.closed() => return self.give_back().await,
        };
        let (is_got, (taken, is_taken)) = (got.is_ok(), oneshot::channel());
        let is_sent = answer.send(Answer { got, taken }).is_ok();
        // It may go between our word and his.
        if !(is_sent && is_taken.await.is_ok() && is_got) {
            self.give_back().await;
        }
    }

    async fn wait(&mut self, within: Duration) -> Result<Got, LockError> {
        let locks = Arc::clone(&self.locks);
        let (clock, began) = (&locks.effects.clock, locks.effects.clock.monotonic());
        loop {
            let refused = match self.ask().await {
                Ok(Some(got)) if !got.is_over(self.ttl, clock.boottime()) => return Ok(got),
                Ok(_) => LockError::Busy(within),
                Err(error) => LockError::Database(error),
            };
            let left = within.saturating_sub(clock.monotonic().saturating_sub(began));
            if left.is_zero() {
                return Err(refused);
            }
            let part = 0.5 + f64::from(u16::try_from(locks.effects.random.below(500)).unwrap_or(0)) / 1e3;
            clock.sleep(PAUSE.min(self.ttl / 4).mul_f64(part).min(left)).await;
        }
    }

    /// Once; nothing, if somebody has it.
    async fn ask(&mut self) -> Result<Option<Got>, tokio_postgres::Error> {
        let _turn = self.locks.turn.lock().await;
        let session = self.locks.session().await?;
        let sent = self.locks.effects.clock.boottime();
        let before = std::mem::replace(&mut self.may_have, true);
        let asked = session.query_opt(jobs::ACQUIRE, &[&self.name, &self.holder, &jobs::ms(self.ttl)]).await;
        match asked {
            Ok(Some(row)) => Ok(Some(Got { token: row.try_get(0)?, sent })),
            refused if refused.as_ref().is_ok_and(Option::is_none) => {
                self.may_have = before;
                Ok(None)
            }
            Err(refused) if refused.as_db_error().is_some() => {
                self.may_have = before;
                // Whoever has it is about to commit under it.
                let is_busy = refused.code() == Some(&SqlState::LOCK_NOT_AVAILABLE);
                if is_busy { Ok(None) } else { Err(refused) }
            }
            lost => lost.map(|_| None),
        }
    }

    /// What it may have got.
    async fn give_back(&self) {
        let (clock, within) = (&self.locks.effects.clock, GIVING_BACK.min(self.ttl));
        let began = clock.monotonic();
        while self.may_have && clock.monotonic().saturating_sub(began) < within {
            if self.locks.give_back(&self.name, &self.holder).await.is_ok() {
                return;
            }
            clock.sleep(PAUSE).await;
        }
    }
}
