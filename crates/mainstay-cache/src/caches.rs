//! All names of one node's cache, and what they share: what the node knows of the database's changes. Never here: what an
//! application keeps.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use mainstay_db::{Db, DbError, Target, TransactionError, Tx};
use mainstay_runtime::{Clock, Effects, Random, Supervisor};
use mainstay_telemetry::Registry;

use crate::cache::{Cache, Sharing};
use crate::coherence::Node;
use crate::config::{Config, NameConfig};
use crate::figures::{Figures, NameStats, PollFigures};
use crate::invalidation::{Commit, InvalidationError, Outbox, OwnChanges, Poller};
use crate::level2::{Level2, NoAddress, SharedConfig};
use crate::{KeyPart, Portable, Value};

/// The name of the task that hears of changes.
const POLLING: &str = "cache invalidation";
/// The name of the task that forgets old events.
const PRUNING: &str = "cache pruning";

/// The name of the task that writes what nodes share.
const SHARING: &str = "cache sharing";
/// How often that task beats at least.
const SHARING_BEATS_WITHIN: Duration = Duration::from_secs(10);

/// The cache of one node, which hears of the changes of one database. Clones are the same.
#[derive(Clone)]
pub struct Caches(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) node: Arc<Node>,
    pub(crate) poller: Poller,
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) bound: Duration,
    pub(crate) tags_most: usize,
    pub(crate) level2: OnceLock<Arc<Level2>>,
    config: Config,
    target: Target,
    registry: Registry,
    names: Mutex<Vec<(&'static str, Arc<Figures>)>>,
}

impl Caches {
    /// One that keeps nothing until [`Caches::start`] has heard from the database. `target` is where `db` is connected; the
    /// polls have a connection of their own.
    pub fn new(config: Config, db: &Db, target: &Target, effects: &Effects, registry: &Registry) -> Self {
        let node = Arc::new(Node::new(config.node()));
        let poller = Poller::new(Arc::clone(&node), target.clone(), effects.clock.clone(), config.poller())
            .counted(PollFigures::new(registry));
        Self(Arc::new(Shared {
            node,
            poller,
            db: db.clone(),
            clock: effects.clock.clone(),
            random: effects.random.clone(),
            bound: config.bound(),
            tags_most: config.tags_most,
            level2: OnceLock::new(),
            config,
            target: target.clone(),
            registry: registry.clone(),
            names: Mutex::default(),
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
        Cache::new(Arc::clone(&self.0), name, config, self.figures(name), None)
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
        Cache::new(Arc::clone(&self.0), name, config, self.figures(name), Some(sharing))
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
        let level2 = Level2::new(config, self.0.clock.clone())?;
        if self.0.level2.set(Arc::clone(&level2)).is_ok() {
            supervisor
                .spawn_resident(SHARING, SHARING_BEATS_WITHIN, move |stop| Arc::clone(&level2).write(stop));
        }
        Ok(())
    }

    fn figures(&self, name: &'static str) -> Arc<Figures> {
        let figures = Figures::new(name, &self.0.registry);
        let mut names = self.names();
        assert!(names.iter().all(|(other, _)| *other != name), "the cache has the name {name} already");
        names.push((name, Arc::clone(&figures)));
        figures
    }

    /// Starts to hear of changes, and to forget old events of the database.
    pub fn start(&self, supervisor: &Supervisor) {
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
    }

    /// Something may have changed: ask now. A hint that is lost costs a pause.
    pub fn hint(&self) {
        self.0.poller.hint();
    }

    /// How old the knowledge of changes is; `None` if there is none. Above the bound nothing is served as fresh.
    pub fn age(&self) -> Option<Duration> {
        self.0.node.age(self.0.clock.boottime())
    }

    /// What each name has done, in the order of their making.
    pub fn stats(&self) -> Vec<NameStats> {
        self.names().iter().map(|(_, figures)| figures.stats()).collect()
    }

    /// Commits, and lets no later answer of this node be older. Returns what lets other nodes do the same
    /// ([`crate::Freshness::ReadYourWrites`]); `None` if nothing was touched that is watched.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub async fn commit(&self, tx: Tx) -> Result<Option<Commit>, DbError> {
        let own = OwnChanges::of(&tx).await?;
        let committed = tx.commit().await;
        Ok(self.ended(committed, own)?.1)
    }

    /// As [`Db::transaction`], committed as by [`Caches::commit`].
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn transaction<T, E, Working>(
        &self,
        mut work: impl FnMut(Arc<Tx>) -> Working,
    ) -> Result<(T, Option<Commit>), E>
    where
        Working: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        let last = Mutex::new(None);
        let committed = self
            .0
            .db
            .transaction(|tx| {
                let (working, last) = (work(Arc::clone(&tx)), &last);
                async move {
                    let done = working.await?;
                    let own = OwnChanges::of(&tx).await?;
                    *last.lock().unwrap_or_else(PoisonError::into_inner) = own;
                    Ok::<T, E>(done)
                }
            })
            .await;
        self.ended(committed, last.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    /// A commit that failed may take effect all the same, later: what is read meanwhile has not seen it, so that it must
    /// not pass for known. Nobody was told of it; the next poll tells this node as any other.
    fn ended<T, E>(
        &self,
        committed: Result<T, E>,
        own: Option<OwnChanges>,
    ) -> Result<(T, Option<Commit>), E> {
        let done = committed.inspect_err(|_| self.hint())?;
        if let Some(own) = &own {
            self.0.node.own_commit(own.incarnation, own.xid, &own.tags);
        }
        Ok((done, own.and_then(|own| own.commit())))
    }

    fn names(&self) -> MutexGuard<'_, Vec<(&'static str, Arc<Figures>)>> {
        self.0.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    async fn prune(&self) -> Result<(), InvalidationError> {
        let Config { poll_within_ms, events_kept_ms, prune_most, .. } = self.config;
        let outbox = Outbox::connect(&self.target, Duration::from_millis(poll_within_ms)).await?;
        let most = i64::from(prune_most);
        while outbox.prune(Duration::from_millis(events_kept_ms), most).await? == most.unsigned_abs() {}
        Ok(())
    }
}

impl std::fmt::Debug for Caches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.names().iter().map(|(name, _)| *name).collect();
        f.debug_tuple("Caches").field(&names).finish()
    }
}
