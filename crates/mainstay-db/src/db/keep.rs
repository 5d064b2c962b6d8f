//! Connections that are open before somebody asks for one, and that do not all grow old together. Never here: when a
//! caller gets one.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool, PoolError, Timeouts};
use mainstay_runtime::Stop;

use super::Db;
use crate::error::chain;
use crate::{DbError, Lane};

impl Db {
    /// Keeps the pools at their least sizes until the stop: a round at once, then one every `keep_interval_ms`. A server
    /// that does not answer is asked again in the next round; that it is away is for the probes to tell.
    pub async fn keep_open(&self, stop: Stop) {
        while !stop.is_stopping() {
            stop.heartbeat();
            let round = async {
                if let Err(error) = self.keep().await {
                    tracing::debug!(error = %chain(&error), "no connection could be opened ahead");
                }
                tokio::time::sleep(self.0.keep.interval).await;
            };
            // Also in the middle of a round: a server that does not answer must not delay the stop.
            tokio::select! {
                () = stop.stopped() => {}
                () = round => {}
            }
        }
        self.0.read_opener.close_ahead();
        self.0.write_opener.close_ahead();
    }

    /// One round: closes idle connections that are broken or have lived their time, and opens those that are then
    /// missing to `pool_min` and `pool_read_min`. Returns how many it opened. It never waits for a connection that is in
    /// use.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] if the server is gone, and whatever it says against a new session.
    pub async fn keep(&self) -> Result<usize, DbError> {
        let (read, write) = futures_util::future::join(
            self.keep_pool(Lane::Read, self.0.keep.read_min),
            self.keep_pool(Lane::Write, self.0.keep.write_min),
        )
        .await;
        Ok(read? + write?)
    }

    async fn keep_pool(&self, lane: Lane, least: usize) -> Result<usize, DbError> {
        let (pool, opener) = match lane {
            Lane::Read => (&self.0.read, &self.0.read_opener),
            Lane::Write => (&self.0.write, &self.0.write_opener),
        };
        let mut opened = 0;
        // More than once, since more of them may die or grow old meanwhile.
        for _ in 0..3 {
            drop(pool.retain(|client, metrics| !client.is_closed() && !self.is_spent(metrics.created)));
            let missing = least.saturating_sub(pool.status().size);
            if missing == 0 || pool.is_closed() {
                break;
            }
            // Opened before any is held: a server that does not answer must not keep callers from those that are free.
            let ahead = opener.open_ahead(missing).await;
            let taken = self.take_in(lane, pool, least).await;
            opener.close_ahead();
            opened += taken?;
            ahead?;
        }
        Ok(opened)
    }

    fn is_spent(&self, created: Instant) -> bool {
        is_old(self.0.keep.longest, created) || self.0.silence.covers(created)
    }

    /// Has the pool take what was opened ahead. It does so only when none is free, so the free ones are held meanwhile.
    async fn take_in(&self, lane: Lane, pool: &Pool, least: usize) -> Result<usize, DbError> {
        let mut held = Vec::new();
        let mut opened = Vec::new();
        while pool.status().size < least {
            let connection = match pool.timeout_get(&at_once()).await {
                Ok(connection) => connection,
                // All are in use, a caller took what was opened, or the pool is closed: whoever comes next opens their
                // own.
                Err(PoolError::Timeout(_) | PoolError::Closed) => break,
                Err(error) => return Err(self.refused(lane, error)),
            };
            if Object::metrics(&connection).recycled.is_none() {
                opened.push(connection);
            } else {
                held.push(connection);
            }
        }
        drop(held);
        if !opened.is_empty() {
            self.0.is_away.store(false, Ordering::Relaxed);
        }
        for connection in &opened {
            self.warm(connection).await;
            self.0.counters.kept(lane);
        }
        Ok(opened.len())
    }

    /// Prepares the statements that this process has run most, which the first callers would wait for.
    async fn warm(&self, connection: &Object) {
        for text in self.0.insight.most_run(self.0.keep.statements) {
            if let Err(error) = connection.prepare_cached(text).await {
                tracing::debug!(error = %chain(&error), "a statement could not be prepared ahead");
            }
        }
    }
}

/// What the rounds go by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    pub(super) read_min: usize,
    pub(super) write_min: usize,
    pub(super) longest: Duration,
    pub(super) interval: Duration,
    pub(super) statements: usize,
}

fn at_once() -> Timeouts {
    Timeouts { wait: Some(Duration::ZERO), create: Some(Duration::ZERO), recycle: Some(Duration::ZERO) }
}

/// Whether a connection has lived its time.
pub(super) fn is_old(longest: Duration, created: Instant) -> bool {
    created.elapsed() > lifetime(longest, created)
}

/// How long a connection lives: the longest time less up to a tenth, by the instant of its birth, so that those which a
/// rush has opened together do not end together.
fn lifetime(longest: Duration, created: Instant) -> Duration {
    const PARTS: u32 = 1_000;
    let mut hasher = DefaultHasher::new();
    created.hash(&mut hasher);
    let part = u32::try_from(hasher.finish() % u64::from(PARTS)).unwrap_or(0);
    longest - longest / 10 * part / PARTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_one_rush_live_for_different_times_within_a_tenth() {
        let (longest, now) = (Duration::from_secs(1_000), Instant::now());
        let times: Vec<Duration> =
            (0..200).map(|later| lifetime(longest, now + Duration::from_micros(later))).collect();
        assert!(times.iter().all(|time| (longest - longest / 10..=longest).contains(time)), "{times:?}");
        let (first, last) = (times.iter().min().unwrap(), times.iter().max().unwrap());
        assert!(*last - *first > longest / 20, "{first:?} to {last:?}");
        assert_eq!(
            lifetime(longest, now),
            lifetime(longest, now),
            "it does not change while a connection lives"
        );
        assert!(!is_old(longest, now) && is_old(Duration::ZERO, now - Duration::from_secs(1)));
    }
}
