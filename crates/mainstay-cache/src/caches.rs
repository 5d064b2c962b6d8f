//! All names of one node's cache, and what they share: what the node knows of the database's changes. Never here: what an
//! application keeps.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use mainstay_db::{Db, Target};
use mainstay_runtime::{Clock, Effects, Random, Supervisor};
use mainstay_telemetry::Registry;
use tokio::sync::Semaphore;

use crate::cache::{Cache, Sharing};
use crate::coherence::{Node, Weak, nanoseconds};
use crate::config::{Config, NameConfig};
use crate::figures::{Figures, NameStats, PollFigures};
use crate::fills::Fills;
use crate::invalidation::{Changes, InvalidationError, Outbox, Poller};
use crate::level2::{Level2, NoAddress, SharedConfig};
use crate::notes::{NOTING, NotNoted, Noted};
use crate::operations::Held;
use crate::{KeyPart, Portable, Value};

/// The name of the task that hears of changes.
const POLLING: &str = "cache invalidation";
/// The name of the task that forgets old events.
const PRUNING: &str = "cache pruning";

/// The name of the task that writes what nodes share.
const SHARING: &str = "cache sharing";
/// The name of the task that hears of other nodes' commits.
const HINTS: &str = "cache hints";
/// How often these two beat at least.
const SHARING_BEATS_WITHIN: Duration = Duration::from_secs(10);

/// The cache of one node, which hears of the changes of one database. Clones are the same.
#[derive(Clone)]
pub struct Caches(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) node: Arc<Node>,
    pub(crate) poller: Poller,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) bound_ns: u64,
    /// Sessions read from replicas, too.
    pub(crate) has_replicas: bool,
    pub(crate) tags_most: usize,
    pub(crate) level2: OnceLock<Arc<Level2>>,
    pub(crate) fills: Fills,
    /// Places for reads behind answers, and who looks after them.
    pub(crate) behind: Arc<Semaphore>,
    pub(crate) supervisor: OnceLock<Supervisor>,
    pub(crate) config: Config,
    target: Target,
    pub(crate) registry: Registry,
    /// Whose keys are noted.
    noted: Mutex<Vec<Noted>>,
    names: Mutex<Vec<Named>>,
    pub(crate) poll_figures: PollFigures,
}

/// What is known of one name without knowing its keys and values.
struct Named {
    name: &'static str,
    figures: Arc<Figures>,
    /// Nothing before it is made, and after its last handle is gone.
    held: Option<std::sync::Weak<dyn Held>>,
}

impl Caches {
    /// One that keeps nothing until [`Caches::start`] has heard from the database. `target` is where `db` is connected; the
    /// polls have a connection of their own.
    pub fn new(config: Config, db: &Db, target: &Target, effects: &Effects, registry: &Registry) -> Self {
        Self::with_node(Node::new(config.node()), config, db, target, effects, registry)
    }

    /// Without one of its rules, to see that its absence is noticed.
    #[doc(hidden)]
    pub fn weakened(
        weak: Weak,
        config: Config,
        db: &Db,
        target: &Target,
        effects: &Effects,
        registry: &Registry,
    ) -> Self {
        let node = Node::new(config.node()).weakened(weak);
        Self::with_node(node, config, db, target, effects, registry)
    }

    fn with_node(
        node: Node,
        config: Config,
        db: &Db,
        target: &Target,
        effects: &Effects,
        registry: &Registry,
    ) -> Self {
        let node = Arc::new(node);
        let poll_figures = PollFigures::new(registry);
        let poller = Poller::new(Arc::clone(&node), target.clone(), effects.clock.clone(), config.poller())
            .counted(poll_figures.clone())
            .with_log(db.replicas().is_some());
        Self(Arc::new(Shared {
            node,
            poller,
            db: db.clone(),
            clock: effects.clock.clone(),
            random: effects.random.clone(),
            bound_ns: nanoseconds(config.bound()),
            has_replicas: db.replicas().is_some(),
            tags_most: config.tags_most,
            level2: OnceLock::new(),
            behind: Arc::new(Semaphore::new(config.behind_most)),
            supervisor: OnceLock::new(),
            fills: Fills::new(config.fills_most, Duration::from_millis(config.fill_wait_ms)),
            config,
            target: target.clone(),
            registry: registry.clone(),
            noted: Mutex::default(),
            names: Mutex::default(),
            poll_figures,
        }))
    }

    /// What is kept under a name of its own.
    ///
    /// # Panics
    /// If the name is taken: a mistake in the program.
    pub fn cache<K: KeyPart + ?Sized, V: Value>(
        &self,
        name: &'static str,
        config: NameConfig,
    ) -> Cache<K, V> {
        self.listed(name, Cache::new(Arc::clone(&self.0), name, config, self.figures(name), None))
    }

    /// As [`Caches::cache`], and what is read is offered to the other nodes, where there is something to share it by
    /// ([`Caches::share`]). `version` names the form and the making of the answers: nodes of another one keep theirs apart.
    ///
    /// # Panics
    /// If the name is taken: a mistake in the program.
    pub fn shared_cache<K: KeyPart + ?Sized, V: Portable>(
        &self,
        name: &'static str,
        version: u32,
        config: NameConfig,
    ) -> Cache<K, V> {
        let sharing = Sharing { version, encode: V::encode, decode: V::decode };
        self.listed(name, Cache::new(Arc::clone(&self.0), name, config, self.figures(name), Some(sharing)))
    }

