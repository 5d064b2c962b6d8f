//! The times of a day as instants of a zone, also on days when its clocks change. Never here: which days.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::field::Field;

/// The times of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) seconds: Field,
    pub(super) minutes: Field,
    pub(super) hours: Field,
}

/// Further away from a change of the clocks no time of a day is skipped or comes twice: no zone has ever been set by more
/// than a day.
const FAR: SignedDuration = SignedDuration::from_hours(49);

/// Changes of the clocks that are looked at; no zone has ever had so many within four days.
const CHANGES_MOST: usize = 16;

/// A time in which clocks are not changed.
struct Span {
    offset: Offset,
    begin: Timestamp,
    /// The next change; nothing, where none is near.
    end: Option<Timestamp>,
}

impl Times {
    /// The first instant after this one that is one of the times on this day. It costs as many steps as clocks change near
    /// the day, and not as many as the day has times.
    pub(super) fn first_after(self, after: Timestamp, date: Date, zone: &TimeZone) -> Option<Timestamp> {
        let noon = zone.to_timestamp(date.at(12, 0, 0, 0)).ok()?;
        // Up to here clocks have shown every time, or would have.
        let mut shown = DateTime::MIN;
        for span in spans(noon, zone) {
            let begin = span.offset.to_datetime(span.begin);
            if !self.hours.begins_with_star {
                // What is skipped comes at the change, which is the first instant behind it.
                let skipped = self.on(date, shown).filter(|time| *time < begin && shown > DateTime::MIN);
                if skipped.is_some() && span.begin > after {
                    return Some(span.begin);
                }
            }
            let is_past = span.end.is_some_and(|end| end <= after);
            let first = if is_past { None } else { self.first_in(&span, after, date, shown) };
            if first.is_some() {
                return first;
            }
            if let Some(end) = span.end.filter(|_| !self.hours.begins_with_star) {
                shown = shown.max(span.offset.to_datetime(end));
            }
        }
        None
    }

    /// The first one within the span, of those that clocks have not shown before.
    fn first_in(self, span: &Span, after: Timestamp, date: Date, shown: DateTime) -> Option<Timestamp> {
        let begin = span.offset.to_datetime(span.begin).max(shown);
        // Whatever of a second has gone, this one is not to come any more.
        let second = SignedDuration::from_secs(1);
        let wanted = span.offset.to_datetime(after).checked_add(second).ok()?;
        let wanted = wanted.with().subsec_nanosecond(0).build().ok()?;
        let instant = span.offset.to_timestamp(self.on(date, begin.max(wanted))?).ok()?;
        Some(instant).filter(|instant| span.end.is_none_or(|end| *instant < end))
    }

    /// The first time of this day that is not before that one.
    fn on(self, date: Date, least: DateTime) -> Option<DateTime> {
        let part = |part: i8| part.unsigned_abs();
        let from = match least.date().cmp(&date) {
            std::cmp::Ordering::Less => (0, 0, 0),
            std::cmp::Ordering::Greater => return None,
            std::cmp::Ordering::Equal => (part(least.hour()), part(least.minute()), part(least.second())),
        };
        at(date, self.from(from)?)
    }

    /// The first time of the day that is not before this one; a second of 60 is one of the next minute.
    fn from(self, (hour, minute, second): (u8, u8, u8)) -> Option<(u8, u8, u8)> {
        let first_second = self.seconds.from(0)?;
        if self.hours.has(hour) {
            if self.minutes.has(minute)
                && let Some(second) = self.seconds.from(second)
            {
                return Some((hour, minute, second));
            }
            if let Some(minute) = self.minutes.from(minute + 1) {
                return Some((hour, minute, first_second));
            }
        }
        Some((self.hours.from(hour + 1)?, self.minutes.from(0)?, first_second))
    }
}

/// The times around this one in which clocks are not changed, in their order.
fn spans(noon: Timestamp, zone: &TimeZone) -> impl Iterator<Item = Span> + '_ {
    let from = noon.checked_sub(FAR).unwrap_or(Timestamp::MIN);
    let mut changes = zone
        .following(from)
        .take_while(move |change| change.timestamp().duration_since(noon) <= FAR)
        .take(CHANGES_MOST)
        .map(|change| change.timestamp());
    std::iter::successors(Some((from, changes.next())), move |(_, end)| Some(((*end)?, changes.next())))
        .map(|(begin, end)| Span { offset: zone.to_offset(begin), begin, end })
}

fn at(date: Date, (hour, minute, second): (u8, u8, u8)) -> Option<DateTime> {
    let part = |part: u8| i8::try_from(part).ok();
    Some(date.at(part(hour)?, part(minute)?, part(second)?, 0))
}
