//! What the nodes share: entries in a Redis of which nothing is believed. One GET for a look-up, a short time for it, and
//! none at all while it fails. Never here: whether an entry may be taken over (`coherence`), a change's news.

mod breaker;
mod connection;
mod envelope;
mod hints;

use std::sync::Arc;
use std::time::Duration;

use mainstay_config::{Faults, Secret};
use mainstay_runtime::{Clock, Random, Stop};
use serde::{Deserialize, Serialize};
use tokio::sync::{Mutex, mpsc};

use self::breaker::Breaker;
use self::connection::Connection;
pub(crate) use self::envelope::{Envelope, Place};
use self::hints::Hints;
use crate::Key;

/// Where the nodes keep what they share, and how long anybody waits for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SharedConfig {
    /// `redis://:password@host:6379/0`; of a Redis Cluster some of its nodes, two at least, separated by commas.
    pub url: Secret,
    /// In front of every key.
    pub prefix: String,
    /// What the nodes alone know: an entry that was made without it is none. Empty: whoever writes into Redis is
    /// believed not to make entries.
    pub secret: Secret,
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
    /// A node that has committed something tells the others to ask now; one that is told so follows it at most once in
    /// so long, in milliseconds. 0: nobody tells, and changes are heard of by the next poll.
    pub hint_pause_ms: u64,
}

impl Default for SharedConfig {
    fn default() -> Self {
        Self {
            url: Secret::default(),
            prefix: "cache".to_owned(),
            secret: Secret::default(),
            timeout_ms: 30,
            failures_most: 5,
            pause_ms: 1_000,
            queue_most: 1_024,
            entry_max_bytes: 1 << 20,
            hint_pause_ms: 5,
        }
    }
}

impl SharedConfig {
    /// What cannot be, by key.
    pub fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        if self.addresses().any(|address| redis::Client::open(address).is_err()) {
            faults.add("url", "is no address of a Redis; write redis://host:6379");
        }
        if !self.secret.expose().is_empty() && self.secret.expose().len() < SECRET_BYTES {
            faults.add("secret", format_args!("is shorter than {SECRET_BYTES} bytes"));
        }
        faults.number("timeout_ms", self.timeout_ms, 1..=1_000);
        faults.number("failures_most", self.failures_most, 1..=1_000);
        faults.number("pause_ms", self.pause_ms, 10..=60_000);
        faults.number("queue_most", self.queue_most, 1..=1 << 20);
        faults.number("hint_pause_ms", self.hint_pause_ms, 0..=1_000);
        faults.size("entry_max_bytes", self.entry_max_bytes, 1_024..=64 << 20);
        faults
    }

    fn addresses(&self) -> impl Iterator<Item = &str> {
        self.url.expose().split(',').map(str::trim)
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
    connection: Connection,
    /// Each address by itself, to listen at.
    clients: Vec<redis::Client>,
    hints: Hints,
    config: SharedConfig,
    breaker: Breaker,
    clock: Clock,
    queue: mpsc::Sender<Write>,
    queued: Mutex<mpsc::Receiver<Write>>,
}

/// Between two signs of life of the writer.
const BEAT: Duration = Duration::from_secs(1);
/// A shorter secret can be guessed.
const SECRET_BYTES: usize = 16;

impl Level2 {
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn new(config: &SharedConfig, clock: Clock, random: &Random) -> Result<Arc<Self>, NoAddress> {
        let clients: Result<Vec<_>, _> = config.addresses().map(redis::Client::open).collect();
        let clients = clients.map_err(|_| NoAddress)?;
        let connection = Connection::to(&clients, Duration::from_millis(config.timeout_ms))?;
        let (queue, queued) = mpsc::channel(config.queue_most);
        let breaker = Breaker::new(config.failures_most, Duration::from_millis(config.pause_ms));
        let queued = Mutex::new(queued);
        let hint_pause = Duration::from_millis(config.hint_pause_ms);
        let hints = Hints::new(&config.prefix, random.next_u64(), hint_pause);
        let config = config.clone();
        Ok(Arc::new(Self { connection, clients, hints, config, breaker, clock, queue, queued }))
    }

    /// What an entry belongs to.
    pub(crate) fn place<'a>(&'a self, name: &'a str, version: u32, key: &'a Key) -> Place<'a> {
        let SharedConfig { prefix, secret, .. } = &self.config;
        Place { prefix, name, version, key, secret: secret.expose().as_bytes() }
    }

    /// What is kept there, whatever it is.
    pub(crate) async fn get(&self, place: &Place<'_>) -> Result<Vec<u8>, Nothing> {
        let mut get = redis::cmd("GET");
        get.arg(place.address());
        let found: Option<Vec<u8>> = self.ask(&get).await?;
        found.ok_or(Nothing::Absent)
    }

    /// Whether there is an answer now. While it is left alone nobody asks.
    pub(crate) async fn answers(&self) -> bool {
        self.ask::<()>(&redis::cmd("PING")).await.is_ok()
    }

    /// Whether it has failed too often and is left alone.
    pub(crate) fn is_open(&self) -> bool {
        self.breaker.is_open()
    }

    /// Keeps it when its turn comes; whether it waits for that. Whoever comes late may overwrite what is newer: that costs
    /// a read and no more, less than a script for every write.
    pub(crate) fn put(&self, place: &Place<'_>, bytes: Vec<u8>, ttl: Duration) -> bool {
        let is_small = bytes.len() <= self.config.entry_max_bytes;
        is_small && self.queue.try_send(Write { key: place.address(), bytes, ttl }).is_ok()
    }

    /// Writes what waits, until stopped.
    pub(crate) async fn write(self: Arc<Self>, stop: Stop) {
        let mut queued = self.queued.lock().await;
        while !stop.is_stopping() {
            stop.heartbeat();
            self.connection.open().await;
            let next = tokio::select! {
                biased;
                () = stop.stopped() => return,
                () = self.hints.due.notified() => {
                    // Whoever does not hear it polls all the same.
                    let _ = self.ask::<()>(&self.hints.message()).await;
                    continue;
                }
                next = queued.recv() => next,
                () = self.clock.sleep(BEAT) => continue,
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
        let within = Duration::from_millis(self.config.timeout_ms);
        match tokio::time::timeout(within, self.connection.ask(command)).await {
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
}
