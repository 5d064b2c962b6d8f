//! Sizes as people write them: `#[serde(with = "mainstay_config::byte_size")]` on any whole number of bytes.
//! Never here: limits themselves.

use std::fmt::Formatter;
use std::marker::PhantomData;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserializer, Serializer};

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

/// The text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ByteSizeError {
    /// Not a whole number and a unit.
    #[error(
        "`{0}` is not a size; write a whole number and one of B, KiB, MiB, GiB, TiB, kB, MB, GB, TB: `64 MiB`"
    )]
    Form(String),
    /// More bytes than the setting can hold.
    #[error("`{0}` is more bytes than can be counted here")]
    TooLarge(String),
}

/// The bytes of a size: a whole number and a unit, with or without a blank between them; `B`, `KiB`, `MiB`, `GiB`,
/// `TiB` are powers of 1024, `kB`, `MB`, `GB`, `TB` of 1000. A number alone is bytes.
///
/// # Errors
/// [`ByteSizeError`] quotes the text.
pub fn parse(text: &str) -> Result<u64, ByteSizeError> {
    let form = || ByteSizeError::Form(text.to_owned());
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let factor = match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, factor)) => *factor,
        None if digits == text.len() => 1,
        None => return Err(form()),
    };
    if number.is_empty() {
        return Err(form());
    }
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    bytes.ok_or_else(|| ByteSizeError::TooLarge(text.to_owned()))
}

/// The size in the largest binary unit that loses nothing, so that what is shown reads back as the same size.
pub fn show(bytes: u64) -> String {
    let fits = |(_, factor): &&(&str, u64)| bytes >= *factor && bytes.is_multiple_of(*factor);
    let (name, factor) = UNITS[..BINARY].iter().rfind(fits).unwrap_or(&UNITS[0]);
    format!("{} {name}", bytes / factor)
}

/// As [`show`].
///
/// # Errors
/// The serialiser's; a size that does not fit into 64 bits is none.
pub fn serialize<S, T>(value: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    T: Copy + TryInto<u64>,
{
    let bytes = (*value).try_into().map_err(|_| serde::ser::Error::custom("a size beyond 64 bits"))?;
    serializer.serialize_str(&show(bytes))
}

/// A number of bytes, or a text by [`parse`].
///
/// # Errors
/// The text is not a size, or is more than the number's type can hold.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    deserializer.deserialize_any(Size(PhantomData))
}

struct Size<T>(PhantomData<T>);

impl<T: TryFrom<u64>> Visitor<'_> for Size<T> {
    type Value = T;

    fn expecting(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("a number of bytes or a size such as `64 MiB`")
    }

    fn visit_u64<E: Error>(self, bytes: u64) -> Result<T, E> {
        T::try_from(bytes).map_err(|_| E::custom(ByteSizeError::TooLarge(bytes.to_string())))
    }

    fn visit_i64<E: Error>(self, bytes: i64) -> Result<T, E> {
        match u64::try_from(bytes) {
            Ok(bytes) => self.visit_u64(bytes),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(bytes), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        let too_large = || ByteSizeError::TooLarge(text.to_owned());
        let size = parse(text).and_then(|bytes| T::try_from(bytes).map_err(|_| too_large()));
        size.map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Config {
        #[serde(with = "super")]
        body: u32,
    }

    fn read(value: &str) -> Result<u32, String> {
        toml::from_str(&format!("body = {value}"))
            .map(|config: Config| config.body)
            .map_err(|error| error.message().to_owned())
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back(number: u32, shift in 0_u32..6) {
            let size = u64::from(number) << (10 * shift).min(32);
            prop_assert_eq!(parse(&show(size)), Ok(size));
        }

        #[test]
        fn any_text_is_a_size_or_an_error_that_quotes_it(text: String) {
            if let Err(error) = parse(&text) {
                prop_assert!(error.to_string().contains(&text));
            }
        }
    }

    #[test]
    fn units_mean_what_they_say() {
        assert_eq!(parse("64 MiB"), Ok(64 * 1024 * 1024));
        assert_eq!(parse("5MB"), Ok(5_000_000));
        assert_eq!(parse("0 B"), Ok(0));
        assert_eq!(parse("1048576"), Ok(1024 * 1024));
        assert_eq!(show(1536), "1536 B");
        assert_eq!(show(3 << 30), "3 GiB");
    }

    #[test]
    fn a_setting_takes_a_number_or_a_text_that_fits() {
        assert_eq!(["1048576", "\"1 MiB\"", "\"1048576\""].map(read), [1, 1, 1].map(|mib| Ok(mib << 20)));
        assert_eq!(toml::to_string(&Config { body: 1 << 20 }).unwrap(), "body = \"1 MiB\"\n");
        for (bad, why) in [
            ("\"4 GiB\"", "`4 GiB` is more bytes than can be counted here"),
            ("4294967296", "`4294967296` is more bytes than can be counted here"),
            ("-1", "invalid value: integer `-1`, expected a number of bytes or a size such as `64 MiB`"),
            ("true", "invalid type: boolean `true`, expected a number of bytes or a size such as `64 MiB`"),
        ] {
            assert_eq!(read(bad), Err(why.to_owned()), "{bad}");
        }
    }

    #[test]
    fn what_is_no_size_is_told_the_form() {
        for bad in ["", "MiB", "-1 B", "1.5 MiB", "64  MiB", "64 mib", "64 MiB ", "64 ", "٣ B"] {
            assert!(matches!(parse(bad), Err(ByteSizeError::Form(_))), "{bad:?}");
        }
        let error = parse("18446744073709551615 KiB").unwrap_err();
        assert_eq!(error, ByteSizeError::TooLarge("18446744073709551615 KiB".to_owned()));
    }
}
