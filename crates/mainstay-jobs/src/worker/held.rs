//! Ends whose rows, or what else they change, somebody else holds: put aside, so that they hold up no others, and asked again, each
//! after a growing pause of its own. Each keeps its place meanwhile. Never here: asking.

use std::collections::HashSet;
use std::time::Duration;

use tokio::time::Instant;

use super::end::End;
use super::trouble::Trouble;
use crate::run::Run;

/// Before one is asked again for the first time,
const AGAIN: Duration = Duration::from_millis(100);

/// and at most.
const AGAIN_MOST: Duration = Duration::from_secs(5);

/// Those that are due so soon after another one are asked with it.
const TOGETHER: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Held {
    /// Each with the time when it is asked again.
    ends: Vec<(Instant, End)>,
    trouble: Trouble,
}

impl Held {
    pub(super) fn new(worker: i64) -> Self {
        Self { ends: Vec::new(), trouble: Trouble::new(worker) }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Somebody holds these. What is held anew is asked again soon, whatever has been held for long.
    pub(super) fn put(&mut self, ends: Vec<End>) {
        let now = Instant::now();
        self.ends.extend(ends.into_iter().map(|mut end| {
            let due = now + pause(end.held);
            end.held += 1;
            (due, end)
        }));
    }

    /// When the next is to be asked again; never where there are none.
    pub(super) async fn due(&self) {
        match self.ends.iter().map(|(due, _)| *due).min() {
            Some(due) => tokio::time::sleep_until(due).await,
            None => std::future::pending().await,
        }
    }

    /// Those that are due. What is put back is asked again later than the last time.
    pub(super) fn take(&mut self) -> Vec<End> {
        let until = Instant::now() + TOGETHER;
        let (due, later): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.ends).into_iter().partition(|(due, _)| *due <= until);
        self.ends = later;
        due.into_iter().map(|(_, end)| end).collect()
    }

    /// Some of them have been asked again.
    pub(super) fn asked(&mut self) {
        if self.ends.is_empty() {
            self.trouble.is_over();
        } else {
            let text = format!("somebody holds what {} of them are to change", self.ends.len());
            self.trouble.lasts(&text);
        }
    }

    /// Nothing else is to be done any more: all are asked at once, and begin with the shortest pause.
    pub(super) fn hurry(&mut self) {
        let now = Instant::now();
        for (due, end) in &mut self.ends {
            (*due, end.held) = (now, 0);
        }
    }

    /// Whose ends they are.
    pub(super) fn runs(&self) -> HashSet<Run> {
        self.ends.iter().map(|(_, end)| end.run).collect()
    }
}

/// Of one that was put aside so many times before.
fn pause(times: u32) -> Duration {
    AGAIN.saturating_mul(1 << times.min(10)).min(AGAIN_MOST)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::worker::end::Verdict;

    fn end(number: i64) -> End {
        End::of(Run { number, job: Uuid::nil() }, Verdict::Cancelled)
    }

    #[tokio::test]
    async fn one_that_is_held_anew_is_asked_again_soon_whatever_has_been_held_for_long() {
        let begun = Instant::now();
        let mut held = Held::new(1);
        // As after some twelve seconds.
        held.put(vec![End { held: 7, ..end(1) }]);
        held.put(vec![end(2), end(3)]);
        tokio::time::timeout(AGAIN_MOST / 2, held.due()).await.unwrap();
        assert!(begun.elapsed() >= AGAIN);
        let taken: Vec<i64> = held.take().iter().map(|end| end.run.number).collect();
        assert_eq!((taken, held.runs().len()), (vec![2, 3], 1));
        held.hurry();
        held.due().await;
        assert_eq!(held.take()[0].held, 0, "at the end it is asked as often as the others");
        assert!(held.is_empty());
    }

    #[test]
    fn the_pause_of_one_grows_each_time() {
        let pauses: Vec<_> = [0, 1, 2, 5, 6, 7, u32::MAX].map(pause).map(|pause| pause.as_millis()).into();
        assert_eq!(pauses, [100, 200, 400, 3_200, 5_000, 5_000, 5_000]);
    }
}
