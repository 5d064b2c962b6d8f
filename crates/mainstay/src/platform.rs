//! Boot and drain in order. Never here: what any part does.

use std::sync::Arc;
use std::time::Duration;

use mainstay_cache::{Caches, NoAddress};
use mainstay_config::Faults;
use mainstay_db::embedded;
use mainstay_db::insight::History;
use mainstay_db::migrate::{self, MigrateError, Migrations};
use mainstay_db::partitions::{Declared, Keeper, PartitionError, statement_history};
use mainstay_db::{ConnectError, Db, Probe};
use mainstay_events::{SubscribeError, Subscribers};
use mainstay_http::Routes;
use mainstay_http::health::{Probes, Severity};
use mainstay_http::serve::ServeReport;
use mainstay_jobs::{Kinds, Schedules};
use mainstay_runtime::signals::Signals;
use mainstay_runtime::{DrainReport, Effects, Lifecycle, Phase, Stop, Supervisor};
use mainstay_telemetry::{Registry, events};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::cache::{self, CacheConfig};
use crate::database::{self, DatabaseError};
use crate::history;
use crate::jobs::{self, JobsConfig, Working};
use crate::partitions;
use crate::private_server::{PrivateServer, ServerLost};
use crate::readying::{self, Readying};
use crate::tasks;

/// What the platform needs to know; an application's configuration contains it.
#[derive(Debug, Clone, Default)]
pub struct PlatformConfig {
    /// HTTP: sockets, requests, sign-in primitives, probes.
    pub http: mainstay_http::Config,
    /// A server's address, pools and time-outs.
    pub database: mainstay_db::Config,
    /// The private cluster, used when no address is given.
    pub embedded: embedded::Config,
    /// Answers that are kept.
    pub cache: CacheConfig,
    /// Jobs: which of them this process does, and how long is kept what is known of them.
    pub jobs: JobsConfig,
    /// Whether a private cluster that another process of the same folder runs may be used. True for commands that
    /// work beside a running service, false for a second service.
    pub may_share_cluster: bool,
}

impl PlatformConfig {
    /// That of the database, which counts fewer sessions where the process does no jobs.
    pub fn database(&self) -> mainstay_db::Config {
        mainstay_db::Config { does_jobs: self.jobs.worker().is_some(), ..self.database.clone() }
    }

    /// What cannot be, by key: that of each part under its name, and what they make impossible together.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.section("http", self.http.faults());
        faults.section("database", self.database.faults());
        faults.section("embedded", self.embedded.faults());
        faults.section("cache", self.cache.faults());
        faults.section("jobs", self.jobs.faults());
        let (wanted, most) = (self.database().most_connections(), self.embedded.max_connections);
        let reserved = self.embedded.reserved_connections();
        let needed = wanted.saturating_add(reserved);
        if self.database.url.is_empty() && usize::try_from(most).is_ok_and(|most| most < needed) {
            let what = format_args!(
                "is {most}, but we open up to {wanted}, and {reserved} are for you; write {needed} or more, or lower \
                 database.pool_max and database.pool_read_max"
            );
            faults.across("embedded.max_connections", &["database.pool_max", "database.pool_read_max"], what);
        }
        faults
    }
}

/// The keeper of the pools looks every minute or more often; a server that does not answer holds it for a while.
const POOLS_BEAT_WITHIN: Duration = Duration::from_secs(600);

/// How long tasks may take to stop, after the last request was answered.
const TASK_DRAIN: Duration = Duration::from_secs(20);

/// A start that failed. Whatever had been started is stopped.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The database cannot be connected to.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// A migration failed.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
}

