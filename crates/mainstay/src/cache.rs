//! The cache of a process: made with the pools, told of every commit, and started before the first request. Never here:
//! what an application keeps, which answers are fresh (`mainstay_cache`).

use mainstay_cache::{Caches, NoAddress, SharedConfig};
use mainstay_config::Faults;
use mainstay_db::Db;
use mainstay_runtime::{Effects, Supervisor};
use mainstay_telemetry::Registry;
use serde::{Deserialize, Serialize};

/// Whether answers are kept, for how long they may be called fresh, and by which Redis nodes share them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// Whether answers are kept at all. Without, every request reads.
    pub enabled: bool,
    /// How the node hears of changes.
    pub node: mainstay_cache::Config,
    /// The Redis by which nodes share what they have read; none without an address.
    pub redis: SharedConfig,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self { enabled: true, node: mainstay_cache::Config::default(), redis: SharedConfig::default() }
    }
}

impl CacheConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        faults.section("node", self.node.faults());
        if !self.redis.url.is_empty() {
            faults.section("redis", self.redis.faults());
        }
        faults
    }
}

/// The cache of a process. It keeps nothing before [`start`].
pub(crate) fn make(config: &CacheConfig, db: &Db, (effects, registry): (&Effects, &Registry)) -> Caches {
    Caches::new(config.node.clone(), db, db.target(), effects, registry)
}

/// From here on the node hears of changes, its own commits first of all.
pub(crate) fn start(
    config: &CacheConfig,
    caches: &Caches,
    db: &Db,
    supervisor: &Supervisor,
) -> Result<(), NoAddress> {
    if !config.enabled {
        return Ok(());
    }
    if !config.redis.url.is_empty() {
        caches.share(&config.redis, supervisor)?;
    }
    caches.follow(db);
    caches.start(supervisor);
    Ok(())
}
