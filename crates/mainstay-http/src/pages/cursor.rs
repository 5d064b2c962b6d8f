//! The opaque cursor: base64url of versioned JSON, checked by its shape.
//! Never here: secrets or signatures. A cursor grants nothing: it only names where to continue,
//! and every list filters by the caller's rights whatever the cursor says.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::problem::Problem;

/// Raised when the meaning of keys changes, so that old cursors are refused and not misread.
const VERSION: u8 = 1;
/// Longer texts are refused before decoding.
const MAX_LENGTH: usize = 1024;

/// A key that may come from anybody: whatever it reads can be handed to the database.
pub trait Key: DeserializeOwned {}

impl Key for i32 {}
impl Key for Uuid {}
impl Key for (KeyTime, Uuid) {}

/// An instant in a key. Anybody can write a cursor: one whose instant PostgreSQL's `timestamptz` cannot hold is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Timestamp", into = "Timestamp")]
pub struct KeyTime(Timestamp);

/// The first year that PostgreSQL holds in full is 4712 BC; the last is after the last of a [`Timestamp`].
const FIRST_YEAR: i16 = -4711;

impl TryFrom<Timestamp> for KeyTime {
    type Error = &'static str;

    fn try_from(time: Timestamp) -> Result<Self, Self::Error> {
        let year = time.to_zoned(TimeZone::UTC).year();
        if year < FIRST_YEAR { Err("before what the database can hold") } else { Ok(Self(time)) }
    }
}

impl From<KeyTime> for Timestamp {
    fn from(time: KeyTime) -> Self {
        time.0
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<L, K> {
    v: u8,
    /// The list and order that made the cursor; another list refuses it.
    l: L,
    k: K,
}

/// The cursor after the item with `key` in `list` (a name such as `orders:started_at`).
///
/// # Panics
/// When `key` does not serialize to JSON, which is a mistake in the key's type.
pub fn encode<K: Serialize>(list: &str, key: &K) -> String {
    let json = serde_json::to_vec(&Envelope { v: VERSION, l: list, k: key })
        .expect("a cursor key is a tuple of plain columns");
    URL_SAFE_NO_PAD.encode(json)
}

/// The key in a cursor of `list`; 400 `invalid_cursor` for anything else.
pub fn decode<K: Key>(list: &str, text: &str) -> Result<K, Problem> {
    let read = || -> Option<K> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(text).ok()?;
        let envelope: Envelope<String, K> = serde_json::from_slice(&json).ok()?;
        (envelope.v == VERSION && envelope.l == list).then_some(envelope.k)
    };
    read().ok_or_else(|| {
        Problem::bad_request(
            "invalid_cursor",
            "The cursor was not made by this list; start again without it.",
        )
    })
}
