//! Computes activities again from their originals: when an athlete's profile, a sport or our formulas changed. Never here:
//! when it is asked for (`jobs`), printing (`commands::recompute`), formulas.

use std::sync::Arc;

use jiff::Timestamp;
use mainstay_db::{Client, DbError, Tx};
use paceline_domain::analysis::summary::ALGORITHM_VERSION;
use paceline_domain::model::Sport;
use uuid::Uuid;

use super::decide::{self, Blame};
use super::import::{self, ImportContext, Leg};
use super::store::{self, ToCompute};
use crate::state::App;

mod jobs;
mod watch;

pub(in crate::features) use jobs::ask;
pub use jobs::{QUEUE, SLOTS, kinds, start};
use watch::{Step, Watch};

/// Activities of one page.
const PAGE: i64 = 100;

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Activities done, failed ones included.
    pub done: u64,
    /// Activities to do, counted at the beginning; none where counting took too long.
    pub total: Option<u64>,
}

/// How it went.
#[derive(Debug, Default)]
pub struct Report {
    /// Activities computed again.
    pub computed: u64,
    /// Those that could not be: the same would fail again.
    pub failed: Left,
    /// Those with which something failed that may be their fault or that of the moment, such as a statement that took too long.
    pub refused: Left,
    /// Those that met a state of the server: another time goes well.
    pub waiting: Left,
}

/// Activities that were not computed: how many, and a few of them.
#[derive(Debug, Default)]
pub struct Left {
    /// How many.
    pub count: u64,
    /// The first of them.
    pub first: Vec<LeftOut>,
}

/// An activity that was not computed.
#[derive(Debug)]
pub struct LeftOut {
    /// Whose it is.
    pub athlete_id: Uuid,
    /// The activity.
    pub id: Uuid,
    /// Why it was not.
    pub why: String,
}

impl Left {
    /// So many are named.
    pub const NAMED: usize = 20;

    fn add(&mut self, athlete_id: Uuid, id: Uuid, why: String) {
        self.count += 1;
        if self.first.len() < Self::NAMED {
            self.first.push(LeftOut { athlete_id, id, why });
        }
    }

    /// How many of them are not named.
    pub fn unnamed(&self) -> u64 {
        self.count.saturating_sub(self.first.len() as u64)
    }
}

/// Computes what an older version computed, or everything. A second run goes on where a first one was interrupted. An
/// activity that cannot be computed is reported and does not stop the others.
pub async fn recompute(app: &App, all: bool, tell: impl FnMut(Progress)) -> Result<Report, DbError> {
    let which = if all { ToCompute::All } else { ToCompute::Outdated(ALGORITHM_VERSION) };
    compute_all(app, &which, &Watch::of_process(app), tell).await
}

/// Computes these, until it is to stop, and tells how far it is before the first and behind each. Each activity is a
/// transaction: what is done stays done.
async fn compute_all(
    app: &App,
    which: &ToCompute,
    watch: &Watch<'_>,
    mut tell: impl FnMut(Progress),
) -> Result<Report, DbError> {
    let mut progress = Progress { done: 0, total: count(app, which).await? };
    tell(progress);
    let mut report = Report::default();
    let context = ImportContext::of(app);
    let mut after = None;
    loop {
        let read = app.db.read();
        let page = store::list_to_compute(&read, after.as_ref(), which, PAGE).await?;
        drop(read);
        for row in &page {
            let computed = match watch.begin(row.id).await? {
                Step::Compute => compute_one(app, &context, which, row.athlete_id, row.id).await,
                Step::GiveUp(why) => {
                    give_up(app, row.athlete_id, row.id).await?;
                    Ok(Computed::Failed(why))
                }
                Step::Stop => return Ok(report),
            };
            match computed {
                Ok(Computed::Anew) => report.computed += 1,
                Ok(Computed::Already) => {}
                Ok(Computed::Failed(why)) => report.failed.add(row.athlete_id, row.id, why),
                Err(error) if decide::meets_all(&error) => return Err(error),
                Err(error) => {
                    let left = match decide::blame(&error) {
                        Blame::File => {
                            give_up(app, row.athlete_id, row.id).await?;
                            &mut report.failed
                        }
                        Blame::Unclear => &mut report.refused,
                        Blame::Server => &mut report.waiting,
                    };
                    left.add(row.athlete_id, row.id, error.to_string());
                }
            }
            progress.done += 1;
            // Others may have been outdated since they were counted.
            progress.total = progress.total.map(|total| total.max(progress.done));
            tell(progress);
        }
        after = page.into_iter().next_back();
        if after.is_none() {
            return Ok(report);
        }
    }
}

/// How many there are. It is for show: where they are too many to be counted in time, they are computed all the same.
async fn count(app: &App, which: &ToCompute) -> Result<Option<u64>, DbError> {
    match store::count_to_compute(&app.db.read(), which).await {
        Ok(count) => Ok(u64::try_from(count).ok()),
        Err(DbError::Cancelled(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What became of one activity.
enum Computed {
    /// Computed now.
    Anew,
    /// Somebody else has computed it, or given it up, since it was listed.
    Already,
    /// It cannot be, and this is why.
    Failed(String),
}

async fn compute_one(
    app: &App,
    context: &ImportContext,
    which: &ToCompute,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Computed, DbError> {
    let work = |tx: Arc<Tx>| async move {
        // In the order in which imports lock.
        store::lock_athlete(&tx, athlete_id).await?;
        // Two jobs may have listed it.
        if !matches!(which, ToCompute::All) && !store::is_outdated(&tx, athlete_id, id).await? {
            return Ok(Computed::Already);
        }
        match compute_again(context, &tx, athlete_id, id).await? {
            Ok(()) => Ok(Computed::Anew),
            Err(why) => {
                // Nothing was written; what fails once for a reason of its own fails again.
                store::set_failed_version(&tx, athlete_id, id, ALGORITHM_VERSION).await?;
                Ok(Computed::Failed(why))
            }
        }
    };
    app.months.transaction(&app.db, work).await
}

/// Notes that this version cannot compute the activity.
async fn give_up(app: &App, athlete_id: Uuid, id: Uuid) -> Result<(), DbError> {
    let work = |tx: Arc<Tx>| async move {
        store::lock_athlete(&tx, athlete_id).await?;
        store::set_failed_version(&tx, athlete_id, id, ALGORITHM_VERSION).await
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_however_many_that_are_left_a_few_are_named() {
        let mut left = Left::default();
        (0..1_000).for_each(|n| left.add(Uuid::nil(), Uuid::from_u128(n), String::new()));
        assert_eq!((left.count, left.first.len(), left.unnamed()), (1_000, Left::NAMED, 980));
        assert_eq!(left.first[19].id, Uuid::from_u128(19));
    }
}
