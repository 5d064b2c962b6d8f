//! What whoever runs the installation sees of all jobs and does with them: queues, schedules, dead letters, processes. Never here:
//! single jobs (`jobs`).

use std::num::NonZeroU32;
use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_http::pages::cursor::KeyTime;
use mainstay_http::{FieldError, Halted, PageRequest, Problem};
use mainstay_jobs::cron::{self, CronError};
use mainstay_jobs::{DeadFilter, Limits, Operator, Overview, PAGE_MOST, Rate, with_xact_lock};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::halted;
use crate::features::accounts::Admin;
use crate::features::activities::Change;
use crate::state::App;

mod routes;
mod views;

pub(super) fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// Cursors of the list of dead letters.
const DEAD_CURSOR: &str = "jobs:dead";

/// The most dead letters of one request: a page of them.
const DEAD_MOST: usize = PAGE_MOST;

/// The longest name of a queue, in bytes.
const NAME_MOST: usize = 200;

/// Schedules that are shown.
const SCHEDULES_MOST: usize = 1_000;

async fn statistics(app: &App, _: &Admin) -> Result<views::Statistics, Problem> {
    let read = app.db.read_from_primary();
    let overview = Overview::of(&read);
    let (statistics, queues) = (overview.statistics().await?, overview.queues().await?);
    drop(read);
    let kinds = app.kinds().names().len();
    Ok(views::Statistics::new(&statistics, kinds, queues))
}

async fn queues(app: &App, _: &Admin) -> Result<views::Queues, Problem> {
    let read = app.db.read_from_primary();
    Ok(views::Queues::new(Overview::of(&read).queues().await?))
}

async fn workers(app: &App, _: &Admin) -> Result<views::Workers, Problem> {
    let read = app.db.read_from_primary();
    Ok(views::Workers::new(Overview::of(&read).workers().await?))
}

/// What happens to a queue or a schedule.
#[derive(Debug, Clone, Copy)]
enum Switch {
    Pause,
    Resume,
}

async fn switch_queue(app: &App, _: &Admin, queue: &str, switch: Switch) -> Result<views::Queue, Problem> {
    let name = named(queue)?;
    let work = |tx: Arc<Tx>| async move {
        let operator = Operator::on(&tx);
        let switched = match switch {
            Switch::Pause => operator.pause(name).await,
            Switch::Resume => operator.resume(name).await,
        };
        switched.map_err(halted)?;
        shown(&tx, name).await
    };
    Ok(app.db.transaction(work).await?)
}

async fn switch_schedule(
    app: &App,
    _: &Admin,
    name: &str,
    switch: Switch,
) -> Result<views::ScheduleChanged, Problem> {
    let name = schedule(name)?;
    let (switched, words) = match switch {
        Switch::Pause => (cron::pause(&app.db, name).await, "The schedule rests until it is resumed."),
        Switch::Resume => (cron::resume(&app.db, name).await, "The schedule goes on."),
    };
    switched.map_err(unscheduled)?;
    Ok(views::ScheduleChanged::new(name, words))
}

/// What is to be different of a queue's limits.
#[derive(Debug, Clone, Copy)]
struct LimitsPatch {
    running_most: Change<NonZeroU32>,
    running_most_of_key: Change<NonZeroU32>,
    per_s: Change<f64>,
    burst: Change<f64>,
}

impl LimitsPatch {
    fn apply(self, before: Limits) -> Result<Limits, Problem> {
        let (per_s, burst) = before.rate.map(|rate| (rate.per_s(), rate.burst())).unzip();
        let per_s = self.per_s.apply(per_s);
        // Who names no burst gets what a second gives; without a rate there is none.
        let burst = self.burst.apply(burst).or(per_s.map(|per_s| per_s.max(1.0)));
        let rate = per_s.zip(burst).map(|(per_s, burst)| Rate::try_new(per_s, burst)).transpose();
        let rate = rate.map_err(|error| {
            let error = FieldError::new("/max_per_second", "out_of_range", format!("{error}."));
            Problem::unprocessable(vec![error])
        })?;
        Ok(Limits {
            running_most: self.running_most.apply(before.running_most),
            running_most_of_key: self.running_most_of_key.apply(before.running_most_of_key),
            rate,
        })
    }
}

async fn limit(app: &App, _: &Admin, queue: &str, patch: LimitsPatch) -> Result<views::Queue, Problem> {
    let name = named(queue)?;
    let work = |tx: Arc<Tx>| async move {
        // Of two who change different limits neither undoes the other's.
        with_xact_lock(&tx, &format!("limits of queue {name}")).await?;
        let all = Overview::of(&tx).queues().await?;
        let before = all.iter().find(|queue| queue.name == name).map(|queue| queue.limits);
        let limits = patch.apply(before.unwrap_or_default())?;
        Operator::on(&tx).limit(name, limits).await.map_err(halted)?;
        shown(&tx, name).await
    };
    Ok(app.db.transaction(work).await?)
}

