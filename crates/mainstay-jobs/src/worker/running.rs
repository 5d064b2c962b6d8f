//! The attempts of one life: which there are, and how each is asked to stop. Never here: what they do.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::run::Run;

/// A clone is the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Running(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    attempts: HashMap<Run, CancellationToken>,
    /// Runs that the database counts as ours at the last look, and that nobody here knows of.
    strange: HashSet<Run>,
    /// Those that are being given back.
    released: HashSet<Run>,
    /// How often a connection was lost over which jobs are claimed, and with it, maybe, an answer.
    losses: u64,
}

impl Running {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has been claimed. The token that asks it to stop; none if the answer came so late that it is being given back.
    pub(super) fn begin(&self, run: Run) -> Option<CancellationToken> {
        let (mut inner, token) = (self.lock(), CancellationToken::new());
        if inner.released.contains(&run) {
            return None;
        }
        inner.attempts.insert(run, token.clone());
        Some(token)
    }

    /// A connection was lost over which jobs are claimed.
    pub(super) fn lost_a_claim(&self) {
        self.lock().losses += 1;
    }

    /// How often.
    pub(super) fn losses(&self) -> u64 {
        self.lock().losses
    }

    /// It is to be given back, unless it has begun meanwhile.
    pub(super) fn release(&self, run: Run) -> bool {
        let mut inner = self.lock();
        !inner.attempts.contains_key(&run) && inner.released.insert(run)
    }

    /// Its end is written, or is nobody's business any more. One whose end cannot be written is known for as long as this
    /// life, so that nobody does it again.
    pub(super) fn end(&self, run: Run) {
        self.lock().attempts.remove(&run);
    }

    /// Somebody wants these to stop.
    pub(super) fn cancel(&self, cancelled: &[Run]) {
        let inner = self.lock();
        cancelled.iter().filter_map(|run| inner.attempts.get(run)).for_each(CancellationToken::cancel);
    }

    /// What the database counts as this life's. Which of it nobody here knows of at two looks in a row: the answer to its claim was
    /// lost.
    pub(super) fn heard(&self, runs: &[Run]) -> Vec<Run> {
        let mut inner = self.lock();
        let strange: HashSet<Run> =
            runs.iter().copied().filter(|run| !inner.attempts.contains_key(run)).collect();
        let lost = strange.intersection(&inner.strange).copied().collect();
        inner.strange = strange;
        lost
    }

    /// The numbers of all that is known of: of attempts, and of what nobody knew of at the last look.
    pub(super) fn numbers(&self) -> Vec<i64> {
        let inner = self.lock();
        inner.attempts.keys().chain(&inner.strange).map(|run| run.number).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn run(number: i64) -> Run {
        Run { number, job: Uuid::from_u128(7) }
    }

    #[test]
    fn what_nobody_knows_of_twice_in_a_row_is_given_back() {
        let running = Running::default();
        let known = running.begin(run(1)).unwrap();
        let all = [1, 2, 3].map(run);
        assert!(running.heard(&all).is_empty(), "an answer may still be on its way");
        running.cancel(&[1, 4].map(run));
        assert!(known.is_cancelled());
        assert_eq!(running.heard(&[1, 3, 4].map(run)), [run(3)]);
        assert!(running.release(run(3)) && !running.release(run(1)), "what has begun is not given back");
        assert!(running.begin(run(3)).is_none(), "nor begun when it is being given back");
        running.end(run(1));
        assert!(running.heard(&[run(1)]).is_empty());
        assert_eq!(running.heard(&[run(1)]), [run(1)]);
    }

    #[test]
    fn a_beat_tells_of_attempts_and_again_of_what_was_strange() {
        let running = Running::default();
        let _known = [2, 5].map(|number| running.begin(run(number)).unwrap());
        assert!(running.heard(&[9, 5, 3, 2].map(run)).is_empty());
        let mut own = running.numbers();
        own.sort_unstable();
        assert_eq!(own, [2, 3, 5, 9], "or it would be forgotten before it is strange a second time");
        assert_eq!(running.heard(&[3].map(run)), [run(3)]);
    }

    #[test]
    fn a_number_that_is_given_to_two_jobs_is_that_of_two_attempts() {
        let running = Running::default();
        let other = Run { job: Uuid::from_u128(8), ..run(1) };
        let known = running.begin(run(1)).unwrap();
        running.cancel(&[other]);
        assert!(!known.is_cancelled(), "somebody else is meant");
        assert!(running.heard(&[other]).is_empty());
        assert_eq!(running.heard(&[other]), [other]);
        running.end(other);
        running.cancel(&[run(1)]);
        assert!(known.is_cancelled());
    }
}
