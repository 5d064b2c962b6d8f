//! Events of a process: how far behind their readers are, and the keys that nobody needs any more. Never here: telling them and
//! hearing of them (`mainstay_events`); whoever hears of them by jobs is one of those who do jobs.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Db, DbError};
use mainstay_events::reader::Lags;
use mainstay_runtime::Supervisor;
use mainstay_telemetry::Registry;

/// How often readers are looked at.
const MEASURE_EVERY: Duration = Duration::from_secs(15);

/// How often keys are forgotten.
const SWEEP_EVERY: Duration = Duration::from_secs(3_600);

/// Statements of one time.
const SWEEPS_MOST: usize = 100;

/// Tells the metrics how far behind the readers are, and forgets the keys of events whose place says nothing any more.
pub(crate) fn start(supervisor: &Supervisor, db: &Db, registry: &Registry) {
    let (measured, lags) = (db.clone(), Arc::new(Lags::new(registry)));
    supervisor.spawn_periodic("event lag", MEASURE_EVERY, move || {
        let (db, lags) = (measured.clone(), Arc::clone(&lags));
        async move { lags.measure(&db).await }
    });
    let swept = db.clone();
    supervisor.spawn_periodic("event keys", SWEEP_EVERY, move || {
        let db = swept.clone();
        async move { sweep(&db).await }
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
