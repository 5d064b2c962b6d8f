//! `paceline jobs`: what waits, runs and has failed, and what an operator does about it, for whoever may reach the database. Never
//! here: how jobs are done (`mainstay_jobs`), how a table is drawn (`table`).

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Subcommand};
use mainstay_db::{Db, DbError, TransactionError, Tx};
use mainstay_jobs::cron::{self, CronError};
use mainstay_jobs::{
    Cancelled, DeadFilter, Filter, OperateError, Operator, Overview, PAGE_MOST, Retried, Shown, State,
};
use uuid::Uuid;

use super::exit::{self, NotUnderstood};
use super::{Common, open, print};

mod shown;
mod table;

/// Commands about jobs.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what begins by itself, with its next times by the clocks of its zone.
    Schedule {
        /// How many of the next times.
        #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
        fires: u8,
    },
    /// List jobs, those asked for last first.
    List {
        /// Those in this state alone: scheduled, queued, retrying, running, succeeded, failed, discarded or cancelled.
        #[arg(long, value_parser = state)]
        state: Option<State>,
        #[command(flatten)]
        which: Which,
    },
    /// Show a job: what was asked for, how far it is, what came of it.
    Show {
        /// The job.
        id: Uuid,
    },
    /// Have jobs that failed or were stopped be done again.
    Retry {
        /// The jobs.
        #[arg(required = true)]
        ids: Vec<Uuid>,
    },
    /// Have jobs not be done; those that run are asked to stop.
    Cancel {
        /// The jobs.
        #[arg(required = true)]
        ids: Vec<Uuid>,
    },
    /// List dead letters, what was given up last first.
    Dead(Which),
    /// Have dead letters be done again.
    Replay {
        /// The dead letters.
        #[arg(required_unless_present = "all")]
        ids: Vec<Uuid>,
        /// The last ones of the queue and the kind that are named, or of all.
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        #[command(flatten)]
        which: Which,
    },
    /// List the queues that have jobs, or of which something is set.
    Queues,
    /// Have nothing of a queue begin, or a schedule rest.
    Pause(Named),
    /// Have a queue or a schedule go on.
    Resume(Named),
    /// List the processes that do jobs.
    Workers,
}

/// Of many.
#[derive(Debug, Args)]
pub(super) struct Which {
    /// Those of this queue alone.
    #[arg(long)]
    queue: Option<String>,
    /// Those of this kind alone.
    #[arg(long)]
    kind: Option<String>,
    /// So many at most, up to 200.
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=200))]
    limit: u16,
}

/// A queue, or a schedule.
#[derive(Debug, Args)]
pub(super) struct Named {
    /// Its name.
    name: String,
    /// It is a schedule's, and no queue's.
    #[arg(long)]
    schedule: bool,
}

fn state(text: &str) -> Result<State, String> {
    let names = State::ALL.map(State::name).join(", ");
    State::parse(text).ok_or_else(|| format!("write one of {names}"))
}

pub(super) async fn run(common: &Common, command: Command) -> anyhow::Result<ExitCode> {
    let opened = open::open(common, None).await?;
    let said = said(&opened.platform.db, command).await;
    opened.close().await;
    let (text, code) = said?;
    print(text.trim_end())?;
    Ok(code)
}

/// So many of these jobs: a look that had to end early goes on.
async fn listed(overview: &Overview<'_>, mut filter: Filter, most: usize) -> anyhow::Result<Vec<Shown>> {
    let mut jobs = Vec::new();
    loop {
        let page = overview.list(&filter, most.saturating_sub(jobs.len())).await?;
        jobs.extend(page.jobs);
        match page.looked_to {
            Some(place) => filter.before = Some(place),
            None => return Ok(jobs),
        }
    }
}

/// What to print, and how it ended.
async fn said(db: &Db, command: Command) -> anyhow::Result<(String, ExitCode)> {
    let read = db.read_from_primary();
    let overview = Overview::of(&read);
    let text = match command {
        Command::Schedule { fires } => {
            shown::schedules(cron::list(db, None, cron::LISTED_MOST, fires.into()).await?)
        }
        Command::List { state, which } => {
            let most = which.limit.into();
            let states = state.into_iter().collect();
            let filter = Filter { states, queue: which.queue, kind: which.kind, ..Filter::default() };
            shown::jobs(listed(&overview, filter, most).await?)
        }
        Command::Show { id } => {
            let job =
                overview.show(id).await?.ok_or_else(|| NotUnderstood(format!("there is no job {id}")))?;
            shown::job(&job, overview.history(id).await?)
        }
        Command::Retry { ids } => return retried(db, ids).await,
        Command::Cancel { ids } => return cancelled(db, ids).await,
        Command::Dead(which) => shown::dead(overview.dead(&of(&which), which.limit.into()).await?),
        Command::Replay { ids, all: false, .. } => return retried(db, ids).await,
        Command::Replay { which, .. } => {
            let found = overview.dead(&of(&which), which.limit.into()).await?;
            let mut ids: Vec<Uuid> = found.into_iter().map(|dead| dead.id).collect();
            ids.sort_unstable();
            return retried(db, ids).await;
        }
        Command::Queues => shown::queues(overview.queues().await?),
        Command::Workers => shown::workers(overview.workers().await?),
        Command::Pause(named) => paused(db, named).await?,
        Command::Resume(named) => resumed(db, named).await?,
    };
    Ok((text, ExitCode::SUCCESS))
}

