//! Which attempt of which job. Never here: what becomes of it.

use uuid::Uuid;

/// An attempt, by its number, which is its fencing token, and by its job. A server that is promoted before it knows of all numbers
/// that were given gives some of them again: for other jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Run {
    pub(crate) number: i64,
    pub(crate) job: Uuid,
}

impl Run {
    /// As the statements are given them.
    pub(crate) fn columns(runs: impl IntoIterator<Item = Self>) -> (Vec<i64>, Vec<Uuid>) {
        runs.into_iter().map(|run| (run.number, run.job)).unzip()
    }

    /// As a statement tells them.
    pub(crate) fn zip(numbers: Vec<i64>, jobs: Vec<Uuid>) -> Vec<Self> {
        numbers.into_iter().zip(jobs).map(|(number, job)| Self { number, job }).collect()
    }
}
