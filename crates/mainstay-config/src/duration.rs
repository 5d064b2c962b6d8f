//! Lengths of time as people write them: `#[serde(with = "mainstay_config::duration")]` on a [`Duration`].
//! Never here: calendars, where a day has no fixed length.

use std::borrow::Cow;
use std::time::Duration;

use jiff::fmt::friendly::{Designator, SpanPrinter};
use jiff::fmt::serde::unsigned_duration::friendly::compact::required as friendly;
use serde::de::value::{Error as Plain, StrDeserializer};
use serde::de::{Error, IntoDeserializer};
use serde::{Deserialize, Deserializer, Serializer};

/// As `500ms`, `30s`, `15m`, `1h30m`.
///
/// # Errors
/// The serialiser's.
pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    friendly::serialize(value, serializer)
}

/// Numbers with units, the largest first: `500ms`, `30s`, `15m`, `1h30m`, `2h 30m`. Longer units than hours have no
/// fixed length and are refused.
///
/// # Errors
/// The text is not a length of time; the error quotes it and shows the form.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    let parsed: StrDeserializer<'_, Plain> = text.as_ref().into_deserializer();
    friendly::deserialize(parsed).map_err(|_| {
        D::Error::custom(format!(
            "`{text}` is not a length of time; write numbers with units: `500ms`, `30s`, `15m`, `1h30m`"
        ))
    })
}

/// As [`serialize`] writes it, for messages.
pub fn show(value: Duration) -> String {
    SpanPrinter::new().designator(Designator::Compact).unsigned_duration_to_string(&value)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize, Serialize)]
    struct Config {
        #[serde(with = "super")]
        wait: Duration,
    }

    fn read(text: &str) -> Result<Duration, String> {
        toml::from_str(&format!("wait = \"{text}\""))
            .map(|config: Config| config.wait)
            .map_err(|error| error.message().to_owned())
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(millis in 0_u64..1 << 40) {
            let config = Config { wait: Duration::from_millis(millis) };
            proptest::prop_assert_eq!(toml::from_str::<Config>(&toml::to_string(&config).unwrap()).unwrap(), config);
        }
    }

    #[test]
    fn units_mean_what_they_say() {
        let texts = ["250ms", "30 s", "15min", "15m", "2h 30m", "1h30m", "8760h", "0s"];
        let seconds = [0.25, 30.0, 900.0, 900.0, 9000.0, 5400.0, 31_536_000.0, 0.0];
        assert_eq!(texts.map(read), seconds.map(|seconds| Ok(Duration::from_secs_f64(seconds))));
        let shown = toml::to_string(&Config { wait: Duration::from_secs(900) }).unwrap();
        assert_eq!(shown, "wait = \"15m\"\n");
    }

    #[test]
    fn what_is_no_length_is_quoted_and_told_the_form() {
        for bad in ["", "15", "min", "-1s", "soon", "7d", "1 month"] {
            let error = read(bad).unwrap_err();
            assert!(error.starts_with(&format!("`{bad}` is not a length of time; write ")), "{error}");
        }
    }
}
