//! The times of a day as instants of a zone, also on days when its clocks change. Never here: which days.

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
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

impl Times {
    /// The first instant after this one that is one of the times on this day.
    pub(super) fn first_after(self, after: Timestamp, date: Date, zone: &TimeZone) -> Option<Timestamp> {
        let noon = zone.to_timestamp(date.at(12, 0, 0, 0)).ok()?;
        match changes_near(noon, zone) {
            true => self.all(date).filter_map(|time| self.instant(time, after, zone)).min(),
            false => {
                let (offset, wanted) = (zone.to_offset(noon), zone.to_datetime(after));
                let from = match wanted.date().cmp(&date) {
                    std::cmp::Ordering::Less => (0, 0, 0),
                    std::cmp::Ordering::Greater => return None,
                    std::cmp::Ordering::Equal => {
                        let part = |part: i8| part.unsigned_abs();
                        // Whatever of a second has gone, this one is not to come any more.
                        (part(wanted.hour()), part(wanted.minute()), part(wanted.second()) + 1)
                    }
                };
                offset.to_timestamp(at(date, self.from(from)?)?).ok()
            }
        }
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

    fn all(self, date: Date) -> impl Iterator<Item = DateTime> {
        let minutes = move |hour| self.minutes.all().map(move |minute| (hour, minute));
        let seconds = move |(hour, minute)| self.seconds.all().map(move |second| (hour, minute, second));
        self.hours.all().flat_map(minutes).flat_map(seconds).filter_map(move |time| at(date, time))
    }

    /// The first instant after that one at which clocks show this time, or would.
    fn instant(self, time: DateTime, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let ambiguous = zone.to_ambiguous_timestamp(time);
        let is_even = self.hours.begins_with_star;
        let (first, second) = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => (ambiguous.unambiguous().ok(), None),
            AmbiguousOffset::Gap { .. } if is_even => (None, None),
            AmbiguousOffset::Gap { .. } => {
                // As if the clocks had been set already: that lies before they are.
                let before = ambiguous.earlier().ok()?;
                (zone.following(before).next().map(|change| change.timestamp()), None)
            }
            AmbiguousOffset::Fold { .. } => {
                let second = is_even.then(|| ambiguous.later().ok()).flatten();
                (ambiguous.earlier().ok(), second)
            }
        };
        first.into_iter().chain(second).find(|instant| *instant > after)
    }
}

fn changes_near(noon: Timestamp, zone: &TimeZone) -> bool {
    let from = noon.checked_sub(FAR).unwrap_or(Timestamp::MIN);
    let next = zone.following(from).next();
    next.is_some_and(|change| change.timestamp().duration_since(noon) <= FAR)
}

fn at(date: Date, (hour, minute, second): (u8, u8, u8)) -> Option<DateTime> {
    let part = |part: u8| i8::try_from(part).ok();
    Some(date.at(part(hour)?, part(minute)?, part(second)?, 0))
}
