//! When something is due, again and again: a cron expression, read in a time zone. Pure. Never here: what is due, who makes
//! it run, the present time.

mod field;
mod misfire;
mod zone;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use field::{Field, Kind};
use zone::Times;

pub use field::Why;
pub use misfire::{Due, Misfire, due};

/// Days that are looked at: 29 February on a given weekday is 40 years away at most, where a century year has none.
const DAYS: usize = 41 * 366;

/// A cron expression: five fields (minute, hour, day of the month, month, day of the week) or six, with the second in front.
///
/// A field is `*`, a number, a range `a-b`, either with a step (`*/n`, `a-b/n`, `a/n`: from `a` on), or several of these with
/// commas. Months and days of the week may be named by their first three letters; both 0 and 7 are Sunday. Where both days
/// are restricted, one of them is enough, as Vixie's cron has it (a field that begins with `*` restricts nothing).
/// `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` are what they say, each at its beginning.
///
/// When clocks change, an expression with given hours fires once for each of its times: one that is skipped at the first
/// instant after, one that comes twice the first time. An expression of every hour (its field begins with `*`) goes on evenly:
/// it fires both times, and for nothing that is skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    text: String,
    times: Times,
    days: Field,
    months: Field,
    weekdays: Field,
}

/// Why a text is no cron expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Neither five fields nor six, nor a name behind `@`.
    #[error(
        "a cron expression has five fields (minute hour day month weekday), or six with the second in front; this has {0}"
    )]
    Fields(usize),
    /// A word behind `@` that nobody knows.
    #[error("{0:?} is not known; write @hourly, @daily, @weekly, @monthly or @yearly")]
    Word(String),
    /// One of the fields.
    #[error("the {field} {text:?} {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// As it was written.
        text: String,
        /// What is wrong with it.
        why: Why,
    },
    /// A day that no month has, such as 30 February.
    #[error("no day is ever like that")]
    Never,
}

impl Spec {
    /// The expression that this text is.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        let text = text.trim();
        let written = match text {
            "@hourly" => "0 * * * *",
            "@daily" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" => "0 0 1 1 *",
            word if word.starts_with('@') => return Err(SpecError::Word(word.to_owned())),
            fields => fields,
        };
        let parts: Vec<&str> = written.split_ascii_whitespace().collect();
        let (second, rest) = match parts.as_slice() {
            [second, rest @ ..] if rest.len() == 5 => (*second, rest),
            rest if rest.len() == 5 => ("0", rest),
            parts => return Err(SpecError::Fields(parts.len())),
        };
        let [minute, hour, day, month, weekday] = rest else { return Err(SpecError::Fields(parts.len())) };
        let times = Times {
            seconds: Field::parse(Kind::Second, second)?,
            minutes: Field::parse(Kind::Minute, minute)?,
            hours: Field::parse(Kind::Hour, hour)?,
        };
        let spec = Self {
            text: text.to_owned(),
            times,
            days: Field::parse(Kind::Day, day)?,
            months: Field::parse(Kind::Month, month)?,
            weekdays: Field::parse(Kind::Weekday, weekday)?,
        };
        if spec.can_be() { Ok(spec) } else { Err(SpecError::Never) }
    }

    /// The first instant after this one at which it is due in the zone; none beyond the year 9999.
    pub fn next_after(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let date = zone.to_datetime(after).date();
        // A clock that is set back over midnight has some of yesterday before it again.
        let first = date.yesterday().unwrap_or(date);
        let following = |date: &Date| match self.months.has(date.month().unsigned_abs()) {
            true => date.tomorrow().ok(),
            false => date.last_of_month().tomorrow().ok(),
        };
        let dates = std::iter::successors(Some(first), following).take(DAYS);
        dates.filter(|date| self.is_on(*date)).find_map(|date| self.times.first_after(after, date, zone))
    }

    fn is_on(&self, date: Date) -> bool {
        let (of_month, of_week) = (
            self.days.has(date.day().unsigned_abs()),
            self.weekdays.has(date.weekday().to_sunday_zero_offset().unsigned_abs()),
        );
        let is_day = match self.days.begins_with_star || self.weekdays.begins_with_star {
            true => of_month && of_week,
            false => of_month || of_week,
        };
        is_day && self.months.has(date.month().unsigned_abs())
    }

    /// A day of the week comes in every month; a day of the month must be one that some month has.
    fn can_be(&self) -> bool {
        const LONGEST: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let is_by_weekday = !self.days.begins_with_star && !self.weekdays.begins_with_star;
        let mut months = (1_u8..).zip(LONGEST).filter(|(month, _)| self.months.has(*month));
        is_by_weekday || months.any(|(_, longest)| (1..=longest).any(|day| self.days.has(day)))
    }
}

/// As it was written.
impl fmt::Display for Spec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
