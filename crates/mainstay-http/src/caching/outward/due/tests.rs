//! Every change is purged at once, and once more when no answer without it can come any more.

use proptest::prelude::*;

use super::*;

const TIMES: Times = Times {
    again_after: Duration::from_secs(60),
    step: Duration::from_secs(4),
    everything_pause: Duration::ZERO,
    most: 100,
};

fn events(tags: &[u64]) -> Change {
    Change::Events(vec![tags.iter().copied().map(Tag::from_hash).collect()])
}

fn tags(tags: &[u64]) -> Option<Work> {
    Some(Work::Tags(tags.iter().copied().map(Tag::from_hash).collect()))
}

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_change_is_purged_at_once_and_again() {
    let mut due = Due::new(TIMES);
    assert_eq!(due.next_at(), None);
    due.hear(s(1), events(&[7, 8]));
    due.hear(s(2), events(&[8, 9]));
    assert_eq!(due.next_at(), Some(s(0)));
    assert_eq!(due.take(s(2), 2), tags(&[7, 8]));
    assert_eq!(due.take(s(2), 2), tags(&[9]));
    assert_eq!((due.take(s(2), 2), due.next_at()), (None, Some(s(64))), "61 and 62 wait for the same step");
    assert_eq!(due.take(s(63), 10), None);
    assert_eq!(due.take(s(64), 10), tags(&[7, 8, 9]));
    assert_eq!((due.next_at(), due.tags()), (None, 0));
}

#[test]
fn what_failed_is_tried_again_with_what_came_meanwhile() {
    let mut due = Due::new(TIMES);
    due.hear(s(1), events(&[1, 2]));
    let work = due.take(s(1), 10).unwrap();
    due.hear(s(2), events(&[2, 3]));
    due.put_back(work);
    assert_eq!(due.take(s(2), 10), tags(&[1, 2, 3]));
    due.hear(s(3), Change::Everything);
    let work = due.take(s(3), 10).unwrap();
    due.hear(s(4), events(&[4]));
    due.put_back(work);
    assert_eq!((due.take(s(4), 10), due.take(s(4), 10)), (Some(Work::Everything), None), "4 is part of it");
}

#[test]
fn everything_is_purged_again_too_and_not_too_often() {
    let mut due = Due::new(Times { everything_pause: s(5), ..TIMES });
    due.hear(s(1), Change::Everything);
    due.hear(s(1), events(&[1]));
    assert_eq!((due.take(s(1), 10), due.take(s(1), 10)), (Some(Work::Everything), None));
    due.hear(s(2), Change::Everything);
    assert_eq!((due.take(s(2), 10), due.next_at()), (None, Some(s(6))));
    assert_eq!(due.take(s(6), 10), Some(Work::Everything));
    assert_eq!(due.next_at(), Some(s(64)));
    assert_eq!((due.take(s(64), 10), due.next_at()), (Some(Work::Everything), None));
}

#[test]
fn too_many_tags_become_everything_at_the_same_times() {
    let mut due = Due::new(Times { most: 4, ..TIMES });
    due.hear(s(1), events(&[1, 2]));
    assert_eq!(due.take(s(1), 10), tags(&[1, 2]));
    due.hear(s(9), events(&[3, 4]));
    assert_eq!(due.tags(), 0);
    assert_eq!((due.take(s(9), 10), due.next_at()), (Some(Work::Everything), Some(s(64))));
    assert_eq!((due.take(s(64), 10), due.next_at()), (Some(Work::Everything), Some(s(72))));
    assert_eq!((due.take(s(72), 10), due.next_at()), (Some(Work::Everything), None));
}

proptest! {
    /// Whatever is heard and however slowly it is purged: after each hearing there is a purge, and one that is sent no sooner
    /// than the second may be. Who purges at once has done both within a step. Few wait.
    #[test]
    fn nothing_is_purged_too_early_and_nothing_is_forgotten(
        heard in prop::collection::vec((0_u64..40, 0_u64..6, 0_u8..40), 1..60),
        fails in prop::collection::vec(any::<bool>(), 1..50),
        most in 1_usize..8,
        is_slow: bool,
    ) {
        let mut due = Due::new(Times { most: 12, ..TIMES });
        let (mut now, mut told, mut purges, mut tries) = (s(0), Vec::new(), Vec::new(), 0);
        let mut fails = fails.into_iter().cycle();
        let mut purge = |due: &mut Due, now: Duration, all: bool| {
            while let Some(work) = due.take(now, most) {
                tries += 1;
                if is_slow && tries % 7 != 0 && fails.next() == Some(true) {
                    due.put_back(work);
                } else {
                    purges.push((now, work));
                }
                if is_slow && !all {
                    break;
                }
            }
        };
        for (pause, tag, kind) in heard {
            for _ in 0..pause {
                now += s(1);
                purge(&mut due, now, false);
            }
            let change = if kind == 0 { Change::Everything } else { events(&[tag]) };
            due.hear(now, change);
            told.push((now, (kind > 0).then(|| Tag::from_hash(tag))));
            purge(&mut due, now, false);
            prop_assert!(due.tags() <= 12);
        }
        for _ in 0..70 {
            now += s(1);
            purge(&mut due, now, true);
        }
        prop_assert_eq!(due.next_at(), None);
        let is_of = |work: &Work, tag: &Option<Tag>| match work {
            Work::Everything => true,
            Work::Tags(tags) => tag.is_some_and(|tag| tags.contains(&tag)),
        };
        for (at, tag) in told {
            let after = |from: Duration| purges.iter().find(|(time, work)| *time >= from && is_of(work, &tag));
            let (first, second) = (after(at), after(at + TIMES.again_after));
            prop_assert!(first.is_some() && second.is_some());
            if !is_slow {
                prop_assert_eq!(first.map(|(time, _)| *time), Some(at));
                prop_assert!(second.is_some_and(|(time, _)| *time <= at + TIMES.again_after + TIMES.step));
            }
        }
    }
}
