//! What the jobs tell. Never here: what is made of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// Shared by all jobs of a process.
#[derive(Debug, Clone)]
pub struct Told(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    count: AtomicUsize,
    /// Whether each is told, with its number and its beginning.
    is_each: bool,
    telling: UnboundedSender<(usize, Instant)>,
    hearing: Mutex<UnboundedReceiver<(usize, Instant)>>,
}

impl Told {
    pub(crate) fn new(is_each: bool) -> Self {
        let (telling, hearing) = mpsc::unbounded_channel();
        Self(Arc::new(Parts { count: AtomicUsize::new(0), is_each, telling, hearing: Mutex::new(hearing) }))
    }

    /// The whole work of a job.
    pub fn tell(&self, number: usize) {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        if self.0.is_each {
            // Nobody hears it only when the process ends.
            let _ = self.0.telling.send((number, Instant::now()));
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    /// The number and the beginning of the next.
    pub(crate) async fn next(&self) -> Result<(usize, Instant)> {
        self.0.hearing.lock().await.recv().await.context("nobody tells any more")
    }
}
