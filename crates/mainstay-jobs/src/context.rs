//! What a running job knows of itself, and the ends that it may write itself. Never here: when it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mainstay_db::{DbError, Executor, Tx};
use serde::Serialize;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::json::JsonText;
use crate::kinds::RESULT_MOST;
use crate::store;

/// One attempt, as its work sees it. A clone is the same.
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    attempt: Attempt,
    worker: i64,
    cancelled: CancellationToken,
    is_completed: AtomicBool,
}

/// Which attempt it is.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The job.
    pub id: Uuid,
    /// The fencing token: it grows with every attempt of any job, and whoever shows an older one has lost the job.
    pub run: i64,
    /// The first is 1.
    pub number: u16,
    /// The last that it is given.
    pub last: u16,
    /// So many of those before ended with their process.
    pub crashes: u16,
    /// Who asked for it, if it is somebody's.
    pub owner: Option<Uuid>,
    /// What its session had seen.
    pub seen: Option<String>,
    /// The trace that it belongs to.
    pub trace: Option<String>,
}

/// The end could not be written.
#[derive(Debug, thiserror::Error)]
pub enum CompleteError {
    /// This attempt has lost its job: roll back.
    #[error("the job is no longer this attempt's")]
    Lost,
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The result is no JSON, or none that can be kept.
    #[error("the result cannot be kept: {0}")]
    Result(String),
}

impl Context {
    pub(crate) fn new(attempt: Attempt, worker: i64, cancelled: CancellationToken) -> Self {
        Self(Arc::new(Inner { attempt, worker, cancelled, is_completed: AtomicBool::new(false) }))
    }

    /// Which attempt it is.
    pub fn attempt(&self) -> &Attempt {
        &self.0.attempt
    }

    /// Whether somebody wants it to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.is_cancelled()
    }

    /// Resolves when somebody wants it to stop. Work that does not listen is dropped a while later.
    pub async fn cancelled(&self) {
        self.0.cancelled.cancelled().await;
    }

    /// Writes the success in the transaction of the work: both take effect, or neither does. Nothing may come after it but
    /// the commit.
    ///
    /// # Errors
    /// [`CompleteError::Lost`] where somebody else has the job by now: the transaction must not be committed.
    pub async fn complete_in(&self, tx: &Tx, result: &(impl Serialize + Sync)) -> Result<(), CompleteError> {
        let result = serde_json::to_string(result).map_err(|error| error.to_string());
        let result =
            result.and_then(|text| JsonText::of(text, RESULT_MOST)).map_err(CompleteError::Result)?;
        let result = vec![result];
        let ended = tx.rows(&store::SUCCEED, &[&self.0.worker, &vec![self.0.attempt.run], &result]).await?;
        if ended.is_empty() {
            return Err(CompleteError::Lost);
        }
        self.0.is_completed.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether the success was written by the work itself.
    pub(crate) fn is_completed(&self) -> bool {
        self.0.is_completed.load(Ordering::Acquire)
    }
}
