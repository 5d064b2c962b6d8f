//! Locks that all processes on one database share. Never here: session locks of the server, which outlive a pooled
//! connection's user and are lost behind a pooler.
//!
//! A lock is a lease: whoever has it says every quarter of its time that he goes on, and believes that he has it for two thirds
//! of that time after the last word that the database has confirmed; others may take it when all of it has passed. No lease
//! keeps a process from sleeping between its look at [`Guard::is_held`] and its write, so that each holder has a number, its
//! token, which is larger than those of all holders before, and what is written under the lock is guarded by it:
//!
//! - in this database by [`Guard::confirm_in`], in the transaction that writes: nobody else can take the lock before it ends;
//! - elsewhere by a column that keeps the token of whoever has written last, and refuses older ones:
//!   `update thing set …, fence = $token where id = $1 and fence <= $token` ([`admits`] says the same of what is no table).
//!
//! A row of each name stays, so that its tokens only grow: names should be few, and none made of what users say.

mod guard;
mod store;
mod xact;

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_runtime::Effects;
use tokio::sync::Mutex;
use tokio_postgres::error::SqlState;

use crate::store as jobs;

pub use guard::{Guard, LostError};
pub use xact::with_xact_lock;

pub(crate) use xact::xact_lock_on;

/// The longest name, in bytes.
pub const NAME_MOST: usize = 200;

/// The shortest and the longest time of a lock: a shorter one is lost whenever a machine is busy, and a longer one keeps a lock
/// of a dead process for a day.
pub const TTL: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(24 * 3_600));

/// To open the connection.
const WITHIN: Duration = Duration::from_secs(5);

/// The longest pause between two attempts.
const PAUSE: Duration = Duration::from_millis(250);

/// What is locked for users, as against what the platform leads with.
const PREFIX: &str = "lock ";

/// Locks, by one connection of their own that is opened when it is first needed. A clone is the same.
#[derive(Debug, Clone)]
pub struct Locks(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    target: Target,
    effects: Effects,
    session: Mutex<Option<Arc<Session>>>,
}

/// There is no lock.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Its name cannot be.
    #[error("the name of a lock has 1 to {NAME_MOST} bytes and no NUL; this has {0} bytes")]
    Name(usize),
    /// Its time cannot be.
    #[error("a lock is given for 100 ms to one day, not for {0:?}")]
    Ttl(Duration),
    /// Somebody else has it all the time.
    #[error("somebody else had the lock for {0:?}")]
    Busy(Duration),
    /// The database says so, or nothing.
    #[error("the database does not answer: {0}")]
    Database(#[from] tokio_postgres::Error),
}

impl Locks {
    /// Those of this database.
    pub fn new(target: &Target, effects: &Effects) -> Self {
        let (target, effects) = (target.clone(), effects.clone());
        Self(Arc::new(Inner { target, effects, session: Mutex::default() }))
    }

    /// The lock, or nothing if somebody has it. Without a word from this process it is free after `ttl`.
    ///
    /// # Errors
    /// [`LockError`], but for [`LockError::Busy`].
    pub async fn try_lock(&self, name: &str, ttl: Duration) -> Result<Option<Guard>, LockError> {
        if name.is_empty() || name.len() > NAME_MOST || name.contains('\0') {
            return Err(LockError::Name(name.len()));
        }
        if !(TTL.0..=TTL.1).contains(&ttl) {
            return Err(LockError::Ttl(ttl));
        }
        let (name, holder) = (format!("{PREFIX}{name}"), self.0.effects.ids.next().to_string());
        let session = self.0.session().await?;
        let sent = self.0.effects.clock.boottime();
        let asked = session.query_opt(jobs::ACQUIRE, &[&name, &holder, &jobs::ms(ttl)]).await;
        let row = match asked {
            // Whoever has it is about to commit under it.
            Err(busy) if busy.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => None,
            asked => asked?,
        };
        let token = row.map(|row| row.try_get(0)).transpose()?;
        Ok(token.map(|token| Guard::begin(Arc::clone(&self.0), name, holder, token, ttl, sent)))
    }

    /// The lock, waited for. While the database does not answer it is asked again.
    ///
    /// # Errors
    /// [`LockError`]; the last one, when the time is over.
    pub async fn lock(&self, name: &str, ttl: Duration, within: Duration) -> Result<Guard, LockError> {
        let (clock, began) = (&self.0.effects.clock, self.0.effects.clock.monotonic());
        loop {
            let refused = match self.try_lock(name, ttl).await {
                Ok(Some(guard)) => return Ok(guard),
                Ok(None) => LockError::Busy(within),
                Err(error @ LockError::Database(_)) => error,
                Err(error) => return Err(error),
            };
            let left = within.saturating_sub(clock.monotonic().saturating_sub(began));
            if left.is_zero() {
                return Err(refused);
            }
            let part = 0.5 + f64::from(u16::try_from(self.0.effects.random.below(500)).unwrap_or(0)) / 1e3;
            clock.sleep(PAUSE.min(ttl / 4).mul_f64(part).min(left)).await;
        }
    }
}

impl Inner {
    async fn session(&self) -> Result<Arc<Session>, tokio_postgres::Error> {
        let mut open = self.session.lock().await;
        if let Some(session) = open.as_ref().filter(|session| !session.is_closed()) {
            return Ok(Arc::clone(session));
        }
        let fresh = Session::connect_for(&self.target, "mainstay locks", WITHIN, jobs::LONGEST).await?;
        fresh.batch_execute(jobs::SETTINGS).await?;
        Ok(Arc::clone(open.insert(Arc::new(fresh))))
    }
}

/// Whether somebody with this token may write where the last one had that, if there was any.
pub fn admits(last: Option<i64>, token: i64) -> bool {
    last.is_none_or(|last| last <= token)
}
