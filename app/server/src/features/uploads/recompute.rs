//! Computes activities again from their originals: when an athlete's profile, a sport or our formulas changed.
//! Never here: printing (`commands::recompute`), formulas.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Tx};
use mainstay_runtime::{Stop, Supervisor};
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::model::Sport;
use uuid::Uuid;

use super::import::{self, ImportContext, Leg};
use super::store;
use crate::state::App;

/// Activities of one page.
const PAGE: i64 = 100;

/// How often outdated activities are looked for although nobody said that there are any.
const LOOK_ANYWAY: Duration = Duration::from_secs(15 * 60);

/// The pause after a failure of the database.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Activities done, failed ones included.
    pub done: u64,
    /// Activities to do.
    pub total: u64,
}

/// How it went.
#[derive(Debug, Default)]
pub struct Report {
    /// Activities computed again.
    pub computed: u64,
    /// Activities that could not be, and why.
    pub failed: Vec<(Uuid, String)>,
}

/// A round that is silent for longer is told: one activity takes seconds at the most.
const BEATS_WITHIN: Duration = Duration::from_secs(30 * 60);

/// Keeps what is computed up to date, until stopped: at the start, which follows an update of the program, and
/// whenever a profile was changed.
pub fn start(app: &App, supervisor: &Supervisor) {
    let app = app.clone();
    supervisor.spawn_resident("recompute", BEATS_WITHIN, move |stop| run(app.clone(), stop));
}

async fn run(app: App, stop: Stop) {
    while !stop.is_stopping() {
        stop.heartbeat();
        let pause = match recompute_until(&app, Some(ALGORITHM_VERSION), &stop, || {}).await {
            Ok(report) => {
                for (id, error) in &report.failed {
                    tracing::warn!(event = "recompute.activity.failed", activity.id = %id, error, "an activity could not be computed again");
                }
                LOOK_ANYWAY
            }
            Err(error) => {
                tracing::warn!(event = "recompute.paused", error = %error, "computing again waits for the database");
                AFTER_FAILURE
            }
        };
        tokio::select! {
            () = stop.stopped() => {}
            () = app.imports.outdated() => {}
            () = app.effects.clock.sleep(pause) => {}
        }
    }
}

/// Computes what an older version computed, or everything. A second run goes on where a first one was interrupted. An
/// activity that cannot be computed is reported and does not stop the others.
pub async fn recompute(app: &App, all: bool, mut tell: impl FnMut(Progress)) -> Result<Report, DbError> {
    let version = (!all).then_some(ALGORITHM_VERSION);
    let total = store::count_to_compute(&app.db.read(), version).await?;
    let mut progress = Progress { done: 0, total: u64::try_from(total).unwrap_or(0) };
    recompute_until(app, version, &app.supervisor.stop(), || {
        progress.done += 1;
        tell(progress);
    })
    .await
}

/// Computes what an older version than `version` computed, else everything.
async fn recompute_until(
    app: &App,
    version: Option<i32>,
    stop: &Stop,
    mut tell: impl FnMut(),
) -> Result<Report, DbError> {
    let mut report = Report::default();
    let context = ImportContext::of(app);
    let mut after = None;
    loop {
        let read = app.db.read();
        let page = store::list_to_compute(&read, after.as_ref(), version, PAGE).await?;
        drop(read);
        for row in &page {
            if stop.is_stopping() {
                return Ok(report);
            }
            stop.heartbeat();
            match recompute_one(app, &context, row.athlete_id, row.id).await {
                Ok(Ok(())) => report.computed += 1,
                Ok(Err(why)) => report.failed.push((row.id, why)),
                Err(
                    error @ (DbError::Unavailable { .. }
                    | DbError::PoolExhausted { .. }
                    | DbError::StorageFull(_)
                    | DbError::StalePlan(_)),
                ) => {
                    return Err(error);
                }
                Err(error) => report.failed.push((row.id, error.to_string())),
            }
            tell();
        }
        after = page.into_iter().next_back();
        if after.is_none() {
            return Ok(report);
        }
    }
}

async fn recompute_one(
    app: &App,
    context: &ImportContext,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Result<(), String>, DbError> {
    let work = |tx: Arc<Tx>| async move {
        // In the order in which imports lock.
        store::lock_athlete(&tx, athlete_id).await?;
        let computed = compute_again(context, &tx, athlete_id, id).await?;
        if computed.is_err() {
            // Nothing was written; what fails once for a reason of its own fails again.
            store::set_failed_version(&tx, athlete_id, id, ALGORITHM_VERSION).await?;
        }
        Ok(computed)
    };
    app.months.transaction(&app.db, work).await
}

/// Computes an activity again from the original of its best source, as what the athlete says it is, in the caller's
/// transaction, which holds the athlete's lock. `Err` says why it cannot be; then nothing was written.
pub(in crate::features) async fn compute_again(
    context: &ImportContext,
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Result<(), String>, DbError> {
    let Some(source) = store::find_primary_source(tx, athlete_id, id).await? else {
        return Ok(Err("its source is gone".to_owned()));
    };
    let owner = import::load_owner(tx, athlete_id).await?;
    let limits = context.limits;
    let (sha256, format, device) = (source.sha256.clone(), source.format.clone(), source.device.clone());
    let (parent_id, now) = (source.parent_id, context.effects.clock.now());
    let written = (Sport::from_wire(&source.sport).unwrap_or(Sport::Other), source.rpe);
    let work = move || import::analyse_again(&source.content, source.part, &owner, &limits, written);
    let leg = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(leg)) => leg,
        Ok(Err(error)) => return Ok(Err(error.to_string())),
        Err(panic) => return Ok(Err(panic.to_string())),
    };
    let measured = store::MeasuredSource { format: &format, sha256: &sha256, device: device.as_deref() };
    store::update_measured_from(tx, athlete_id, id, &measured, &leg, now).await?;
    replace(tx, athlete_id, id, &leg, now).await?;
    if let Some(parent_id) = parent_id {
        store::refresh_parent(tx, athlete_id, parent_id, now).await?;
    }
    Ok(Ok(()))
}

/// Replaces everything that was computed from an activity, which starts where the leg does: `update_measured` came
/// before, and took the samples along.
pub(super) async fn replace(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    leg: &Leg,
    now: Timestamp,
) -> Result<(), DbError> {
    store::delete_computed(tx, athlete_id, id, leg.start).await?;
    store::insert_computed(tx, athlete_id, id, leg, now).await
}
