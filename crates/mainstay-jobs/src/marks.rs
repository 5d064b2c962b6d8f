//! From where on a claim looks for ready jobs. What has been claimed leaves dead rows behind until they are vacuumed, and a
//! claim that begins at the oldest steps over all of them: with a low-water mark it begins where the last one has ended.
//! Pure. Never here: claiming.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A priority: of one queue, what the index of ready jobs begins with.
pub type Lane = i16;

/// Looks at everything take so much of the time at most: one in so many parts. Where much is passed over that nobody here does,
/// or that is dead, everything is looked at less often.
const PART: u32 = 20;

/// But once in so long, however long one has taken: it may have waited, and what lies before the marks waits with it.
const SELDOM: Duration = Duration::from_secs(30);

/// A look that has taken so long has passed over much, and what it has passed over is not looked at again until everything is.
const LONG: Duration = Duration::from_millis(20);

/// The marks of one process in one queue. Jobs whose time lies before a mark are found by the next full pass: those that were written by a
/// transaction that committed late, or that somebody has claimed and given back.
#[derive(Debug, Clone)]
pub struct Marks {
    /// The longest time between two passes that look at everything.
    full_every: Duration,
    /// By a monotonic clock; nothing before the first.
    last_full: Option<Duration>,
    /// How long that took.
    took: Duration,
    /// Whether the pass that goes on looks at everything.
    is_full: bool,
    behind_most: u64,
    lanes: HashMap<Lane, Mark>,
}

/// So far behind what was claimed last a mark lies: clocks of transactions are not those of commits.
const SLACK: SignedDuration = SignedDuration::from_secs(1);

/// But no more jobs behind than these and the claim before them: each claim steps over what is left of them, while somebody's
/// old snapshot keeps it from being cleared away. At 20,000 jobs a second they are those of a tenth of a second.
pub const BEHIND_MOST: u64 = 2_000;

/// Of one lane.
#[derive(Debug, Clone)]
struct Mark {
    from: Timestamp,
    /// The claims behind it, each by what of it was ready last, and how many it had.
    behind: VecDeque<(Timestamp, u64)>,
    jobs: u64,
}

impl Marks {
    /// None yet: the first pass looks at everything. So many jobs that were claimed lie behind a mark at most, and the claim before
    /// them ([`BEHIND_MOST`]).
    pub fn new(full_every: Duration, behind_most: u64) -> Self {
        let (last_full, took) = (None, Duration::ZERO);
        Self { full_every, last_full, took, is_full: false, behind_most, lanes: HashMap::new() }
    }

    /// A pass begins now. Whether it looks at everything, in which case every mark is forgotten.
    pub fn begin(&mut self, now: Duration) -> bool {
        let is_due = self.is_due(now);
        if is_due {
            self.lanes.clear();
            self.last_full = Some(now);
            self.took = Duration::ZERO;
        }
        self.is_full = is_due;
        is_due
    }

    /// Whether everything is to be looked at.
    pub fn is_due(&self, now: Duration) -> bool {
        let every = self.full_every.max((self.took * PART).min(SELDOM));
        self.last_full.is_none_or(|last| now.saturating_sub(last) >= every)
    }

    /// Whether the pass that goes on looks at everything.
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// A walk through everything begins now, in steps beside passes from the marks on, which stay.
    pub fn walk(&mut self, now: Duration) {
        (self.last_full, self.took, self.is_full) = (Some(now), Duration::ZERO, false);
    }

    /// It has come to its end, and its steps have taken so long.
    pub fn walked(&mut self, now: Duration, took: Duration) {
        (self.last_full, self.took) = (self.last_full.map(|_| now), took);
    }

    /// The next pass looks at everything: something has been given back.
    pub fn look_everywhere(&mut self) {
        self.last_full = None;
    }

    /// The pass has found all that was there for it in these lanes, at this time of the server, and has taken so long.
    pub fn found_all(&mut self, lanes: impl IntoIterator<Item = Lane>, at: Timestamp, took: Duration) {
        if self.is_full {
            self.took = took;
        }
        if took >= LONG {
            lanes.into_iter().for_each(|lane| self.claimed(lane, at));
        }
    }

