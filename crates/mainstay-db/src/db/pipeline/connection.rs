//! One connection of the lane: opened when first needed, opened again when lost. Never here: which one is chosen.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_postgres::Row;

use super::nanos;
use crate::db::keep::is_old;
use crate::opening::{NO_JIT, Opener, Patience, Silence};
use crate::statement::{Parameters, Statement};
use crate::{DbError, Session, Target};

/// The pause after a failed attempt to connect. Meanwhile the pool is asked, which tells the caller what is wrong.
const PAUSE: Duration = Duration::from_secs(1);

/// A place for one connection.
#[derive(Debug)]
pub(super) struct Slot {
    opener: Arc<Opener>,
    silence: Arc<Silence>,
    longest: Duration,
    live: RwLock<Option<Arc<Live>>>,
    opening: Mutex<()>,
    is_closed: AtomicBool,
    pub(super) in_flight: AtomicUsize,
    /// Nanoseconds after the lane began: before then nobody connects.
    not_before: AtomicU64,
    /// Nanoseconds after the lane began: the last answer.
    answered: AtomicU64,
}

/// An open connection and what is prepared on it.
#[derive(Debug)]
pub(super) struct Live {
    session: Session,
    opened: Instant,
    prepared: RwLock<HashMap<usize, tokio_postgres::Statement>>,
}

/// What opens the lane's connections. Their limits are start options, so that they cost no round trip.
pub(super) fn opener(config: &crate::Config, target: &Target, silence: &Arc<Silence>) -> Opener {
    let statement_timeout = config.pipeline.statement_timeout_ms;
    // The statements were written for one plan each, and bind their limits.
    let options =
        format!("{NO_JIT} -c statement_timeout={statement_timeout} -c plan_cache_mode=force_generic_plan");
    let limit = target.answers_within(Duration::from_millis(statement_timeout));
    // A request waits for it, and has the pool after that.
    let within = config.connect_within(target).min(config.acquire_timeout() / 2);
    Opener::new(target, &format!("{} pipelined", config.application_name), within)
        .with_options(&options)
        .read_only()
        .with_patience(Patience { limit, silence: Arc::clone(silence) })
}

impl Slot {
    /// A place whose connection lives for at most `longest`.
    pub(super) fn new(opener: &Arc<Opener>, silence: &Arc<Silence>, longest: Duration) -> Self {
        Self {
            opener: Arc::clone(opener),
            silence: Arc::clone(silence),
            longest,
            live: RwLock::new(None),
            opening: Mutex::new(()),
            is_closed: AtomicBool::new(false),
            in_flight: AtomicUsize::new(0),
            not_before: AtomicU64::new(0),
            answered: AtomicU64::new(0),
        }
    }

    /// The open connection. `None` while another caller opens it, or shortly after that failed.
    pub(super) async fn live(&self, began: Instant) -> Option<Arc<Live>> {
        if let Some(live) = self.open() {
            return Some(live);
        }
        if self.is_closed.load(Ordering::Relaxed)
            || nanos(began.elapsed()) < self.not_before.load(Ordering::Relaxed)
        {
            return None;
        }
        let _opening = self.opening.try_lock().ok()?;
        if let Some(live) = self.open() {
            return Some(live);
        }
        let opened = Instant::now();
        match self.opener.open().await {
            Ok(session) => {
                let live = Arc::new(Live { session, opened, prepared: RwLock::default() });
                let mut place = self.live.write().unwrap_or_else(PoisonError::into_inner);
                // Whoever closes the lane meanwhile does so under the same lock.
                if self.is_closed.load(Ordering::Relaxed) {
                    return None;
                }
                *place = Some(Arc::clone(&live));
                Some(live)
            }
            Err(error) => {
                self.not_before.store(nanos(began.elapsed() + PAUSE), Ordering::Relaxed);
                tracing::debug!(error = %error, "the pipelined lane has no connection");
                None
            }
        }
    }

    fn open(&self) -> Option<Arc<Live>> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| self.is_fit(live)).map(Arc::clone)
    }

    fn is_fit(&self, live: &Live) -> bool {
        !live.session.is_closed() && !is_old(self.longest, live.opened) && !self.silence.covers(live.opened)
    }

    pub(super) fn is_open(&self) -> bool {
        self.open().is_some()
    }

    /// Lets this connection go, unless another one has taken its place.
    pub(super) fn forget(&self, lost: &Arc<Live>) {
        let mut live = self.live.write().unwrap_or_else(PoisonError::into_inner);
        if live.as_ref().is_some_and(|current| Arc::ptr_eq(current, lost)) {
            *live = None;
        }
    }

    pub(super) fn close(&self) {
        let mut place = self.live.write().unwrap_or_else(PoisonError::into_inner);
        self.is_closed.store(true, Ordering::Relaxed);
        *place = None;
    }

    /// Notes an answer and returns when the one before it came.
    pub(super) fn answered(&self, now: Duration) -> Duration {
        Duration::from_nanos(self.answered.swap(nanos(now), Ordering::Relaxed))
    }
}

impl Live {
    /// The statement on this connection; prepared once.
    pub(super) async fn prepare(
        &self,
        statement: &'static Statement,
    ) -> Result<tokio_postgres::Statement, DbError> {
        let known =
            self.prepared.read().unwrap_or_else(PoisonError::into_inner).get(&statement.key()).cloned();
        if let Some(prepared) = known {
            return Ok(prepared);
        }
        let prepared = self.session.prepare(statement.text()).await?;
        self.prepared
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(statement.key(), prepared.clone());
        Ok(prepared)
    }

    /// The rows. Where a migration has changed what was prepared, it is prepared anew and asked once more.
    pub(super) async fn query(
        &self,
        statement: &'static Statement,
        prepared: &tokio_postgres::Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, DbError> {
        match self.session.query(prepared, parameters).await.map_err(DbError::from) {
            Err(DbError::StalePlan(_)) => {
                self.prepared.write().unwrap_or_else(PoisonError::into_inner).remove(&statement.key());
                let prepared = self.prepare(statement).await?;
                Ok(self.session.query(&prepared, parameters).await?)
            }
            answer => answer,
        }
    }
}
