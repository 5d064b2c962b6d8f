//! A lock that somebody has, and whether he still has it. Never here: how it is got.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mainstay_db::{DbError, Executor, TransactionError, Tx};
use mainstay_runtime::Clock;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Inner, store};
use crate::fence::{Fence, Pace, State};
use crate::store as jobs;

/// The lock, for as long as this says so. Dropped without [`Guard::release`], it is free when its time is over.
#[derive(Debug)]
#[must_use = "a lock that is dropped is nobody's when its time is over"]
pub struct Guard {
    held: Arc<Held>,
    renewal: JoinSet<()>,
}

#[derive(Debug)]
struct Held {
    locks: Arc<Inner>,
    name: String,
    holder: String,
    token: i64,
    ttl: Duration,
    fence: Mutex<Fence>,
    lost: CancellationToken,
}

/// The lock is somebody else's, or may be: roll back.
#[derive(Debug, thiserror::Error)]
pub enum LostError {
    /// It is.
    #[error("the lock is lost")]
    Lost,
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for LostError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Lost => None,
        }
    }
}

impl Guard {
    /// By a statement that was sent at `sent` of the clock's boot time.
    pub(super) fn begin(
        locks: Arc<Inner>,
        name: String,
        holder: String,
        token: i64,
        ttl: Duration,
        sent: Duration,
    ) -> Self {
        let fence = Mutex::new(Fence::begin(Pace { ttl }, sent));
        let lost = CancellationToken::new();
        let held = Arc::new(Held { locks, name, holder, token, ttl, fence, lost });
        let mut renewal = JoinSet::new();
        renewal.spawn(Arc::clone(&held).renew_for_life());
        Self { held, renewal }
    }

    /// Larger than those of all who had it before: what is written names it, and whoever has seen a larger one refuses it.
    pub fn token(&self) -> i64 {
        self.held.token
    }

    /// Whether it is certain at this moment that nobody else has it, as far as this process was not asleep since.
    pub fn is_held(&self) -> bool {
        self.held.state() != State::Over
    }

    /// Resolves when it may be somebody else's soon: stop what is done under it.
    pub async fn lost(&self) {
        self.held.lost.cancelled().await;
    }

    /// Makes sure in the transaction of what is written under the lock that nobody else has it, and gets it before the
    /// transaction ends. It should be the last statement: while it is open the lock cannot be renewed.
    ///
    /// # Errors
    /// [`LostError::Lost`]: the transaction must not be committed.
    pub async fn confirm_in(&self, tx: &Tx) -> Result<(), LostError> {
        let Held { name, holder, token, .. } = &*self.held;
        let found = tx.rows(&store::CONFIRM, &[name, holder, token]).await?;
        if found.is_empty() { Err(LostError::Lost) } else { Ok(()) }
    }

    /// Gives it back: the next one may have it at once. One that was lost changes nothing.
    ///
    /// # Errors
    /// What the database says; it is free when its time is over, then.
    pub async fn release(mut self) -> Result<(), tokio_postgres::Error> {
        self.renewal.shutdown().await;
        let Held { locks, name, holder, .. } = &*self.held;
        locks.give_back(name, holder).await
    }
}

impl Held {
    fn clock(&self) -> &Clock {
        &self.locks.effects.clock
    }

    fn state(&self) -> State {
        let state = self.fence.lock().unwrap_or_else(PoisonError::into_inner).state(self.clock().boottime());
        if state == State::Over {
            self.lost.cancel();
        }
        state
    }

    async fn renew_for_life(self: Arc<Self>) {
        let every = Pace { ttl: self.ttl }.every();
        let mut pause = every;
        while let State::Alive(left) = self.state() {
            self.clock().sleep(pause.min(left)).await;
            let State::Alive(left) = self.state() else { return };
            // However long an answer takes, the end is noticed in time.
            let renewed = tokio::select! {
                renewed = self.renew() => renewed,
                () = self.clock().sleep(left) => continue,
            };
            pause = match renewed {
                Ok(()) => every,
                Err(_) => every / 8,
            };
        }
    }

    async fn renew(&self) -> Result<(), tokio_postgres::Error> {
        let session = self.locks.session().await?;
        let sent = self.clock().boottime();
        let parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
            [&self.name, &self.holder, &self.token, &jobs::ms(self.ttl)];
        let row = session.query_opt(store::RENEW, &parameters).await?;
        let mut fence = self.fence.lock().unwrap_or_else(PoisonError::into_inner);
        match row {
            Some(_) => fence.confirmed(sent, self.clock().boottime()),
            None => fence.disowned(),
        }
        Ok(())
    }
}
