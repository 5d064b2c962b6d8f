//! A month or a day of UTC, and the arithmetic on them. Pure. Never here: zones of people, the present, how a bound is
//! written.

use std::fmt;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// How long the periods of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// Calendar months of UTC.
    Month,
    /// Days of UTC.
    Day,
}

/// `month`, `day`.
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Month => "month",
            Self::Day => "day",
        })
    }
}

/// A month or a day of UTC, from the first of January of year 1 to the last of November of year 9999. It holds the
/// instants from [`Period::start`], which is in it, to [`Period::end`], which is not. Those of one unit are ordered in
/// time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    unit: Unit,
    first: Date,
}

/// The last period's end must be an instant that can be written.
const FIRST: Date = date(1, 1, 1);
const LAST: Date = date(9999, 11, 30);

impl Period {
    /// The month of a year, 1 to 12; nothing outside the range of the type.
    pub fn month(year: i16, month: i8) -> Option<Self> {
        Self::holding(Unit::Month, Date::new(year, month, 1).ok()?)
    }

    /// The day of a month, from 1 on; nothing outside the range of the type.
    pub fn day(year: i16, month: i8, day: i8) -> Option<Self> {
        Self::holding(Unit::Day, Date::new(year, month, day).ok()?)
    }

    /// The period that holds the instant; nothing outside the range of the type.
    pub fn of(unit: Unit, instant: Timestamp) -> Option<Self> {
        Self::holding(unit, instant.to_zoned(TimeZone::UTC).date())
    }

    fn holding(unit: Unit, day: Date) -> Option<Self> {
        let first = match unit {
            Unit::Month => day.first_of_month(),
            Unit::Day => day,
        };
        (FIRST..=LAST).contains(&first).then_some(Self { unit, first })
    }

    /// What it is.
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// So many periods later, or earlier when negative; the nearest end of the range where it would leave it.
    #[must_use]
    pub fn plus(self, periods: i32) -> Self {
        let end = if periods < 0 { FIRST } else { LAST };
        let moved = self.moved(periods).unwrap_or(end);
        Self::holding(self.unit, moved.clamp(FIRST, LAST)).unwrap_or(self)
    }

    /// How many periods later this is than the one of the same unit in which `other` begins; negative when earlier.
    pub fn since(self, other: Self) -> i32 {
        let between = |unit, from| self.first.since((unit, from)).unwrap_or_default();
        match self.unit {
            Unit::Month => between(jiff::Unit::Month, other.first.first_of_month()).get_months(),
            Unit::Day => between(jiff::Unit::Day, other.first).get_days(),
        }
    }

    /// Its first instant.
    pub fn start(self) -> Timestamp {
        first_instant(self.first)
    }

    /// The first instant that is no longer in it.
    pub fn end(self) -> Timestamp {
        // The range of the type leaves no other case.
        self.moved(1).map_or(Timestamp::MAX, first_instant)
    }

    /// The first day of the period so many later; nothing where the calendar ends.
    fn moved(self, periods: i32) -> Option<Date> {
        let span = match self.unit {
            Unit::Month => Span::new().try_months(periods),
            Unit::Day => Span::new().try_days(periods),
        };
        self.first.checked_add(span.ok()?).ok()
    }

    /// `y2026m01`, `y2026m01d22`: how the name of its partition ends.
    pub(super) fn suffix(self) -> String {
        let (year, month, day) = (self.first.year(), self.first.month(), self.first.day());
        match self.unit {
            Unit::Month => format!("y{year:04}m{month:02}"),
            Unit::Day => format!("y{year:04}m{month:02}d{day:02}"),
        }
    }

    /// The period with this suffix; nothing where it is not to the letter as we write it.
    pub(super) fn of_suffix(unit: Unit, suffix: &str) -> Option<Self> {
        let (year, rest) = suffix.strip_prefix('y')?.split_once('m')?;
        let (month, day) = match unit {
            Unit::Month => (rest, "1"),
            Unit::Day => rest.split_once('d')?,
        };
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
        Self::holding(unit, first).filter(|period| period.suffix() == suffix)
    }
}

/// `2026-01`, `2026-01-22`.
impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = (self.first.year(), self.first.month(), self.first.day());
        match self.unit {
            Unit::Month => write!(f, "{year:04}-{month:02}"),
            Unit::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

fn first_instant(day: Date) -> Timestamp {
    // The range of the type leaves no other case.
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// The oldest period that a retention of so many keeps: of months, that of the same day so many months ago. Each row of
/// an earlier one is older than the retention, however long the months between are.
pub(super) fn oldest_kept(present: Period, retention: u32) -> Period {
    present.plus(i32::try_from(retention).map_or(i32::MIN, |periods| -periods))
}

#[cfg(test)]
mod tests;
