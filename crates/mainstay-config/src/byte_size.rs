//! Sizes as people write them: `64 MiB`. Never here: limits themselves.

use std::fmt::{Display, Formatter};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// How many of [`UNITS`] are powers of 1024; sizes are shown in these.
const BINARY: usize = 5;

/// A number of bytes. Its text is a whole number and a unit, with or without a blank between them: `B`, `KiB`, `MiB`,
/// `GiB`, `TiB` (powers of 1024), `kB`, `MB`, `GB`, `TB` (powers of 1000). It is shown in the largest binary unit
/// that loses nothing, so that what is shown reads back as the same size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ByteSize(u64);

impl ByteSize {
    /// This many bytes.
    pub const fn new(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The number of bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

/// The text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ByteSizeError {
    /// Not a whole number and a unit.
    #[error(
        "`{0}` is not a size; write a whole number and one of B, KiB, MiB, GiB, TiB, kB, MB, GB, TB: `64 MiB`"
    )]
    Form(String),
    /// More than 2^64 - 1 bytes.
    #[error("`{0}` is more bytes than can be counted")]
    TooLarge(String),
}

impl FromStr for ByteSize {
    type Err = ByteSizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let form = || ByteSizeError::Form(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(form)?;
        if number.is_empty() {
            return Err(form());
        }
        let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*factor));
        bytes.map(Self).ok_or_else(|| ByteSizeError::TooLarge(text.to_owned()))
    }
}

impl Display for ByteSize {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        let fits = |(_, factor): &&(&str, u64)| self.0 >= *factor && self.0.is_multiple_of(*factor);
        let (name, factor) = UNITS[..BINARY].iter().rfind(fits).unwrap_or(&UNITS[0]);
        write!(f, "{} {name}", self.0 / factor)
    }
}

impl TryFrom<String> for ByteSize {
    type Error = ByteSizeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ByteSize> for String {
    fn from(size: ByteSize) -> Self {
        size.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_shown_reads_back(number: u32, shift in 0_u32..6) {
            let size = ByteSize::new(u64::from(number) << (10 * shift).min(32));
            prop_assert_eq!(size.to_string().parse(), Ok(size));
        }

        #[test]
        fn any_text_is_a_size_or_an_error_that_quotes_it(text: String) {
            if let Err(error) = text.parse::<ByteSize>() {
                prop_assert!(error.to_string().contains(&text));
            }
        }
    }

    #[test]
    fn units_mean_what_they_say() {
        let bytes = |text: &str| text.parse().map(ByteSize::bytes);
        assert_eq!(bytes("64 MiB"), Ok(64 * 1024 * 1024));
        assert_eq!(bytes("5MB"), Ok(5_000_000));
        assert_eq!(bytes("0 B"), Ok(0));
        assert_eq!(ByteSize::new(1536).to_string(), "1536 B");
        assert_eq!(ByteSize::new(3 << 30).to_string(), "3 GiB");
    }

    #[test]
    fn what_is_no_size_is_told_the_form() {
        for bad in ["", "64", "MiB", "-1 B", "1.5 MiB", "64  MiB", "64 mib", "64 MiB ", "٣ B"] {
            assert!(matches!(bad.parse::<ByteSize>(), Err(ByteSizeError::Form(_))), "{bad:?}");
        }
        let error = "18446744073709551615 KiB".parse::<ByteSize>().unwrap_err();
        assert_eq!(error, ByteSizeError::TooLarge("18446744073709551615 KiB".to_owned()));
    }
}
