//! Access tokens (JWT, HS256) and opaque refresh tokens.
//! Never here: storing, rotating or revoking; the application keeps the hash of a refresh token and decides.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use mainstay_config::{Faults, duration};
use mainstay_runtime::{Effects, Random};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::problem::Problem;

mod proved;

pub(crate) use proved::LastProved;

/// The only purpose that [`Tokens::verify`] accepts. A token made for another end (a reset link, say)
/// must carry another word and is then no session.
const PURPOSE: &str = "access";
/// Clocks of our own nodes may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);
/// Fewest bytes of a signing secret: the hash's own length (RFC 7518, 3.2).
const MIN_SECRET: usize = 32;

/// Life of tokens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Life of an access token.
    #[serde(with = "mainstay_config::duration")]
    pub access_life: Duration,
    /// Life of a refresh token; each use replaces it by one with a new life.
    #[serde(with = "mainstay_config::duration")]
    pub refresh_life: Duration,
}

impl Default for Config {
    fn default() -> Self {
        Self { access_life: Duration::from_secs(15 * 60), refresh_life: Duration::from_secs(30 * 24 * 3600) }
    }
}

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3600));
        faults.time("access_life", self.access_life, minute..=24 * hour);
        faults.time("refresh_life", self.refresh_life, minute..=10 * 365 * 24 * hour);
        if self.refresh_life <= self.access_life {
            let what = format_args!(
                "is {}; write more than tokens.access_life, which is {}",
                duration::show(self.refresh_life),
                duration::show(self.access_life)
            );
            faults.across("refresh_life", &["access_life"], what);
        }
        faults
    }
}

/// What an access token says. Times are whole seconds since 1970 (RFC 7519).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The account.
    pub sub: Uuid,
    /// The session: refreshing keeps it, signing out ends it.
    pub sid: Uuid,
    /// The account's role at the time of issue, in the application's words.
    pub role: String,
    /// This token's own id.
    pub jti: Uuid,
    /// Issued at.
    pub iat: i64,
    /// Valid before.
    pub exp: i64,
    /// What the token is for: `access`.
    pub purpose: String,
}

/// One HS256 secret with the name that tokens carry in their `kid` header.
#[derive(Clone)]
pub struct Key {
    id: String,
    secret: Vec<u8>,
}

impl Key {
    /// A key; the secret must have at least 32 bytes.
    pub fn try_new(id: impl Into<String>, secret: impl Into<Vec<u8>>) -> Result<Self, WeakKey> {
        let (id, secret) = (id.into(), secret.into());
        if secret.len() < MIN_SECRET { Err(WeakKey) } else { Ok(Self { id, secret }) }
    }
}

/// A signing secret is too short to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token secret needs at least {MIN_SECRET} bytes")]
pub struct WeakKey;

/// The key that signs, and the former ones whose tokens are still accepted. To rotate: put a new key in
/// front, keep the old one for one access life, then drop it.
#[derive(Clone)]
pub struct Keys {
    signing: Key,
    former: Vec<Key>,
}

impl Keys {
    /// Signs with `signing`; verifies with it and with `former`.
    pub fn new(signing: Key, former: Vec<Key>) -> Self {
        Self { signing, former }
    }
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Past its time: refresh it.
    #[error("the access token has expired")]
    Expired,
    /// Not ours, damaged, or made for another purpose.
    #[error("the access token is not valid")]
    Invalid,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Expired => {
                Self::unauthorized("The access token has expired; refresh it.").coded("token_expired")
            }
            TokenError::Invalid => Self::unauthorized("The access token is not valid."),
        }
    }
}

/// A key that tokens are held against.
#[derive(Clone)]
struct Verifying {
    /// The header that we write with it, encoded. No other header is read: what it would say of algorithm and key is not
    /// believed but known.
    header: String,
    /// With the key, before the first byte.
    mac: Hmac<Sha256>,
}

impl Verifying {
    fn new(key: &Key) -> Result<Self, TokenError> {
        let signed = jsonwebtoken::encode(&header_of(key), &(), &EncodingKey::from_secret(&key.secret));
        let token = signed.map_err(|_| TokenError::Invalid)?;
        let (header, _) = token.split_once('.').ok_or(TokenError::Invalid)?;
        let mac = Hmac::new_from_slice(&key.secret).map_err(|_| TokenError::Invalid)?;
        Ok(Self { header: header.to_owned(), mac })
    }
}

/// The header of the tokens that a key signs.
fn header_of(key: &Key) -> Header {
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(key.id.clone());
    header
}

/// Issues and verifies access tokens.
#[derive(Clone)]
pub struct Tokens {
    signing: (Header, EncodingKey),
    verifying: Arc<[Verifying]>,
    life: Duration,
    effects: Effects,
}

