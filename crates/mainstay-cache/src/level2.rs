//! What the nodes share: entries in a Redis of which nothing is believed. One GET for a look-up, a short time for it, and
//! none at all while it fails. Never here: whether an entry may be taken over (`coherence`), a change's news.

mod breaker;
mod envelope;

use std::sync::Arc;
use std::time::Duration;

use mainstay_config::{Faults, Secret};
use mainstay_runtime::{Clock, Stop};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::sync::{Mutex, mpsc};

use self::breaker::Breaker;
pub(crate) use self::envelope::Envelope;
use crate::Key;

/// Where the nodes keep what they share, and how long anybody waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SharedConfig {
    /// `redis://:password@host:6379/0`.
    pub url: Secret,
    /// In front of every key.
    pub prefix: String,
    /// Longest wait for an answer, in milliseconds; without one the database is asked.
    pub timeout_ms: u64,
    /// So many failures in a row, and it is left alone.
    pub failures_most: u32,
    /// For so long, in milliseconds.
    pub pause_ms: u64,
    /// Most entries that wait to be written; further ones are not.
    pub queue_most: usize,
    /// Larger entries are not shared.
    pub entry_max_bytes: usize,
}

impl Default for SharedConfig {
    fn default() -> Self {
        Self {
            url: Secret::default(),
            prefix: "cache".to_owned(),
            timeout_ms: 30,
            failures_most: 5,
            pause_ms: 1_000,
            queue_most: 1_024,
            entry_max_bytes: 1 << 20,
        }
    }
}

impl SharedConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if redis::Client::open(self.url.expose()).is_err() {
            faults.add("url", "is no address of a Redis; write redis://host:6379");
        }
        faults.number("timeout_ms", self.timeout_ms, 1..=1_000);
        faults.number("failures_most", self.failures_most, 1..=1_000);
        faults.number("pause_ms", self.pause_ms, 10..=60_000);
        faults.number("queue_most", self.queue_most, 1..=1 << 20);
        faults.size("entry_max_bytes", self.entry_max_bytes, 1_024..=64 << 20);
        faults
    }
}

/// The address is none.
#[derive(Debug, thiserror::Error)]
#[error("no address of a Redis")]
pub struct NoAddress;

/// Why there is nothing to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nothing {
    Absent,
    /// It failed, or did not answer in time.
    Failed,
    /// It has failed too often, and is left alone.
    Open,
}

/// An entry on its way.
struct Write {
    key: Vec<u8>,
    bytes: Vec<u8>,
    ttl: Duration,
}

pub(crate) struct Level2 {
    connection: ConnectionManager,
    config: SharedConfig,
    breaker: Breaker,
    clock: Clock,
    queue: mpsc::Sender<Write>,
    queued: Mutex<mpsc::Receiver<Write>>,
}

/// Between two signs of life of the writer.
const BEAT: Duration = Duration::from_secs(1);
/// Statements under way on the one connection before others wait.
const IN_FLIGHT: usize = 1_024;

impl Level2 {
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn new(config: &SharedConfig, clock: Clock) -> Result<Arc<Self>, NoAddress> {
        let client = redis::Client::open(config.url.expose()).map_err(|_| NoAddress)?;
        let timeout = Duration::from_millis(config.timeout_ms);
        let managed = ConnectionManagerConfig::new()
            .set_response_timeout(Some(timeout))
            .set_connection_timeout(Some(timeout.max(Duration::from_secs(1))))
            .set_pipeline_buffer_size(IN_FLIGHT)
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client, managed).map_err(|_| NoAddress)?;
        let (queue, queued) = mpsc::channel(config.queue_most);
        let breaker = Breaker::new(config.failures_most, Duration::from_millis(config.pause_ms));
        let queued = Mutex::new(queued);
        Ok(Arc::new(Self { connection, config: config.clone(), breaker, clock, queue, queued }))
    }

    /// What is kept under the key, whatever it is.
    pub(crate) async fn get(&self, name: &str, version: u32, key: &Key) -> Result<Vec<u8>, Nothing> {
        let mut get = redis::cmd("GET");
        get.arg(self.address(name, version, key));
        let found: Option<Vec<u8>> = self.ask(&get).await?;
        found.ok_or(Nothing::Absent)
    }

    /// Keeps it when its turn comes; whether it waits for that.
    pub(crate) fn put(&self, name: &str, version: u32, key: &Key, bytes: Vec<u8>, ttl: Duration) -> bool {
        let is_small = bytes.len() <= self.config.entry_max_bytes;
        let key = self.address(name, version, key);
        is_small && self.queue.try_send(Write { key, bytes, ttl }).is_ok()
    }

    /// Writes what waits, until stopped.
    pub(crate) async fn write(self: Arc<Self>, stop: Stop) {
        let mut queued = self.queued.lock().await;
        while !stop.is_stopping() {
            stop.heartbeat();
            let next = tokio::select! {
                () = stop.stopped() => return,
                () = self.clock.sleep(BEAT) => continue,
                next = queued.recv() => next,
            };
            let Some(Write { key, bytes, ttl }) = next else { return };
            let mut set = redis::cmd("SET");
            let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1);
            set.arg(key).arg(bytes).arg("PX").arg(ttl_ms);
            // Whoever reads next reads the database.
            let _ = self.ask::<()>(&set).await;
        }
    }

    async fn ask<T: redis::FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, Nothing> {
        if !self.breaker.allows(self.clock.boottime()) {
            return Err(Nothing::Open);
        }
        let mut connection = self.connection.clone();
        let within = Duration::from_millis(self.config.timeout_ms);
        match tokio::time::timeout(within, command.query_async(&mut connection)).await {
            Ok(Ok(answer)) => {
                self.breaker.succeeded();
                Ok(answer)
            }
            Ok(Err(_)) | Err(_) => {
                self.breaker.failed(self.clock.boottime());
                Err(Nothing::Failed)
            }
        }
    }

    /// The hash says nothing of whom an entry is for; two keys of one hash are told apart by the entry itself.
    fn address(&self, name: &str, version: u32, key: &Key) -> Vec<u8> {
        let mut address = format!("{}:{name}:{version}:", self.config.prefix).into_bytes();
        address.extend_from_slice(&Sha256::digest(key.as_bytes()));
        address
    }
}
