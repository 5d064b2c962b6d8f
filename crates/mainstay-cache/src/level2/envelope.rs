//! The bytes of an entry outside of this process. Nothing in them is trusted: what does not fit its key and its checksum
//! is no entry. Never here: whether an entry may be taken over.

use hmac::{Hmac, KeyInit, Mac};
use mainstay_db::replicas::{Epoch, Lsn, Token, Xid};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Key;
use crate::coherence::{Incarnation, Seen, Snapshot};

const VERSION: u8 = 3;
const CHECKSUM_BYTES: usize = 32;

/// An answer with what it takes to judge it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Envelope<'a> {
    /// What its node had heard of before it was read.
    pub(crate) stamp: Seen,
    /// When it was read, in milliseconds since 1970; for the end of its time alone.
    pub(crate) read_at_ms: u64,
    /// What whoever gets it has seen; `None` if its node does not say. Nothing in it that the primary does not show.
    pub(crate) shown: Option<Token>,
    /// The answer.
    pub(crate) body: &'a [u8],
}

/// What an entry belongs to. Its checksum covers all of it, so that an entry elsewhere is none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) name: &'a str,
    pub(crate) version: u32,
    pub(crate) key: &'a Key,
    /// With one, only who knows it makes entries; empty: the checksum shows damage alone.
    pub(crate) secret: &'a [u8],
}

impl Place<'_> {
    /// Where it lies. The hash says nothing of whom an entry is for; two keys of one hash are told apart by the checksum.
    pub(crate) fn address(&self) -> Vec<u8> {
        let mut address = format!("{}:{}:{}:", self.prefix, self.name, self.version).into_bytes();
        address.extend_from_slice(&Sha256::digest(self.key.as_bytes()));
        address
    }

    fn checksum(&self, rest: &[u8]) -> Hmac<Sha256> {
        let mut hash = <Hmac<Sha256> as KeyInit>::new_from_slice(self.secret)
            .unwrap_or_else(|_| unreachable!("a key may be of any length"));
        let version = self.version.to_be_bytes();
        for part in [self.prefix.as_bytes(), self.name.as_bytes(), &version, self.key.as_bytes()] {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(rest);
        hash
    }
}

impl<'a> Envelope<'a> {
    pub(crate) fn seal(&self, place: &Place<'_>) -> Vec<u8> {
        let mut bytes = vec![0; CHECKSUM_BYTES];
        bytes.push(VERSION);
        bytes.extend_from_slice(self.stamp.incarnation.0.as_bytes());
        bytes.extend_from_slice(&self.read_at_ms.to_be_bytes());
        self.stamp.snapshot.encode(&mut bytes);
        bytes.push(u8::from(self.shown.is_some()));
        if let Some(Token { epoch, lsn, .. }) = self.shown {
            bytes.extend_from_slice(&epoch.system.to_be_bytes());
            bytes.extend_from_slice(&epoch.timeline.to_be_bytes());
            bytes.extend_from_slice(&lsn.0.to_be_bytes());
        }
        bytes.extend_from_slice(self.body);
        let checksum = place.checksum(&bytes[CHECKSUM_BYTES..]).finalize().into_bytes();
        bytes[..CHECKSUM_BYTES].copy_from_slice(&checksum);
        bytes
    }

    /// Reads what [`Envelope::seal`] wrote for the same place.
    pub(crate) fn open(bytes: &'a [u8], place: &Place<'_>) -> Option<Self> {
        let (claimed, rest) = bytes.split_at_checked(CHECKSUM_BYTES)?;
        place.checksum(rest).verify_slice(claimed).ok()?;
        let rest = rest.strip_prefix(&[VERSION])?;
        let (incarnation, rest) = rest.split_first_chunk::<16>()?;
        let (read_at_ms, mut body) = rest.split_first_chunk::<8>()?;
        let snapshot = Snapshot::decode(&mut body).ok()?;
        let stamp = Seen { snapshot, incarnation: Incarnation(Uuid::from_bytes(*incarnation)) };
        let (shown, body) = open_shown(body)?;
        Some(Self { stamp, read_at_ms: u64::from_be_bytes(*read_at_ms), shown, body })
    }
}

fn open_shown(bytes: &[u8]) -> Option<(Option<Token>, &[u8])> {
    match bytes.split_first()? {
        (0, rest) => Some((None, rest)),
        (1, rest) => {
            let (system, rest) = rest.split_first_chunk()?;
            let (timeline, rest) = rest.split_first_chunk()?;
            let (lsn, rest) = rest.split_first_chunk()?;
            let epoch =
                Epoch { system: u64::from_be_bytes(*system), timeline: u32::from_be_bytes(*timeline) };
            Some((Some(Token { epoch, lsn: Lsn(u64::from_be_bytes(*lsn)), below: Xid(0) }), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn place(key: &Key) -> Place<'_> {
        Place { prefix: "cache", name: "notes", version: 1, key, secret: b"known to the nodes alone" }
    }

    proptest! {
        #[test]
        fn what_was_sealed_is_opened_and_no_other_bytes_are(
            xmin in 1_u64..1000,
            body in proptest::collection::vec(any::<u8>(), 0..100),
            lsn: Option<u64>,
            at: prop::sample::Index,
            flip in 1_u8..,
        ) {
            let stamp = Seen {
                snapshot: Snapshot::new(xmin, xmin + 5, vec![xmin + 2]).unwrap(),
                incarnation: Incarnation(Uuid::from_u128(7)),
            };
            let key = Key::of(&1_u64);
            let epoch = Epoch { system: 7, timeline: 2 };
            let shown = lsn.map(|lsn| Token { epoch, lsn: Lsn(lsn), below: Xid(0) });
            let sealed = Envelope { stamp, read_at_ms: 5, shown, body: &body }.seal(&place(&key));
            let opened = Envelope::open(&sealed, &place(&key)).unwrap();
            prop_assert_eq!((opened.body, opened.shown), (&body[..], shown));
            prop_assert_eq!(opened.seal(&place(&key)), sealed.clone());
            prop_assert_eq!(Envelope::open(&sealed[..at.index(sealed.len())], &place(&key)), None);
            let mut broken = sealed.clone();
            broken[at.index(sealed.len())] ^= flip;
            prop_assert_eq!(Envelope::open(&broken, &place(&key)), None);
        }
    }

    #[test]
    fn an_entry_of_another_place_is_none() {
        let (key, other) = (Key::of(&1_u64), Key::of(&2_u64));
        let stamp = Seen {
            snapshot: Snapshot::new(1, 1, vec![]).unwrap(),
            incarnation: Incarnation(Uuid::from_u128(7)),
        };
        let here = place(&key);
        let sealed = Envelope { stamp, read_at_ms: 5, shown: None, body: b"answer" }.seal(&here);
        assert!(Envelope::open(&sealed, &here).is_some());
        let places = [
            ("key", Place { key: &other, ..here }),
            ("prefix", Place { prefix: "other", ..here }),
            ("name", Place { name: "other", ..here }),
            ("parts that run together", Place { prefix: "cachen", name: "otes", ..here }),
            ("version", Place { version: 2, ..here }),
            ("secret", Place { secret: b"another one", ..here }),
            ("no secret", Place { secret: b"", ..here }),
        ];
        for (what, place) in places {
            assert!(Envelope::open(&sealed, &place).is_none(), "{what}");
        }
    }
}
