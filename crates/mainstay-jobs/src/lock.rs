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

mod asking;
mod guard;
mod store;
mod xact;

use std::sync::{Arc, Mutex as Sync, PoisonError};
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_runtime::Effects;
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinSet;
use tokio_postgres::error::SqlState;

use crate::store as jobs;

use asking::{Answer, Asking};

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

/// Before a lock is given back again that somebody is about to write under.
const AGAIN: Duration = Duration::from_millis(20);

/// For so long.
const GIVING_BACK: Duration = Duration::from_secs(2);

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
    /// One asks at a time: who has a lock says in between that he goes on, however many wait for others.
    turn: Mutex<()>,
    /// Those who ask, and those who give back what nobody takes.
    asking: Sync<JoinSet<()>>,
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
        let (session, turn, asking) = <(Mutex<_>, Mutex<_>, Sync<_>)>::default();
        Self(Arc::new(Inner { target, effects, session, turn, asking }))
    }

    /// The lock, or nothing if somebody has it, or if the answer took so long that somebody may. Without a word from this
    /// process it is free after `ttl`.
    ///
    /// # Errors
    /// [`LockError`], but for [`LockError::Busy`].
    pub async fn try_lock(&self, name: &str, ttl: Duration) -> Result<Option<Guard>, LockError> {
        match self.lock(name, ttl, Duration::ZERO).await {
            Ok(guard) => Ok(Some(guard)),
            Err(LockError::Busy(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The lock, waited for. While the database does not answer it is asked again. Cancelled, or failed, it gives back by
    /// itself what it may have got, as long as these locks live.
    ///
    /// # Errors
    /// [`LockError`]; the last one, when the time is over.
    pub async fn lock(&self, name: &str, ttl: Duration, within: Duration) -> Result<Guard, LockError> {
        if name.is_empty() || name.len() > NAME_MOST || name.contains('\0') {
            return Err(LockError::Name(name.len()));
        }
        if !(TTL.0..=TTL.1).contains(&ttl) {
            return Err(LockError::Ttl(ttl));
        }
        let (name, holder) = (format!("{PREFIX}{name}"), self.0.effects.ids.next().to_string());
        let locks = Arc::clone(&self.0);
        let asking = Asking { locks, name: name.clone(), holder: holder.clone(), ttl, may_have: false };
        let (answer, answered) = oneshot::channel();
        self.0.begin(asking.run(within, answer));
        let Ok(Answer { got, taken }) = answered.await else { return Err(LockError::Busy(within)) };
        let got = got?;
        if got.is_over(ttl, self.0.effects.clock.boottime()) || taken.send(()).is_err() {
            return Err(LockError::Busy(within));
        }
        Ok(Guard::begin(Arc::clone(&self.0), name, holder, got.token, ttl, got.sent))
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
        fresh.batch_execute(jobs::SHORT).await?;
        Ok(Arc::clone(open.insert(Arc::new(fresh))))
    }

    fn begin(&self, asking: impl Future<Output = ()> + Send + 'static) {
        let mut all = self.asking.lock().unwrap_or_else(PoisonError::into_inner);
        while all.try_join_next().is_some() {}
        all.spawn(asking);
    }

    /// What this one has, or may have. Who is about to write under it is waited for.
    async fn give_back(&self, name: &str, holder: &str) -> Result<(), tokio_postgres::Error> {
        let (clock, began) = (&self.effects.clock, self.effects.clock.monotonic());
        loop {
            let session = self.session().await?;
            let Err(refused) = session.execute(store::GIVE_BACK, &[&name, &holder]).await else {
                return Ok(());
            };
            let is_over = clock.monotonic().saturating_sub(began) >= GIVING_BACK;
            if is_over || refused.code() != Some(&SqlState::LOCK_NOT_AVAILABLE) {
                return Err(refused);
            }
            clock.sleep(AGAIN).await;
        }
    }
}

/// Whether somebody with this token may write where the last one had that, if there was any.
pub fn admits(last: Option<i64>, token: i64) -> bool {
    last.is_none_or(|last| last <= token)
}
