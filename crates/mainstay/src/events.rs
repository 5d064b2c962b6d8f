//! Events of a process: how far behind their readers are, and the keys that nobody needs any more. Never here: telling them and
//! hearing of them (`mainstay_events`); whoever hears of them by jobs is one of those who do jobs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mainstay_db::{Db, DbError};
use mainstay_events::reader::Lags;
use mainstay_runtime::Supervisor;
use mainstay_telemetry::Registry;

/// How often readers are looked at.
const EVERY: Duration = Duration::from_secs(15);

/// Keys are forgotten once in so many rounds: every hour.
const SWEEP_EACH: u64 = 240;

/// Statements of one time.
const SWEEPS_MOST: usize = 100;

/// Tells the metrics how far behind the readers are, and forgets the keys of events whose place says nothing any more; from
/// the second round on, as a start has enough to ask for.
pub(crate) fn start(supervisor: &Supervisor, db: &Db, registry: &Registry) {
    let (db, lags, rounds) = (db.clone(), Arc::new(Lags::new(registry)), Arc::<AtomicU64>::default());
    supervisor.spawn_periodic("events", EVERY, move || {
        let (db, lags) = (db.clone(), Arc::clone(&lags));
        let round = rounds.fetch_add(1, Ordering::Relaxed);
        async move {
            if round > 0 {
                lags.measure(&db).await?;
            }
            if (round + 1).is_multiple_of(SWEEP_EACH) { sweep(&db).await } else { Ok(()) }
        }
    });
}

async fn sweep(db: &Db) -> Result<(), DbError> {
    for _ in 0..SWEEPS_MOST {
        if !mainstay_events::sweep(db).await? {
            break;
        }
    }
    Ok(())
}
