//! The handle that everybody holds: one database, a pool for transactions, and for reads a pipelined lane and a pool.
//! Never here: statements of features, migrations, where the server comes from.

mod client;
mod connection;
mod ending;
mod info;
mod keep;
pub mod pipeline;
mod read;
mod retry;
mod room;
pub(crate) mod sessions;
mod shown;
mod stats;
mod tx;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
    Timeouts,
};
use mainstay_runtime::{Clock, Random};
use tokio_postgres::Row;

use crate::error::{chain, is_connection_loss};
use crate::insight::Insight;
use crate::opening::{NO_JIT, Opener, Opening, Patience, Silence};
use crate::replicas::{Answer, Replicas, Wish};
use crate::statement::{Parameters, Statement};
use crate::{Config, ConnectError, DbError, Lane, Session, Target, causality};

pub use client::Client;
pub use ending::CommitHook;
pub use info::ServerInfo;
pub use read::Read;
pub use retry::TransactionError;
pub use room::NoRoom;
pub use stats::{PoolStats, Stats};
pub use tx::Tx;

use client::Server;
use keep::Keep;
use pipeline::Pipeline;
use room::Room;
use stats::Counters;

/// The oldest server we work with, as `server_version_num` counts.
const OLDEST_VERSION: i32 = 140_000;

/// First and longest pause between two attempts to reach the server.
const RETRY_PAUSE: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// Longest attempt to open a connection while the server is known to be away and somebody else finds out whether it is
/// back.
const GLANCE: Duration = Duration::from_millis(250);

/// The connections to one database. A clone is one reference count.
#[derive(Clone, Debug)]
pub struct Db(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    read: Pool,
    write: Pool,
    read_opener: Arc<Opener>,
    write_opener: Arc<Opener>,
    /// When one of the connections was last found silent.
    silence: Arc<Silence>,
    pipeline: Pipeline,
    replicas: Option<Replicas>,
    target: Target,
    keep: Keep,
    acquire_timeout: Duration,
    /// Somebody waited for a connection in vain, and nobody has had one since.
    is_away: AtomicBool,
    /// Held by the one who finds out whether the server is back.
    asking: tokio::sync::Mutex<()>,
    room: Room,
    storage_alarm: Duration,
    transaction_retries: u32,
    random: Random,
    counters: Arc<Counters>,
    insight: Arc<Insight>,
    advising: tokio::sync::Mutex<()>,
    commit_hook: OnceLock<Arc<dyn CommitHook>>,
}

impl Db {
    /// Reaches the server, trying again for `connect_retry_for_ms` while it does not answer, and makes the pools.
    /// Their connections are opened when first needed, or ahead where somebody runs [`Db::keep_open`].
    ///
    /// # Errors
    /// [`ConnectError`]: the server does not answer, refuses us, is older than PostgreSQL 14, or it or a
    /// replica that answers has fewer sessions for us than all processes may open.
    pub async fn connect(config: &Config, target: &Target) -> Result<Self, ConnectError> {
        let target = &target.with_network(&config.network);
        let silence = Arc::<Silence>::default();
        let [read_opener, write_opener] =
            [Lane::Read, Lane::Write].map(|lane| opener(config, target, lane, &silence));
        let db = Self(Arc::new(Inner {
            read: pool(config, Lane::Read, &read_opener, &silence)?,
            write: pool(config, Lane::Write, &write_opener, &silence)?,
            read_opener,
            write_opener,
            pipeline: Pipeline::new(config, target, &silence),
            silence,
            replicas: replicas(config, target)?,
            target: target.clone(),
            keep: Keep {
                read_min: config.pool_read_min.min(config.pool_read_max),
                write_min: config.pool_min.min(config.pool_max),
                longest: config.max_lifetime(),
                interval: config.keep_interval(),
                statements: config.warm_statements,
            },
            acquire_timeout: config.acquire_timeout(),
            is_away: AtomicBool::new(false),
            asking: tokio::sync::Mutex::default(),
            room: Room::default(),
            storage_alarm: config.storage_alarm(),
            transaction_retries: config.transaction_retries,
            random: Random::system(),
            counters: Arc::new(Counters::default()),
            insight: Arc::new(Insight::new(&config.insight, config.slow_statement())),
            advising: tokio::sync::Mutex::default(),
            commit_hook: OnceLock::new(),
        }));
        let session = reach(config, target).await?;
        let info = info::load(&session)
            .await
            .map_err(|error| ConnectError::Refused { target: target.to_string(), why: chain(&error) })?;
        if info.version_num < OLDEST_VERSION {
            return Err(ConnectError::TooOld { target: target.to_string(), found: info.version });
        }
        sessions::check_primary(config, target, &info)?;
        if let Some(replicas) = db.replicas() {
            sessions::check_replicas(config, replicas.replica_targets()).await?;
        }
        Ok(db)
    }