fn of(which: &Which) -> DeadFilter {
    DeadFilter { queue: which.queue.clone(), kind: which.kind.clone(), before: None }
}

/// An operation that did not take place.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Operate(#[from] OperateError),
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for Failed {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) | Self::Operate(OperateError::Database(error)) => Some(error),
            Self::Operate(OperateError::Moving) => None,
        }
    }
}

/// One after the other, a page at a time; it has failed where one of them has.
async fn retried(db: &Db, ids: Vec<Uuid>) -> anyhow::Result<(String, ExitCode)> {
    let mut lines = Vec::with_capacity(ids.len());
    for page in ids.chunks(PAGE_MOST) {
        let work = |tx: Arc<Tx>| async move { Ok::<_, Failed>(Operator::on(&tx).replay(page).await?) };
        let fates = db.transaction(work).await?;
        lines.extend(page.iter().zip(fates).map(|(id, fate)| (*id, retry_words(*id, fate))));
    }
    Ok(told(lines))
}

fn retry_words(id: Uuid, fate: Retried) -> Result<String, String> {
    match fate {
        Retried::Queued(again) if again == id => Ok("waits again".to_owned()),
        Retried::Queued(again) => Ok(format!("waits again as {again}")),
        Retried::Succeeded => Err("has succeeded".to_owned()),
        Retried::Live(state) => Err(format!("has not ended: it is {state}")),
        Retried::KeyTaken(Some(holder)) => {
            Err(format!("cannot wait: {holder} is about the same and has not ended"))
        }
        Retried::KeyTaken(None) => Err("cannot wait: another job about the same has not ended".to_owned()),
        Retried::TooOld => Err("is a day old or more, and no dead letter".to_owned()),
        Retried::Unknown => Err("is not known, or not any more".to_owned()),
    }
}

async fn cancelled(db: &Db, ids: Vec<Uuid>) -> anyhow::Result<(String, ExitCode)> {
    let mut lines = Vec::with_capacity(ids.len());
    for id in ids {
        let work = |tx: Arc<Tx>| async move { Ok::<_, Failed>(Operator::on(&tx).cancel(id).await?) };
        let words = match db.transaction(work).await? {
            Cancelled::Waiting => Ok("will not be done".to_owned()),
            Cancelled::Running => Ok("was asked to stop".to_owned()),
            Cancelled::Ended(state) => Err(format!("has ended already: it is {state}")),
            Cancelled::Unknown => Err("is not known, or not any more".to_owned()),
        };
        lines.push((id, words));
    }
    Ok(told(lines))
}

fn told(lines: Vec<(Uuid, Result<String, String>)>) -> (String, ExitCode) {
    if lines.is_empty() {
        return ("There are none.".to_owned(), ExitCode::SUCCESS);
    }
    let has_failed = lines.iter().any(|(_, words)| words.is_err());
    let line =
        |(id, words): (Uuid, Result<String, String>)| format!("{id} {}\n", words.unwrap_or_else(|no| no));
    let code = if has_failed { ExitCode::from(exit::FAILED) } else { ExitCode::SUCCESS };
    (lines.into_iter().map(line).collect(), code)
}

async fn paused(db: &Db, named: Named) -> anyhow::Result<String> {
    let name = &checked(&named)?.name;
    if named.schedule {
        cron::pause(db, name).await.map_err(unscheduled)?;
        return Ok(format!("the schedule {name:?} rests until it is resumed"));
    }
    let work = |tx: Arc<Tx>| async move { Ok::<_, Failed>(Operator::on(&tx).pause(name).await?) };
    db.transaction(work).await?;
    Ok(format!("nothing of the queue {name:?} begins until it is resumed"))
}

async fn resumed(db: &Db, named: Named) -> anyhow::Result<String> {
    let name = &checked(&named)?.name;
    if named.schedule {
        cron::resume(db, name).await.map_err(unscheduled)?;
        return Ok(format!("the schedule {name:?} goes on"));
    }
    let work = |tx: Arc<Tx>| async move { Ok::<_, Failed>(Operator::on(&tx).resume(name).await?) };
    db.transaction(work).await?;
    Ok(format!("the queue {name:?} goes on"))
}

fn checked(named: &Named) -> Result<&Named, NotUnderstood> {
    let is_name = (1..=200).contains(&named.name.len()) && !named.name.chars().any(char::is_control);
    is_name
        .then_some(named)
        .ok_or_else(|| NotUnderstood("a name has 1 to 200 bytes and no control characters".to_owned()))
}

fn unscheduled(error: CronError) -> anyhow::Error {
    match error {
        CronError::Unknown(_) | CronError::Job(_) => NotUnderstood(error.to_string()).into(),
        CronError::Database(error) => error.into(),
    }
}
