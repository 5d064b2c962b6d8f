//! The sign of life of several loops that run as one task: none may hide that another hangs. Never here: what they do.

use std::sync::{Mutex, PoisonError};

/// Which of the loops have begun a round since the last sign of life.
pub(super) struct Rounds(Mutex<Vec<bool>>);

impl Rounds {
    pub(super) fn of(loops: usize) -> Self {
        Self(Mutex::new(vec![false; loops]))
    }

    /// One of them begins a round. True where by this all have: then the task is alive, and it begins anew.
    pub(super) fn begin(&self, at: usize) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        begun[at] = true;
        let have_all = begun.iter().all(|one| *one);
        if have_all {
            begun.fill(false);
        }
        have_all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_hangs_is_not_hidden_by_the_others() {
        let rounds = Rounds::of(3);
        assert_eq!([0, 1, 0, 1, 0].map(|at| rounds.begin(at)), [false; 5]);
        assert!(rounds.begin(2));
        assert_eq!([2, 1, 2].map(|at| rounds.begin(at)), [false; 3]);
        assert!(rounds.begin(0));
        assert!(Rounds::of(1).begin(0));
    }
}
