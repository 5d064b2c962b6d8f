//! A transaction that is run again when it lost against another one. Never here: other failures, which running again
//! does not mend.

use std::sync::Arc;
use std::time::Duration;

use super::{CommitHook, Db, Tx};
use crate::DbError;
use crate::causality::Written;

/// The longest pause before the first further attempt; it doubles with each, up to a hundred times of it.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// An error of a transaction's work, as far as the database is concerned.
pub trait TransactionError: From<DbError> {
    /// The database's error in it, if there is one.
    fn database(&self) -> Option<&DbError>;
}

impl TransactionError for DbError {
    fn database(&self) -> Option<&DbError> {
        Some(self)
    }
}

impl Db {
    /// Begins a transaction, does `work` in it and commits. If it lost against another one (serialization failure,
    /// deadlock, a lock not free in time), all of it is done again after a pause of random length, at most
    /// `transaction_retries` times: `work` must do nothing that a rollback does not undo.
    ///
    /// ```
    /// # async fn example(db: &mainstay_db::Db, id: i64) -> Result<u64, mainstay_db::DbError> {
    /// db.transaction(|tx| async move { tx.execute("delete from note where id = $1", &[&id]).await }).await
    /// # }
    /// ```
    ///
    /// # Errors
    /// What `work` says, after a rollback; else as [`Db::write`] and [`Tx::commit`]. [`DbError::TransactionKept`] if
    /// `work` has put `tx` somewhere: then nothing is committed.
    pub async fn transaction<T, E, F>(&self, work: impl FnMut(Arc<Tx>) -> F) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        self.transaction_by(self.commit_hook(), work).await.map(|(done, _)| done)
    }

    /// The same, its commit told to this hook and to no other.
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn transaction_telling<T, E, F>(
        &self,
        hook: &dyn CommitHook,
        work: impl FnMut(Arc<Tx>) -> F,
    ) -> Result<(T, Option<Written>), E>
    where
        F: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        self.transaction_by(Some(hook), work).await
    }

    async fn transaction_by<T, E, F>(
        &self,
        hook: Option<&dyn CommitHook>,
        mut work: impl FnMut(Arc<Tx>) -> F,
    ) -> Result<(T, Option<Written>), E>
    where
        F: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        let mut attempt = 0;
        loop {
            let lost = match self.attempt(hook, &mut work).await {
                Err(error) if error.database().is_some_and(DbError::is_retryable) => error,
                ended => return ended,
            };
            if attempt == self.0.transaction_retries {
                return Err(lost);
            }
            self.0.counters.retried();
            tokio::time::sleep(self.pause(attempt)).await;
            attempt += 1;
        }
    }

    async fn attempt<T, E, F>(
        &self,
        hook: Option<&dyn CommitHook>,
        work: &mut impl FnMut(Arc<Tx>) -> F,
    ) -> Result<(T, Option<Written>), E>
    where
        F: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        let tx = Arc::new(self.write().await?);
        let ended = work(Arc::clone(&tx)).await;
        // Whoever still holds it closes its connection by letting go, and the server rolls back.
        let tx = Arc::try_unwrap(tx).map_err(|_| DbError::TransactionKept)?;
        match ended {
            Ok(done) => {
                let written = tx.commit_by(hook).await?;
                Ok((done, written))
            }
            Err(error) => {
                // Its connection is closed if the rollback fails; what went wrong first is what matters.
                let _ = tx.rollback().await;
                Err(error)
            }
        }
    }

    /// Anything up to a bound that doubles with each attempt, so that those who met do not meet again.
    fn pause(&self, attempt: u32) -> Duration {
        let most = FIRST_PAUSE * 2_u32.saturating_pow(attempt).min(100);
        Duration::from_micros(self.0.random.below(u64::try_from(most.as_micros()).unwrap_or(u64::MAX)))
    }
}
