//! Which sessions of one file are legs of one event. Pure. Never here: writing them.

use std::ops::Range;

use jiff::{SignedDuration, Timestamp};

/// Sessions that follow one another this closely are one event, whatever the file says: a pause at the shop, a
/// restarted watch.
const CLOSE: SignedDuration = SignedDuration::from_hours(1);

/// The longest pause within an event that the file declares: a night between two stages.
const DECLARED: SignedDuration = SignedDuration::from_hours(24);

/// Cuts the sessions, given by start and end in order of their start, into events. A session that stands alone is an
/// event of one.
pub(super) fn events(sessions: &[(Timestamp, Timestamp)], is_one_event: bool) -> Vec<Range<usize>> {
    let pause = if is_one_event { DECLARED } else { CLOSE };
    let mut events: Vec<Range<usize>> = Vec::new();
    let mut end = Timestamp::MIN;
    for (index, session) in sessions.iter().enumerate() {
        match events.last_mut().filter(|_| session.0.duration_since(end) <= pause) {
            Some(event) => event.end = index + 1,
            None => events.push(index..index + 1),
        }
        end = end.max(session.1);
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: &[(i64, i64)]) -> Vec<(Timestamp, Timestamp)> {
        let time = |minutes: i64| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        minutes.iter().map(|(start, end)| (time(*start), time(*end))).collect()
    }

    #[test]
    fn what_follows_within_an_hour_is_one_event() {
        let sessions = at(&[(0, 30), (90, 100), (161, 170), (4000, 4010)]);
        assert_eq!(events(&sessions, false), [0..2, 2..3, 3..4]);
    }

    #[test]
    fn a_declared_event_may_rest_for_a_night_and_not_for_a_month() {
        let sessions = at(&[(0, 30), (900, 1000), (50_000, 50_010)]);
        assert_eq!(events(&sessions, true), [0..2, 2..3]);
    }

    #[test]
    fn a_long_session_holds_what_lies_within_it() {
        assert_eq!(events(&at(&[(0, 600), (10, 20), (500, 510)]), false).first(), Some(&(0..3)));
        assert_eq!(events(&[], true), Vec::<Range<usize>>::new());
    }
}
