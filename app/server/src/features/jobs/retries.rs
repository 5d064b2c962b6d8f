//! How often an account has had jobs done again: as many in an hour as it may ask for new ones. Kept in memory, by each process
//! for itself: it is work that is limited, and nothing is lost with it. Never here: what is asked for anew (`ask`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mainstay_runtime::Clock;
use uuid::Uuid;

/// For so long one counts.
const WINDOW: Duration = Duration::from_secs(3_600);

/// The retries of one process; a clone is the same.
#[derive(Debug, Clone)]
pub struct Retries {
    most: usize,
    clock: Clock,
    /// When each was, by account, the first first; of whom there was none for an hour nothing is kept.
    lately: Arc<Mutex<HashMap<Uuid, VecDeque<Duration>>>>,
}

/// One that was counted.
#[derive(Debug)]
pub(super) struct Counted {
    who: Uuid,
    at: Duration,
}

impl Retries {
    /// So many of an account in an hour.
    pub fn new(most: u32, clock: &Clock) -> Self {
        Self {
            most: usize::try_from(most).unwrap_or(usize::MAX),
            clock: clock.clone(),
            lately: Arc::default(),
        }
    }

    /// Counts one, unless there are as many as may be.
    pub(super) fn count(&self, who: Uuid) -> Option<Counted> {
        let at = self.clock.monotonic();
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        lately.retain(|_, times| {
            while times.front().is_some_and(|first| at.saturating_sub(*first) >= WINDOW) {
                times.pop_front();
            }
            !times.is_empty()
        });
        let times = lately.entry(who).or_default();
        if times.len() >= self.most {
            return None;
        }
        times.push_back(at);
        Some(Counted { who, at })
    }

    /// It was none: nothing is done again.
    pub(super) fn forget(&self, counted: &Counted) {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = lately.get_mut(&counted.who) else { return };
        if let Some(place) = times.iter().rposition(|at| *at == counted.at) {
            times.remove(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use mainstay_runtime::Effects;

    use super::*;

    #[test]
    fn an_hour_has_so_many_of_an_account_and_who_rests_leaves_nothing() {
        let clock = Effects::fixed(jiff::Timestamp::UNIX_EPOCH, 1).clock;
        let (retries, [kim, robin]) = (Retries::new(2, &clock), [1, 2].map(Uuid::from_u128));
        retries.count(kim).unwrap();
        clock.advance(WINDOW / 2);
        let second = retries.count(kim).unwrap();
        assert!(retries.count(kim).is_none());
        retries.count(robin).unwrap();
        retries.forget(&second);
        retries.count(kim).unwrap();
        assert!(retries.count(kim).is_none(), "what was none has made room for one");
        clock.advance(WINDOW / 2);
        retries.count(kim).unwrap();
        assert!(retries.count(kim).is_none(), "the first of them is an hour old");
        clock.advance(WINDOW);
        retries.count(Uuid::nil()).unwrap();
        assert_eq!(retries.lately.lock().unwrap().len(), 1);
    }
}
