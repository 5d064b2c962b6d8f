//! Passwords: the rule, and argon2id off the async threads with bounded concurrency and queue.
//! Never here: accounts, lockout, mail.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use mainstay_config::Faults;
use mainstay_runtime::Random;
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use crate::problem::{FieldError, Problem};

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 10;
/// Most characters of a password, so that hashing long texts is no attack.
pub const MAX_CHARS: usize = 128;

/// One lower-case password a line; `#` starts a comment.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../data/common_passwords.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// Cost and queue of hashing. The costs are OWASP's minimum for argon2id (Password Storage Cheat Sheet).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes of one hash.
    pub lanes: u32,
    /// Hashes in work at once; each takes a blocking thread and `memory_kib`.
    pub max_concurrent: usize,
    /// Hashes that may wait for their turn; more are refused with 503.
    pub max_queued: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1, max_concurrent: 2, max_queued: 64 }
    }
}

/// Most memory of one hash, in KiB: 4 GiB.
const MOST_MEMORY: u32 = 4 * 1024 * 1024;

/// Most lanes of one hash.
const MOST_LANES: u32 = 64;

impl Config {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.number("lanes", self.lanes, 1..=MOST_LANES);
        // RFC 9106, 3.1.
        let least = 8 * self.lanes.clamp(1, MOST_LANES);
        if self.memory_kib < least {
            let what = format_args!(
                "is {}; write 8 times passwords.lanes, which is {}, or more",
                self.memory_kib, self.lanes
            );
            faults.across("memory_kib", &["lanes"], what);
        } else {
            faults.number("memory_kib", self.memory_kib, least..=MOST_MEMORY);
        }
        faults.number("passes", self.passes, 1..=1000);
        // Each takes one of the runtime's blocking threads, which files need too.
        faults.number("max_concurrent", self.max_concurrent, 1..=256);
        faults.number("max_queued", self.max_queued, 0..=1_000_000);
        faults
    }
}

/// A new password that keeps the rule: 10 to 128 characters and not a common one, whatever its
/// upper and lower case. No composition rules.
#[derive(Clone, PartialEq, Eq)]
pub struct NewPassword(String);

/// The rule that a new password breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Fewer than 10 characters.
    #[error("Use at least {MIN_CHARS} characters.")]
    TooShort,
    /// More than 128 characters.
    #[error("Use at most {MAX_CHARS} characters.")]
    TooLong,
    /// On the list of commonly used passwords.
    #[error("This password is among the commonly used ones; choose another.")]
    Common,
}

impl NewPassword {
    /// Checks the rule.
    pub fn parse(text: String) -> Result<Self, WeakPassword> {
        let length = text.chars().count();
        if length < MIN_CHARS {
            Err(WeakPassword::TooShort)
        } else if length > MAX_CHARS {
            Err(WeakPassword::TooLong)
        } else if COMMON.contains(text.to_lowercase().as_str()) {
            Err(WeakPassword::Common)
        } else {
            Ok(Self(text))
        }
    }
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

impl WeakPassword {
    /// 422 `weak_password` that points at the field the password came in.
    pub fn at(self, pointer: &str) -> Problem {
        let code = match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::Common => "common",
        };
        Problem::unprocessable(vec![FieldError::new(pointer, code, self.to_string())]).coded("weak_password")
    }
}

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum HashError {
    /// Too many hashes are in work and waiting; try again in a moment.
    #[error("too many password hashes are in work and waiting")]
    Busy,
    /// The stored hash is not a PHC string of argon2.
    #[error("the stored password hash cannot be read")]
    Corrupt,
    /// The hasher itself failed: parameters out of range, or a worker thread died.
    #[error("hashing failed: {0}")]
    Failed(String),
}

impl From<HashError> for Problem {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => {
                Self::unavailable(Duration::from_secs(1), "Too many people are signing in at this moment.")
            }
            HashError::Corrupt | HashError::Failed(_) => Self::internal(error),
        }
    }
}

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not the password, or there is no such account.
    Wrong,
    /// The password.
    Right,
    /// The password, stored at another cost than today's: store [`Passwords::hash_again`].
    RightButStale,
}

impl Verdict {
    /// Whether the password was right.
    pub fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::RightButStale)
    }
}

/// Hashes and compares passwords; clones share one queue.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    hasher: Argon2<'static>,
    cost: (u32, u32, u32),
    random: Random,
    /// Compared against when there is no account, so that both cases take the same time.
    dummy: String,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
}

