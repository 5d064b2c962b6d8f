//! Many files at once from disk: folders, files and archives, walked lazily and imported side by side, here or by those
//! who do jobs.
//!
//! Each file is its own transaction, so that a crash keeps what was done; a second run finds those as duplicates
//! and does the rest. Never here: printing (`commands::import`), what becomes of one file (`decide`).

use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{DbError, Tx};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::archive::Member;
use super::decide::{self, Content, Ending, Failure, File};
use super::disk::Disk;
use super::{Decision, FileName, store};
use crate::state::App;

mod hand_over;

/// How often a busy database is asked again before the batch stops, and the pause before each time.
const PATIENCE: (u32, Duration) = (3, Duration::from_secs(1));

/// What happens during a batch, in order.
#[derive(Debug)]
pub enum Progress {
    /// A file was found and read; its bytes are on their way.
    Found {
        /// Its size in bytes.
        size_bytes: u64,
    },
    /// A file is done.
    Done {
        /// Its path, or its path in the archive.
        name: FileName,
        /// Its size in bytes.
        size_bytes: u64,
        /// What became of it.
        decision: Decision,
    },
}

/// Why a batch stopped before its end. What was reported as done is done.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A path that was named does not exist or cannot be read.
    #[error("cannot read {path}: {source}")]
    Path {
        /// The path.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Nobody imports what would be handed over.
    #[error("no process imports files at the moment; start one, or import them here, without --hand-over")]
    NoTakers,
    /// Nobody imports any more what was handed over; it waits for whoever comes.
    #[error(
        "no process imports files any more, and {left} of those that were handed over wait: start one (`paceline serve` or \
         `paceline work`), and it does them; nothing need be handed over again. The report is under Upload, and in \
         GET /v1/uploads"
    )]
    TakersGone {
        /// Files that wait.
        left: i64,
    },
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Who imports the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importer {
    /// This process.
    Here,
    /// The processes that do jobs.
    Workers,
}

/// Imports everything under the paths for the athlete and returns the id of the report.
pub async fn import_paths(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    paths: Vec<PathBuf>,
    importer: Importer,
    mut tell: impl FnMut(Progress),
) -> Result<Uuid, BatchError> {
    for path in &paths {
        std::fs::metadata(path).map_err(|source| BatchError::Path { path: path.clone(), source })?;
    }
    let config = app.config.import.clone();
    let (sender, members) = mpsc::channel(config.read_ahead.max(1));
    // The thread ends with the last file, or as soon as nobody receives.
    drop(tokio::task::spawn_blocking(move || {
        let mut visit = |member| match sender.blocking_send(member) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let mut disk = Disk {
            max_file_bytes: config.max_file_bytes as u64,
            limits: config.archive,
            visit: &mut visit,
            hints: HashMap::new(),
        };
        let _ = disk.read_all(&paths);
    }));
    import_by(importer, app, athlete_id, origin, members, &mut tell).await
}

/// Imports members from any source for the athlete and returns the id of the report.
pub async fn import_members(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    members: mpsc::Receiver<Member>,
    tell: &mut impl FnMut(Progress),
) -> Result<Uuid, BatchError> {
    import_by(Importer::Here, app, athlete_id, origin, members, tell).await
}

async fn import_by(
    importer: Importer,
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    members: mpsc::Receiver<Member>,
    tell: &mut impl FnMut(Progress),
) -> Result<Uuid, BatchError> {
    let batch = Batch { app: app.clone(), athlete_id, upload_id: app.effects.ids.next() };
    if importer == Importer::Workers && !hand_over::has_takers(&batch).await? {
        return Err(BatchError::NoTakers);
    }
    let (alive_until, now) = (Some(batch.alive_until()), app.effects.clock.now());
    let new = &store::NewUpload { athlete_id, id: batch.upload_id, origin, alive_until };
    app.db.transaction(|tx| async move { store::insert_upload(&tx, new, now).await }).await?;
    let importing = async {
        match importer {
            Importer::Here => batch.import(members, tell).await.map_err(BatchError::from),
            Importer::Workers => hand_over::import(&batch, members, tell).await,
        }
    };
    let imported = tokio::select! {
        imported = importing => imported,
        never = batch.keep_alive() => match never {},
    };
    match imported {
        Ok(()) => batch.finish().await?,
        Err(error) => {
            // If this fails too, the sign of life runs out by itself.
            let _ = batch.show_alive(app.effects.clock.now()).await;
            return Err(error);
        }
    }
    Ok(batch.upload_id)
}

/// The name of a file that an earlier batch from this origin brought the athlete, whatever became of it; `None` where
/// none begins like this.
pub async fn find_earlier(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    beginning: &str,
) -> Result<Option<String>, DbError> {
    let read = app.db.read();
    store::find_file_of_origin(&read, athlete_id, origin, beginning).await
}

/// Whether a batch from this origin came to its end and brought the athlete a file whose name begins like this.
pub async fn has_finished(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    beginning: &str,
) -> Result<bool, DbError> {
    let read = app.db.read();
    store::has_finished_import(&read, athlete_id, origin, beginning).await
}

