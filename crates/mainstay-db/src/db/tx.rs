//! A transaction that owns its connection. Never here: what is written in it; the verbs of other crates
//! (`enqueue`, `emit`, …) are extension traits over [`Tx`].

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use deadpool_postgres::Object;

use super::ending::{self, CommitHook};
use super::{Client, Db};
use crate::DbError;
use crate::causality::{self, Written};

/// A transaction that has begun. [`Tx::commit`] makes it take effect and gives the connection back.
///
/// Dropped without commit or rollback (an early `?`, a cancelled request), it closes its connection: the server
/// rolls back, nothing leaks into the next user of the connection, and a counter tells.
#[derive(Debug)]
pub struct Tx {
    /// Present until commit or rollback has been answered.
    client: Option<Client>,
    db: Db,
    then: AfterCommit,
}

/// What is to be done when it has taken effect.
#[derive(Default)]
struct AfterCommit(Mutex<Vec<Box<dyn FnOnce() + Send>>>);

impl std::fmt::Debug for AfterCommit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AfterCommit(…)")
    }
}

/// A transaction could not begin.
pub(super) struct NotBegun {
    pub(super) error: DbError,
    /// The connection had been used before, so that it may have died in the pool.
    pub(super) was_idle: bool,
}

impl Tx {
    pub(super) async fn begin(connection: Object, db: Db) -> Result<Self, NotBegun> {
        let was_idle = Object::metrics(&connection).recycle_count > 0;
        // From here on a cancelled future must not return a connection with an open transaction to the pool.
        let client = Client::held(connection, db.clone());
        let mut tx = Self { client: Some(client), db, then: AfterCommit::default() };
        match tx.begin_transaction().await {
            Ok(()) => Ok(tx),
            Err(error) => {
                tx.close_connection();
                Err(NotBegun { error, was_idle })
            }
        }
    }

    /// Makes everything take effect.
    ///
    /// # Errors
    /// [`DbError::AlreadyFailed`] if a statement had failed and its error was passed over: PostgreSQL would answer
    /// such a commit with a silent rollback. [`DbError::Constraint`] for deferred rules, [`DbError::Conflict`] for
    /// serialization failures. After [`DbError::Unavailable`] it is unknown whether the transaction took effect.
    pub async fn commit(self) -> Result<(), DbError> {
        let db = self.db.clone();
        self.commit_by(db.commit_hook()).await.map(drop)
    }

    /// The same, told to this hook and to no other.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub async fn commit_telling(self, hook: &dyn CommitHook) -> Result<Option<Written>, DbError> {
        self.commit_by(Some(hook)).await
    }

    pub(super) async fn commit_by(
        mut self,
        hook: Option<&dyn CommitHook>,
    ) -> Result<Option<Written>, DbError> {
        match ending::end(&self, &self.db, hook).await {
            Ok(written) => {
                self.db.0.counters.committed();
                self.client = None;
                for then in std::mem::take(&mut *self.then.0.lock().unwrap_or_else(PoisonError::into_inner)) {
                    then();
                }
                Ok(written)
            }
            Err(error) => {
                if matches!(error, DbError::AlreadyFailed(_)) {
                    self.rollback().await?;
                } else {
                    self.has_shown_something();
                    self.close_connection();
                }
                Err(error)
            }
        }
    }

    /// Does this when the transaction has taken effect, in the order in which it was said, before whoever commits goes on;
    /// never otherwise. It must be quick, and what it does must bear being left out: the process may end before it.
    pub fn after_commit(&self, then: impl FnOnce() + Send + 'static) {
        self.then.0.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(then));
    }

    /// Undoes everything and gives the connection back.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the connection is lost; the server rolls back then too.
    pub async fn rollback(mut self) -> Result<(), DbError> {
        self.has_shown_something();
        match self.batch_execute("rollback").await {
            Ok(()) => {
                self.db.0.counters.rolled_back();
                self.client = None;
                Ok(())
            }
            Err(error) => {
                self.close_connection();
                Err(error)
            }
        }
    }

    /// Without a commit nobody asks where the primary is, and what was read here the session has seen all the same: until
    /// its next read has asked, no replica answers it.
    fn has_shown_something(&self) {
        if let Some((replicas, session)) = self.db.replicas().zip(causality::current()) {
            session.saw_on_primary(session.asks(), replicas.token(None));
        }
    }

    /// Takes the connection out of the pool and closes it.
    fn close_connection(&mut self) {
        if let Some(client) = self.client.take() {
            client.close();
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        if self.client.is_some() {
            self.db.0.counters.dropped();
            self.has_shown_something();
            self.close_connection();
        }
    }
}

impl Deref for Tx {
    type Target = Client;

    #[expect(clippy::expect_used, reason = "the client leaves only in methods that consume the transaction")]
    fn deref(&self) -> &Client {
        self.client.as_ref().expect("a transaction has its connection until it ends")
    }
}
