//! What the middleware knows of one request and its inner parts may ask or set.
//! Never here: anything that the client could read, or that outlives the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Extensions;
use mainstay_telemetry::Request;
use tokio::time::Instant;

use crate::pages::PageLimits;

/// One per request, in its extensions as `Arc<Facts>`.
#[derive(Debug)]
pub(crate) struct Facts {
    /// When the head of the request was read.
    pub(crate) start: Instant,
    /// What every line of the request says.
    pub(crate) request: Request,
    /// How long the request may take, in milliseconds; a route may change it.
    time: AtomicU64,
    pages: PageLimits,
}

impl Facts {
    pub(crate) fn new(time: Duration, pages: PageLimits, request: Request) -> Self {
        let facts = Self { start: Instant::now(), request, time: AtomicU64::new(0), pages };
        facts.allow(time);
        facts
    }

    /// Lets the request take `time` from its start.
    pub(crate) fn allow(&self, time: Duration) {
        self.time.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long the request may take from its start.
    pub(crate) fn allowed(&self) -> Duration {
        Duration::from_millis(self.time.load(Ordering::Relaxed))
    }
}

/// The facts, unless the middleware list is absent (a router under test).
pub(crate) fn of(extensions: &Extensions) -> Option<&Arc<Facts>> {
    extensions.get()
}

/// The page limits in force: those of the middleware list, or those that whoever asks within the process has put there.
pub(crate) fn pages(extensions: &Extensions) -> PageLimits {
    let given = || extensions.get().copied().unwrap_or_default();
    of(extensions).map_or_else(given, |facts| facts.pages)
}
