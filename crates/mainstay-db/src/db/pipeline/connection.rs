//! One connection of the lane: opened when first needed, opened again when lost. Never here: which one is chosen.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Mutex;
use tokio_postgres::Row;

use super::{Config, nanos};
use crate::db::READ_ONLY;
use crate::statement::{Parameters, Statement};
use crate::{DbError, Session, Target};

/// The pause after a failed attempt to connect. Meanwhile the pool is asked, which tells the caller what is wrong.
const PAUSE: Duration = Duration::from_secs(1);

/// A place for one connection.
#[derive(Debug)]
pub(super) struct Slot {
    pg: tokio_postgres::Config,
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
    prepared: RwLock<HashMap<usize, tokio_postgres::Statement>>,
}

/// Its limits are start options, so that they cost no round trip.
pub(super) fn driver_config(
    config: &Config,
    target: &Target,
    application: &str,
    connect: Duration,
) -> tokio_postgres::Config {
    let target = if target.has_choice() { &target.writable() } else { target };
    let mut pg = target.driver_config().clone();
    let mut options = pg.get_options().map(|given| format!("{given} ")).unwrap_or_default();
    // The statements were written for one plan each, and bind their limits.
    options.push_str(&format!(
        "-c statement_timeout={} -c plan_cache_mode=force_generic_plan",
        config.statement_timeout_ms
    ));
    // The driver finds the writable one of several hosts by whether a session may write, so there it is told later.
    if !target.has_choice() {
        options.push_str(" -c default_transaction_read_only=on");
    }
    pg.options(options).application_name(format!("{application} pipelined")).connect_timeout(connect);
    pg
}

impl Slot {
    pub(super) fn new(pg: tokio_postgres::Config) -> Self {
        Self {
            pg,
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
        match self.connect().await {
            Ok(session) => {
                let live = Arc::new(Live { session, prepared: RwLock::default() });
                *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&live));
                Some(live)
            }
            Err(error) => {
                self.not_before.store(nanos(began.elapsed() + PAUSE), Ordering::Relaxed);
                tracing::debug!(error = %error, "the pipelined lane has no connection");
                None
            }
        }
    }

    async fn connect(&self) -> Result<Session, tokio_postgres::Error> {
        let session = Session::open(&self.pg).await?;
        if self.pg.get_hosts().len() > 1 {
            session.batch_execute(READ_ONLY).await?;
        }
        Ok(session)
    }

    fn open(&self) -> Option<Arc<Live>> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| !live.session.is_closed()).map(Arc::clone)
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
        self.is_closed.store(true, Ordering::Relaxed);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = None;
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
