//! What the router knows of one replica. Pure. Never here: the primary, choices.

use std::time::Duration;

use super::super::{Epoch, Lsn, ReplicaStatus};
use super::{Outcome, Primary};

/// One run of one server. A restart may take the replay position back, and what was true of one server says nothing
/// of another behind the same address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServerId {
    /// The cluster.
    pub system: u64,
    /// When the server's main process started, in microseconds of its own calendar.
    pub started_us: i64,
}

/// What a replica said of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who said it.
    pub server: ServerId,
    /// The latest timeline that it is known to replay, or to be verified to lead to: never more than is true.
    pub timeline: u32,
    /// How far it has replayed.
    pub replayed: Lsn,
}

/// One replica.
#[derive(Clone, Debug, Default)]
pub(super) struct Replica {
    /// The newest of what it said; within one run nothing of it goes back.
    seen: Option<Seen>,
    is_healthy: bool,
    reason: String,
    in_flight: usize,
    served: u64,
    rejected: u64,
}

impl Replica {
    pub(super) fn observe(&mut self, mut seen: Seen) {
        if let Some(known) = self.seen.filter(|known| known.server == seen.server) {
            seen.timeline = seen.timeline.max(known.timeline);
            seen.replayed = seen.replayed.max(known.replayed);
        }
        self.seen = Some(seen);
        self.is_healthy = true;
        self.reason.clear();
    }

    pub(super) fn lose(&mut self, why: &str) {
        self.is_healthy = false;
        why.clone_into(&mut self.reason);
    }

    /// Who it is and how far, if it may answer in this history.
    pub(super) fn in_epoch(&self, epoch: Epoch) -> Option<(ServerId, Lsn)> {
        let seen = self.seen.filter(|_| self.is_healthy)?;
        let is_in = seen.server.system == epoch.system && seen.timeline == epoch.timeline;
        is_in.then_some((seen.server, seen.replayed))
    }

    /// The part of it that is free, 0 to 1.
    pub(super) fn free(&self, most: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "numbers of requests")]
        let busy = self.in_flight as f64 / most.max(1) as f64;
        (1.0 - busy).max(0.0)
    }

    pub(super) fn begin(&mut self) {
        self.in_flight += 1;
    }

    pub(super) fn done(&mut self, outcome: Outcome) {
        self.in_flight = self.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Served => self.served += 1,
            Outcome::Rejected => self.rejected += 1,
            Outcome::Dropped => {}
        }
    }

    pub(super) fn status(&self, primary: Option<&Primary>, now: Duration) -> ReplicaStatus {
        let replayed = self.seen.map(|seen| seen.replayed);
        let here = primary.filter(|primary| self.is_in(primary.epoch));
        let as_of = here.zip(replayed).and_then(|(primary, replayed)| primary.freshness.as_of(replayed));
        ReplicaStatus {
            host: String::new(),
            healthy: self.is_healthy,
            epoch_ok: here.is_some(),
            replayed,
            lag_bytes: here.zip(replayed).map(|(primary, replayed)| primary.position.ahead_of(replayed)),
            staleness: as_of.map(|as_of| now.saturating_sub(as_of)),
            served: self.served,
            rejected: self.rejected,
            in_flight: self.in_flight,
            reason: self.reason.clone(),
        }
    }

    fn is_in(&self, epoch: Epoch) -> bool {
        self.seen.is_some_and(|seen| seen.server.system == epoch.system && seen.timeline == epoch.timeline)
    }
}
