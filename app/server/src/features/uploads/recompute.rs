//! Computes activities again from their originals: when an athlete's profile, a sport or our formulas changed. What an
//! athlete has changed and what a new version has outdated are jobs. Never here: printing (`commands::recompute`), formulas.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Tx};
use mainstay_jobs::{AskedBy, Context, Enqueue, EnqueueError, Failure, Job, Kinds, New, Options, Priority};
use mainstay_runtime::Supervisor;
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::model::Sport;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::import::{self, ImportContext, Leg};
use super::store::{self, ToCompute};
use crate::state::App;

/// Activities of one page.
const PAGE: i64 = 100;

/// How often it is looked for what a new version of ours, or an older process beside us, has outdated.
const LOOK_EVERY: Duration = Duration::from_secs(15 * 60);

/// The pause of a job that met a database which is away or full.
const AFTER_FAILURE: Duration = Duration::from_secs(60);

/// The queue of both kinds: they take a processor for as long as they last.
pub const QUEUE: &str = "recompute";

/// So many of them at a time in a process, unless its configuration says otherwise.
pub const SLOTS: usize = 2;

/// What an athlete's change has outdated. One after the other of an athlete: what is changed while one is at work, the next
/// one finds.
#[derive(Debug, Serialize, Deserialize)]
pub struct OfAthlete {
    athlete_id: Uuid,
}

/// What older versions than this have computed, of everybody.
#[derive(Debug, Serialize, Deserialize)]
pub struct Outdated {
    version: i32,
}

/// What a job leaves behind.
#[derive(Debug, Serialize)]
pub struct Computed {
    computed: u64,
    failed: usize,
}

impl Job for OfAthlete {
    const NAME: &'static str = "recompute.athlete";
    const ASKED_BY: AskedBy = AskedBy::Owner("athlete_id");
    type State = App;
    type Output = Computed;

    fn options() -> Options {
        // What was computed before a crash or a stop stays computed; a large archive may take its time.
        Options { queue: QUEUE, timeout: None, ..Options::default() }
    }

    fn asked(&self) -> New<Self> {
        New::of(self).in_order(self.athlete_id.to_string()).owned_by(self.athlete_id)
    }

    async fn run(self, app: App, context: Context) -> Result<Computed, Failure> {
        job(&app, &ToCompute::OfAthlete(self.athlete_id), &context).await
    }
}

impl Job for Outdated {
    const NAME: &'static str = "recompute.outdated";
    const ASKED_BY: AskedBy = AskedBy::Operators;
    type State = App;
    type Output = Computed;

    fn options() -> Options {
        Options { queue: QUEUE, priority: Priority::Low, timeout: None, ..Options::default() }
    }

    async fn run(self, app: App, context: Context) -> Result<Computed, Failure> {
        if self.version > ALGORITHM_VERSION {
            // A process of an older version finds nothing outdated: a newer one is to do it.
            return Err(Failure::Snooze(AFTER_FAILURE));
        }
        job(&app, &ToCompute::Outdated(ALGORITHM_VERSION), &context).await
    }
}

async fn job(app: &App, which: &ToCompute, context: &Context) -> Result<Computed, Failure> {
    let stop = app.supervisor.stop();
    let is_over = || context.is_cancelled() || stop.is_stopping();
    let report = match recompute_until(app, which, is_over, || {}).await {
        Ok(report) => report,
        Err(error) => {
            tracing::warn!(event = "recompute.paused", error = %error, "computing again waits for the database");
            return Err(Failure::Snooze(AFTER_FAILURE));
        }
    };
    for (id, error) in &report.failed {
        tracing::warn!(event = "recompute.activity.failed", activity.id = %id, error, "an activity could not be computed again");
    }
    if context.is_cancelled() {
        return Err(Failure::Error("it was asked to stop".to_owned()));
    }
    if stop.is_stopping() {
        // Another process goes on, or the next start.
        return Err(Failure::Snooze(Duration::ZERO));
    }
    Ok(Computed { computed: report.computed, failed: report.failed.len() })
}

/// Both kinds of jobs.
pub fn kinds(app: &App) -> Kinds {
    Kinds::new().with::<OfAthlete>(app.clone()).with::<Outdated>(app.clone())
}

/// What was computed of an athlete is outdated by this transaction, and computed again when it commits.
///
/// # Errors
/// Those of the database.
pub(in crate::features) async fn ask(tx: &Tx, athlete_id: Uuid) -> Result<(), DbError> {
    asked(tx.enqueue(OfAthlete { athlete_id }.asked()).await)
}

fn asked<T>(asked: Result<T, EnqueueError>) -> Result<(), DbError> {
    match asked {
        Err(EnqueueError::Database(error)) => Err(error),
        // Both payloads are JSON, and short.
        Err(EnqueueError::Payload { .. }) | Ok(_) => Ok(()),
    }
}

/// Looks now and then for what an older version has computed: soon after a start, which follows an update of the program.
pub fn start(app: &App, supervisor: &Supervisor) {
    let app = app.clone();
    supervisor.spawn_periodic("recompute", LOOK_EVERY, move || {
        let app = app.clone();
        async move { look(&app).await }
    });
}

/// Asks for everything that is outdated, if anything is. Processes that ask at once are one.
async fn look(app: &App) -> Result<(), DbError> {
    let read = app.db.read();
    let first = store::list_to_compute(&read, None, &ToCompute::Outdated(ALGORITHM_VERSION), 1).await?;
    drop(read);
    if first.is_empty() {
        return Ok(());
    }
    let ask = |tx: Arc<Tx>| async move {
        let job = Outdated { version: ALGORITHM_VERSION };
        asked(tx.enqueue(New::of(&job).unique(&job.version.to_string())).await)
    };
    app.db.transaction(ask).await
}

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

/// Computes what an older version computed, or everything. A second run goes on where a first one was interrupted. An
/// activity that cannot be computed is reported and does not stop the others.
pub async fn recompute(app: &App, all: bool, mut tell: impl FnMut(Progress)) -> Result<Report, DbError> {
    let version = (!all).then_some(ALGORITHM_VERSION);
    let total = store::count_to_compute(&app.db.read(), version).await?;
    let mut progress = Progress { done: 0, total: u64::try_from(total).unwrap_or(0) };
    let stop = app.supervisor.stop();
    let which = version.map_or(ToCompute::All, ToCompute::Outdated);
    recompute_until(
        app,
        &which,
        || stop.is_stopping(),
        || {
            progress.done += 1;
            tell(progress);
        },
    )
    .await
}

/// Computes these, until it is to stop. Each activity is a transaction: what is done stays done.
async fn recompute_until(
    app: &App,
    which: &ToCompute,
    is_over: impl Fn() -> bool,
    mut tell: impl FnMut(),
) -> Result<Report, DbError> {
    let mut report = Report::default();
    let context = ImportContext::of(app);
    let mut after = None;
    loop {
        let read = app.db.read();
        let page = store::list_to_compute(&read, after.as_ref(), which, PAGE).await?;
        drop(read);
        for row in &page {
            if is_over() {
                return Ok(report);
            }
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
