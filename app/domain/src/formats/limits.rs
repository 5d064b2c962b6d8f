//! What a training file may hold. Never here: what archives may hold.

use serde::{Deserialize, Serialize};

/// Limits of one file. Beyond any of them the file is refused by name of the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Bytes, unpacked.
    pub max_bytes: usize,
    /// How many times larger than its packed bytes a gzip file may unpack.
    pub max_expansion_ratio: usize,
    /// Samples of all sessions: 500,000 are almost six days at one a second. At most [`Limits::MOST_RECORDS`] count,
    /// whatever this says.
    pub max_records: usize,
    /// Nesting of XML elements.
    pub max_xml_depth: usize,
    /// Sessions of one file.
    pub max_sessions: usize,
    /// Laps of all sessions.
    pub max_laps: usize,
    /// Characters of a title or note; what is longer is cut. At most [`Limits::MOST_TEXT_CHARS`] are kept, whatever this
    /// says.
    pub max_text_chars: usize,
}

impl Limits {
    /// The most samples that [`streams`](crate::streams) stores.
    pub const MOST_RECORDS: usize = crate::streams::MAX_SAMPLES;
    /// The longest text that the database's `activity` holds.
    pub const MOST_TEXT_CHARS: usize = 10_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 * 1024 * 1024,
            max_expansion_ratio: 200,
            max_records: Self::MOST_RECORDS,
            max_xml_depth: 64,
            max_sessions: 50,
            max_laps: 5_000,
            max_text_chars: Self::MOST_TEXT_CHARS,
        }
    }
}