/// An upload whose files come one after another.
#[derive(Clone)]
struct Batch {
    app: App,
    athlete_id: Uuid,
    upload_id: Uuid,
}

impl Batch {
    /// After the first failure of the database no further file is begun; those that are under way are waited for.
    async fn import(
        &self,
        mut members: mpsc::Receiver<Member>,
        tell: &mut impl FnMut(Progress),
    ) -> Result<(), DbError> {
        let mut running: JoinSet<Result<Progress, DbError>> = JoinSet::new();
        let mut position = 0;
        let mut open = true;
        let mut stopped = None;
        while open || !running.is_empty() {
            let may_start = open && running.len() < self.app.config.import.concurrency.max(1);
            tokio::select! {
                member = members.recv(), if may_start => match member {
                    Some(member) => {
                        position += 1;
                        tell(Progress::Found { size_bytes: member.size_bytes() });
                        running.spawn(self.clone().import_one(position, member));
                    }
                    None => open = false,
                },
                Some(finished) = running.join_next() => match finished {
                    Ok(Ok(progress)) => tell(progress),
                    Ok(Err(error)) => {
                        stopped.get_or_insert(error);
                        open = false;
                    }
                    Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                },
            }
        }
        stopped.map_or(Ok(()), Err)
    }

    async fn import_one(self, position: i32, member: Member) -> Result<Progress, DbError> {
        let size_bytes = member.size_bytes();
        let name = member.name;
        let file = File {
            athlete_id: self.athlete_id,
            name: name.as_str().to_owned(),
            hints: member.hints,
            content: member.content.map_or_else(Content::Refused, |bytes| Content::Plain(bytes.into())),
        };
        let line = decide::Line::New(store::DecidedFile {
            athlete_id: self.athlete_id,
            upload_id: self.upload_id,
            position,
            name: name.as_str(),
            size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
        });
        let decision = self.decide(&file, &line).await?;
        Ok(Progress::Done { name, size_bytes, decision })
    }

    /// The same attempts that the importer would make, one after the other.
    async fn decide(&self, file: &File, line: &decide::Line<'_>) -> Result<Decision, DbError> {
        let most = self.app.config.import.max_attempts.max(1);
        let (mut attempts, mut waits) = (0, 0);
        loop {
            match decide::decide(&self.app, file, line).await {
                Ending::Decided(decision) => return Ok(decision),
                Ending::Failed(failure) => {
                    attempts += 1;
                    tracing::warn!(event = "import.file.failed", error = %failure, "an attempt on a file failed");
                    if attempts >= most {
                        return self.give_up(file, line, &failure, attempts).await;
                    }
                }
                Ending::Wait(error)
                    if waits >= PATIENCE.0 || matches!(error, DbError::Unavailable { .. }) =>
                {
                    return Err(error);
                }
                Ending::Wait(_) => {
                    waits += 1;
                    self.app.effects.clock.sleep(PATIENCE.1).await;
                }
                Ending::Lost => return Ok(gone()),
            }
        }
    }

    /// Refuses the file; the next one is none of its business, even if this line cannot be written.
    async fn give_up(
        &self,
        file: &File,
        line: &decide::Line<'_>,
        failure: &Failure,
        attempts: u32,
    ) -> Result<Decision, DbError> {
        let decision = failure.decision(attempts);
        match decide::record(&self.app, file.athlete_id, line, decision.clone()).await {
            Ending::Wait(error) => Err(error),
            Ending::Failed(failure) => {
                tracing::warn!(event = "import.line.lost", error = %failure, "a line of the report is missing");
                Ok(decision)
            }
            Ending::Decided(_) | Ending::Lost => Ok(decision),
        }
    }

    async fn finish(&self) -> Result<(), DbError> {
        let (athlete_id, upload_id, now) = (self.athlete_id, self.upload_id, self.app.effects.clock.now());
        let finish = |tx: Arc<Tx>| async move { store::finish_upload(&tx, athlete_id, upload_id, now).await };
        self.app.db.transaction(finish).await.map(drop)
    }

    /// Renews the sign of life for as long as it is asked to.
    async fn keep_alive(&self) -> Infallible {
        loop {
            self.app.effects.clock.sleep(self.app.config.import.lease / 3).await;
            if let Err(error) = self.show_alive(self.alive_until()).await {
                tracing::debug!(event = "import.alive.not_shown", error = %error, "no sign of life could be given");
            }
        }
    }

    fn alive_until(&self) -> Timestamp {
        let now = self.app.effects.clock.now();
        now.checked_add(self.app.config.import.lease).unwrap_or(now)
    }

    async fn show_alive(&self, until: Timestamp) -> Result<(), DbError> {
        let (athlete_id, upload_id) = (self.athlete_id, self.upload_id);
        let show =
            |tx: Arc<Tx>| async move { store::set_upload_alive(&tx, athlete_id, upload_id, until).await };
        self.app.db.transaction(show).await.map(drop)
    }
}

/// A new line cannot be somebody else's; its upload can only be gone with its athlete.
fn gone() -> Decision {
    Decision::refused("importer_failed", "its upload is gone")
}
