//! Files that wait and have no job any more: those of the former release, and those whose job has come to another end than the
//! file's. Nothing waits for ever. Never here: the job itself (`job`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{DbError, TransactionError, Tx};
use mainstay_jobs::{Overview, Shown, State};
use mainstay_runtime::Supervisor;
use uuid::Uuid;

use super::job::{self, ImportFile};
use super::{Decision, decide, store};
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
/// somebody else holds for too long have their turn at the next look, and what goes wrong with one file keeps no other waiting.
///
/// # Errors
/// What ended the look, or at its end that files were left.
pub async fn look(app: &App) -> Result<(), LookError> {
    let mut after = ImportFile { athlete_id: Uuid::nil(), upload_id: Uuid::nil(), position: 0 };
    let mut left = Left::default();
    loop {
        let read = app.db.read();
        let page = store::list_pending(&read, &after, app.effects.clock.now(), PAGE).await?;
        let Some(last) = page.last() else { return left.told() };
        after = file_of(last);
        let jobs: Vec<Uuid> = page.iter().filter_map(|file| file.job_id).collect();
        let states = Overview::of(&read).states(&jobs).await?;
        drop(read);
        for row in &page {
            let state = row.job_id.and_then(|id| states.get(&id).copied());
            if state.is_none_or(State::is_ended) && left.held != Some(row.athlete_id) {
                match take_up(app, row).await {
                    Err(error) if decide::meets_all(&error) => return Err(error.into()),
                    Err(error) => left.add(row.athlete_id, &error),
                    Ok(()) => {}
                }
            }
        }
    }
}

/// Why a look did not do all that it should.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The database, for a reason that meets all files.
    #[error(transparent)]
    Database(#[from] DbError),
    /// Something failed with the files of so many athletes, each of which was told of.
    #[error("files of {0} athletes that have no job could not be given one")]
    Left(u64),
}

/// Whose files wait for the next look. The pages have the files of one athlete side by side.
#[derive(Default)]
struct Left {
    /// Somebody holds this one: none of theirs is tried.
    held: Option<Uuid>,
    /// Something else failed with a file of this one.
    failed: Option<Uuid>,
    /// Of so many athletes.
    athletes: u64,
}

impl Left {
    /// Says it once of an athlete.
    fn add(&mut self, athlete_id: Uuid, error: &DbError) {
        if is_held(error) {
            self.held = Some(athlete_id);
            tracing::warn!(
                event = "import.stray.passed_over",
                athlete.id = %athlete_id,
                error = %error,
                "files without a job wait for the next look: their athlete is held"
            );
        } else if self.failed.replace(athlete_id) != Some(athlete_id) {
            self.athletes += 1;
            tracing::warn!(
                event = "import.stray.failed",
                athlete.id = %athlete_id,
                error = %error,
                "a file without a job waits for the next look"
            );
        }
    }

    fn told(&self) -> Result<(), LookError> {
        if self.athletes == 0 { Ok(()) } else { Err(LookError::Left(self.athletes)) }
    }
}

/// Whether somebody else had what was needed for longer than one waits.
fn is_held(error: &DbError) -> bool {
    matches!(error, DbError::LockTimeout(_) | DbError::Cancelled(_) | DbError::Conflict(_))
}

fn file_of(row: &store::PendingFile) -> ImportFile {
    ImportFile { athlete_id: row.athlete_id, upload_id: row.upload_id, position: row.position }
}

/// Acts on what was seen, if it is so still: what has moved meanwhile is in somebody's hands.
async fn take_up(app: &App, row: &store::PendingFile) -> Result<(), DbError> {
    let file = file_of(row);
    let work = |tx: Arc<Tx>| async move {
        store::lock_athlete(&tx, file.athlete_id).await?;
        // As it is by now: whoever has a job done again holds no athlete. One that is done again after this finds the bytes of
        // its file, which stay, and imports them.
        let job = match row.job_id {
            Some(id) => Overview::of(&tx).show(id).await?,
            None => None,
        };
        let decision = match job {
            Some(job) if !job.state.is_ended() => return Err(Undone::Moved),
            Some(job) if job.state != State::Succeeded => Some(decision(&job)),
            Some(_) | None => None,
        };
        let is_as_seen = match &decision {
            Some(decision) => {
                let now = app.effects.clock.now();
                store::decide_waiting(&tx, &file, row.job_id, decision, now).await?
            }
            None => match job::ask(app, &tx, &[file]).await?.first() {
                Some(Some(id)) => store::set_job(&tx, &file, row.job_id, *id).await?,
                _ => true,
            },
        };
        if is_as_seen { Ok(decision) } else { Err(Undone::Moved) }
    };
    let decision = match app.months.transaction(&app.db, work).await {
        Err(Undone::Database(error)) => return Err(error),
        Err(Undone::Moved) => return Ok(()),
        Ok(decision) => decision,
    };
    if let Some(decision) =
        decision.filter(|decision| decision.reason.as_deref() != Some(Decision::CANCELLED))
    {
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
