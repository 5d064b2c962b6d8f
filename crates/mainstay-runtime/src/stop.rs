//! The will to stop, and the sign of life. Never here: who stops, and in which order.

use tokio_util::sync::CancellationToken;

use crate::supervisor::Beat;

/// The will to stop. Clones share it; a task's also carries its heartbeat.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    token: CancellationToken,
    beat: Option<Beat>,
}

impl Stop {
    /// One that nobody has triggered.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn of(token: CancellationToken, beat: Option<Beat>) -> Self {
        Self { token, beat }
    }

    /// The will of `other`, with the heartbeat of this one: for a task that stops after others.
    pub fn willed_by(&self, other: &Self) -> Self {
        Self { token: other.token.clone(), beat: self.beat.clone() }
    }

    /// Waits until somebody wants a stop; returns at once if somebody already did.
    pub async fn stopped(&self) {
        self.token.cancelled().await;
    }

    /// Whether somebody wants a stop.
    pub fn is_stopping(&self) -> bool {
        self.token.is_cancelled()
    }

    /// Wants a stop. Twice is as good as once.
    pub fn trigger(&self) {
        self.token.cancel();
    }

    /// Says that the task is alive; loops call it once a round. Outside a task it does nothing.
    pub fn heartbeat(&self) {
        if let Some(beat) = &self.beat {
            beat.now();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn stopping_twice_and_before_the_start_is_fine() {
        let stop = Stop::new();
        let clone = stop.clone();
        assert!(!clone.is_stopping());
        stop.trigger();
        stop.trigger();
        clone.stopped().await;
        assert!(clone.is_stopping());
        clone.heartbeat();
    }
}