impl Tokens {
    /// Tokens signed with these keys, by the clock and ids of `effects`.
    pub fn new(config: &Config, keys: &Keys, effects: Effects) -> Self {
        // A key with which nothing could be signed verifies nothing.
        let all = std::iter::once(&keys.signing).chain(&keys.former);
        let verifying = all.filter_map(|key| Verifying::new(key).ok()).collect();
        Self {
            signing: (header_of(&keys.signing), EncodingKey::from_secret(&keys.signing.secret)),
            verifying,
            life: config.access_life,
            effects,
        }
    }

    /// How long a fresh access token lives: the `expires_in` of a sign-in answer.
    pub fn life(&self) -> Duration {
        self.life
    }

    /// A signed access token.
    pub fn issue(&self, account: Uuid, session: Uuid, role: &str) -> Result<String, TokenError> {
        let now = self.now().as_second();
        let claims = Claims {
            sub: account,
            sid: session,
            role: role.to_owned(),
            jti: self.effects.ids.next(),
            iat: now,
            exp: now.saturating_add(i64::try_from(self.life.as_secs()).unwrap_or(i64::MAX)),
            purpose: PURPOSE.to_owned(),
        };
        let (header, key) = &self.signing;
        jsonwebtoken::encode(header, &claims, key).map_err(|_| TokenError::Invalid)
    }

    /// The claims of a token that one of our keys signed for access and that has not expired.
    pub fn verify(&self, token: &str) -> Result<Claims, TokenError> {
        let claims = self.claims(token)?;
        check(&claims, self.now())?;
        Ok(claims)
    }

    /// The same, and a token that this connection has just proved need not be proved again. Its time is looked at always.
    pub(crate) fn verify_on(&self, connection: &LastProved, token: &str) -> Result<Claims, TokenError> {
        let known = connection.claims_of(token, &self.verifying);
        let claims = known.map_or_else(
            || {
                let claims = self.claims(token)?;
                connection.note(token, &self.verifying, &claims);
                Ok(claims)
            },
            Ok,
        )?;
        check(&claims, self.now())?;
        Ok(claims)
    }

    /// The claims of a token that one of our keys signed for access, whether it has expired or not: enough to end the
    /// session that it names, never to let anybody in.
    pub fn verify_to_sign_out(&self, token: &str) -> Result<Claims, TokenError> {
        let claims = self.claims(token)?;
        match check(&claims, self.now()) {
            Err(TokenError::Invalid) => Err(TokenError::Invalid),
            Ok(()) | Err(TokenError::Expired) => Ok(claims),
        }
    }

    fn claims(&self, token: &str) -> Result<Claims, TokenError> {
        let (signed, signature) = token.rsplit_once('.').ok_or(TokenError::Invalid)?;
        let (header, claims) = signed.split_once('.').ok_or(TokenError::Invalid)?;
        let key = self.verifying.iter().find(|key| key.header == header).ok_or(TokenError::Invalid)?;
        // One byte more than a signature has, so that a longer one is seen.
        let mut given = [0; 33];
        let length = URL_SAFE_NO_PAD.decode_slice(signature, &mut given).map_err(|_| TokenError::Invalid)?;
        let mac = key.mac.clone().chain_update(signed);
        // In constant time.
        mac.verify_slice(&given[..length]).map_err(|_| TokenError::Invalid)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| TokenError::Invalid)?;
        let claims = String::from_utf8(claims).map_err(|_| TokenError::Invalid)?;
        serde_json::from_str(&claims).map_err(|_| TokenError::Invalid)
    }

    fn now(&self) -> Timestamp {
        self.effects.clock.now()
    }
}

/// By the injected clock.
fn check(claims: &Claims, now: Timestamp) -> Result<(), TokenError> {
    let now = now.as_second();
    let leeway = i64::try_from(LEEWAY.as_secs()).unwrap_or(i64::MAX);
    if claims.purpose != PURPOSE || claims.iat > now.saturating_add(leeway) {
        Err(TokenError::Invalid)
    } else if claims.exp.saturating_add(leeway) <= now {
        Err(TokenError::Expired)
    } else {
        Ok(())
    }
}

/// A refresh token: 32 random bytes that mean nothing by themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(String);

impl RefreshToken {
    /// A fresh one.
    pub fn generate(random: &Random) -> Self {
        Self(opaque(random))
    }

    /// A presented one; `None` when it cannot be ours by its form.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| Self(text.to_owned()))
    }

    /// What the client keeps.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What the server stores: SHA-256, enough for 256 random bits.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }
}

impl std::fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

/// 32 random bytes as 43 characters of base64url.
pub(super) fn opaque(random: &Random) -> String {
    URL_SAFE_NO_PAD.encode(random.bytes::<32>())
}

#[cfg(test)]
mod tests;