    /// A read-only session. Each statement is its own transaction; a write fails with [`DbError::ReadOnly`]. It costs
    /// nothing until a statement runs; one that is declared for the pipelined lane shares a connection with others,
    /// any other takes a connection of the pool, which may end in [`DbError::PoolExhausted`] after
    /// `acquire_timeout_ms`.
    pub fn read(&self) -> Read {
        Read::new(self.clone(), Server::Any)
    }

    /// The same, and never from a replica: for what only the primary knows, such as its own statistics.
    pub fn read_from_primary(&self) -> Read {
        Read::new(self.clone(), Server::Primary)
    }

    /// A transaction that has begun. It takes effect by [`Tx::commit`] alone; dropped, it leaves no trace.
    ///
    /// # Errors
    /// [`DbError::PoolExhausted`] after `acquire_timeout_ms`, [`DbError::Unavailable`] if the server is gone.
    pub async fn write(&self) -> Result<Tx, DbError> {
        loop {
            let client = self.acquire(Lane::Write).await?;
            match Tx::begin(client, self.clone()).await {
                // A pooled connection that died while it lay idle. Nothing was asked of it yet, so the next one
                // may do it; the dead one has left the pool, so this ends at the latest with a fresh one.
                Err(dead) if dead.was_idle && dead.error.is_unavailable() => {}
                Err(dead) => return Err(dead.error),
                Ok(tx) => return Ok(tx),
            }
        }
    }

    /// One round trip to the server, through the read pool.
    ///
    /// # Errors
    /// [`DbError::PoolExhausted`] after `acquire_timeout_ms`, [`DbError::Unavailable`] if the server is gone.
    pub async fn ping(&self) -> Result<(), DbError> {
        self.read().batch_execute("select 1").await
    }

    /// What the server is and what our role may do there.
    ///
    /// # Errors
    /// As [`Db::ping`].
    pub async fn server_info(&self) -> Result<ServerInfo, DbError> {
        let connection = self.acquire(Lane::Read).await?;
        Ok(info::load(&connection).await?)
    }

    /// The pools as they stand, and the counters since start. Costs no round trip.
    pub fn stats(&self) -> Stats {
        let inner = &self.0;
        let mut stats = Stats::of(
            &inner.read.status(),
            &inner.write.status(),
            inner.pipeline.stats(),
            &inner.room,
            &inner.counters,
        );
        (stats.read.min, stats.write.min) = (inner.keep.read_min, inner.keep.write_min);
        stats
    }

    /// Whether the server has room on its disk, as far as its answers tell. Costs no round trip.
    ///
    /// # Errors
    /// [`NoRoom`] for `storage_alarm_ms` after a statement was refused.
    pub fn check_room(&self) -> Result<(), NoRoom> {
        self.0.room.check(self.0.storage_alarm)
    }

    /// Every statement of the pools is prepared anew: after a migration under it, one of them was not valid any more.
    fn forget_prepared(&self) {
        self.0.read.manager().statement_caches.clear();
        self.0.write.manager().statement_caches.clear();
    }

    /// What its statements have cost since start.
    pub fn insight(&self) -> &Insight {
        &self.0.insight
    }

    /// The replicas that reads may go to, if any are configured. Somebody must run [`Replicas::watch`].
    pub fn replicas(&self) -> Option<&Replicas> {
        self.0.replicas.as_ref()
    }

