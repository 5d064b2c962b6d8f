//! The job of one file: its bytes are read and analysed outside a transaction, and what becomes of it is written together
//! with the end of the job: both, or neither. Whoever dies in the middle loses nothing, and nothing is there twice.
//! Never here: what an import does (`decide`, `import`), files whose job is gone (`strays`).

use std::time::Duration;

use mainstay_db::{DbError, Tx};
use mainstay_jobs::{Context, Enqueue, EnqueueError, Failure, Job, New, Options, Priority};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::decide::{self, Content, Ending, File, Line};
use super::{Decision, store};
use crate::state::App;

/// The queue of imports. So many of them at a time as `import.concurrency` says, unless the configuration says otherwise.
pub const QUEUE: &str = "imports";

/// The pause after a failure of the database, and before a file is attempted again.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// A file whose month cannot be made now, as while an index is built on the activities, is tried again after so long.
const AFTER_NO_MONTH: Duration = Duration::from_secs(60);

/// The first files that wait of each athlete go before the many of others, so that nobody's run waits for somebody's archive.
const FIRST: i64 = 10;

/// Behind so many files of an athlete come those of everybody else.
const MANY: i64 = 200;

/// Jobs that are asked for by one statement.
const TOGETHER: usize = 1_000;

/// One file of an upload.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct ImportFile {
    /// Whose it is.
    pub(super) athlete_id: Uuid,
    /// Its upload.
    pub(super) upload_id: Uuid,
    /// Its number there, from 1.
    pub(super) position: i32,
}

/// What a job leaves behind.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// What became of the file; nothing where another job has decided it, or it is gone.
    outcome: Option<&'static str>,
    /// The activity that it is a source of.
    activity_id: Option<Uuid>,
}

impl Imported {
    const NOTHING: Self = Self { outcome: None, activity_id: None };

    pub(super) fn of(decision: &Decision) -> Self {
        Self { outcome: Some(decision.outcome.as_str()), activity_id: decision.activity_id }
    }
}

impl Job for ImportFile {
    const NAME: &'static str = "import.file";
    type State = App;
    type Output = Imported;

    fn options() -> Options {
        Options { queue: QUEUE, ..Options::default() }
    }

    async fn run(self, app: App, context: Context) -> Result<Imported, Failure> {
        tokio::select! {
            done = self.import(&app, &context) => done,
            () = context.cancelled() => Err(Failure::Error("it was asked to stop".to_owned())),
        }
    }
}

impl ImportFile {
    async fn import(&self, app: &App, context: &Context) -> Result<Imported, Failure> {
        let read = app.db.read();
        let found = store::find_waiting(&read, self).await;
        drop(read);
        let ending = match found {
            Ok(None) => return Ok(Imported::NOTHING),
            Ok(Some(found)) => self.attempt(app, context, found).await,
            Err(error) => Ending::Wait(error),
        };
        match ending {
            Ending::Decided(decision) => {
                tracing::info!(
                    event = "import.file.finished",
                    import.outcome = decision.outcome.as_str(),
                    import.reason = decision.reason.as_deref(),
                    "a file was imported"
                );
                app.imports.file_done();
                Ok(Imported::of(&decision))
            }
            Ending::Lost => {
                tracing::info!(
                    event = "import.file.lost",
                    "somebody else has the file or has decided it, or it is gone"
                );
                Ok(Imported::NOTHING)
            }
            Ending::Failed(failure) => {
                tracing::warn!(event = "import.file.failed", error = %failure, "a file will be attempted again");
                Err(Failure::Retry(AFTER_FAILURE, failure.to_string()))
            }
            Ending::Wait(error) => Err(wait(app, &error).await),
        }
    }

