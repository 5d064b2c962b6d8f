//! The bytes of an entry outside of this process. Nothing in them is trusted: what does not fit its key and its checksum
//! is no entry. Never here: whether an entry may be taken over.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Key;
use crate::coherence::{Incarnation, Seen, Snapshot};

const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 32;

/// An answer with what it takes to judge it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Envelope<'a> {
    /// What its node had heard of before it was read.
    pub(crate) stamp: Seen,
    /// When it was read, in milliseconds since 1970; for the end of its time alone.
    pub(crate) read_at_ms: u64,
    /// The answer.
    pub(crate) body: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// The checksum covers the key, so that an entry under another one's key is none.
    pub(crate) fn seal(&self, key: &Key) -> Vec<u8> {
        let mut bytes = vec![0; CHECKSUM_BYTES];
        bytes.push(VERSION);
        bytes.extend_from_slice(self.stamp.incarnation.0.as_bytes());
        bytes.extend_from_slice(&self.read_at_ms.to_be_bytes());
        self.stamp.snapshot.encode(&mut bytes);
        bytes.extend_from_slice(self.body);
        let checksum = checksum(key, &bytes[CHECKSUM_BYTES..]);
        bytes[..CHECKSUM_BYTES].copy_from_slice(&checksum);
        bytes
    }

    /// Reads what [`Envelope::seal`] wrote under the same key.
    pub(crate) fn open(bytes: &'a [u8], key: &Key) -> Option<Self> {
        let (claimed, rest) = bytes.split_at_checked(CHECKSUM_BYTES)?;
        if claimed != checksum(key, rest) {
            return None;
        }
        let rest = rest.strip_prefix(&[VERSION])?;
        let (incarnation, rest) = rest.split_first_chunk::<16>()?;
        let (read_at_ms, mut body) = rest.split_first_chunk::<8>()?;
        let snapshot = Snapshot::decode(&mut body).ok()?;
        let stamp = Seen { snapshot, incarnation: Incarnation(Uuid::from_bytes(*incarnation)) };
        Some(Self { stamp, read_at_ms: u64::from_be_bytes(*read_at_ms), body })
    }
}

fn checksum(key: &Key, rest: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hash = Sha256::new();
    hash.update((key.as_bytes().len() as u64).to_be_bytes());
    hash.update(key.as_bytes());
    hash.update(rest);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_sealed_is_opened_and_no_other_bytes_are(
            xmin in 1_u64..1000,
            body in proptest::collection::vec(any::<u8>(), 0..100),
            place: prop::sample::Index,
            flip in 1_u8..,
        ) {
            let stamp = Seen {
                snapshot: Snapshot::new(xmin, xmin + 5, vec![xmin + 2]).unwrap(),
                incarnation: Incarnation(Uuid::from_u128(7)),
            };
            let sealed = Envelope { stamp, read_at_ms: 5, body: &body }.seal(&Key::of(&1_u64));
            let opened = Envelope::open(&sealed, &Key::of(&1_u64)).unwrap();
            prop_assert_eq!(opened.body, &body[..]);
            prop_assert_eq!(opened.seal(&Key::of(&1_u64)), sealed.clone());
            prop_assert_eq!(Envelope::open(&sealed, &Key::of(&2_u64)), None, "another key's entry");
            prop_assert_eq!(Envelope::open(&sealed[..place.index(sealed.len())], &Key::of(&1_u64)), None);
            let mut broken = sealed.clone();
            broken[place.index(sealed.len())] ^= flip;
            prop_assert_eq!(Envelope::open(&broken, &Key::of(&1_u64)), None);
        }
    }
}
