//! Ends whose rows somebody else holds: put aside, so that they hold up no others, and asked again after a growing pause. Each
//! keeps its place meanwhile. Never here: asking.

use std::time::Duration;

use tokio::time::Instant;

use super::end::End;
use super::trouble::Trouble;

/// Before they are asked again for the first time,
const AGAIN: Duration = Duration::from_millis(100);

/// and at most.
const AGAIN_MOST: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Held {
    ends: Vec<End>,
    pause: Duration,
    due: Instant,
    trouble: Trouble,
}

impl Held {
    pub(super) fn new(worker: i64) -> Self {
        Self { ends: Vec::new(), pause: AGAIN, due: Instant::now(), trouble: Trouble::new(worker) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Somebody holds these. What is held anew is asked again soon.
    pub(super) fn put(&mut self, ends: Vec<End>) {
        if self.ends.is_empty() && !ends.is_empty() {
            self.due = Instant::now() + self.pause;
        }
        self.ends.extend(ends);
    }

    /// When they are to be asked again; never where there are none.
    pub(super) async fn due(&self) {
        match self.ends.is_empty() {
            true => std::future::pending().await,
            false => tokio::time::sleep_until(self.due).await,
        }
    }

    /// All of them; what is put back is asked again later than the last time.
    pub(super) fn take(&mut self) -> Vec<End> {
        self.pause = (self.pause * 2).min(AGAIN_MOST);
        std::mem::take(&mut self.ends)
    }

    /// They have been asked again.
    pub(super) fn asked(&mut self) {
        if self.ends.is_empty() {
            self.pause = AGAIN;
            self.trouble.is_over();
        } else {
            let text = format!("somebody holds what {} of them are to change", self.ends.len());
            self.trouble.lasts(&text);
        }
    }
}
