//! How often a step is tried that does not get its lock, and the pause between. Never here: the steps.

use std::time::Duration;

use super::error::is_lock;
use super::{Config, PartitionError};

/// First and longest pause before a step is tried again.
const PAUSE: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// The tries of one step.
pub(super) struct Patience {
    what: String,
    tries: u32,
    left: u32,
    pause: Duration,
}

impl Patience {
    pub(super) fn new(what: String, config: &Config) -> Self {
        let tries = config.lock_tries.max(1);
        Self { what, tries, left: tries, pause: PAUSE.0 }
    }

    /// After a failure: waits and returns if the step is worth another try, gives the error back if not.
    pub(super) async fn again(&mut self, error: tokio_postgres::Error) -> Result<(), PartitionError> {
        if !is_lock(&error) {
            return Err(error.into());
        }
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return Err(PartitionError::Locked { what: std::mem::take(&mut self.what), tries: self.tries });
        }
        tracing::debug!(db.partition.step = %self.what, "a lock was not free; trying again");
        tokio::time::sleep(self.pause).await;
        self.pause = (self.pause * 2).min(PAUSE.1);
        Ok(())
    }
}
