//! The replicas at one moment, for probes, metrics and whoever operates them. Never here: the wire's names.

use std::time::Duration;

use super::{Epoch, Lsn};

/// What the router knows at one moment. Costs no round trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Why no read goes to a replica at all; `None` if they are in use.
    pub off: Option<String>,
    /// The primary's history; `None` before its first answer.
    pub epoch: Option<Epoch>,
    /// The primary's newest known position.
    pub position: Option<Lsn>,
    /// How long ago that was asked.
    pub position_age: Option<Duration>,
    /// Each replica, in the order of the configuration.
    pub replicas: Vec<ReplicaStatus>,
    /// Reads that went to the primary since start because no replica would do.
    pub fallbacks: u64,
    /// Reads that were refused since start because the primary had taken enough of them.
    pub refused: u64,
}

/// One replica.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplicaStatus {
    /// Where it is; empty in a router without servers.
    pub host: String,
    /// It answers, as a replica.
    pub healthy: bool,
    /// It is on the primary's history, as far as it has said.
    pub epoch_ok: bool,
    /// How far it has replayed, when last asked.
    pub replayed: Option<Lsn>,
    /// How many bytes of the log it is behind the primary; `None` while either is unknown.
    pub lag_bytes: Option<u64>,
    /// Everything older than this it has; `None` while that is not known.
    pub staleness: Option<Duration>,
    /// Reads that it answered since start.
    pub served: u64,
    /// Answers since start that did not count: it was behind, in conflict, or went away.
    pub rejected: u64,
    /// Reads that it is answering now.
    pub in_flight: usize,
    /// Why it is not healthy; empty if it is.
    pub reason: String,
}
