//! What a session has seen, and its form outside the process. Pure. Never here: cookies, headers, where keys come
//! from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Epoch, Lsn, Xid};
use crate::causality::{Carried, Written};

/// A session has seen everything up to here: a server may answer it if it has replayed as far, in the same history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The history of the position.
    pub epoch: Epoch,
    /// The end of the newest record that the session wrote or saw.
    pub lsn: Lsn,
    /// Every transaction that the session has seen on a replica, and of which nobody knows yet that the primary shows
    /// it, has a number below. 0: there is none.
    pub below: Xid,
}

impl Token {
    /// Whether nobody knows up to where: no server can be known to have as much.
    pub fn is_unknown(self) -> bool {
        self.lsn == Lsn::MAX
    }

    /// What a session has seen that has seen both. Of two timelines of one cluster the later one includes what
    /// survived of the earlier; of two clusters the `newer` knowledge counts.
    #[must_use]
    pub fn merge(self, newer: Self) -> Self {
        if self.epoch == newer.epoch {
            let (lsn, below) = (self.lsn.max(newer.lsn), self.below.max(newer.below));
            Self { epoch: self.epoch, lsn, below }
        } else if newer.epoch.is_before(self.epoch) {
            self
        } else {
            newer
        }
    }

    /// The token of the same session once the primary shows what it has seen.
    #[must_use]
    pub fn settled(self) -> Self {
        Self { below: Xid(0), ..self }
    }

    /// [`Token::merge`] for what may not be there.
    #[must_use]
    pub fn merge_some(self, older: Option<Self>) -> Self {
        older.map_or(self, |older| older.merge(self))
    }
}

/// Signs tokens, so that nobody can write one that pins him to the primary, or reads another's position.
#[derive(Clone)]
pub struct TokenKey(Hmac<Sha256>);

/// The form's version, in front of all else: a position without a number of transactions, one with it, and commits without
/// a position, behind one without a number, behind one with it.
mod version {
    pub(super) const POSITION: u8 = 1;
    pub(super) const NUMBERED: u8 = 2;
    pub(super) const WRITTEN: u8 = 3;
    pub(super) const POSITION_WRITTEN: u8 = 4;
    pub(super) const NUMBERED_WRITTEN: u8 = 5;
}

/// Bytes of the cluster, the timeline and the position.
const POSITION: usize = 8 + 4 + 8;

/// Bytes of the number.
const NUMBER: usize = 8;

/// Bytes of a commit: the life of the server, the transaction, when.
const COMMIT: usize = 16 + 8 + 8;

/// Bytes of the signature that are kept: 128 bits.
const SIGNATURE: usize = 16;

impl TokenKey {
    /// From a secret of any length; 32 random bytes are plenty. All processes that read each other's tokens need the
    /// same one, and no other use of it may sign the same bytes.
    pub fn new(secret: &[u8]) -> Self {
        let mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret);
        #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
        Self(mac.expect("HMAC takes keys of every length"))
    }

    /// What a session carries as characters of `A–Z a–z 0–9 - _`: 50 for a position alone, 66 for a commit alone.
    pub fn write(&self, carried: &Carried) -> String {
        let numbered = carried.position.map(|position| position.below != Xid(0));
        let version = match (numbered, carried.written.is_empty()) {
            (None, _) => version::WRITTEN,
            (Some(false), true) => version::POSITION,
            (Some(true), true) => version::NUMBERED,
            (Some(false), false) => version::POSITION_WRITTEN,
            (Some(true), false) => version::NUMBERED_WRITTEN,
        };
        let length = 1 + POSITION + NUMBER + COMMIT * carried.written.len() + SIGNATURE;
        let mut bytes = Vec::with_capacity(length);
        bytes.push(version);
        if let Some(position) = &carried.position {
            bytes.extend_from_slice(&position.epoch.system.to_be_bytes());
            bytes.extend_from_slice(&position.epoch.timeline.to_be_bytes());
            bytes.extend_from_slice(&position.lsn.0.to_be_bytes());
            if position.below != Xid(0) {
                bytes.extend_from_slice(&position.below.0.to_be_bytes());
            }
        }
        for written in &carried.written {
            bytes.extend_from_slice(written.incarnation.as_bytes());
            bytes.extend_from_slice(&written.xid.to_be_bytes());
            bytes.extend_from_slice(&written.at_s.to_be_bytes());
        }
        let signature = self.0.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What [`TokenKey::write`] wrote with the same secret; any other text says nothing.
    pub fn read(&self, text: &str) -> Option<Carried> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE>()?;
        self.0.clone().chain_update(body).verify_truncated_left(signature).ok()?;
        let (version, body) = body.split_first()?;
        let (has_position, has_number, has_commits) = match *version {
            version::POSITION => (true, false, false),
            version::NUMBERED => (true, true, false),
            version::WRITTEN => (false, false, true),
            version::POSITION_WRITTEN => (true, false, true),
            version::NUMBERED_WRITTEN => (true, true, true),
            _ => return None,
        };
        let (position, body) = if has_position { read_position(body, has_number)? } else { (None, body) };
        let (commits, rest) = body.as_chunks::<COMMIT>();
        let is_whole = rest.is_empty() && commits.is_empty() != has_commits;
        is_whole.then(|| Carried { position, written: commits.iter().filter_map(read_commit).collect() })
    }
}

