//! Values that may be missing: in a configuration "not set" is the empty text, so that the defaults can name the key.
//! Use it as `#[serde(with = "mainstay_config::optional")]` on an `Option` of anything that is parsed from text.
//! Never here: values whose default is not "not set".

use std::fmt::Display;
use std::str::FromStr;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

/// `None` as the empty text, `Some` as the value's text.
///
/// # Errors
/// The serialiser's.
pub fn serialize<S: Serializer, T: Display>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.collect_str(value),
        None => serializer.serialize_str(""),
    }
}

/// The empty text as `None`, any other parsed.
///
/// # Errors
/// What the value's parser says.
pub fn deserialize<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use serde::Serialize;

    #[derive(Debug, PartialEq, serde::Deserialize, Serialize)]
    struct Config {
        #[serde(with = "super")]
        proxy: Option<IpAddr>,
    }

    #[test]
    fn the_empty_text_is_none_and_comes_back_as_itself() {
        for text in ["proxy = \"\"\n", "proxy = \"10.0.0.1\"\n"] {
            let config: Config = toml::from_str(text).unwrap();
            assert_eq!(config.proxy.is_none(), text.contains("\"\""));
            assert_eq!(toml::to_string(&config).unwrap(), text);
        }
        assert!(toml::from_str::<Config>("proxy = '10.0.0.999'").is_err());
    }
}
