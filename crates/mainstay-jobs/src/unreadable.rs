//! Why a payload is none of its kind, in words that quote nothing of it: errors are shown where the values of its fields may not
//! be. Never here: reading payloads for those who may see them.

use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

/// The longest way to a value that is told, in bytes.
const PATH_MOST: usize = 200;

/// Reads it.
///
/// # Errors
/// Where it cannot be read and what should stand there, by the names of fields alone; nothing of what lies inside those of these
/// names (`redacted`).
pub(crate) fn read<T: DeserializeOwned>(payload: &str, redacted: &[&str]) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(payload);
    serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let at = place(error.path(), redacted);
        words(&at, error.inner())
    })
}

fn words(at: &str, error: &serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Data => "it is none of this version's",
        Category::Syntax | Category::Eof | Category::Io => "it is no JSON",
    };
    let wanted = wanted(&error.to_string());
    format!("{what}: at `{at}`, line {}, column {}{wanted}", error.line(), error.column())
}

/// The way there, no further than to a field whose value nobody is shown: names inside it may be a part of that.
fn place(path: &Path, redacted: &[&str]) -> String {
    let mut at = String::new();
    for segment in path {
        let (name, is_last) = match segment {
            Segment::Map { key } => (key.clone(), redacted.contains(&key.as_str())),
            Segment::Enum { variant } => (variant.clone(), false),
            Segment::Seq { index } => (index.to_string(), false),
            Segment::Unknown => ("?".to_owned(), false),
        };
        let dot = if at.is_empty() { "" } else { "." };
        if at.len() + name.len() > PATH_MOST {
            at.push('…');
            break;
        }
        at.push_str(&format!("{dot}{name}"));
        if is_last {
            break;
        }
    }
    if at.is_empty() { ".".to_owned() } else { at }
}

/// What the type itself says: its words behind the value, which stands between quotes that it cannot end, and the name of a field
/// that is not there. Of all other words nobody knows what they quote.
fn wanted(error: &str) -> String {
    let error = error.rsplit_once(" at line ").map_or(error, |(words, _)| words);
    if error.starts_with("invalid type: ")
        && let Some((_, expected)) = error.rsplit_once(", expected ")
    {
        return format!(", where {expected} is expected");
    }
    match error.strip_prefix("missing field ") {
        Some(field) if field.len() <= PATH_MOST => format!(", where the field {field} is missing"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const SECRET: &str = "sk_live_1234";

    #[derive(Debug, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Way {
        #[expect(dead_code, reason = "only read")]
        Mail(u8),
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only read")]
    struct Pay {
        token: HashMap<String, u8>,
        #[serde(default)]
        list: Vec<u32>,
        #[serde(default)]
        way: Option<Way>,
        #[serde(default)]
        id: uuid::Uuid,
    }

    fn why(payload: &str) -> String {
        read::<Pay>(payload, &["token"]).unwrap_err()
    }

    #[test]
    fn the_place_is_told_and_what_should_stand_there() {
        let expected = "it is none of this version's: at `token`, line 1, column 24, where a map is expected";
        assert_eq!(why(r#"{"token": "sk_live_1234"}"#), expected);
        let list = why(r#"{"token": {}, "list": [1, -7]}"#);
        assert_eq!(list, "it is none of this version's: at `list.1`, line 1, column 28");
        let missing = why(r#"{"list": []}"#);
        assert_eq!(
            missing,
            "it is none of this version's: at `.`, line 1, column 12, where the field `token` is missing"
        );
        assert!(why("{").starts_with("it is no JSON"));
        assert!(read::<Pay>(r#"{"token": {"a": 1}}"#, &["token"]).is_ok());
    }

    #[test]
    fn no_value_is_quoted_whatever_is_wrong_with_it() {
        let quoted = format!(r#"\"{SECRET}, expected {SECRET}\" at line {SECRET}"#);
        for value in [
            format!(r#""{SECRET}""#),
            format!(r#""{quoted}""#),
            format!(r#"{{"{SECRET}": "x"}}"#),
            format!(r#"{{"x": "{quoted}"}}"#),
            format!(r#"["{SECRET}"]"#),
        ] {
            for field in ["token", "list", "id"] {
                let payload = format!(r#"{{"{field}": {value}, "token": {value}}}"#);
                assert!(!why(&payload).contains(SECRET), "{field}: {value}: {}", why(&payload));
            }
        }
        for way in
            [format!(r#""{SECRET}""#), format!(r#"{{"{SECRET}": 1}}"#), format!(r#"{{"mail": "{SECRET}"}}"#)]
        {
            let payload = format!(r#"{{"token": {{}}, "way": {way}}}"#);
            assert!(!why(&payload).contains(SECRET), "{way}: {}", why(&payload));
        }
    }
}