async fn shown(tx: &Tx, name: &str) -> Result<views::Queue, Halted> {
    let found = Overview::of(tx).queues().await?.into_iter().find(|queue| queue.name == name);
    Ok(found.map_or_else(|| views::Queue::empty(name), views::Queue::from))
}

/// A name that a queue may have; there need be none of it yet.
fn named(queue: &str) -> Result<&str, Problem> {
    let is_name = (1..=NAME_MOST).contains(&queue.len()) && !queue.chars().any(char::is_control);
    is_name.then_some(queue).ok_or_else(|| {
        let message = format!("Must have 1 to {NAME_MOST} bytes and no control characters.");
        let error = FieldError::new("/name", "malformed", message);
        Problem::bad_request("invalid_path", "The address was refused; `errors` says why.")
            .with_errors(vec![error])
    })
}

async fn schedules(app: &App, _: &Admin, fires: usize) -> Result<views::Schedules, Problem> {
    Ok(views::Schedules::new(cron::list(&app.db, None, SCHEDULES_MOST, fires).await?))
}

async fn run_schedule(app: &App, _: &Admin, name: &str) -> Result<views::ScheduleRun, Problem> {
    let id = cron::run_now(&app.db, schedule(name)?).await.map_err(unscheduled)?;
    Ok(views::ScheduleRun::new(name, id))
}

fn no_schedule() -> Problem {
    Problem::not_found("There is no such schedule.")
}

fn schedule(name: &str) -> Result<&str, Problem> {
    if name.contains('\0') { Err(no_schedule()) } else { Ok(name) }
}

fn unscheduled(error: CronError) -> Problem {
    match error {
        CronError::Unknown(_) => no_schedule(),
        CronError::Job(error) => Problem::internal(error),
        CronError::Database(error) => error.into(),
    }
}

async fn dead(
    app: &App,
    _: &Admin,
    mut filter: DeadFilter,
    page: &PageRequest,
) -> Result<views::DeadLetters, Problem> {
    let before = page.after::<(KeyTime, Uuid)>(DEAD_CURSOR)?;
    filter.before = before.map(|(at, id)| (at.into(), id));
    let most = usize::try_from(page.limit.rows_to_fetch()).unwrap_or(usize::MAX);
    let read = app.db.read_from_primary();
    let rows = Overview::of(&read).dead(&filter, most).await?;
    drop(read);
    Ok(views::DeadLetters::new(&app.kinds(), rows, page.limit))
}

/// Which dead letters are meant: by their ids, or the last ones that a filter finds.
#[derive(Debug, Clone)]
enum Meant {
    Ids(Vec<Uuid>),
    Found(DeadFilter, usize),
}

impl Meant {
    /// Their ids, and whether the filter finds more.
    async fn ids(&self, tx: &Tx) -> Result<(Vec<Uuid>, bool), Halted> {
        let (filter, most) = match self {
            Self::Ids(ids) => return Ok((ids.clone(), false)),
            Self::Found(filter, most) => (filter, *most),
        };
        let mut found = Overview::of(tx).dead(filter, most).await?;
        let mut has_more = false;
        if let Some(last) = found.last().filter(|_| found.len() == most) {
            let behind = DeadFilter { before: Some((last.died_at, last.id)), ..filter.clone() };
            has_more = !Overview::of(tx).dead(&behind, 1).await?.is_empty();
        }
        found.sort_unstable_by_key(|dead| dead.id);
        Ok((found.into_iter().map(|dead| dead.id).collect(), has_more))
    }
}

async fn replay(app: &App, _: &Admin, meant: Meant) -> Result<views::Replayed, Problem> {
    let meant = &meant;
    let work = |tx: Arc<Tx>| async move {
        let (ids, has_more) = meant.ids(&tx).await?;
        let fates = Operator::on(&tx).replay(&ids).await.map_err(halted)?;
        Ok::<_, Halted>(views::Replayed::new(&ids, &fates, has_more))
    };
    Ok(app.months.transaction(&app.db, work).await?)
}

async fn purge(app: &App, _: &Admin, meant: Meant) -> Result<views::Purged, Problem> {
    let meant = &meant;
    let work = |tx: Arc<Tx>| async move {
        let (ids, has_more) = meant.ids(&tx).await?;
        let purged = Operator::on(&tx).purge(&ids).await.map_err(halted)?;
        Ok::<_, Halted>(views::Purged { purged, has_more })
    };
    Ok(app.db.transaction(work).await?)
}
