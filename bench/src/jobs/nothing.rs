//! The job that every measurement has done: nothing, with a payload. Never here: who asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::Context as _;
use mainstay_jobs::{Context, Failure, Job};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

/// Bytes of a payload, as JSON.
pub(super) const PAYLOAD: usize = 200;
/// What of it is not its text: `{"number":12345,"fill":""}`.
const FRAME: usize = 26;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Nothing {
    number: usize,
    fill: String,
}

impl Nothing {
    pub(super) fn new(number: usize) -> Self {
        Self { number, fill: "x".repeat(PAYLOAD - FRAME) }
    }
}

/// What the jobs tell.
#[derive(Debug, Clone)]
pub(super) struct Told(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    count: AtomicUsize,
    /// Whether each is told, with its number and its beginning.
    is_each: bool,
    telling: UnboundedSender<(usize, Instant)>,
    hearing: Mutex<UnboundedReceiver<(usize, Instant)>>,
}

impl Told {
    pub(super) fn new(is_each: bool) -> Self {
        let (telling, hearing) = mpsc::unbounded_channel();
        let count = AtomicUsize::new(0);
        Self(Arc::new(Parts { count, is_each, telling, hearing: Mutex::new(hearing) }))
    }

    pub(super) fn count(&self) -> usize {
        self.0.count.load(Ordering::Relaxed)
    }

    /// The number and the beginning of the next.
    pub(super) async fn next(&self) -> anyhow::Result<(usize, Instant)> {
        self.0.hearing.lock().await.recv().await.context("nobody tells any more")
    }
}

impl Job for Nothing {
    const NAME: &'static str = "nothing";
    type State = Told;
    type Output = ();

    async fn run(self, told: Told, _: Context) -> Result<(), Failure> {
        told.0.count.fetch_add(1, Ordering::Relaxed);
        if told.0.is_each {
            told.0.telling.send((self.number, Instant::now()))?;
        }
        Ok(())
    }
}