impl Passwords {
    /// A hasher with this configuration; fails when the costs are out of argon2's range.
    /// Hashes once, which takes some tens of milliseconds.
    pub fn new(config: &Config, random: Random) -> Result<Self, HashError> {
        let params = Params::new(config.memory_kib, config.passes, config.lanes, None)
            .map_err(|error| HashError::Failed(error.to_string()))?;
        let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let dummy = hash(&hasher, b"no account has this password", &salt(&random))?;
        Ok(Self(Arc::new(Inner {
            hasher,
            cost: (config.memory_kib, config.passes, config.lanes),
            random,
            dummy,
            turns: Arc::new(Semaphore::new(config.max_concurrent.max(1))),
            waiting: AtomicUsize::new(0),
            max_waiting: config.max_queued,
        })))
    }

    /// The PHC string to store (`$argon2id$v=19$…`).
    pub async fn hash(&self, password: NewPassword) -> Result<String, HashError> {
        self.hash_text(password.0).await
    }

    /// A fresh PHC string of a password that [`Passwords::verify`] has just found [`Verdict::RightButStale`]. The rule
    /// for new passwords is not asked: it may have been another when this one was chosen.
    pub async fn hash_again(&self, password: String) -> Result<String, HashError> {
        self.hash_text(password).await
    }

    async fn hash_text(&self, password: String) -> Result<String, HashError> {
        self.in_turn(move |inner| hash(&inner.hasher, password.as_bytes(), &salt(&inner.random))).await
    }

    /// Compares `password` with what is stored; `stored` is `None` for an unknown account, which takes as
    /// long as a known one. Passwords beyond [`MAX_CHARS`] are wrong without a look.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<Verdict, HashError> {
        if password.len() > MAX_CHARS * 4 {
            return Ok(Verdict::Wrong);
        }
        self.in_turn(move |inner| {
            let known = stored.is_some();
            let verdict = inner.compare(&password, stored.as_deref().unwrap_or(&inner.dummy))?;
            Ok(if known { verdict } else { Verdict::Wrong })
        })
        .await
    }

    /// Runs `work` on a blocking thread once there is a turn.
    async fn in_turn<T, W>(&self, work: W) -> Result<T, HashError>
    where
        T: Send + 'static,
        W: FnOnce(&Inner) -> Result<T, HashError> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let turns = Arc::clone(&inner.turns);
        let turn = match Arc::clone(&turns).try_acquire_owned() {
            Ok(turn) => turn,
            Err(_) => {
                let _waiting = Waiting::enter(&inner)?;
                turns.acquire_owned().await.map_err(|closed| HashError::Failed(closed.to_string()))?
            }
        };
        // The turn moves along: a caller that goes away does not free it before the work is done.
        tokio::task::spawn_blocking(move || {
            let result = work(&inner);
            drop(turn);
            result
        })
        .await
        .map_err(|died| HashError::Failed(died.to_string()))?
    }
}

/// One place in the queue.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(inner: &'a Inner) -> Result<Self, HashError> {
        let before = inner.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(&inner.waiting);
        if before >= inner.max_waiting { Err(HashError::Busy) } else { Ok(place) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inner {
    fn compare(&self, password: &str, stored: &str) -> Result<Verdict, HashError> {
        let stored = PasswordHash::new(stored).map_err(|_| HashError::Corrupt)?;
        match self.hasher.verify_password(password.as_bytes(), &stored) {
            Ok(()) if self.is_current(&stored) => Ok(Verdict::Right),
            Ok(()) => Ok(Verdict::RightButStale),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(Verdict::Wrong),
            Err(_) => Err(HashError::Corrupt),
        }
    }

    fn is_current(&self, stored: &PasswordHash) -> bool {
        Params::try_from(stored)
            .is_ok_and(|params| (params.m_cost(), params.t_cost(), params.p_cost()) == self.cost)
    }
}

fn hash(hasher: &Argon2<'_>, password: &[u8], salt: &[u8]) -> Result<String, HashError> {
    use argon2::password_hash::PasswordHasher;
    hasher
        .hash_password_with_salt(password, salt)
        .map(|hash| hash.to_string())
        .map_err(|error| HashError::Failed(error.to_string()))
}

/// 16 random bytes, as RFC 9106 advises.
fn salt(random: &Random) -> [u8; 16] {
    random.bytes()
}

#[cfg(test)]
mod tests;
