//! The private PostgreSQL while the process lives: started again when it dies, given up when it keeps dying, stopped
//! last. Never here: how a cluster starts and stops (`mainstay_db::embedded`).

use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mainstay_db::embedded::Cluster;
use mainstay_runtime::{Effects, Stop, Supervisor};
use mainstay_telemetry::events;
use tokio::sync::Mutex;

/// So many deaths, failed starts included, within [`WITHIN`] are too many.
const TOO_MANY: usize = 5;

/// The time in which deaths are counted.
const WITHIN: Duration = Duration::from_secs(600);

/// The pause before the second start in a row; it doubles from there.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// How often the watcher beats while all is well.
const BEAT: Duration = Duration::from_secs(30);

/// A start may take a minute, recovery included; a watcher that is quiet for longer than this is silent.
const BEATS_WITHIN: Duration = Duration::from_secs(300);

/// The private PostgreSQL died too often to be started once more.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "the private PostgreSQL died {deaths} times within {} minutes and is not started again; {why}",
    WITHIN.as_secs() / 60
)]
pub struct ServerLost {
    deaths: usize,
    why: String,
}

/// The running cluster, its watcher's and its stopper's. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct PrivateServer {
    /// Held by the watcher until the stop.
    cluster: Arc<Mutex<Option<Cluster>>>,
    lost: Arc<OnceLock<ServerLost>>,
}

impl PrivateServer {
    pub(crate) fn new(cluster: Cluster) -> Self {
        Self { cluster: Arc::new(Mutex::new(Some(cluster))), lost: Arc::default() }
    }

    /// Starts the watcher. When it gives up, it asks the supervisor for a stop.
    pub(crate) fn watch(&self, supervisor: &Supervisor, effects: &Effects) {
        let (server, effects) = (self.clone(), effects.clone());
        supervisor.spawn_resident("private-postgresql", BEATS_WITHIN, move |stop| {
            let (server, effects) = (server.clone(), effects.clone());
            async move { server.keep(&effects, &stop).await }
        });
    }

    /// Why there is no server any more, if it was given up.
    pub(crate) fn lost(&self) -> Option<ServerLost> {
        self.lost.get().cloned()
    }

    /// Stops the server, once the watcher has stopped.
    pub(crate) async fn stop(&self) {
        if let Some(cluster) = self.cluster.lock().await.take()
            && let Err(error) = cluster.stop().await
        {
            tracing::error!(error = %error, "the private cluster did not stop in order; it recovers at the next start");
        }
    }

    /// Restarts the server whenever it has ended, until the stop.
    async fn keep(&self, effects: &Effects, stop: &Stop) {
        let mut cluster = self.cluster.lock().await;
        let Some(cluster) = cluster.as_mut() else { return stop.stopped().await };
        let mut deaths = Deaths::default();
        let mut why = String::new();
        loop {
            tokio::select! {
                biased;
                () = stop.stopped() => return,
                () = cluster.ended() => {}
                () = effects.clock.sleep(BEAT) => {
                    stop.heartbeat();
                    continue;
                }
            }
            let Some(pause) = deaths.count(effects.clock.monotonic()) else {
                return self.give_up(deaths.0.len(), why, stop).await;
            };
            tracing::error!(
                event = events::DB_SERVER_DIED,
                db.deaths = deaths.0.len(),
                "the private PostgreSQL has ended; it is started again"
            );
            tokio::select! {
                biased;
                () = stop.stopped() => return,
                () = effects.clock.sleep(pause) => {}
            }
            why = restart(cluster, effects).await;
            stop.heartbeat();
        }
    }

    async fn give_up(&self, deaths: usize, why: String, stop: &Stop) {
        tracing::error!(
            event = events::DB_SERVER_LOST,
            db.deaths = deaths,
            "the private PostgreSQL keeps dying; this process ends"
        );
        let _ = self.lost.set(ServerLost { deaths, why });
        stop.trigger();
    }
}

/// Returns where to look if it dies again.
async fn restart(cluster: &mut Cluster, effects: &Effects) -> String {
    let begun = effects.clock.monotonic();
    match cluster.restart().await {
        Ok(()) => {
            let took = effects.clock.monotonic().saturating_sub(begun);
            tracing::info!(
                event = events::DB_SERVER_RESTARTED,
                took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "the private PostgreSQL answers again"
            );
            format!("what it said is in {}", cluster.log_file().display())
        }
        Err(error) => {
            tracing::error!(
                event = events::DB_SERVER_NOT_RESTARTED,
                error = %error,
                "the private PostgreSQL could not be started again"
            );
            error.to_string()
        }
    }
}

/// The deaths that still count, oldest first.
#[derive(Debug, Default)]
struct Deaths(VecDeque<Duration>);

impl Deaths {
    /// Counts a death at `now`. Returns the pause before the next start, or `None` when there were too many.
    fn count(&mut self, now: Duration) -> Option<Duration> {
        self.0.retain(|death| now.saturating_sub(*death) < WITHIN);
        self.0.push_back(now);
        let before = u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX);
        match before {
            _ if self.0.len() >= TOO_MANY => None,
            0 => Some(Duration::ZERO),
            _ => Some(FIRST_PAUSE * 2_u32.saturating_pow(before - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deaths_in_a_row_are_paused_for_longer_and_then_too_many() {
        let mut deaths = Deaths::default();
        let pauses: Vec<_> = (0..5).map(|second| deaths.count(Duration::from_secs(second))).collect();
        let millis = |millis| Some(Duration::from_millis(millis));
        assert_eq!(pauses, [millis(0), millis(250), millis(500), millis(1000), None]);
    }

    #[test]
    fn deaths_of_long_ago_do_not_count() {
        let mut deaths = Deaths::default();
        for death in 0..50 {
            assert_eq!(
                deaths.count(WITHIN * death / 2),
                Some(if death == 0 { Duration::ZERO } else { FIRST_PAUSE })
            );
        }
    }
}
