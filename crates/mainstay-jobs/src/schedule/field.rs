//! One field of a cron expression, as the set of the numbers that it names. Never here: what the fields mean together.

use std::fmt;

use super::SpecError;

/// The numbers that a field names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    numbers: u64,
    pub(super) begins_with_star: bool,
}

/// Which of the fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Second,
    Minute,
    Hour,
    Day,
    Month,
    Weekday,
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Neither a number nor a name.
    NoNumber,
    /// Outside of what the field can be.
    Outside(u8, u8),
    /// Its end is before its beginning.
    Backwards,
    /// A step of nothing, or of more than there is.
    Step,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoNumber => f.write_str("is no number, no `*` and no name"),
            Self::Outside(least, most) => write!(f, "is outside of {least} to {most}"),
            Self::Backwards => f.write_str("ends before it begins"),
            Self::Step => f.write_str("has a step that leads nowhere"),
        }
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day of the month",
            Self::Month => "month",
            Self::Weekday => "day of the week",
        }
    }

    /// The least and the largest number; 7 is another word for Sunday.
    fn range(self) -> (u8, u8) {
        match self {
            Self::Second | Self::Minute => (0, 59),
            Self::Hour => (0, 23),
            Self::Day => (1, 31),
            Self::Month => (1, 12),
            Self::Weekday => (0, 7),
        }
    }

    /// What `*` stands for.
    fn all(self) -> (u8, u8) {
        if self == Self::Weekday { (0, 6) } else { self.range() }
    }

    fn number(self, text: &str) -> Result<u8, Why> {
        let named = |names: &[&str]| names.iter().position(|name| text.eq_ignore_ascii_case(name));
        let found = match self {
            Self::Month => named(&MONTHS).map(|at| at + 1),
            Self::Weekday => named(&WEEKDAYS),
            _ => None,
        };
        let (least, most) = self.range();
        let number = match found.map(u8::try_from) {
            Some(Ok(number)) => number,
            _ if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(Why::NoNumber);
            }
            _ => text.parse().map_err(|_| Why::Outside(least, most))?,
        };
        if (least..=most).contains(&number) { Ok(number) } else { Err(Why::Outside(least, most)) }
    }
}

impl Field {
    pub(super) fn parse(kind: Kind, text: &str) -> Result<Self, SpecError> {
        let wrong = |why| SpecError::Field { field: kind.name(), text: text.to_owned(), why };
        let mut field = Self { numbers: 0, begins_with_star: text.starts_with('*') };
        for item in text.split(',') {
            field.numbers |= numbers(kind, item).map_err(wrong)?;
        }
        Ok(field)
    }

    pub(super) fn has(self, number: u8) -> bool {
        number < 64 && self.numbers & (1 << number) != 0
    }

    /// The least number of it that is not below this one.
    pub(super) fn from(self, number: u8) -> Option<u8> {
        let rest = self.numbers.checked_shr(number.into()).unwrap_or(0);
        (rest != 0).then(|| number + rest.trailing_zeros() as u8)
    }
}

/// Of one item between commas.
fn numbers(kind: Kind, item: &str) -> Result<u64, Why> {
    let (range, step) = match item.split_once('/') {
        None => (item, None),
        Some((range, step)) => (range, Some(step)),
    };
    let (first, last) = match range.split_once('-') {
        _ if range == "*" => kind.all(),
        Some((first, last)) => (kind.number(first)?, kind.number(last)?),
        // From here on, where there is a step.
        None => (kind.number(range)?, if step.is_some() { kind.all().1 } else { kind.number(range)? }),
    };
    let step = match step {
        None => 1,
        Some(step) => {
            step.parse::<u8>().ok().filter(|step| (1..=kind.range().1).contains(step)).ok_or(Why::Step)?
        }
    };
    if first > last {
        return Err(Why::Backwards);
    }
    let named = (first..=last).step_by(step.into()).map(|number| match (kind, number) {
        (Kind::Weekday, 7) => 0,
        _ => number,
    });
    Ok(named.fold(0, |numbers, number| numbers | 1 << number))
}