    /// Whose turn it is to look for missing indexes: one at a time.
    pub(crate) fn advising(&self) -> &tokio::sync::Mutex<()> {
        &self.0.advising
    }

    /// The rows from a replica that has what the task's session has seen. `None`: ask the server itself.
    async fn ask_replica(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> Result<Option<Vec<Row>>, DbError> {
        let Some((replicas, session)) = self.0.replicas.as_ref().zip(causality::current()) else {
            return Ok(None);
        };
        let wish = Wish {
            session: session.session(),
            token: session.token(),
            max_staleness: replicas.config().max_staleness(),
        };
        match replicas.read(&wish, statement, parameters).await? {
            Answer::Rows(answer) => {
                session.saw(answer.token);
                Ok(Some(answer.rows))
            }
            Answer::AskPrimary => Ok(None),
            Answer::Refused { retry_after } => Err(DbError::ReplicasBehind { retry_after }),
        }
    }

    /// Where this database is: for sessions outside the pools.
    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// Closes the pools and the lane: who waits for a connection is refused at once, who holds one may finish.
    pub fn close(&self) {
        self.0.read.close();
        self.0.write.close();
        self.0.pipeline.close();
    }

    async fn acquire(&self, lane: Lane) -> Result<Object, DbError> {
        let pool = match lane {
            Lane::Read => &self.0.read,
            Lane::Write => &self.0.write,
        };
        let asked = Instant::now();
        let got = self.acquire_from(pool, asked).await;
        self.0.counters.waited(lane, asked.elapsed());
        got.map_err(|error| self.refused(lane, error))
    }

    /// A server that restarts, or a replica that is being promoted, is waited for until `acquire_timeout` has passed.
    /// Once somebody has waited in vain, the others are told soon until the server is back: an outage must not make
    /// everybody queue.
    async fn acquire_from(&self, pool: &Pool, asked: Instant) -> Result<Object, PoolError> {
        let mut pause = RETRY_PAUSE.0;
        loop {
            let got = self.try_acquire(pool, asked).await;
            match &got {
                Ok(_) => self.0.is_away.store(false, Ordering::Relaxed),
                Err(error) if is_away(error) => {
                    if asked.elapsed() + pause < self.0.acquire_timeout
                        && !self.0.is_away.load(Ordering::Relaxed)
                    {
                        self.0.counters.tried_again();
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(RETRY_PAUSE.1);
                        continue;
                    }
                    self.0.is_away.store(true, Ordering::Relaxed);
                }
                Err(_) => {}
            }
            return got;
        }
    }

    /// One attempt. It ends with the caller's time, whatever the server does with it.
    async fn try_acquire(&self, pool: &Pool, asked: Instant) -> Result<Object, PoolError> {
        let left = self.0.acquire_timeout.saturating_sub(asked.elapsed());
        let asking = self.0.asking.try_lock();
        let is_asked_by_another = self.0.is_away.load(Ordering::Relaxed) && asking.is_err();
        let create = if is_asked_by_another { left.min(GLANCE) } else { left };
        let limits = Timeouts { wait: Some(left), create: Some(create), recycle: Some(left) };
        // The pool's own wait ends first, and says that it was for a free connection.
        let within = left + Duration::from_millis(10);
        tokio::time::timeout(within, pool.timeout_get(&limits))
            .await
            .unwrap_or(Err(PoolError::Timeout(TimeoutType::Create)))
    }

    fn refused(&self, lane: Lane, error: PoolError) -> DbError {
        let unavailable = |why: &str| DbError::Unavailable { why: why.to_owned(), source: None };
        match error {
            PoolError::Timeout(TimeoutType::Wait) => {
                self.0.counters.exhausted(lane);
                DbError::PoolExhausted { lane, waited: self.0.acquire_timeout }
            }
            PoolError::Timeout(_) => unavailable("opening a connection took too long"),
            PoolError::Closed => unavailable("the pool is closed: the process is stopping"),
            PoolError::Backend(error) if is_connection_loss(&error) => {
                DbError::Unavailable { why: chain(&error), source: Some(error) }
            }
            PoolError::Backend(error) => error.into(),
            PoolError::PostCreateHook(HookError::Backend(error)) => error.into(),
            PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
                unavailable("the pool is misbuilt")
            }
        }
    }
}

