//! Jobs over HTTP: an athlete's own, and all of them for whoever runs the installation. What lives here: whose job is whose to
//! see and to change, and what a refusal is called. Never here: how jobs are done and kept (`mainstay_jobs`), what a kind does.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{DbError, Tx};
use mainstay_http::{Halted, PageRequest, Problem};
use mainstay_jobs::{Cancelled, Filter, OperateError, Operator, Overview, Retried, Seen, Shown, State};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::features::accounts::{Principal, Role};
use crate::state::App;

mod ask;
mod operate;
pub(in crate::features) mod retries;
mod routes;
mod store;
mod stream;
mod views;

/// The routes of everybody's own jobs.
pub fn router() -> OpenApiRouter<App> {
    routes::router()
}

/// The routes of those who run the installation.
pub fn operations() -> OpenApiRouter<App> {
    operate::router()
}

/// Cursors of the list of jobs.
const CURSOR: &str = "jobs";

/// When to try again what went from hand to hand.
const MOVED_AGAIN: Duration = Duration::from_secs(1);

/// Who looks: what a job says of itself is not the same for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Viewer {
    /// Whose job it is.
    Owner(Uuid),
    /// Whoever runs the installation.
    Operator,
}

impl Viewer {
    fn of(principal: &Principal) -> Self {
        match principal.role {
            Role::Admin => Self::Operator,
            Role::Athlete | Role::Coach => Self::Owner(principal.athlete_id),
        }
    }

    fn may_see(self, job: &Shown) -> bool {
        match self {
            Self::Operator => true,
            Self::Owner(who) => job.owner == Some(who),
        }
    }
}

/// The job, if it is theirs to see: somebody else's is none.
async fn visible(overview: Overview<'_>, id: Uuid, viewer: Viewer) -> Result<Shown, Halted> {
    let found = overview.show(id).await?.filter(|job| viewer.may_see(job));
    found.ok_or_else(|| absent().into())
}

fn absent() -> Problem {
    Problem::not_found("There is no such job, or not any more.")
}

async fn find(app: &App, principal: &Principal, id: Uuid) -> Result<views::Job, Problem> {
    let viewer = Viewer::of(principal);
    let read = app.db.read_from_primary();
    let overview = Overview::of(&read);
    let job = visible(overview, id, viewer).await?;
    let history = overview.history(id).await?;
    drop(read);
    Ok(views::Job::new(&app.kinds(), viewer, job, history))
}

/// Which jobs a list is asked for.
#[derive(Debug, Default)]
struct Wanted {
    states: Option<Vec<State>>,
    queue: Option<String>,
    kind: Option<String>,
    owner: Option<Uuid>,
}

async fn list(
    app: &App,
    principal: &Principal,
    wanted: Wanted,
    page: &PageRequest,
) -> Result<views::Jobs, Problem> {
    let viewer = Viewer::of(principal);
    let owner = match viewer {
        Viewer::Owner(who) => Some(who),
        Viewer::Operator => wanted.owner,
    };
    let before = page.after::<Uuid>(CURSOR)?;
    let states = wanted.states.unwrap_or_default();
    let filter = Filter { states, queue: wanted.queue, kind: wanted.kind, owner, before };
    let most = usize::try_from(page.limit.rows_to_fetch()).unwrap_or(usize::MAX);
    let read = app.db.read_from_primary();
    let listed = Overview::of(&read).list(&filter, most).await?;
    drop(read);
    Ok(views::Jobs::new(viewer, listed, page.limit))
}

async fn cancel(app: &App, principal: &Principal, id: Uuid) -> Result<views::Cancelling, Problem> {
    let viewer = Viewer::of(principal);
    let work = move |tx: Arc<Tx>| async move {
        visible(Overview::of(&tx), id, viewer).await?;
        Operator::on(&tx).cancel(id).await.map_err(halted)
    };
    match app.months.transaction(&app.db, work).await? {
        Cancelled::Waiting => Ok(views::Cancelling::now(id)),
        Cancelled::Running => Ok(views::Cancelling::soon(id)),
        Cancelled::Ended(state) => Err(ended(state)),
        Cancelled::Unknown => Err(absent()),
    }
}

fn ended(state: State) -> Problem {
    Problem::conflict("job_ended", format!("The job has ended already: it is {state}."))
}

async fn retry(app: &App, principal: &Principal, id: Uuid) -> Result<views::Retrying, Problem> {
    let viewer = Viewer::of(principal);
    let work = |tx: Arc<Tx>| async move {
        visible(Overview::of(&tx), id, viewer).await?;
        retries::count(app, &tx, principal).await?;
        let retried = Operator::on(&tx).retry(id).await.map_err(halted)?;
        queued(retried).map_err(Halted::from)
    };
    let again = app.months.transaction(&app.db, work).await?;
    Ok(views::Retrying::new(id, again))
}

/// Under which id it waits; where it does not, why.
fn queued(retried: Retried) -> Result<Uuid, Problem> {
    match retried {
        Retried::Queued(again) => Ok(again),
        Retried::Succeeded => {
            Err(Problem::conflict("job_succeeded", "The job has succeeded; nothing is left to do."))
        }
        Retried::Live(state) => {
            Err(Problem::conflict("job_not_ended", format!("The job has not ended: it is {state}.")))
        }
        Retried::KeyTaken(_) => {
            Err(Problem::conflict("job_key_taken", "Another job is about the same and has not ended."))
        }
        Retried::TooOld => Err(Problem::conflict(
            "job_too_old",
            "The job is a day old or more, and no dead letter: ask for a new one.",
        )),
        Retried::Unknown => Err(absent()),
    }
}

/// An operation that did not take place, as the end of its transaction.
fn halted(error: OperateError) -> Halted {
    match error {
        OperateError::Moving => {
            let text = "The job went from hand to hand; nothing was changed.";
            Halted::Refused(Problem::unavailable(MOVED_AGAIN, text).coded("write_conflict"))
        }
        OperateError::Database(error) => Halted::Database(error),
    }
}

/// How a job that has ended is told to one who follows it.
async fn outcome(app: &App, viewer: Viewer, seen: &Seen) -> Result<Option<views::Job>, DbError> {
    let Some(job) = &seen.job else { return Ok(None) };
    let read = app.db.read_from_primary();
    let overview = Overview::of(&read);
    let Some(job) = overview.show(job.id).await? else { return Ok(None) };
    let history = overview.history(job.id).await?;
    Ok(Some(views::Job::new(&app.kinds(), viewer, job, history)))
}

/// A job in the sight of one who begins to follow it.
async fn sight(app: &App, viewer: Viewer, id: Uuid) -> Result<Seen, Problem> {
    let read = app.db.read_from_primary();
    let job = visible(Overview::of(&read), id, viewer).await?;
    let at = job.finished_at.unwrap_or(job.created_at);
    Ok(Seen::of(Some(job), at))
}