fn read_position(body: &[u8], has_number: bool) -> Option<(Option<Token>, &[u8])> {
    let (system, body) = body.split_first_chunk()?;
    let (timeline, body) = body.split_first_chunk()?;
    let (lsn, body) = body.split_first_chunk()?;
    let (below, body) = if has_number { body.split_first_chunk()? } else { (&[0; NUMBER], body) };
    let position = Token {
        epoch: Epoch { system: u64::from_be_bytes(*system), timeline: u32::from_be_bytes(*timeline) },
        lsn: Lsn(u64::from_be_bytes(*lsn)),
        below: Xid(u64::from_be_bytes(*below)),
    };
    Some((Some(position), body))
}

fn read_commit(bytes: &[u8; COMMIT]) -> Option<Written> {
    let (incarnation, bytes) = bytes.split_first_chunk()?;
    let (xid, bytes) = bytes.split_first_chunk()?;
    let at_s = bytes.first_chunk()?;
    Some(Written {
        incarnation: uuid::Uuid::from_bytes(*incarnation),
        xid: u64::from_be_bytes(*xid),
        at_s: u64::from_be_bytes(*at_s),
    })
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(system: u64, timeline: u32, lsn: u64) -> Token {
        Token { epoch: Epoch { system, timeline }, lsn: Lsn(lsn), below: Xid(0) }
    }

    fn with(below: u64, token: Token) -> Token {
        Token { below: Xid(below), ..token }
    }

    fn carried(position: impl Into<Option<Token>>, xids: &[u64]) -> Carried {
        let written = xids.iter().map(|xid| Written { incarnation: uuid::Uuid::max(), xid: *xid, at_s: 7 });
        Carried { position: position.into(), written: written.collect() }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_by_no_other_key(
            system: u64, timeline: u32, lsn: u64, below in prop_oneof![Just(0), any::<u64>()],
            has_position: bool, xids in proptest::collection::vec(any::<u64>(), 0..5),
        ) {
            let position = has_position.then(|| with(below, token(system, timeline, lsn)));
            let carried = carried(position, &xids);
            prop_assume!(!carried.is_empty());
            let text = TokenKey::new(b"one").write(&carried);
            match (has_position, xids.len()) {
                (true, 0) => prop_assert_eq!(text.len(), if below == 0 { 50 } else { 60 }),
                (false, 1) => prop_assert_eq!(text.len(), 66),
                _ => {}
            }
            prop_assert_eq!(TokenKey::new(b"one").read(&text), Some(carried));
            prop_assert_eq!(TokenKey::new(b"two").read(&text), None);
        }

        #[test]
        fn a_changed_text_is_no_token(lsn: u64, at in 0_usize..50, to in "[A-Za-z0-9_-]") {
            let key = TokenKey::new(b"key");
            let mut text = key.write(&carried(token(7, 1, lsn), &[]));
            let was = text[at..=at].to_owned();
            text.replace_range(at..=at, &to);
            prop_assert!(was == to || key.read(&text).is_none());
        }

        #[test]
        fn foreign_text_is_no_token(text: String) {
            prop_assert_eq!(TokenKey::new(b"key").read(&text), None);
        }

        #[test]
        fn merging_keeps_what_either_has_seen(a in (1_u32..4, 0_u64..9), b in (1_u32..4, 0_u64..9)) {
            let (a, b) = (token(7, a.0, a.1), token(7, b.0, b.1));
            let order = |token: &Token| (token.epoch.timeline, token.lsn);
            prop_assert_eq!(a.merge(b), if order(&a) > order(&b) { a } else { b });
            prop_assert_eq!(a.merge(b), b.merge(a));
        }

        #[test]
        fn of_one_history_the_higher_number_is_kept_and_of_two_the_later_one(
            a in (1_u32..4, 0_u64..9, 0_u64..9), b in (1_u32..4, 0_u64..9, 0_u64..9),
        ) {
            let merged = with(a.2, token(7, a.0, a.1)).merge(with(b.2, token(7, b.0, b.1)));
            let kept = [a, b].into_iter().filter(|one| one.0 == a.0.max(b.0)).map(|one| one.2).max();
            prop_assert_eq!(Some(merged.below.0), kept);
        }
    }

    #[test]
    fn of_two_clusters_the_newer_knowledge_counts() {
        assert_eq!(token(1, 5, 9).merge(token(2, 1, 3)), token(2, 1, 3));
        assert_eq!(token(2, 1, 3).merge_some(None), token(2, 1, 3));
    }

    /// Written before tokens had a number.
    #[test]
    fn an_old_token_is_valid() {
        let text = "AQAAAAAAAAAHAAAAAQAAAAAAAAAqy9xOWhHHwmf_SSZW-BbyFQ";
        assert_eq!(TokenKey::new(b"key").read(text), Some(carried(token(7, 1, 42), &[])));
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", TokenKey::new(b"s3cret")), "TokenKey(…)");
    }
}
