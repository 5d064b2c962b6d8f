//! What keeps ends from being written, said once when it has lasted. Never here: what is done about it.

use std::fmt::Display;
use std::time::Duration;

use mainstay_telemetry::events;
use tokio::time::Instant;

/// What is over by then is nobody's business.
const SAID_AFTER: Duration = Duration::from_secs(3);

/// One reason to wait, of one life.
#[derive(Debug)]
pub(super) struct Trouble {
    worker: i64,
    since: Option<Instant>,
    is_told: bool,
}

impl Trouble {
    pub(super) fn new(worker: i64) -> Self {
        Self { worker, since: None, is_told: false }
    }

    /// It is there, or still there.
    pub(super) fn lasts(&mut self, why: &dyn Display) {
        let since = *self.since.get_or_insert_with(Instant::now);
        if since.elapsed() >= SAID_AFTER && !std::mem::replace(&mut self.is_told, true) {
            tracing::warn!(
                event = events::JOBS_ENDS_WAIT,
                worker = self.worker,
                error = %why,
                "ends of jobs cannot be written for now, and wait; jobs at work go on"
            );
        }
    }

    /// It is gone, if it was there.
    pub(super) fn is_over(&mut self) {
        self.since = None;
        if std::mem::take(&mut self.is_told) {
            tracing::info!(
                event = events::JOBS_ENDS_GO_ON,
                worker = self.worker,
                "ends of jobs that had waited are written, or can be"
            );
        }
    }
}
