//! What becomes of times that nobody was there for. Pure. Never here: the present time, who asks.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::Spec;

/// What becomes of times that have passed unseen, while no process ran or the schedule was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfire {
    /// They are left out; the last one counts if it is no older than a minute.
    Skip,
    /// The last of them counts for all.
    Coalesce,
    /// Each counts, the oldest first, so many at a time.
    CatchUp {
        /// At a time; the rest is due at once when these are made.
        most: usize,
    },
}

/// What is due by now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The times that count, the oldest first.
    pub fires: Vec<Timestamp>,
    /// When to look again; nothing, if it is never due again.
    pub next_at: Option<Timestamp>,
}

/// Whoever is later than this was not there.
const PUNCTUAL: SignedDuration = SignedDuration::from_secs(60);

/// What is due of a schedule whose next time was `next_at`. Times that are older than `bound` count for nothing.
pub fn due(
    spec: &Spec,
    zone: &TimeZone,
    next_at: Timestamp,
    now: Timestamp,
    policy: Misfire,
    bound: Duration,
) -> Due {
    if next_at > now {
        return Due { fires: Vec::new(), next_at: Some(next_at) };
    }
    let bound = SignedDuration::try_from(bound).unwrap_or(SignedDuration::MAX);
    let oldest = now.checked_sub(bound).unwrap_or(Timestamp::MIN);
    // The time that was promised counts, whatever the expression says by now.
    let first = if next_at >= oldest { Some(next_at) } else { after(spec, zone, oldest) };
    let Some(first) = first.filter(|first| *first <= now) else {
        return Due { fires: Vec::new(), next_at: spec.next_after(now, zone) };
    };
    if let Misfire::CatchUp { most } = policy {
        let times = std::iter::successors(Some(first), |last| spec.next_after(*last, zone));
        let fires: Vec<_> = times.take_while(|time| *time <= now).take(most.max(1)).collect();
        let next_at = spec.next_after(fires.last().copied().unwrap_or(now), zone);
        return Due { fires, next_at };
    }
    let mut fires = vec![last(spec, zone, first, now)];
    if policy == Misfire::Skip {
        fires.retain(|time| now.duration_since(*time) <= PUNCTUAL);
    }
    Due { fires, next_at: spec.next_after(now, zone) }
}

/// The last time from `first` on, which is one, that is not after `now`. It is looked for backwards, in ever longer spans: a
/// schedule of every second has a day of times that do not count.
fn last(spec: &Spec, zone: &TimeZone, first: Timestamp, now: Timestamp) -> Timestamp {
    let mut span = SignedDuration::from_secs(1);
    loop {
        let from = now.checked_sub(span).unwrap_or(Timestamp::MIN).max(first);
        let times = std::iter::successors(spec.next_after(from, zone), |last| spec.next_after(*last, zone));
        match times.take_while(|time| *time <= now).last() {
            Some(last) => return last,
            None if from == first => return first,
            None => span = span.checked_mul(2).unwrap_or(SignedDuration::MAX),
        }
    }
}

/// The first time that is not before this one.
fn after(spec: &Spec, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
    spec.next_after(from.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(from), zone)
}