/// Serving could not begin, or had to end.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A configured value cannot be a header.
    #[error(transparent)]
    Config(#[from] mainstay_http::layers::BuildError),
    /// The address of the shared cache is none.
    #[error("cache.redis.url: {0}")]
    Cache(#[from] NoAddress),
    /// A platform's table is declared as none can be. A defect.
    #[error(transparent)]
    Partitions(#[from] PartitionError),
    /// Signals cannot be listened to.
    #[error("cannot listen to signals: {0}")]
    Signals(#[from] std::io::Error),
    /// The private PostgreSQL died too often. Everything has been stopped.
    #[error(transparent)]
    ServerLost(#[from] ServerLost),
}

/// How a stop went.
#[derive(Debug)]
pub struct StopReport {
    /// The requests; `None` when nothing was served.
    pub serve: Option<ServeReport>,
    /// The tasks.
    pub tasks: DrainReport,
}

impl StopReport {
    /// Whether everything came to its end by itself.
    pub fn is_clean(&self) -> bool {
        self.tasks.is_clean() && self.serve.as_ref().is_none_or(ServeReport::is_clean)
    }
}

/// A started platform.
#[derive(Debug)]
pub struct Platform {
    /// Clock, randomness, ids.
    pub effects: Effects,
    /// The phase of the process.
    pub lifecycle: Lifecycle,
    /// Where every task runs.
    pub supervisor: Supervisor,
    /// Every metric.
    pub registry: Registry,
    /// The database.
    pub db: Db,
    /// What the process keeps of the database's answers, from the moment on which it serves.
    pub caches: Caches,
    /// What the migrations did at this start.
    pub migrated: migrate::Report,
    private: Option<PrivateServer>,
    database: mainstay_db::Config,
    /// What keeps the partitions of the application's tables and of the platform's own.
    keeper: Option<Keeper>,
    /// From the moment on which it serves.
    history: Option<Arc<History>>,
    http: mainstay_http::Config,
    cache: CacheConfig,
    jobs: JobsConfig,
    /// What is done here, if there is anything.
    kinds: Option<Kinds>,
    /// What begins by itself, if the application has said so.
    schedules: Option<Schedules>,
    /// From the moment on which it serves, where it does jobs.
    working: Option<Working>,
    /// What readiness waits for.
    before_ready: Option<Readying>,
    hears_signals: Arc<Notify>,
}

/// The histories of the platform's own tables; a start applies them before the application's.
pub const MIGRATIONS: [&Migrations; 4] = [
    &migrate::PLATFORM,
    &mainstay_cache::invalidation::MIGRATIONS,
    &mainstay_jobs::MIGRATIONS,
    &mainstay_events::MIGRATIONS,
];

impl Platform {
    /// Chooses the database, brings it up to date (the platform's own tables, then those of `migrations`) and opens the
    /// pools.
    ///
    /// # Errors
    /// [`StartError`]; what had been started is stopped again.
    pub async fn start(config: &PlatformConfig, migrations: &[&Migrations]) -> Result<Self, StartError> {
        let (target, cluster) = database::choose(config).await?;
        let opened = async {
            let db = Db::connect(&config.database(), &target).await?;
            let sets: Vec<&Migrations> = MIGRATIONS.iter().chain(migrations).copied().collect();
            let migrated = migrate::start(&target, &sets, &config.database.migrate).await?;
            Ok::<_, StartError>((db, migrated))
        };
        let (db, migrated) = match opened.await {
            Ok(opened) => opened,
            Err(error) => {
                if let Some(cluster) = cluster {
                    PrivateServer::new(cluster).stop().await;
                }
                return Err(error);
            }
        };
        let effects = Effects::system();
        let supervisor = Supervisor::new(&effects);
        let private = cluster.map(PrivateServer::new);
        if let Some(private) = &private {
            private.watch(&supervisor, &effects);
        }
        let pools = db.clone();
        supervisor.spawn_resident("pools", POOLS_BEAT_WITHIN, move |stop| {
            let pools = pools.clone();
            async move { pools.keep_open(stop).await }
        });
        if let Some(replicas) = db.replicas().cloned() {
            let beats_within = replicas.config().beats_within();
            supervisor.spawn_resident("replicas", beats_within, move |stop| {
                let replicas = replicas.clone();
                async move { replicas.watch(stop).await }
            });
        }
        let registry = Registry::new();
        db.insight().measure_into(&registry);
        let caches = cache::make(&config.cache, &db, (&effects, &registry));
        tasks::explain_slow(&supervisor, &db, config.database.insight.plan_interval());
        Ok(Self {
            supervisor,
            effects,
            lifecycle: Lifecycle::new(),
            registry,
            db,
            caches,
            migrated,
            private,
            database: config.database.clone(),
            keeper: None,
            history: None,
            http: config.http.clone(),
            cache: config.cache.clone(),
            jobs: config.jobs.clone(),
            kinds: None,
            schedules: None,
            working: None,
            before_ready: None,
            hears_signals: Arc::default(),
        })
    }

    /// Whether this process runs a private cluster.
    pub fn has_private_cluster(&self) -> bool {
        self.private.is_some()
    }

    /// Has these kinds of jobs done by this process, from the moment on which it serves, as its configuration says; others
    /// are asked for here and done elsewhere. Said twice, the last counts.
    pub fn do_jobs(&mut self, kinds: Kinds) {
        self.kinds = Some(kinds);
    }

    /// Writes down who hears of events, so that whoever tells them knows, and has their jobs done as [`Platform::do_jobs`] has
    /// those kinds that they were given with.
    ///
    /// # Errors
    /// [`SubscribeError`].
    pub async fn subscribe(&mut self, subscribers: Subscribers) -> Result<(), SubscribeError> {
        let kinds = subscribers.declare(&self.db).await?;
        self.do_jobs(kinds);
        Ok(())
    }

    /// Declares what begins by itself, where this process does jobs. Processes on one database declare the same. Said twice, the
    /// last counts.
    pub fn schedule_jobs(&mut self, schedules: Schedules) {
        self.schedules = Some(schedules);
    }

    /// Has the partitions of these tables kept, beside the platform's own, from the moment on which it serves; until
    /// then, and in a process that never does, the keeper makes those that rows ask for. Call it once.
    ///
    /// # Errors
    /// [`PartitionError::Declaration`] if a declaration cannot be.
    pub fn keep_partitions(&mut self, tables: Vec<Declared>) -> Result<Keeper, PartitionError> {
        let insight = &self.database.insight;
        let statements = insight.history_interval().map(|_| statement_history(insight.history_months));
        let (jobs, told) =
            (mainstay_jobs::partitions(self.jobs.kept()), mainstay_events::partitions(self.jobs.kept()));
        let own = statements.into_iter().chain(jobs).chain(told).map(Declared::from);
        let declared = tables.into_iter().chain(own).collect();
        let (config, clock) = (&self.database.partitions, &self.effects.clock);
        let keeper = Keeper::new(config, self.db.target(), clock, &self.registry, declared)?;
        self.keeper = Some(keeper.clone());
        Ok(keeper)
    }

    /// Comes to an end once [`Platform::serve`] hears signals, for the one who has heard them until then: a signal that both
    /// hear would count as two, and the second ends the process at once.
    pub fn hears_signals(&self) -> impl Future<Output = ()> + Send + 'static {
        let hears = Arc::clone(&self.hears_signals);
        async move { hears.notified().await }
    }

    /// The probes say that the process is ready when this has ended, in whatever way, and the cache hears of changes while it
    /// runs. Requests are answered meanwhile; whoever balances load sends none yet. It limits itself in time. Said twice,
    /// the last counts.
    pub fn before_ready(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.before_ready = Some(Readying::new(work));
    }

    /// Serves the routes with probes and metrics until SIGINT, SIGTERM or [`Supervisor::stop`], then stops everything.
    ///
    /// # Errors
    /// [`ServeError`] when serving cannot begin, or ended because the private PostgreSQL died too often.
    pub async fn serve(
        mut self,
        listener: TcpListener,
        routes: impl Into<Routes>,
    ) -> Result<StopReport, ServeError> {
        let keeper = match self.keeper.take() {
            Some(keeper) => keeper,
            None => self.keep_partitions(Vec::new())?,
        };
        partitions::start(&keeper, &self.database, &self.supervisor).await;
        cache::start(&self.cache, &self.caches, &self.db, &self.supervisor)?;
        let running = (&self.supervisor, &self.effects);
        self.history = history::start(&self.database, &self.db, &keeper, running);
        let probe = Arc::new(Probe::new(&self.database, self.db.target()));
        let (stored, watched) = (self.db.clone(), self.supervisor.clone());
        let probes = Probes::builder(&self.http.health, self.effects.clock.clone(), self.lifecycle.clone())
            .check("database", Severity::Critical, move || {
                // Not through a pool: that all its connections are busy is no reason to leave the service.
                let probe = probe.clone();
                async move { probe.ask().await }
            })
            .check("storage", Severity::Degrading, move || std::future::ready(stored.check_room()))
            .check("tasks", Severity::Degrading, move || std::future::ready(tasks::check(&watched)))
            .build();
        let (db, supervisor, registry) = (self.db.clone(), self.supervisor.clone(), self.registry.clone());
        let metrics = mainstay_http::metrics::routes(&self.registry).layer(axum::middleware::map_request(
            move |request: axum::extract::Request| {
                db.stats().publish(&registry);
                if let Some(replicas) = db.replicas() {
                    replicas.status().publish(&registry);
                }
                tasks::publish(&supervisor, &registry);
                async move { request }
            },
        ));
        let routes = routes.into().merge(probes.routes()).merge(metrics);
        let app = mainstay_http::layers::app(routes, &self.http, &self.registry, &self.effects)?;
        let signals = Signals::listen()?;
        self.hears_signals.notify_one();
        jobs::count(&self.supervisor, &self.db, &self.registry);
        crate::events::start(&self.supervisor, &self.db, &self.registry);
        let (effects, server) =
            ((&self.supervisor, &self.effects), (self.db.target(), self.private.is_some()));
        let schedules = self.schedules.take();
        self.working =
            self.kinds.take().and_then(|kinds| jobs::start(&self.jobs, (kinds, schedules), server, effects));
        readying::enter_ready(self.before_ready.take(), &self.lifecycle, &self.supervisor);
        let stop = self.supervisor.stop();
        let impatience = two_signals(signals, self.lifecycle.clone(), stop.clone());
        let private = self.private.clone();
        let ending = async {
            let serve = mainstay_http::serve(listener, app, &self.http, stop).await;
            self.stop(Some(serve)).await
        };
        tokio::select! {
            report = ending => match private.and_then(|private| private.lost()) {
                Some(lost) => Err(lost.into()),
                None => Ok(report),
            },
            () = impatience => {
                tracing::warn!(event = events::PROCESS_STOPPED, "stopped at once by a second signal");
                std::process::exit(130)
            }
        }
    }

    /// Stops the tasks, the pools and the private cluster. Jobs that are at work may go on for as long as they are given.
    pub async fn stop(self, serve: Option<ServeReport>) -> StopReport {
        self.lifecycle.enter(Phase::Draining);
        self.supervisor.stop().trigger();
        let within = self.working.as_ref().map_or(TASK_DRAIN, |working| working.stop().max(TASK_DRAIN));
        let tasks = self.supervisor.drain(within).await;
        if let Some(history) = &self.history {
            history::end(history).await;
        }
        self.db.close();
        if let Some(private) = self.private {
            private.stop().await;
        }
        self.lifecycle.enter(Phase::Stopped);
        tracing::info!(
            event = events::PROCESS_STOPPED,
            drain.finished = tasks.finished.len(),
            drain.overran = tasks.overran.len(),
            "stopped"
        );
        StopReport { serve, tasks }
    }
}

/// The first signal asks for a stop; returns at the second, which wants it at once.
async fn two_signals(mut signals: Signals, lifecycle: Lifecycle, stop: Stop) {
    tokio::select! {
        signal = signals.next() => {
            tracing::info!(event = events::PROCESS_STOPPING, stop.reason = ?signal, "stopping");
            stop.trigger();
        }
        () = stop.stopped() => {}
    }
    lifecycle.enter(Phase::Draining);
    signals.next().await;
}
