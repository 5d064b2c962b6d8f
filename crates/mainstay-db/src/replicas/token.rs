//! What a session has seen, and its form outside the process. Pure. Never here: cookies, headers, where keys come
//! from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Epoch, Lsn};

/// A session has seen everything up to here: a server may answer it if it has replayed as far, in the same history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Token {
    /// The history of the position.
    pub epoch: Epoch,
    /// The end of the newest record that the session wrote or saw.
    pub lsn: Lsn,
}

impl Token {
    /// Whether nobody knows up to where: no server can be known to have as much.
    pub(crate) fn is_unknown(self) -> bool {
        self.lsn == Lsn::MAX
    }

    /// What a session has seen that has seen both. Of two timelines of one cluster the later one includes what
    /// survived of the earlier; of two clusters the `newer` knowledge counts.
    #[must_use]
    pub fn merge(self, newer: Self) -> Self {
        if self.epoch == newer.epoch {
            Self { epoch: self.epoch, lsn: self.lsn.max(newer.lsn) }
        } else if newer.epoch.is_before(self.epoch) {
            self
        } else {
            newer
        }
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

/// The form's version, in front of all else.
const VERSION: u8 = 1;

/// Bytes of the version, the cluster, the timeline and the position.
const BODY: usize = 1 + 8 + 4 + 8;

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

    /// The token as 50 characters of `A–Z a–z 0–9 - _`.
    pub fn write(&self, token: &Token) -> String {
        let mut bytes = Vec::with_capacity(BODY + SIGNATURE);
        bytes.push(VERSION);
        bytes.extend_from_slice(&token.epoch.system.to_be_bytes());
        bytes.extend_from_slice(&token.epoch.timeline.to_be_bytes());
        bytes.extend_from_slice(&token.lsn.0.to_be_bytes());
        let signature = self.0.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The token that [`TokenKey::write`] wrote with the same secret; any other text is no token.
    pub fn read(&self, text: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == BODY + SIGNATURE)?;
        let (body, signature) = bytes.split_at(BODY);
        self.0.clone().chain_update(body).verify_truncated_left(signature).ok()?;
        let (version, body) = body.split_first()?;
        let (system, body) = body.split_first_chunk()?;
        let (timeline, body) = body.split_first_chunk()?;
        let (lsn, _) = body.split_first_chunk()?;
        (*version == VERSION).then_some(Token {
            epoch: Epoch { system: u64::from_be_bytes(*system), timeline: u32::from_be_bytes(*timeline) },
            lsn: Lsn(u64::from_be_bytes(*lsn)),
        })
    }
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
        Token { epoch: Epoch { system, timeline }, lsn: Lsn(lsn) }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_by_no_other_key(system: u64, timeline: u32, lsn: u64) {
            let token = token(system, timeline, lsn);
            let text = TokenKey::new(b"one").write(&token);
            prop_assert_eq!(text.len(), 50);
            prop_assert_eq!(TokenKey::new(b"one").read(&text), Some(token));
            prop_assert_eq!(TokenKey::new(b"two").read(&text), None);
        }

        #[test]
        fn a_changed_text_is_no_token(lsn: u64, at in 0_usize..50, to in "[A-Za-z0-9_-]") {
            let key = TokenKey::new(b"key");
            let mut text = key.write(&token(7, 1, lsn));
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
    }

    #[test]
    fn of_two_clusters_the_newer_knowledge_counts() {
        assert_eq!(token(1, 5, 9).merge(token(2, 1, 3)), token(2, 1, 3));
        assert_eq!(token(2, 1, 3).merge_some(None), token(2, 1, 3));
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", TokenKey::new(b"s3cret")), "TokenKey(…)");
    }
}
