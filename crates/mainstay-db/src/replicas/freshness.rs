//! Where the primary was when: how a position becomes an age, without a clock of the servers. Pure. Never here: who
//! asks the primary, and how often.

use std::collections::VecDeque;
use std::time::Duration;

use super::Lsn;

/// Samples of the primary's position, oldest first; both times and positions grow strictly.
#[derive(Clone, Debug)]
pub(super) struct Freshness {
    samples: VecDeque<Sample>,
    most: usize,
}

/// Whatever was acknowledged before `at` lies at or before `position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sample {
    /// Local time **before** the question was sent, since the clock's origin.
    at: Duration,
    position: Lsn,
}

impl Freshness {
    pub(super) fn new(most: usize) -> Self {
        Self { samples: VecDeque::new(), most: most.max(2) }
    }

    /// Notes that the primary was at `position` when asked at `at`. Older samples that ask for as much or more say
    /// nothing any longer: an idle primary keeps one sample, ever younger.
    pub(super) fn note(&mut self, at: Duration, position: Lsn) {
        if self.samples.back().is_some_and(|last| last.at >= at) {
            return;
        }
        while self.samples.back().is_some_and(|last| last.position >= position) {
            self.samples.pop_back();
        }
        if self.samples.len() >= self.most {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample { at, position });
    }

    /// Whoever has replayed up to `position` has everything that was acknowledged before this time.
    pub(super) fn as_of(&self, position: Lsn) -> Option<Duration> {
        let behind = self.samples.partition_point(|sample| sample.position <= position);
        behind.checked_sub(1).map(|at| self.samples[at].at)
    }

    /// The least position that has everything acknowledged before `since`; `None` if no sample is as young.
    pub(super) fn needed(&self, since: Duration) -> Option<Lsn> {
        let older = self.samples.partition_point(|sample| sample.at < since);
        self.samples.get(older).map(|sample| sample.position)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a_position_is_as_fresh_as_the_newest_sample_that_it_reached() {
        let mut freshness = Freshness::new(10);
        assert_eq!((freshness.as_of(Lsn::MAX), freshness.needed(ms(0))), (None, None));
        for (at, position) in [(100, 10), (200, 20), (300, 30)] {
            freshness.note(ms(at), Lsn(position));
        }
        assert_eq!(freshness.as_of(Lsn(9)), None);
        assert_eq!(freshness.as_of(Lsn(29)), Some(ms(200)));
        assert_eq!(freshness.as_of(Lsn(30)), Some(ms(300)));
        assert_eq!(freshness.needed(ms(101)), Some(Lsn(20)));
        assert_eq!(freshness.needed(ms(301)), None);
    }

    #[test]
    fn an_idle_primary_keeps_its_replicas_fresh_with_one_sample() {
        let mut freshness = Freshness::new(2);
        for at in 0..1000 {
            freshness.note(ms(at), Lsn(10));
        }
        assert_eq!(freshness.as_of(Lsn(10)), Some(ms(999)));
        assert_eq!(freshness.samples.len(), 1);
    }

    #[test]
    fn a_late_answer_changes_nothing() {
        let mut freshness = Freshness::new(4);
        freshness.note(ms(200), Lsn(20));
        freshness.note(ms(100), Lsn(5));
        assert_eq!(freshness.as_of(Lsn(5)), None);
    }

    proptest! {
        /// Against the plain definition, and with what was dropped only ever asking for more.
        #[test]
        fn the_samples_answer_as_the_definition_does(
            steps in prop::collection::vec((1_u64..5, 0_u64..20), 1..30),
            position in 0_u64..20,
            since in 0_u64..100,
            most in 2_usize..8,
        ) {
            let mut freshness = Freshness::new(most);
            let mut all = Vec::new();
            let mut at = 0;
            for (step, position) in steps {
                at += step;
                all.push((ms(at), Lsn(position)));
                freshness.note(ms(at), Lsn(position));
            }
            let newest = all.iter().filter(|(_, at)| *at <= Lsn(position)).map(|(at, _)| *at).max();
            let answer = freshness.as_of(Lsn(position));
            prop_assert!(answer.is_none() || answer == newest);
            let least = all.iter().filter(|(at, _)| *at >= ms(since)).map(|(_, at)| *at).min();
            let needed = freshness.needed(ms(since));
            prop_assert!(needed >= least);
            if all.len() <= most {
                prop_assert_eq!((answer, needed), (newest, least));
            }
        }
    }
}
