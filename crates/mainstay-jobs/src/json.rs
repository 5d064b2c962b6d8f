//! JSON as text on its way to and from `jsonb`: what only passes through is not taken apart. Never here: what it says.

use std::error::Error;

use bytes::{BufMut, BytesMut};
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// A JSON value, as text that a `jsonb` can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonText(pub(crate) String);

/// Objects and lists in one another that a server reads for certain.
const DEPTH_MOST: usize = 500;

impl JsonText {
    /// The text of a JSON value, of so many bytes at most.
    ///
    /// # Errors
    /// Why no `jsonb` can hold it.
    pub fn of(text: String, most: usize) -> Result<Self, String> {
        if text.len() > most {
            return Err(format!("it has {} bytes, {most} at most", text.len()));
        }
        let (mut depth, mut deepest, mut is_quoted, mut has_nul) = (0_usize, 0, false, false);
        let mut bytes = text.bytes().enumerate();
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => is_quoted = !is_quoted,
                b'\\' => {
                    has_nul |= text[at + 1..].starts_with("u0000");
                    bytes.next();
                }
                b'{' | b'[' if !is_quoted => depth += 1,
                b'}' | b']' if !is_quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            deepest = deepest.max(depth);
        }
        match (deepest > DEPTH_MOST, has_nul) {
            (true, _) => Err(format!("it is {deepest} levels deep, {DEPTH_MOST} at most")),
            (_, true) => Err("a text in it has a NUL, which PostgreSQL cannot hold".to_owned()),
            _ => Ok(Self(text)),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What stands before the text of a `jsonb` on the wire.
const VERSION: u8 = 1;

impl ToSql for JsonText {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.put_u8(VERSION);
        out.put_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    accepts!(JSONB);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for JsonText {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        match raw.split_first() {
            Some((&VERSION, text)) => Ok(Self(std::str::from_utf8(text)?.to_owned())),
            _ => Err("a jsonb of a version that is not known".into()),
        }
    }

    accepts!(JSONB);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &serde_json::Value) -> Result<JsonText, String> {
        JsonText::of(value.to_string(), 10_000)
    }

    #[test]
    fn what_a_server_refuses_is_told_before() {
        for good in ["", "\\u0000", "\\\\u0000", "\"[[{", "\\", "ünï"] {
            assert!(of(&serde_json::json!({ "a": [good] })).is_ok(), "{good}");
        }
        assert!(of(&serde_json::json!({ "a": ["\0"] })).unwrap_err().contains("NUL"));
        assert!(of(&serde_json::json!({ "\0": 1 })).unwrap_err().contains("NUL"));
        assert!(JsonText::of("\"\\\\\\u0000\"".to_owned(), 99).is_err(), "behind a backslash, too");
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(JsonText::of(nested(DEPTH_MOST), 9_999).is_ok());
        assert!(JsonText::of(nested(DEPTH_MOST + 1), 9_999).is_err());
        assert!(JsonText::of("[1,2]".to_owned(), 4).unwrap_err().contains("4 at most"));
    }
}
