//! What a session has seen, and its form outside the process. Pure. Never here: cookies, headers, where keys come
//! from.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Epoch, Lsn, Xid};

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
    pub(crate) fn is_unknown(self) -> bool {
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

/// The form's version, in front of all else: without a number of transactions, and with one.
const VERSIONS: (u8, u8) = (1, 2);

/// Bytes of the version, the cluster, the timeline and the position.
const BODY: usize = 1 + 8 + 4 + 8;

/// Bytes of the number.
const NUMBER: usize = 8;

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

    /// The token as 50 characters of `A–Z a–z 0–9 - _`, or 60 where there is something that the primary may not show.
    pub fn write(&self, token: &Token) -> String {
        let is_settled = token.below == Xid(0);
        let mut bytes = Vec::with_capacity(BODY + NUMBER + SIGNATURE);
        bytes.push(if is_settled { VERSIONS.0 } else { VERSIONS.1 });
        bytes.extend_from_slice(&token.epoch.system.to_be_bytes());
        bytes.extend_from_slice(&token.epoch.timeline.to_be_bytes());
        bytes.extend_from_slice(&token.lsn.0.to_be_bytes());
        if !is_settled {
            bytes.extend_from_slice(&token.below.0.to_be_bytes());
        }
        let signature = self.0.clone().chain_update(&bytes).finalize().into_bytes();
        bytes.extend_from_slice(&signature[..SIGNATURE]);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The token that [`TokenKey::write`] wrote with the same secret; any other text is no token.
    pub fn read(&self, text: &str) -> Option<Token> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (body, signature) = bytes.split_last_chunk::<SIGNATURE>()?;
        self.0.clone().chain_update(body).verify_truncated_left(signature).ok()?;
        let (version, body) = body.split_first()?;
        let (system, body) = body.split_first_chunk()?;
        let (timeline, body) = body.split_first_chunk()?;
        let (lsn, body) = body.split_first_chunk()?;
        let below = match *version {
            version if version == VERSIONS.0 => body.is_empty().then_some(Xid(0))?,
            version if version == VERSIONS.1 => Xid(u64::from_be_bytes(body.try_into().ok()?)),
            _ => return None,
        };
        Some(Token {
            epoch: Epoch { system: u64::from_be_bytes(*system), timeline: u32::from_be_bytes(*timeline) },
            lsn: Lsn(u64::from_be_bytes(*lsn)),
            below,
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
        Token { epoch: Epoch { system, timeline }, lsn: Lsn(lsn), below: Xid(0) }
    }

    fn with(below: u64, token: Token) -> Token {
        Token { below: Xid(below), ..token }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_and_by_no_other_key(
            system: u64, timeline: u32, lsn: u64, below in prop_oneof![Just(0), any::<u64>()],
        ) {
            let token = with(below, token(system, timeline, lsn));
            let text = TokenKey::new(b"one").write(&token);
            prop_assert_eq!(text.len(), if below == 0 { 50 } else { 60 });
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
        assert_eq!(TokenKey::new(b"key").read(text), Some(token(7, 1, 42)));
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", TokenKey::new(b"s3cret")), "TokenKey(…)");
    }
}
