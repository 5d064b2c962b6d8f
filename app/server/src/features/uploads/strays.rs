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

/// Gives jobs to files that have none, and an outcome to those whose job was given up or cancelled. The files of an athlete whom
/// somebody else holds for too long have their turn at the next look.
///
/// # Errors
/// Those of the database.
pub async fn look(app: &App) -> Result<(), DbError> {
    let mut after = ImportFile { athlete_id: Uuid::nil(), upload_id: Uuid::nil(), position: 0 };
    let mut held = None;
    loop {
        let read = app.db.read();
        let page = store::list_pending(&read, &after, app.effects.clock.now(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = file_of(last);
        let jobs: Vec<Uuid> = page.iter().filter_map(|file| file.job_id).collect();
        let states = Overview::of(&read).states(&jobs).await?;
        drop(read);
        for row in &page {
            let state = row.job_id.and_then(|id| states.get(&id).copied());
            if state.is_none_or(State::is_ended) && held != Some(row.athlete_id) {
                match take_up(app, row, state).await {
                    Err(error) if is_held(&error) => {
                        // The pages have the files of one athlete side by side.
                        held = Some(row.athlete_id);
                        pass_over(row, &error);
                    }
                    ended => ended?,
                }
            }
        }
    }
}

/// Whether somebody else had what was needed for longer than one waits.
fn is_held(error: &DbError) -> bool {
    matches!(error, DbError::LockTimeout(_) | DbError::Cancelled(_) | DbError::Conflict(_))
}

fn pass_over(row: &store::PendingFile, error: &DbError) {
    tracing::warn!(
        event = "import.stray.passed_over",
        athlete.id = %row.athlete_id,
        error = %error,
        "files without a job wait for the next look: their athlete is held"
    );
}

fn file_of(row: &store::PendingFile) -> ImportFile {
    ImportFile { athlete_id: row.athlete_id, upload_id: row.upload_id, position: row.position }
}

/// Acts on what was seen, if it is so still: what has moved meanwhile is in somebody's hands.
async fn take_up(app: &App, row: &store::PendingFile, state: Option<State>) -> Result<(), DbError> {
    let file = file_of(row);
    let shown = match (state, row.job_id) {
        (Some(State::Failed | State::Discarded | State::Cancelled), Some(id)) => {
            match Overview::of(&app.db.read()).show(id).await? {
                // Somebody has it done again.
                Some(job) if !job.state.is_ended() => return Ok(()),
                shown => shown,
            }
        }
        _ => None,
    };
    let decision = &shown.as_ref().map(decision);
    let work = |tx: Arc<Tx>| async move {
        store::lock_athlete(&tx, file.athlete_id).await?;
        let is_as_seen = match decision {
            Some(decision) => {
                let now = app.effects.clock.now();
                store::decide_waiting(&tx, &file, row.job_id, decision, now).await?
            }
            None => match job::ask(app, &tx, &[file]).await?.first() {
                Some(Some(id)) => store::set_job(&tx, &file, row.job_id, *id).await?,
                _ => true,
            },
        };
        if is_as_seen { Ok(()) } else { Err(Undone::Moved) }
    };
    match app.months.transaction(&app.db, work).await {
        Err(Undone::Database(error)) => return Err(error),
        Err(Undone::Moved) => return Ok(()),
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
    /// The file has its outcome by now, or another job.
    Moved,
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
            Self::Moved => None,
        }
    }
}
