//! What may be set about the private cluster. Never here: pools.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The private cluster. Times are integers in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The cluster's folder; made if absent. It belongs to the cluster alone.
    pub data_dir: PathBuf,
    /// Where PostgreSQL's programs are. Empty: look for them (see [`super::Programs`]).
    pub bin_dir: PathBuf,
    /// The database that [`super::Cluster::target`] names; made if absent.
    pub database: String,
    /// The server's shared buffers, in mebibytes.
    pub shared_buffers_mb: u32,
    /// The server's limit of sessions.
    pub max_connections: u32,
    /// Longest start, recovery after a crash included.
    pub start_timeout_ms: u64,
    /// Longest orderly stop; after it the server is ended at once and recovers at the next start.
    pub stop_timeout_ms: u64,
    /// Whether an acknowledged write must survive a power failure.
    pub durability: Durability,
    /// Whether the server ends with the process that started it.
    pub lifetime: Lifetime,
    /// Further server settings, by name.
    pub settings: BTreeMap<String, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data/postgres"),
            bin_dir: PathBuf::new(),
            database: "app".to_owned(),
            shared_buffers_mb: 128,
            max_connections: 50,
            start_timeout_ms: 60_000,
            stop_timeout_ms: 10_000,
            durability: Durability::Durable,
            lifetime: Lifetime::WithParent,
            settings: BTreeMap::new(),
        }
    }
}

impl Config {
    pub(super) fn start_timeout(&self) -> Duration {
        Duration::from_millis(self.start_timeout_ms)
    }

    pub(super) fn stop_timeout(&self) -> Duration {
        Duration::from_millis(self.stop_timeout_ms)
    }
}

/// Whether an acknowledged write must survive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// It survives a crash of the process and of the machine (fsync and synchronous_commit on).
    #[default]
    Durable,
    /// For tests: the cluster may be lost with the machine.
    Disposable,
}

/// How long the server lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lifetime {
    /// It is stopped in order when its parent process dies, however it dies (Linux; elsewhere the next start
    /// stops what was left).
    #[default]
    WithParent,
    /// It outlives the process, in a process group of its own. Somebody else must stop it.
    Detached,
}
