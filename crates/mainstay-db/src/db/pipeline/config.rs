//! The fences of the pipelined lane. Never here: the pool's.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

/// The pipelined read lane. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Connections of the lane; 0 switches it off, and every read goes through the pool.
    pub connections: usize,
    /// Most statements under way on one of them; more go to the pool.
    pub in_flight: usize,
    /// The server ends a statement of the lane that runs longer; it is asked again through the pool.
    pub statement_timeout_ms: u64,
    /// A statement that takes longer on average goes to the pool.
    pub slow_ms: u64,
    /// For how long, before it is tried again.
    pub demotion_ms: u64,
}

impl Default for Config {
    fn default() -> Self {
        Self { connections: 2, in_flight: 32, statement_timeout_ms: 250, slow_ms: 20, demotion_ms: 60_000 }
    }
}

/// Connections share the cores of one server: more only wait for them.
const MOST_CONNECTIONS: usize = 64;

/// Statements behind each other on one connection.
const MOST_IN_FLIGHT: usize = 10_000;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("connections", self.connections, 0..=MOST_CONNECTIONS);
        faults.number("in_flight", self.in_flight, 1..=MOST_IN_FLIGHT);
        // 0 would switch the server's limit off.
        faults.number("statement_timeout_ms", self.statement_timeout_ms, 10..=crate::config::DAY_MS);
        faults.number("slow_ms", self.slow_ms, 1..=crate::config::DAY_MS);
        faults.number("demotion_ms", self.demotion_ms, 1..=crate::config::DAY_MS);
        faults
    }

    pub(super) fn slow(&self) -> Duration {
        Duration::from_millis(self.slow_ms)
    }

    pub(super) fn demotion(&self) -> Duration {
        Duration::from_millis(self.demotion_ms)
    }
}
