//! A calendar month of UTC, and the arithmetic on months. Pure. Never here: zones of people, the present month.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A calendar month of UTC, January of year 1 to November of year 9999. It holds the instants from
/// [`Month::start`], which is in it, to [`Month::end`], which is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(i32);

/// Months are counted from January of year 0; the last one's end must be an instant that can be written.
const FIRST: i32 = 12;
const LAST: i32 = 9999 * 12 + 10;

impl Month {
    /// The month of a year, 1 to 12; nothing outside the range of the type.
    pub fn try_new(year: i16, month: i8) -> Option<Self> {
        let count = i32::from(year) * 12 + i32::from(month) - 1;
        ((1..=12).contains(&month) && (FIRST..=LAST).contains(&count)).then_some(Self(count))
    }

    /// The month that holds the instant; nothing outside the range of the type.
    pub fn of(instant: Timestamp) -> Option<Self> {
        let date = instant.to_zoned(TimeZone::UTC).date();
        Self::try_new(date.year(), date.month())
    }

    /// So many months later, or earlier when negative; the nearest end of the range where it would leave it.
    #[must_use]
    pub fn plus(self, months: i32) -> Self {
        Self(self.0.saturating_add(months).clamp(FIRST, LAST))
    }

    /// How many months later this is than `other`; negative when earlier.
    pub fn since(self, other: Self) -> i32 {
        self.0 - other.0
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        first_instant(self.0)
    }

    /// The first instant that is no longer in it.
    pub fn end(self) -> Timestamp {
        first_instant(self.0 + 1)
    }

    /// `y2026m01`: how the name of its partition ends.
    pub(super) fn suffix(self) -> String {
        let (year, month) = parts(self.0);
        format!("y{year:04}m{month:02}")
    }

    /// Its first instant as PostgreSQL's `timestamptz` reads it, whatever the session's zone.
    pub(super) fn start_literal(self) -> String {
        literal(self.0)
    }

    /// The first instant after it, in the same form.
    pub(super) fn end_literal(self) -> String {
        literal(self.0 + 1)
    }
}

/// `2026-01`.
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = parts(self.0);
        write!(f, "{year:04}-{month:02}")
    }
}

fn parts(count: i32) -> (i32, i32) {
    (count.div_euclid(12), count.rem_euclid(12) + 1)
}

fn literal(count: i32) -> String {
    let (year, month) = parts(count);
    format!("'{year:04}-{month:02}-01 00:00:00+00'")
}

fn first_instant(count: i32) -> Timestamp {
    let (year, month) = parts(count);
    let date = i16::try_from(year)
        .ok()
        .zip(i8::try_from(month).ok())
        .and_then(|(year, month)| Date::new(year, month, 1).ok());
    let instant = date.and_then(|date| date.to_zoned(TimeZone::UTC).ok()).map(|zoned| zoned.timestamp());
    // The range of the type leaves no other case.
    instant.unwrap_or(Timestamp::MAX)
}

/// The oldest month that a retention of so many months keeps: that of the same day so many months ago. Each row of
/// an earlier month is older than the retention, however long the months between are.
pub(super) fn oldest_kept(present: Month, retention: u32) -> Month {
    present.plus(i32::try_from(retention).map_or(i32::MIN, |months| -months))
}

#[cfg(test)]
mod tests;
