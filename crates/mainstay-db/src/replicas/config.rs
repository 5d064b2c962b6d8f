//! What an operator may set about replicas. Never here: where the values come from, the addresses of the servers.

use std::time::Duration;

use mainstay_config::Faults;
use serde::{Deserialize, Serialize};

use super::Limits;
use crate::config::DAY_MS;

/// Reads from replicas. Times are integers in milliseconds. Where the replicas are is said elsewhere; without any,
/// nothing here matters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How often the primary and each replica are asked how far they are. An answer can be no fresher than this.
    pub poll_interval_ms: u64,
    /// A server that takes longer to answer that counts as lost.
    pub poll_timeout_ms: u64,
    /// Longest time to open one connection.
    pub connect_timeout_ms: u64,
    /// The replica ends a pipelined statement that runs longer, as those share connections and one waits for the other;
    /// it is asked again on the primary. Any other has a connection to itself and as long as it would have there.
    pub statement_timeout_ms: u64,
    /// A pipelined statement that takes longer on average has a connection to itself.
    pub slow_ms: u64,
    /// For how long, before it shares one again.
    pub demotion_ms: u64,
    /// What a read may be behind unless it says otherwise.
    pub max_staleness_ms: u64,
    /// Connections to each replica that pipelined statements share.
    pub connections: usize,
    /// Connections to each replica on which one other statement at a time runs; more of them go elsewhere. One more
    /// connection asks how far the replica is.
    pub pooled_connections: usize,
    /// Statements that each of these connections keeps prepared; further ones are prepared for each use.
    pub statements: usize,
    /// How long a session waits until the primary shows a commit that a replica has shown it; then it is refused.
    pub settle_timeout_ms: u64,
    /// Reads that one replica answers at a time; the next go elsewhere.
    pub in_flight: usize,
    /// Positions of the primary that are remembered: with one a poll, this many polls is the longest staleness.
    pub samples: usize,
    /// The share of reads that may always fall back to the primary when no replica will do (0 to 1).
    pub fallback_share: f64,
    /// What the primary takes of such reads anyhow, in a second.
    pub fallback_per_second: f64,
    /// How many of them may come at once. Beyond, reads are refused, so that replicas that all lag do not bring the
    /// primary down as well.
    pub fallback_burst: f64,
    /// A session never sees less than it has seen. Off, it sees its own writes and nothing older than it asked for,
    /// and saves one question in a round trip.
    pub monotonic: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            poll_interval_ms: 50,
            poll_timeout_ms: 1_000,
            connect_timeout_ms: 2_000,
            statement_timeout_ms: 5_000,
            slow_ms: 20,
            demotion_ms: 60_000,
            max_staleness_ms: 5_000,
            connections: 4,
            pooled_connections: 8,
            statements: 500,
            settle_timeout_ms: 1_000,
            in_flight: 64,
            samples: 2_000,
            fallback_share: 0.2,
            fallback_per_second: 100.0,
            fallback_burst: 500.0,
            monotonic: true,
        }
    }
}

/// Longest pause between two attempts on a server that does not answer, in polls.
pub(super) const MOST_PAUSED: u32 = 10;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("poll_interval_ms", self.poll_interval_ms, 5..=10_000);
        faults.number("poll_timeout_ms", self.poll_timeout_ms, 10..=60_000);
        faults.number("connect_timeout_ms", self.connect_timeout_ms, 10..=60_000);
        // 0 would switch the limit off.
        faults.number("statement_timeout_ms", self.statement_timeout_ms, 10..=DAY_MS);
        faults.number("slow_ms", self.slow_ms, 1..=DAY_MS);
        faults.number("demotion_ms", self.demotion_ms, 1..=DAY_MS);
        faults.number("max_staleness_ms", self.max_staleness_ms, 10..=DAY_MS);
        faults.number("connections", self.connections, 1..=100);
        faults.number("pooled_connections", self.pooled_connections, 0..=1_000);
        faults.number("statements", self.statements, 1..=100_000);
        faults.number("settle_timeout_ms", self.settle_timeout_ms, 1..=60_000);
        faults.number("in_flight", self.in_flight, 1..=100_000);
        faults.number("samples", self.samples, 10..=1_000_000);
        faults.number("fallback_share", self.fallback_share, 0.0..=1.0);
        faults.number("fallback_per_second", self.fallback_per_second, 0.1..=1e6);
        faults.number("fallback_burst", self.fallback_burst, 1.0..=1e6);
        if self.max_staleness_ms < 2 * self.poll_interval_ms {
            let rule =
                "is less than two polls, so that no replica would ever do; write more, or poll more often";
            faults.across("max_staleness_ms", &["poll_interval_ms"], rule);
        }
        faults
    }

    /// The router's share of it.
    pub fn limits(&self) -> Limits {
        Limits {
            samples: self.samples,
            in_flight: self.in_flight,
            fallback_share: self.fallback_share,
            fallback_per_second: self.fallback_per_second,
            fallback_burst: self.fallback_burst,
        }
    }

    /// What a read may be behind unless it says otherwise.
    pub fn max_staleness(&self) -> Duration {
        Duration::from_millis(self.max_staleness_ms)
    }

    pub(super) fn slow(&self) -> Duration {
        Duration::from_millis(self.slow_ms)
    }

    pub(super) fn demotion(&self) -> Duration {
        Duration::from_millis(self.demotion_ms)
    }

    pub(super) fn settle_timeout(&self) -> Duration {
        Duration::from_millis(self.settle_timeout_ms)
    }

    pub(super) fn poll_interval(&self) -> Duration {
        Duration::from_millis(self.poll_interval_ms)
    }

    pub(super) fn poll_timeout(&self) -> Duration {
        Duration::from_millis(self.poll_timeout_ms)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout_ms)
    }

    /// Longest round of the watcher with one server, all that it opens included.
    pub(super) fn round_timeout(&self) -> Duration {
        self.connect_timeout() * 2 + self.poll_timeout() * 2
    }

    /// The watcher gives a sign of life at least as often: its longest round and pause, and as much again.
    pub fn beats_within(&self) -> Duration {
        (self.round_timeout() + self.poll_interval() * MOST_PAUSED) * 2
    }

    pub(super) fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms)
    }

    /// How long to wait for an answer: the server's own limit, and then some for the way.
    pub(super) fn read_timeout(&self) -> Duration {
        self.statement_timeout() + self.poll_timeout()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::default();
        change(&mut config);
        config.faults().messages().collect()
    }

    #[test]
    fn what_cannot_be_is_told_by_its_key() {
        assert_eq!(told(|_| {}), Vec::<String>::new());
        assert_eq!(told(|config| config.connections = 0), ["connections is 0; write 1 to 100"]);
        assert_eq!(told(|config| config.fallback_share = 1.5), ["fallback_share is 1.5; write 0 to 1"]);
        assert_eq!(told(|config| config.fallback_per_second = f64::NAN).len(), 1);
        let short = told(|config| config.max_staleness_ms = 60);
        assert!(short[0].starts_with("max_staleness_ms is less than two polls"), "{short:?}");
    }
}
