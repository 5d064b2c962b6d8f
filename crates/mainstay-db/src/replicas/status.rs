//! The replicas at one moment, for probes, metrics and whoever operates them. Never here: the wire's names.

use std::time::Duration;

use mainstay_telemetry::Registry;

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
    /// Where it is, as `host:port`; empty in a router without servers.
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

impl Status {
    /// Writes the figures into `registry`: levels as they are, counters up to where they are. Call it before each
    /// scrape, from one place.
    pub fn publish(&self, registry: &Registry) {
        let up = registry.gauge("db_replica_up", "Whether the replica is read from.", &["replica"]);
        let lag = registry.gauge(
            "db_replica_lag_bytes",
            "Bytes of the write-ahead log that the replica is behind; -1 while that is not known.",
            &["replica"],
        );
        let age = registry.gauge(
            "db_replica_staleness_ms",
            "Everything older than this the replica has; -1 while that is not known.",
            &["replica"],
        );
        let busy =
            registry.gauge("db_replica_in_flight", "Reads that the replica is answering.", &["replica"]);
        let ended = registry.counter(
            "db_replica_reads",
            "Reads that replicas were asked, by whether the answer counted.",
            &["replica", "end"],
        );
        for replica in &self.replicas {
            let host = [replica.host.as_str()];
            up.with(&host).set(i64::from(replica.healthy && replica.epoch_ok));
            lag.with(&host).set(replica.lag_bytes.map_or(-1, whole));
            age.with(&host).set(replica.staleness.map_or(-1, |age| whole(age.as_millis())));
            busy.with(&host).set(whole(replica.in_flight));
            for (end, count) in [("served", replica.served), ("rejected", replica.rejected)] {
                let counter = ended.with(&[&replica.host, end]);
                counter.inc_by(count.saturating_sub(counter.get()));
            }
        }
        let help = "Reads that no replica would do for, by where they went.";
        let without = registry.counter("db_replica_fallbacks", help, &["to"]);
        for (to, count) in [("primary", self.fallbacks), ("nowhere", self.refused)] {
            let counter = without.with(&[to]);
            counter.inc_by(count.saturating_sub(counter.get()));
        }
    }
}

fn whole(figure: impl TryInto<i64>) -> i64 {
    figure.try_into().unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_published_and_what_is_not_known_is_not_nought() {
        let known = ReplicaStatus {
            host: "one".to_owned(),
            healthy: true,
            epoch_ok: true,
            lag_bytes: Some(80),
            staleness: Some(Duration::from_millis(7)),
            served: 5,
            rejected: 1,
            ..ReplicaStatus::default()
        };
        let lost = ReplicaStatus { host: "two".to_owned(), ..ReplicaStatus::default() };
        let mut status = Status {
            off: None,
            epoch: None,
            position: None,
            position_age: None,
            replicas: vec![known, lost],
            fallbacks: 3,
            refused: 0,
        };
        let registry = Registry::new();
        status.publish(&registry);
        status.replicas[0].served = 6;
        status.publish(&registry);
        let text = registry.encode();
        for line in [
            "db_replica_up{replica=\"one\"} 1",
            "db_replica_up{replica=\"two\"} 0",
            "db_replica_lag_bytes{replica=\"one\"} 80",
            "db_replica_staleness_ms{replica=\"two\"} -1",
            "db_replica_reads_total{replica=\"one\",end=\"served\"} 6",
            "db_replica_fallbacks_total{to=\"primary\"} 3",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
