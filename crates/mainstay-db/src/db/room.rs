//! Whether the server has lately refused something for want of room on its disk. Never here: who asks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use mainstay_telemetry::Registry;

/// What was refused since start.
#[derive(Debug, Default)]
pub(super) struct Room {
    refusals: AtomicU64,
    last: Mutex<Option<Instant>>,
}

/// The server's disk is full, or was a moment ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the disk of the database is full: make room there; what was stored is safe, and the last write was refused {} s ago",
    ago.as_secs()
)]
pub struct NoRoom {
    /// How long ago the last statement was refused.
    pub ago: Duration,
}

impl Room {
    pub(super) fn refused(&self) {
        self.refusals.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Who has not been refused anything for `quiet` is believed to have room.
    pub(super) fn check(&self, quiet: Duration) -> Result<(), NoRoom> {
        let last = *self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match last.map(|last| last.elapsed()).filter(|ago| *ago < quiet) {
            Some(ago) => Err(NoRoom { ago }),
            None => Ok(()),
        }
    }

    pub(super) fn refusals(&self) -> u64 {
        self.refusals.load(Ordering::Relaxed)
    }
}

/// Brings the counter up to date.
pub(super) fn publish(refusals: u64, registry: &Registry) {
    let about = "Statements and commits that the server refused because its disk was full.";
    let counter = registry.counter("db_storage_full", about, &[]).with(&[]);
    counter.inc_by(refusals.saturating_sub(counter.get()));
}