    /// The last attempt but one that fails refuses the file; the last one is for who could not even write that.
    async fn attempt(&self, app: &App, context: &Context, found: store::WaitingFile) -> Ending {
        let file = File {
            athlete_id: self.athlete_id,
            name: found.file_name,
            hints: serde_json::from_value(found.hints).unwrap_or_default(),
            content: Content::Packed(found.content),
        };
        let line = Line::Waiting(self, context);
        let attempt = context.attempt();
        match decide::decide(app, &file, &line).await {
            Ending::Failed(failure) if attempt.number.saturating_add(1) >= attempt.last => {
                tracing::warn!(event = "import.file.failed", error = %failure, "a file is attempted no more");
                let decision = failure.decision(attempt.number.into());
                decide::record(app, self.athlete_id, &line, decision).await
            }
            ending => ending,
        }
    }

    /// What asks for this file to be imported.
    fn wanted(&self, app: &App, priority: Priority) -> New<Self> {
        let attempts = u16::try_from(app.config.import.max_attempts).unwrap_or(u16::MAX);
        New::of(self)
            .unique(&format!("{}/{}", self.upload_id, self.position))
            .owned_by(self.athlete_id)
            .limited_by(self.athlete_id.to_string())
            .priority(priority)
            .attempts(attempts.saturating_add(1))
    }
}

/// Of a state of the server that meets all files the place is kept for a while: the next one would only meet it, too.
async fn wait(app: &App, error: &DbError) -> Failure {
    if matches!(error, DbError::NoPartition { .. }) {
        // It alone waits: the others have their months.
        return Failure::Snooze(AFTER_NO_MONTH);
    }
    tracing::warn!(event = "import.paused", error = %error, "a file waits for the database");
    if matches!(error, DbError::Conflict(_) | DbError::LockTimeout(_)) {
        return Failure::Snooze(AFTER_FAILURE);
    }
    // Also at a stop: until the requests have ended it would be begun again at once, and meet the same.
    app.effects.clock.sleep(AFTER_FAILURE).await;
    Failure::Snooze(Duration::ZERO)
}

/// Asks for files of one athlete, behind those of theirs that wait already, and returns the id of each one's job. None of a
/// job that could not be written: `strays` finds its file.
pub(super) async fn ask(app: &App, tx: &Tx, files: &[ImportFile]) -> Result<Vec<Option<Uuid>>, DbError> {
    let Some(first) = files.first() else { return Ok(Vec::new()) };
    // However they come: each of a hundred uploads, and each of a thousand files that the page sends one by one, has its turn
    // behind those before.
    let before = store::count_pending(tx, first.athlete_id, MANY).await?;
    let mut ids = Vec::with_capacity(files.len());
    let mut turns = before + 1..;
    for some in files.chunks(TOGETHER) {
        let jobs = some.iter().zip(&mut turns).map(|(file, nth)| file.wanted(app, priority(nth))).collect();
        ids.extend(asked(tx.enqueue_all(jobs).await, some.len())?);
    }
    Ok(ids)
}

/// Asks for a file that somebody waits for.
pub(super) async fn ask_at_once(app: &App, tx: &Tx, file: &ImportFile) -> Result<Option<Uuid>, DbError> {
    let asked = asked(tx.enqueue_all(vec![file.wanted(app, Priority::High)]).await, 1)?;
    Ok(asked.first().copied().flatten())
}

fn asked(
    asked: Result<Vec<mainstay_jobs::Enqueued>, EnqueueError>,
    count: usize,
) -> Result<Vec<Option<Uuid>>, DbError> {
    match asked {
        Ok(fates) => Ok(fates.into_iter().map(mainstay_jobs::Enqueued::id).collect()),
        Err(EnqueueError::Database(error)) => Err(error),
        // Three small values are JSON, and short, and so are the names.
        Err(EnqueueError::Payload { .. } | EnqueueError::Text { .. }) => Ok(vec![None; count]),
    }
}

/// Of the n-th file of an athlete that waits.
fn priority(nth: i64) -> Priority {
    if nth <= FIRST {
        Priority::High
    } else if nth <= MANY {
        Priority::Normal
    } else {
        Priority::Low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_files_of_an_athlete_go_before_the_many_of_another() {
        assert_eq!([1, 10].map(priority), [Priority::High; 2]);
        assert_eq!([11, 200].map(priority), [Priority::Normal; 2]);
        assert_eq!([201, 20_000].map(priority), [Priority::Low; 2]);
    }
}