    /// Shares entries by a Redis, from now on. Nothing that it says or loses makes an answer stale; while it fails, each
    /// node reads for itself. Said twice, the first counts.
    ///
    /// # Errors
    /// If the address is none. Whether there is a server is seen later.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub fn share(&self, config: &SharedConfig, supervisor: &Supervisor) -> Result<(), NoAddress> {
        let level2 = Level2::new(config, self.0.clock.clone(), &self.0.random)?;
        if self.0.level2.set(Arc::clone(&level2)).is_ok() {
            let (hearing, poller) = (Arc::clone(&level2), self.0.poller.clone());
            supervisor.spawn_resident(HINTS, SHARING_BEATS_WITHIN, move |stop| {
                let poller = poller.clone();
                Arc::clone(&hearing).hear(stop, move || poller.hint())
            });
            supervisor
                .spawn_resident(SHARING, SHARING_BEATS_WITHIN, move |stop| Arc::clone(&level2).write(stop));
        }
        Ok(())
    }

    fn figures(&self, name: &'static str) -> Arc<Figures> {
        let figures = Figures::new(name, &self.0.registry);
        let mut names = self.names();
        assert!(names.iter().all(|other| other.name != name), "the cache has the name {name} already");
        names.push(Named { name, figures: Arc::clone(&figures), held: None });
        figures
    }

    /// Operators see what it keeps.
    fn listed<K: KeyPart + ?Sized, V: Value>(&self, name: &str, cache: Cache<K, V>) -> Cache<K, V> {
        if let Some(named) = self.names().iter_mut().find(|named| named.name == name) {
            named.held = Some(Arc::downgrade(&cache.held()));
        }
        cache
    }

    /// What is kept under each name, in the order of their making.
    pub(crate) fn held(&self) -> Vec<Arc<dyn Held>> {
        self.names().iter().filter_map(|named| named.held.as_ref()?.upgrade()).collect()
    }

    /// Starts to hear of changes, to forget old events of the database, and to note what is asked for most.
    pub fn start(&self, supervisor: &Supervisor) {
        // Started twice, the first looks after what is read behind answers.
        let _ = self.0.supervisor.set(supervisor.clone());
        let Config { poll_within_ms, poll_retry_ms, poll_idle_ms, prune_every_ms, .. } = self.0.config;
        // Connecting and a poll, each as long as it may take.
        let beats_within = Duration::from_millis(3 * poll_within_ms + poll_retry_ms + poll_idle_ms);
        let poller = self.0.poller.clone();
        supervisor.spawn_resident(POLLING, beats_within, move |stop| poller.clone().run(stop));
        let shared = Arc::clone(&self.0);
        supervisor.spawn_periodic(PRUNING, Duration::from_millis(prune_every_ms), move || {
            let shared = Arc::clone(&shared);
            async move { shared.prune().await }
        });
        if self.0.config.hot_note_every_ms > 0 {
            let beats_within = self.0.config.notes_beat_within();
            let shared = Arc::clone(&self.0);
            supervisor.spawn_resident(NOTING, beats_within, move |stop| Arc::clone(&shared).keep_notes(stop));
        }
    }

    /// Something may have changed: ask now. A hint that is lost costs a pause.
    pub fn hint(&self) {
        self.0.poller.hint();
    }

    /// How old the knowledge of changes is; `None` if there is none. Above the bound nothing is served as fresh.
    pub fn age(&self) -> Option<Duration> {
        self.0.node.age(self.0.clock.boottime())
    }

    /// How old what is called fresh may be at most.
    pub fn bound(&self) -> Duration {
        self.0.config.bound()
    }

    /// Whether the knowledge of changes is no older than that.
    pub fn is_hearing(&self) -> bool {
        self.age().is_some_and(|age| age <= self.bound())
    }

    /// The changes that are heard of from now on, for whoever has to tell others of them; what was before is told as
    /// everything. If more than `most` tags wait to be taken, those are everything, too.
    pub fn changes(&self, most: usize) -> Changes {
        self.0.poller.changes(most)
    }

    /// How many times the database has been asked for changes. With each but the last, all that it brought counts.
    pub fn polls(&self) -> u64 {
        self.0.node.polls()
    }

    /// What each name has done, in the order of their making.
    pub fn stats(&self) -> Vec<NameStats> {
        self.names().iter().map(|named| named.figures.stats()).collect()
    }

    fn names(&self) -> MutexGuard<'_, Vec<Named>> {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// The names whose keys are noted.
    pub(crate) fn noted(&self) -> MutexGuard<'_, Vec<Noted>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn prune(&self) -> Result<(), NotPruned> {
        let Config { poll_within_ms, events_kept_ms, prune_most, .. } = self.config;
        let outbox = Outbox::connect(&self.target, Duration::from_millis(poll_within_ms)).await?;
        let most = i64::from(prune_most);
        while outbox.prune(Duration::from_millis(events_kept_ms), most).await? == most.unsigned_abs() {}
        // Also while nobody comes who would note anything.
        Ok(self.forget_notes().await?)
    }
}

/// Asked again the next time.
#[derive(Debug, thiserror::Error)]
enum NotPruned {
    #[error(transparent)]
    Events(#[from] InvalidationError),
    #[error(transparent)]
    Notes(#[from] NotNoted),
}

impl std::fmt::Debug for Caches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.names().iter().map(|named| named.name).collect();
        f.debug_tuple("Caches").field(&names).finish()
    }
}
