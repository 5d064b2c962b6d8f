//! The entries of a process as an operator sees them, one by one. Never here: their keys and values.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::{Key, Reason};

/// One kept answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEntry {
    /// What it is kept under.
    pub name: &'static str,
    /// The first 64 bits of the SHA-256 of its key, which is the same in every process.
    pub key_hash: u64,
    /// Since it was read.
    pub age: Duration,
    /// Until its time is over, if nothing ends it before.
    pub left: Duration,
    /// What it takes in memory.
    pub bytes: u64,
    /// It says that there is nothing.
    pub is_negative: bool,
    /// Why it would not be served now; `None`: it would.
    pub not_fresh: Option<Reason>,
}

impl KeptEntry {
    /// What it is asked for by.
    pub fn id(&self) -> EntryId {
        EntryId { name: self.name.into(), key_hash: self.key_hash }
    }
}

/// Some entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries {
    /// Those.
    pub found: Vec<KeptEntry>,
    /// There are more.
    pub is_cut: bool,
}

/// The name of the cache and a hash of the key, as `name.0123456789abcdef`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EntryId {
    name: Box<str>,
    key_hash: u64,
}

/// So many digits has a hash.
const DIGITS: usize = 16;

impl EntryId {
    /// The id that is written so; `None` if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, hash) = text.rsplit_once('.')?;
        let key_hash = parse_hash(hash)?;
        (!name.is_empty()).then(|| Self { name: name.into(), key_hash })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn key_hash(&self) -> u64 {
        self.key_hash
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:0DIGITS$x}", self.name, self.key_hash)
    }
}

/// Sixteen small hexadecimal digits.
pub(super) fn parse_hash(text: &str) -> Option<u64> {
    let is_written_so =
        text.len() == DIGITS && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_written_so.then(|| u64::from_str_radix(text, 16).ok()).flatten()
}

pub(crate) fn hash_of(key: &Key) -> u64 {
    let digest: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    digest.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}

/// The entries of one name, whatever their values are.
pub(crate) trait Held: Send + Sync {
    fn name(&self) -> &'static str;

    /// Shows one after the other, until told to stop.
    fn each(&self, look: &mut dyn FnMut(KeptEntry) -> ControlFlow<()>) -> ControlFlow<()>;

    /// Whether there was one whose key has this hash.
    fn remove(&self, key_hash: u64) -> bool;

    /// How many there were.
    fn clear(&self) -> u64;
}

/// Whether the text is as the pattern says, in which `*` stands for any characters, or none.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // What stands between two stars is best taken where it is found first.
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As slow as it is plain.
    fn fits_plainly(pattern: &[u8], text: &[u8]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some((b'*', rest)) => (0..=text.len()).any(|from| fits_plainly(rest, &text[from..])),
            Some((byte, rest)) => {
                text.split_first().is_some_and(|(first, text)| first == byte && fits_plainly(rest, text))
            }
        }
    }

    proptest! {
        #[test]
        fn a_star_stands_for_anything(pattern in "[ab*]{0,6}", text in "[ab]{0,8}") {
            prop_assert_eq!(fits(&pattern, &text), fits_plainly(pattern.as_bytes(), text.as_bytes()));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC*") {
            if let Some(id) = EntryId::parse(&text) {
                prop_assert_eq!(id.to_string(), text);
            }
        }

        #[test]
        fn an_id_is_read_as_it_is_written(name in "[a-z._]{1,12}", key_hash: u64) {
            let id = EntryId { name: name.into(), key_hash };
            prop_assert_eq!(EntryId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn what_is_no_id_is_none() {
        for text in [
            "",
            ".",
            "notes",
            "notes.",
            ".0123456789abcdef",
            "notes.0123456789ABCDEF",
            "notes.+123456789abcdef",
            "notes.123456789abcdef",
        ] {
            assert_eq!(EntryId::parse(text), None, "{text}");
        }
    }
}
