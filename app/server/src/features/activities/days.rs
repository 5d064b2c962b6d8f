//! Civil days of an athlete: which instants the last n days are, and which day an instant falls on.
//! Never here: what is counted in them, and the clock: "now" is an argument.

use std::ops::RangeInclusive;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use mainstay_http::{FieldError, Problem};

/// Consecutive civil days, and the instants that they span in the athlete's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::features) struct DayWindow {
    /// The first day, included.
    pub(in crate::features) first: Date,
    /// The last day, included.
    pub(in crate::features) last: Date,
    /// The first instant of the first day.
    pub(in crate::features) since: Timestamp,
    /// The first instant after the last day.
    pub(in crate::features) until: Timestamp,
}

impl DayWindow {
    /// The `days` civil days that end with the day of `now`.
    pub(in crate::features) fn last_days(now: Timestamp, zone: &TimeZone, days: u32) -> Self {
        let last = day_of(now, zone);
        Self::between(last.saturating_sub((i64::from(days.max(1)) - 1).days()), last, zone)
    }

    /// The days from `first` to `last`, both included.
    pub(in crate::features) fn between(first: Date, last: Date, zone: &TimeZone) -> Self {
        let until = start_of(last.saturating_add(1.day()), zone);
        Self { first, last, since: start_of(first, zone), until }
    }

    /// The same days and `days` more before them.
    pub(in crate::features) fn reaching_back(self, days: u32, zone: &TimeZone) -> Self {
        Self::between(self.first.saturating_sub(i64::from(days).days()), self.last, zone)
    }

    /// How many days.
    pub(in crate::features) fn days(self) -> i64 {
        self.last.duration_since(self.first).as_hours() / 24 + 1
    }

    /// Whether the window holds the day.
    pub(in crate::features) fn contains(self, day: Date) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// The civil day of an instant.
pub(in crate::features) fn day_of(instant: Timestamp, zone: &TimeZone) -> Date {
    zone.to_datetime(instant).date()
}

/// The first instant of a day. Where clocks go forward at midnight, that is not 00:00; a day that a zone
/// skipped begins where the next one does. At the ends of the calendar, the nearest instant there is.
pub(super) fn start_of(day: Date, zone: &TimeZone) -> Timestamp {
    let end = if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    day.to_zoned(zone.clone()).map_or(end, |midnight| midnight.timestamp())
}

/// The `days` parameter within its range, or 400 with a pointer.
pub(in crate::features) fn asked_days(
    asked: Option<u32>,
    allowed: RangeInclusive<u32>,
    default: u32,
) -> Result<u32, Problem> {
    let days = asked.unwrap_or(default);
    if allowed.contains(&days) {
        return Ok(days);
    }
    let range = format!("Must be from {} to {}.", allowed.start(), allowed.end());
    Err(Problem::invalid_query(vec![FieldError::new("/days", "out_of_range", range)]))
}

#[cfg(test)]
mod tests;