/// Whether it was the server that failed us, not the crowd before it.
fn is_away(error: &PoolError) -> bool {
    match error {
        PoolError::Backend(error) => is_connection_loss(error),
        PoolError::Timeout(kind) => matches!(kind, TimeoutType::Create),
        _ => false,
    }
}

/// The configured replicas.
fn replicas(config: &Config, target: &Target) -> Result<Option<Replicas>, ConnectError> {
    let targets = config.replica_addresses().map(|address| {
        target
            .at(address)
            .ok_or_else(|| ConnectError::Address { why: format!("{address:?} is no host:port") })
    });
    let targets = targets.collect::<Result<Vec<_>, _>>()?;
    let some = (!targets.is_empty()).then_some(targets);
    let longest = config.statement_timeout();
    Ok(some.map(|targets| Replicas::new(&config.replicas, target, &targets, longest, &Clock::system())))
}

/// What opens the connections of a pool. Their limits are start options, so that they cost no round trip.
fn opener(config: &Config, target: &Target, lane: Lane, silence: &Arc<Silence>) -> Arc<Opener> {
    let name = format!("{} {lane}", config.application_name);
    // Times in the words of the server's errors are read (`partitions`), whatever the database or the role prefers.
    let limits = format!(
        "{NO_JIT} -c datestyle=ISO -c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={}",
        config.statement_timeout_ms, config.lock_timeout_ms, config.idle_in_transaction_timeout_ms
    );
    let limit = target.answers_within(config.statement_timeout());
    let opener = Opener::new(target, &name, config.connect_within(target))
        .with_options(&limits)
        .with_patience(Patience { limit, silence: Arc::clone(silence) });
    Arc::new(if lane == Lane::Read { opener.read_only() } else { opener })
}

/// One pool.
fn pool(
    config: &Config,
    lane: Lane,
    opener: &Arc<Opener>,
    silence: &Arc<Silence>,
) -> Result<Pool, ConnectError> {
    let size = match lane {
        Lane::Read => config.pool_read_max,
        Lane::Write => config.pool_max,
    };
    if size == 0 {
        return Err(ConnectError::Pool { why: format!("the {lane} pool may hold no connection") });
    }
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager =
        Manager::from_connect(tokio_postgres::Config::new(), Opening(Arc::clone(opener)), recycling);
    let timeouts = Timeouts {
        wait: Some(config.acquire_timeout()),
        create: Some(config.acquire_timeout()),
        recycle: Some(config.acquire_timeout()),
    };
    let (longest, silence) = (config.max_lifetime(), Arc::clone(silence));
    Pool::builder(manager)
        .pre_recycle(Hook::sync_fn(move |_, metrics| {
            if keep::is_old(longest, metrics.created) {
                return Err(HookError::message("it has lived its time"));
            }
            if silence.covers(metrics.created) {
                return Err(HookError::message("another one of its age has fallen silent"));
            }
            Ok(())
        }))
        .max_size(size)
        .timeouts(timeouts)
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| ConnectError::Pool { why: error.to_string() })
}

/// Connects once, trying again while the server is absent or starting.
async fn reach(config: &Config, target: &Target) -> Result<Session, ConnectError> {
    let begun = Instant::now();
    let within = config.connect_timeout() * u32::try_from(target.hosts().max(1)).unwrap_or(u32::MAX);
    let (name, mut pause) = (&config.application_name, RETRY_PAUSE.0);
    loop {
        let error = match Session::connect_for(target, name, within, config.statement_timeout()).await {
            Ok(session) => return Ok(session),
            Err(error) => error,
        };
        if !is_connection_loss(&error) {
            return Err(ConnectError::Refused { target: target.to_string(), why: chain(&error) });
        }
        let waited = begun.elapsed();
        if waited + pause > config.connect_retry_for() {
            return Err(ConnectError::Unreachable { target: target.to_string(), waited, why: chain(&error) });
        }
        tracing::info!(db.target = %target, error = %chain(&error), "the database does not answer yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(RETRY_PAUSE.1);
    }
}
