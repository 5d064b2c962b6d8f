//! What is measured on: one PostgreSQL with notes of owners, and nodes with their caches. Never here: what is measured.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use mainstay_cache::coherence::Tag;
use mainstay_cache::invalidation::MIGRATIONS;
use mainstay_cache::{
    Answer, Cache, Caches, Commit, Config, Freshness, LoadError, NameConfig, Representation, SharedConfig,
};
use mainstay_config::Secret;
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::{Db, DbError, Session, Target, migrate};
use mainstay_runtime::{Clock, Effects, Supervisor};
use mainstay_telemetry::Registry;

use super::store;
use crate::redis_server::Redis;

/// Notes, of 2 KB each, an owner has one.
pub(super) const NOTES: i64 = 10_000;
const PATIENCE: Duration = Duration::from_secs(20);

/// The database.
pub(super) struct World {
    cluster: Cluster,
}

/// One node of it.
pub(super) struct Node {
    pub(super) caches: Caches,
    pub(super) notes: Cache<i64, Representation>,
    pub(super) db: Db,
    pub(super) clock: Clock,
    supervisor: Supervisor,
}

impl World {
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let config = embedded::Config { data_dir: folder.join("postgres"), ..embedded::Config::default() };
        let cluster = Cluster::start(&config).await?;
        migrate::run(&cluster.target(), &[&MIGRATIONS]).await?;
        let world = Self { cluster };
        let session = world.session().await?;
        store::notes(&session, NOTES).await?;
        Ok(world)
    }

    pub(super) fn target(&self) -> Target {
        self.cluster.target()
    }

    pub(super) async fn session(&self) -> anyhow::Result<Session> {
        Ok(Session::connect(&self.target(), "bench", PATIENCE).await?)
    }

    /// A node that has heard.
    pub(super) async fn node(&self, redis: Option<(&Redis, u64)>) -> anyhow::Result<Node> {
        let (effects, registry) = (Effects::system(), Registry::new());
        let (supervisor, target) = (Supervisor::new(&effects), self.target());
        let db = Db::connect(&mainstay_db::Config::default(), &target).await?;
        let caches = Caches::new(Config::default(), &db, &target, &effects, &registry);
        if let Some((redis, hint_pause_ms)) = redis {
            let url = Secret::new(redis.url());
            caches.share(&SharedConfig { url, hint_pause_ms, ..SharedConfig::default() }, &supervisor)?;
        }
        let notes = caches.shared_cache("notes", 1, NameConfig::default());
        caches.start(&supervisor);
        while caches.age().is_none() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        Ok(Node { caches, notes, db, clock: effects.clock.clone(), supervisor })
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        Ok(self.cluster.stop().await?)
    }
}

impl Node {
    pub(super) async fn get(&self, owner: i64) -> Result<Answer<Representation>, LoadError<DbError>> {
        self.ask(owner, Freshness::Fresh).await
    }

    pub(super) async fn ask(
        &self,
        owner: i64,
        freshness: Freshness,
    ) -> Result<Answer<Representation>, LoadError<DbError>> {
        let tags = || Tag::of_row("note", &owner.to_string(), "1").to_vec();
        self.notes.get_or_load(&owner, tags, freshness, |from| store::read(from, owner)).await
    }

    /// The version that an answer begins with.
    pub(super) async fn version(&self, owner: i64) -> anyhow::Result<i64> {
        let answer = self.get(owner).await?;
        let text = String::from_utf8_lossy(answer.value.bytes()).into_owned();
        Ok(text.split(' ').next().unwrap_or_default().parse()?)
    }

    pub(super) async fn write(&self, owner: i64, version: i64) -> anyhow::Result<Option<Commit>> {
        let tx = self.db.write().await?;
        store::write(&tx, owner, version).await?;
        Ok(self.caches.commit(tx).await?)
    }

    pub(super) async fn stop(&self) {
        self.supervisor.drain(PATIENCE).await;
        self.db.close();
    }
}

/// Two that share by the same Redis.
pub(super) async fn pair(world: &World, redis: &Redis, hint_pause_ms: u64) -> anyhow::Result<[Arc<Node>; 2]> {
    let one = world.node(Some((redis, hint_pause_ms))).await?;
    let other = world.node(Some((redis, hint_pause_ms))).await?;
    // Entries that were read before a node heard for the first time are none to it.
    for node in [&one, &other] {
        node.caches.hint();
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    Ok([Arc::new(one), Arc::new(other)])
}
