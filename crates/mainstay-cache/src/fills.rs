//! How many read for the cache at the same time while it cannot help: what it kept from the database until now must not
//! fall upon it all at once. Never here: when that is.

use std::time::Duration;

use mainstay_runtime::Clock;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The places of those who read.
pub(crate) struct Fills {
    places: Semaphore,
    wait: Duration,
}

/// Nobody left in time.
#[derive(Debug)]
pub(crate) struct Busy;

impl Fills {
    pub(crate) fn new(most: usize, wait: Duration) -> Self {
        Self { places: Semaphore::new(most.min(Semaphore::MAX_PERMITS)), wait }
    }

    /// A place, kept until it is dropped.
    pub(crate) async fn enter(&self, clock: &Clock) -> Result<SemaphorePermit<'_>, Busy> {
        tokio::select! {
            biased;
            place = self.places.acquire() => place.map_err(|_| Busy),
            () = clock.sleep(self.wait) => Err(Busy),
        }
    }
}
