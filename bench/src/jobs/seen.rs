//! What one run of a queue saw: the line that the programs below `bench/peers` print. Never here: how it is measured.

use serde::{Deserialize, Serialize};

/// What is measured of every queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Asking for jobs that nobody does.
    Enqueue,
    /// Doing jobs that were asked for before.
    Drain,
    /// Asking for jobs while they are done, to the end of the last.
    Through,
    /// From before a job is asked for to its beginning, one at a time.
    Latency,
}

impl Mode {
    pub(super) const ALL: [Self; 4] = [Self::Enqueue, Self::Drain, Self::Through, Self::Latency];

    /// As the programs know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Enqueue => "enqueue",
            Self::Drain => "drain",
            Self::Through => "through",
            Self::Latency => "latency",
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Seen {
    pub(super) peer: String,
    pub(super) version: String,
    pub(super) mode: String,
    pub(super) jobs: usize,
    pub(super) per_s: f64,
    pub(super) wal_bytes_per_job: Option<f64>,
    pub(super) p50_ms: Option<f64>,
    pub(super) p99_ms: Option<f64>,
}

impl Seen {
    /// Of several runs of one mode the one in the middle: by the p99 where single jobs were timed.
    pub(super) fn middle(mut runs: Vec<Self>) -> Option<Self> {
        let key = |seen: &Self| seen.p99_ms.unwrap_or(seen.per_s);
        runs.sort_by(|a, b| key(a).total_cmp(&key(b)));
        let middle = runs.len() / 2;
        runs.into_iter().nth(middle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(per_s: f64, p99_ms: Option<f64>) -> Seen {
        let (peer, version, mode) = ("a".to_owned(), "1".to_owned(), "latency".to_owned());
        Seen { peer, version, mode, jobs: 1, per_s, wal_bytes_per_job: None, p50_ms: p99_ms, p99_ms }
    }

    #[test]
    fn the_run_in_the_middle_is_taken_by_its_rate_or_by_its_p99() {
        let by_rate = Seen::middle([3.0, 9.0, 5.0].map(|rate| run(rate, None)).to_vec());
        assert_eq!(by_rate.map(|seen| seen.per_s), Some(5.0));
        let by_wait = Seen::middle(
            [(1.0, 7.0), (2.0, 4.0), (3.0, 8.0)].map(|(rate, p99)| run(rate, Some(p99))).to_vec(),
        );
        assert_eq!(by_wait.map(|seen| seen.per_s), Some(1.0));
    }
}
