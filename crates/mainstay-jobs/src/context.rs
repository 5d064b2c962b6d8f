//! What a running job knows of itself, and the ends that it may write itself. Never here: when it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mainstay_db::{DbError, Executor, Tx};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::json::JsonText;
use crate::reports::Reports;
use crate::run::Run;
use crate::store;

/// One attempt, as its work sees it. A clone is the same.
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    attempt: Attempt,
    reports: Arc<Reports>,
    cancelled: CancellationToken,
    result_most: usize,
    is_completed: AtomicBool,
}

/// Which attempt it is.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The job.
    pub id: Uuid,
    /// The fencing token: it grows with every attempt of any job, and whoever shows an older one has lost the job. Only a server
    /// that was promoted before it knew of all of them gives some a second time, for other jobs: it counts with the job alone.
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

impl Attempt {
    /// What it names itself by, where it changes something.
    pub(crate) fn own(&self) -> Run {
        Run { number: self.run, job: self.id }
    }
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

/// How far the work has come could not be kept, or read.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// This attempt has lost its job.
    #[error("the job is no longer this attempt's")]
    Lost,
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
    /// It is no JSON, too long, or not what was asked for.
    #[error("how far the work has come cannot be kept or read: {0}")]
    Data(String),
}

impl Context {
    pub(crate) fn new(
        attempt: Attempt,
        reports: Arc<Reports>,
        cancelled: CancellationToken,
        result_most: usize,
    ) -> Self {
        Self(Arc::new(Inner {
            attempt,
            reports,
            cancelled,
            result_most,
            is_completed: AtomicBool::new(false),
        }))
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

    /// Tells how far the work is, between 0 and 1, and in words. It may be told as often as one likes, and costs nothing: once a
    /// second the last of it is written, while the job runs and is this attempt's.
    pub fn progress(&self, fraction: f32, message: &str) {
        self.0.reports.progress(self.0.attempt.own(), fraction, message);
    }

    /// Keeps how far the work has come, in place of what was kept before: for the next attempt, also after a crash. It goes when
    /// the job ends.
    ///
    /// # Errors
    /// [`CheckpointError::Lost`] where somebody else has the job by now: nothing is kept.
    pub async fn checkpoint(&self, data: &(impl Serialize + Sync)) -> Result<(), CheckpointError> {
        let data = kept(data)?;
        match self.0.reports.checkpoint(self.0.attempt.own(), &data).await.map_err(DbError::from)? {
            true => Ok(()),
            false => Err(CheckpointError::Lost),
        }
    }

    /// The same in the transaction of the work: both take effect, or neither does.
    ///
    /// # Errors
    /// [`CheckpointError::Lost`] where somebody else has the job by now: the transaction must not be committed.
    pub async fn checkpoint_in(
        &self,
        tx: &Tx,
        data: &(impl Serialize + Sync),
    ) -> Result<(), CheckpointError> {
        let data = kept(data)?;
        let (own, worker) = (self.0.attempt.own(), self.0.reports.worker());
        match tx.rows(&store::CHECKPOINT, &[&own.number, &own.job, &worker, &data]).await?.is_empty() {
            false => Ok(()),
            true => Err(CheckpointError::Lost),
        }
    }

    /// What an earlier attempt, or this one, has kept.
    ///
    /// # Errors
    /// [`CheckpointError::Data`] where it is something else than is asked for, such as what another version wrote.
    pub async fn load<T: DeserializeOwned>(&self) -> Result<Option<T>, CheckpointError> {
        let data = self.0.reports.load(self.0.attempt.id).await.map_err(DbError::from)?;
        let read = data.map(|text| serde_json::from_str(&text.0)).transpose();
        read.map_err(|error| CheckpointError::Data(error.to_string()))
    }

    /// Writes the success in the transaction of the work: both take effect, or neither does. Nothing may come after it but
    /// the commit.
    ///
    /// # Errors
    /// [`CompleteError::Lost`] where somebody else has the job by now: the transaction must not be committed.
    pub async fn complete_in(&self, tx: &Tx, result: &(impl Serialize + Sync)) -> Result<(), CompleteError> {
        let result = serde_json::to_string(result).map_err(|error| error.to_string());
        let result =
            result.and_then(|text| JsonText::of(text, self.0.result_most)).map_err(CompleteError::Result)?;
        let (runs, jobs) = Run::columns([self.0.attempt.own()]);
        let ended =
            tx.rows(&store::SUCCEED, &[&self.0.reports.worker(), &runs, &jobs, &vec![result]]).await?;
        if ended.is_empty() && !self.0.reports.is_unfenced() {
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

/// The longest checkpoint, as JSON.
const CHECKPOINT_MOST: usize = 256 * 1024;

fn kept(data: &impl Serialize) -> Result<JsonText, CheckpointError> {
    let text = serde_json::to_string(data).map_err(|error| error.to_string());
    text.and_then(|text| JsonText::of(text, CHECKPOINT_MOST)).map_err(CheckpointError::Data)
}
