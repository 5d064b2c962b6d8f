//! What running jobs tell of themselves on the connection of their life: how far they are, each at most once a second, and what
//! the attempt after a crash goes on from. Never here: how they end.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::json::JsonText;
use crate::run::Run;
use crate::store;
use crate::weak::Weak;
use crate::worker::Link;

/// Between two times that a job's progress is written.
pub(crate) const EVERY: Duration = Duration::from_secs(1);

/// The longest message that is kept.
const MESSAGE_MOST: usize = 1_024;

/// What the jobs of one life tell.
#[derive(Debug)]
pub(crate) struct Reports {
    link: Arc<Link>,
    worker: i64,
    weak: Option<Weak>,
    /// What is not written yet, by run: the last counts.
    progress: Mutex<HashMap<Run, (f32, String)>>,
}

impl Reports {
    pub(crate) fn new(link: Arc<Link>, worker: i64, weak: Option<Weak>) -> Self {
        Self { link, worker, weak, progress: Mutex::default() }
    }

    pub(crate) fn worker(&self) -> i64 {
        self.worker
    }

    /// Whether an end counts that was refused.
    pub(crate) fn is_unfenced(&self) -> bool {
        self.weak == Some(Weak::NoFence)
    }

    /// What is no fraction is not told.
    pub(crate) fn progress(&self, run: Run, fraction: f32, message: &str) {
        if fraction.is_nan() {
            return;
        }
        let told = (fraction.clamp(0.0, 1.0), store::storable(message, MESSAGE_MOST));
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).insert(run, told);
    }

    /// Writes what was told since the last time. What is refused is not tried again: the next word says more. While the
    /// connection is lost it is kept.
    pub(crate) async fn flush(&self) {
        let Some(open) = self.link.now() else { return };
        let told = std::mem::take(&mut *self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        if told.is_empty() {
            return;
        }
        let (runs, jobs) = Run::columns(told.keys().copied());
        let (fractions, messages): (Vec<f32>, Vec<&str>) =
            told.values().map(|(fraction, message)| (*fraction, message.as_str())).unzip();
        let parameters: [&(dyn ToSql + Sync); 5] = [&self.worker, &runs, &jobs, &fractions, &messages];
        let _ = open.session.execute(store::PROGRESS, &parameters).await;
    }

    /// Whether it is kept; not where somebody else has the job by now.
    pub(crate) async fn checkpoint(&self, run: Run, data: &JsonText) -> Result<bool, tokio_postgres::Error> {
        let kept = self.asked(store::CHECKPOINT.text(), &[&run.number, &run.job, &self.worker, data]).await?;
        Ok(!kept.is_empty())
    }

    pub(crate) async fn load(&self, id: uuid::Uuid) -> Result<Option<JsonText>, tokio_postgres::Error> {
        self.asked(store::LOAD, &[&id]).await?.first().map(|row| row.try_get(0)).transpose()
    }

    /// Asked again where its answer was lost, for as long as the life lasts: these change nothing the second time.
    async fn asked(
        &self,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, tokio_postgres::Error> {
        loop {
            let open = self.link.opened().await;
            match open.session.query(sql, parameters).await {
                Err(error) if self.link.loses(&open, &error) => {}
                asked => return asked,
            }
        }
    }
}
