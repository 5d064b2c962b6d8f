//! A connection for claims: opened when it is needed, and again after it was lost. Losing it ends no life. What a statement
//! may have taken before its answer was lost is in nobody's hands here: after two looks it is given back (`running`), and an
//! answer that comes after that begins nothing. Never here: what is claimed.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mainstay_db::{Session, Target};
use mainstay_telemetry::events;
use tokio::sync::Mutex;
use tokio_postgres::Statement;
use tokio_postgres::error::SqlState;

use super::Parts;
use super::link::Link;
use super::running::Running;
use crate::store;

/// Before a connection that was lost, or could not be opened, is opened again.
pub(super) const AGAIN: Duration = Duration::from_millis(250);

/// The connection of one life for one way of claiming.
#[derive(Debug)]
pub(super) struct Line {
    target: Target,
    name: &'static str,
    within: Duration,
    /// It leads where this does.
    link: Arc<Link>,
    /// Who is told that an answer may be lost.
    running: Running,
    /// What it is told at first.
    settings: String,
    open: Mutex<Option<Arc<Open>>>,
    is_told: AtomicBool,
}

/// While it is open: the statements are prepared once.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) claim: Statement,
    pub(super) next: Statement,
    pub(super) hold: Statement,
    pub(super) room: Statement,
    pub(super) pick: Statement,
    pub(super) step: Statement,
    pub(super) spend: Statement,
}

impl Line {
    /// Called so in the server's list of connections; it is opened within a quarter of the ttl, or not at all, and to the server
    /// of this link alone.
    pub(super) fn new(parts: &Parts, link: &Arc<Link>, running: &Running, name: &'static str) -> Self {
        let longest = store::longest(parts.config.claim_longest);
        Self {
            target: parts.target.clone(),
            name,
            within: parts.config.pace().every(),
            link: Arc::clone(link),
            running: running.clone(),
            settings: format!("{}; {longest}", parts.settings()),
            open: Mutex::default(),
            is_told: AtomicBool::new(false),
        }
    }

    /// The open connection; nothing where it can be opened only later, or the life is about to end.
    pub(super) async fn open(&self) -> Option<Arc<Open>> {
        let mut held = self.open.lock().await;
        if let Some(open) = held.as_ref().filter(|open| !open.session.is_closed()) {
            return Some(Arc::clone(open));
        }
        if held.take().is_some() {
            self.running.lost_a_claim();
        }
        match self.connect().await {
            Ok(Some(open)) => Some(Arc::clone(held.insert(Arc::new(open)))),
            Ok(None) => {
                self.tell(&"the server that answers now may not know what was claimed");
                None
            }
            Err(error) => {
                self.tell(&error);
                None
            }
        }
    }

    /// Nothing where another server answers.
    async fn connect(&self) -> Result<Option<Open>, tokio_postgres::Error> {
        let session = Session::connect_for(&self.target, self.name, self.within, store::LONGEST).await?;
        session.batch_execute(&self.settings).await?;
        if !self.link.is_same(&session).await? {
            return Ok(None);
        }
        Ok(Some(Open {
            claim: session.prepare(store::CLAIM).await?,
            next: session.prepare(store::NEXT).await?,
            hold: session.prepare(store::HOLD).await?,
            room: session.prepare(store::ROOM).await?,
            pick: session.prepare(store::PICK).await?,
            step: session.prepare(store::STEP).await?,
            spend: session.prepare(store::SPEND).await?,
            session,
        }))
    }

    /// A claim over it went well.
    pub(super) fn works(&self) {
        if self.is_told.swap(false, Ordering::Relaxed) {
            tracing::info!(event = events::JOBS_CLAIMED_AGAIN, line = self.name, "jobs are taken again");
        }
    }

    /// It is not used any more: the next who needs one opens another.
    pub(super) async fn lose(&self, why: &tokio_postgres::Error) {
        self.open.lock().await.take();
        self.running.lost_a_claim();
        self.tell(why);
    }

    /// Once, until a claim goes well.
    fn tell(&self, why: &dyn Display) {
        if !self.is_told.swap(true, Ordering::Relaxed) {
            tracing::info!(
                event = events::JOBS_UNCLAIMED,
                line = self.name,
                error = %why,
                "jobs are not taken for now; those that are at work go on"
            );
        }
    }
}

/// Whether somebody else was quicker, and nothing is wrong: he holds what this wanted for long, or has just begun another one of
/// the same ordering key, or of two that waited for each other this one was chosen to give way.
pub(super) fn is_other(error: &tokio_postgres::Error) -> bool {
    const QUICKER: [SqlState; 3] =
        [SqlState::LOCK_NOT_AVAILABLE, SqlState::UNIQUE_VIOLATION, SqlState::T_R_DEADLOCK_DETECTED];
    error.code().is_some_and(|code| QUICKER.contains(code))
}

/// Whether the server has ended a statement that took longer than it may; the connection is as good as before.
pub(super) fn is_too_long(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::QUERY_CANCELED)
}
