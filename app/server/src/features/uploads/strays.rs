//! Files that wait and have no job any more: those of the former release, and those whose job has come to another end than the
//! file's. Nothing waits for ever. Never here: the job itself (`job`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{DbError, TransactionError, Tx};
use mainstay_jobs::{Overview, Shown, State};
use mainstay_runtime::Supervisor;
use uuid::Uuid;

use super::job::{self, ImportFile};
use super::{Decision, store};
use crate::state::App;

/// How often it is looked for them, the first time soon after a start.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Files of one page.
const PAGE: i64 = 200;

/// Looks for them now and then.
pub fn start(app: &App, supervisor: &Supervisor) {
    let app = app.clone();
    supervisor.spawn_periodic("import strays", LOOK_EVERY, move || {
        let app = app.clone();
        async move { look(&app).await }
    });
}

/// Gives jobs to files that have none, and an outcome to those whose job was given up or cancelled.
///
/// # Errors
/// Those of the database.
pub async fn look(app: &App) -> Result<(), DbError> {
    let mut after = (Uuid::nil(), 0);
    loop {
        let read = app.db.read();
        let page = store::list_pending(&read, after, app.effects.clock.now(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.upload_id, last.position);
        let jobs: Vec<Uuid> = page.iter().filter_map(|file| file.job_id).collect();
        let states = Overview::of(&read).states(&jobs).await?;
        drop(read);
        for row in &page {
            let state = row.job_id.and_then(|id| states.get(&id).copied());
            if state.is_none_or(State::is_ended) {
                take_up(app, row, state).await?;
            }
        }
    }
}

async fn take_up(app: &App, row: &store::PendingFile, state: Option<State>) -> Result<(), DbError> {
    let file = ImportFile { athlete_id: row.athlete_id, upload_id: row.upload_id, position: row.position };
    let shown = match (state, row.job_id) {
        (Some(State::Failed | State::Discarded | State::Cancelled), Some(id)) => {
            Overview::of(&app.db.read()).show(id).await?
        }
        _ => None,
    };
    let decision = &shown.as_ref().map(decision);
    let work = |tx: Arc<Tx>| async move {
        store::lock_athlete(&tx, file.athlete_id).await?;
        let is_ours = match decision {
            Some(decision) => store::decide_waiting(&tx, &file, decision, app.effects.clock.now()).await?,
            None => match job::ask(app, &tx, &[file]).await?.first() {
                Some(Some(id)) => store::set_job(&tx, &file, *id).await?,
                _ => true,
            },
        };
        if is_ours { Ok(()) } else { Err(Undone::Decided) }
    };
    match app.db.transaction(work).await {
        Err(Undone::Database(error)) => return Err(error),
        Err(Undone::Decided) => return Ok(()),
        Ok(()) => {}
    }
    if let Some(decision) = decision.as_ref().filter(|_| state != Some(State::Cancelled)) {
        tracing::warn!(
            event = "import.file.given_up",
            import.reason = decision.reason.as_deref(),
            "a file whose job was given up is refused"
        );
    }
    app.imports.file_done();
    Ok(())
}

/// What the end of its job says of a file.
fn decision(job: &Shown) -> Decision {
    if job.state == State::Cancelled {
        return Decision::refused(Decision::CANCELLED, "its import was cancelled");
    }
    let (crashes, attempts) = (job.crashes, job.attempts);
    if crashes > 0 {
        let why =
            format_args!("the importer stopped in the middle of it {crashes} times; please report the file");
        return Decision::refused(Decision::FAILED, why);
    }
    let why = format_args!("the importer failed on it {attempts} times; please report the file");
    Decision::refused(Decision::FAILED, why)
}

/// Why nothing was done.
enum Undone {
    /// The file has its outcome by now.
    Decided,
    /// The database.
    Database(DbError),
}

impl From<DbError> for Undone {
    fn from(error: DbError) -> Self {
        Self::Database(error)
    }
}

impl TransactionError for Undone {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Decided => None,
        }
    }
}
