//! Lengths of time as people write them: `250ms`, `15min`. Never here: calendars, where a day has no fixed length.

use std::fmt::{Display, Formatter};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Unit and milliseconds; of two names for one unit the first is shown.
const UNITS: [(&str, u64); 6] =
    [("ms", 1), ("s", 1_000), ("min", 60_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// A length of time in whole milliseconds. Its text is a whole number and a unit, with or without a blank between
/// them: `ms`, `s`, `min` (or `m`), `h`, `d` (24 hours). It is shown in the largest unit that loses nothing, so that
/// what is shown reads back as the same length.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span(u64);

impl Span {
    /// This many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// The length.
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

/// The text is not a length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// Not a whole number and a unit.
    #[error(
        "`{0}` is not a length of time; write a whole number and one of ms, s, min, h, d: `250ms`, `15min`"
    )]
    Form(String),
    /// More than 2^64 - 1 milliseconds.
    #[error("`{0}` is longer than can be counted")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || SpanError::Form(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(form)?;
        if number.is_empty() {
            return Err(form());
        }
        let millis = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
        millis.map(Self).ok_or_else(|| SpanError::TooLong(text.to_owned()))
    }
}

impl Display for Span {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        if self.0 == 0 {
            return f.write_str("0s");
        }
        let fits = |(name, factor): &&(&str, u64)| *name != "m" && self.0.is_multiple_of(*factor);
        let (name, factor) = UNITS.iter().rfind(fits).unwrap_or(&UNITS[0]);
        write!(f, "{}{name}", self.0 / factor)
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl From<Span> for Duration {
    fn from(span: Span) -> Self {
        span.duration()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shown_reads_back(number: u32, unit in 0..UNITS.len()) {
            let span = Span::from_millis(u64::from(number) * UNITS[unit].1);
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn units_mean_what_they_say() {
        let seconds = |text: &str| text.parse().map(|span: Span| span.duration().as_secs_f64());
        assert_eq!(
            ["250ms", "30 s", "15min", "15m", "2h", "7d", "0s"].map(seconds),
            [0.25, 30.0, 900.0, 900.0, 7200.0, 604_800.0, 0.0].map(Ok)
        );
        assert_eq!(Span::from_millis(90_000).to_string(), "90s");
        assert_eq!(Span::from_millis(900_000).to_string(), "15min");
    }

    #[test]
    fn what_is_no_length_is_told_the_form() {
        for bad in ["", "15", "min", "-1s", "1.5h", "1h30min", "15 Min"] {
            assert!(matches!(bad.parse::<Span>(), Err(SpanError::Form(_))), "{bad:?}");
        }
        assert!(matches!("18446744073709551615s".parse::<Span>(), Err(SpanError::TooLong(_))));
    }
}