    /// The time from which on jobs of this lane are looked for; nothing: all of them.
    pub fn of(&self, lane: Lane) -> Option<Timestamp> {
        self.lanes.get(&lane).map(|mark| mark.from)
    }

    /// A job of this lane was claimed together with others, the last of which was ready at `newest`. A mark never goes back, but
    /// for a full pass.
    pub fn claimed(&mut self, lane: Lane, newest: Timestamp) {
        let from = newest.checked_sub(SLACK).unwrap_or(Timestamp::MIN);
        let mark = self.lanes.entry(lane).or_insert_with(|| Mark { from, behind: VecDeque::new(), jobs: 0 });
        mark.from = mark.from.max(from);
        mark.jobs += 1;
        match mark.behind.back_mut().filter(|(last, _)| *last == newest) {
            Some((_, jobs)) => *jobs += 1,
            None => mark.behind.push_back((newest, 1)),
        }
        while let Some((oldest, jobs)) = mark.behind.front().copied() {
            if mark.jobs - jobs < self.behind_most {
                break;
            }
            mark.from = mark.from.max(oldest);
            mark.jobs -= jobs;
            mark.behind.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    const LANE: Lane = 1;
    const FULL: Duration = Duration::from_secs(5);

    fn at(ms: u64) -> Timestamp {
        Timestamp::from_millisecond(1_800_000_000_000 + i64::try_from(ms).unwrap()).unwrap()
    }

    #[test]
    fn a_mark_lies_behind_what_was_claimed_and_goes_only_on() {
        let mut marks = Marks::new(FULL, BEHIND_MOST);
        assert!(marks.begin(Duration::ZERO) && marks.of(LANE).is_none());
        marks.claimed(LANE, at(10_000));
        assert_eq!(marks.of(LANE), Some(at(9_000)));
        marks.claimed(LANE, at(9_500));
        assert_eq!(marks.of(LANE), Some(at(9_000)), "it does not go back");
        marks.claimed(LANE, at(14_000));
        assert_eq!((marks.of(LANE), marks.of(2)), (Some(at(13_000)), None));
        assert!(!marks.begin(Duration::from_millis(4_999)));
        assert!(marks.of(LANE).is_some());
        assert!(marks.begin(Duration::from_secs(5)) && marks.of(LANE).is_none());
        marks.claimed(LANE, at(20_000));
        marks.look_everywhere();
        assert!(marks.begin(Duration::from_millis(5_001)) && marks.of(LANE).is_none());
    }

    #[test]
    fn of_many_that_were_claimed_in_a_moment_a_mark_leaves_some_thousands_behind() {
        let mut marks = Marks::new(FULL, BEHIND_MOST);
        marks.begin(Duration::ZERO);
        for claim in 0..100 {
            (0..200).for_each(|_| marks.claimed(LANE, at(60_000 + claim)));
        }
        assert_eq!(marks.of(LANE), Some(at(60_089)), "ten claims behind the last");
        // A long queue of one instant, which a claim has a part of, is left behind when others come after it.
        (0..3_000).for_each(|_| marks.claimed(LANE, at(60_099)));
        assert_eq!(marks.of(LANE), Some(at(60_098)));
    }

    #[test]
    fn a_walk_leaves_the_marks_where_they_are_and_is_repeated_like_a_pass() {
        let mut marks = Marks::new(FULL, BEHIND_MOST);
        marks.begin(Duration::ZERO);
        marks.claimed(LANE, at(10_000));
        assert!(marks.is_full() && marks.is_due(FULL));
        marks.walk(FULL);
        assert!(!marks.is_full() && marks.of(LANE).is_some());
        marks.walked(4 * FULL, Duration::from_secs(1));
        assert!(!marks.is_due(7 * FULL) && marks.is_due(8 * FULL), "a small part of the time");
        // Something was given back while it went on.
        marks.walk(8 * FULL);
        marks.look_everywhere();
        marks.walked(9 * FULL, Duration::from_secs(1));
        assert!(marks.is_due(9 * FULL));
    }

    #[test]
    fn what_was_passed_over_at_length_is_looked_at_for_a_small_part_of_the_time() {
        let (mut marks, mut now, mut looking, mut full) =
            (Marks::new(FULL, BEHIND_MOST), Duration::ZERO, Duration::ZERO, 0);
        let (short, long) = (Duration::from_millis(1), Duration::from_millis(900));
        while now < Duration::from_secs(600) {
            let is_full = marks.begin(now);
            let took = if marks.of(LANE).is_none() { long } else { short };
            full += u32::from(is_full);
            looking += took;
            marks.found_all([LANE], at(u64::try_from(now.as_millis()).unwrap()), took);
            now += took + Duration::from_millis(100);
        }
        assert!((30..=35).contains(&full), "about every 18 s: {full}");
        assert!(looking < Duration::from_secs(600) / 15, "{looking:?}");
        // What costs nothing is looked at as always.
        let mut quick = Marks::new(FULL, BEHIND_MOST);
        assert!(quick.begin(Duration::ZERO));
        quick.found_all([LANE], at(0), short);
        assert!(quick.of(LANE).is_none() && quick.begin(FULL));
    }

    /// A job: ready at one time, there for others at another, in milliseconds.
    #[derive(Debug, Clone)]
    struct Job {
        ready: u64,
        committed: u64,
    }

    fn jobs() -> impl Strategy<Value = Vec<Job>> {
        // Some commit long after they have said when they are ready; some are ready long after.
        let job = (0_u64..30_000, prop_oneof![4 => 0_u64..50, 1 => 0_u64..12_000], 0_u64..4_000)
            .prop_map(|(begun, late, ahead)| Job { ready: begun + ahead, committed: begun + late });
        prop::collection::vec(job, 1..120)
    }

    proptest! {
        #[test]
        fn every_job_is_claimed_within_the_time_between_full_passes(
            jobs in jobs(), every_ms in 50_u64..900, batch in 20_usize..60, behind_most in prop_oneof![1_u64..100, Just(BEHIND_MOST)],
        ) {
            let (mut marks, mut left, mut behind) = (Marks::new(FULL, behind_most), jobs, BTreeMap::new());
            for now in (0_u64..60_000).step_by(usize::try_from(every_ms).unwrap()) {
                if marks.begin(Duration::from_millis(now)) {
                    behind.clear();
                }
                let from = marks.of(LANE);
                let is_found = |job: &Job| {
                    job.committed <= now && job.ready <= now && from.is_none_or(|from| at(job.ready) >= from)
                };
                left.sort_by_key(|job| job.ready);
                let (mut claimed, mut rest) = (Vec::new(), Vec::new());
                for job in left {
                    if claimed.len() < batch && is_found(&job) { claimed.push(job) } else { rest.push(job) }
                }
                left = rest;
                if let Some(last) = claimed.last() {
                    claimed.iter().for_each(|_| marks.claimed(LANE, at(last.ready)));
                    *behind.entry(at(last.ready)).or_default() += claimed.len() as u64;
                }
                // What each claim steps over: what was claimed behind the mark, and the claim before that.
                let from = marks.of(LANE).unwrap_or(Timestamp::MAX);
                let over: Vec<u64> = behind.iter().filter(|(newest, _)| **newest > from).map(|(_, many)| *many).collect();
                let before = over.iter().max().copied().unwrap_or(0);
                prop_assert!(over.iter().sum::<u64>() < behind_most + before.max(1), "{over:?} at {now}");
                // Two full passes, where one was full of others.
                let late = 2 * (5_000 + every_ms) + 1_000 * u64::try_from(120 / batch).unwrap();
                let forgotten = left.iter().find(|job| job.committed.max(job.ready) + late < now);
                prop_assert!(forgotten.is_none(), "{forgotten:?} at {now}");
            }
        }
    }
}
