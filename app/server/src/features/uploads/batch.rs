//! Many files at once from disk: folders, files and archives, walked lazily and imported side by side.
//!
//! Each file is its own transaction, so that a crash keeps what was done; a second run finds those as duplicates
//! and does the rest. Never here: printing (`commands::import`).

use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use mainstay_db::DbError;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::archive::{self, ArchiveLimits, Hints, Member, Refusal};
use super::import::{self, ImportContext};
use super::{Decision, store};
use crate::state::App;

/// Files read ahead of the importers.
const READ_AHEAD: usize = 4;

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
        name: String,
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
    /// The database failed.
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<tokio_postgres::Error> for BatchError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Db(error.into())
    }
}

/// Imports everything under the paths for the athlete and returns the id of the report.
pub async fn import_paths(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    paths: Vec<PathBuf>,
    mut tell: impl FnMut(Progress),
) -> Result<Uuid, BatchError> {
    for path in &paths {
        std::fs::metadata(path).map_err(|source| BatchError::Path { path: path.clone(), source })?;
    }
    let limits = app.config.import.archive;
    let max_file_bytes = app.config.import.max_file_bytes as u64;
    let (sender, members) = mpsc::channel(READ_AHEAD);
    drop(tokio::task::spawn_blocking(move || {
        for path in paths {
            if read_path(&path, max_file_bytes, &limits, &sender).is_break() {
                break;
            }
        }
    }));
    import_members(app, athlete_id, origin, members, &mut tell).await
}

/// Imports members from any source for the athlete and returns the id of the report.
pub async fn import_members(
    app: &App,
    athlete_id: Uuid,
    origin: &str,
    mut members: mpsc::Receiver<Member>,
    tell: &mut impl FnMut(Progress),
) -> Result<Uuid, BatchError> {
    let upload_id = app.effects.ids.next();
    let tx = app.db.write().await?;
    store::insert_upload(&tx, athlete_id, upload_id, origin, app.effects.clock.now()).await?;
    tx.commit().await?;
    let mut running: JoinSet<Result<Progress, DbError>> = JoinSet::new();
    let mut position = 0;
    let mut open = true;
    while open || !running.is_empty() {
        let may_start = open && running.len() < app.config.import.concurrency.max(1);
        tokio::select! {
            member = members.recv(), if may_start => match member {
                Some(member) => {
                    position += 1;
                    tell(Progress::Found { size_bytes: size_of(&member) });
                    let line = Line { app: app.clone(), athlete_id, upload_id, position };
                    running.spawn(line.import(member));
                }
                None => open = false,
            },
            Some(finished) = running.join_next() => match finished {
                Ok(progress) => tell(progress?),
                Err(panic) => std::panic::resume_unwind(panic.into_panic()),
            },
        }
    }
    let tx = app.db.write().await?;
    store::finish_upload(&tx, athlete_id, upload_id, app.effects.clock.now()).await?;
    tx.commit().await?;
    Ok(upload_id)
}

/// One line of the report in the making.
struct Line {
    app: App,
    athlete_id: Uuid,
    upload_id: Uuid,
    position: i32,
}

impl Line {
    async fn import(self, member: Member) -> Result<Progress, DbError> {
        let size_bytes = size_of(&member);
        let name = member.name.clone();
        let decision = match member.content {
            Ok(bytes) => {
                let first = self.import_bytes(&name, &bytes, &member.hints, size_bytes).await;
                match first {
                    Err(error) if error.is_retryable() => {
                        self.import_bytes(&name, &bytes, &member.hints, size_bytes).await?
                    }
                    Err(DbError::Constraint { name: rule, .. }) => {
                        let decision =
                            Decision::refused("implausible_values", format!("it breaks the rule {rule}"));
                        self.record(&name, size_bytes, decision).await?
                    }
                    other => other?,
                }
            }
            Err(refusal) => {
                self.record(&name, size_bytes, Decision::refused(refusal.code(), refusal)).await?
            }
        };
        Ok(Progress::Done { name, size_bytes, decision })
    }

    async fn import_bytes(
        &self,
        name: &str,
        bytes: &[u8],
        hints: &Hints,
        size_bytes: u64,
    ) -> Result<Decision, DbError> {
        let context = ImportContext::of(&self.app);
        let owner = {
            let read = self.app.db.read().await?;
            import::load_owner(&read, self.athlete_id).await?
        };
        let prepared = import::prepare(&context, bytes.into(), name.to_owned(), hints.clone(), owner).await;
        let tx = self.app.db.write().await?;
        let decision = match prepared {
            Ok(prepared) => import::write(&context, &tx, self.athlete_id, prepared).await?,
            Err(decision) => decision,
        };
        store::insert_decided(&tx, &self.line(name, size_bytes), &decision, self.app.effects.clock.now())
            .await?;
        tx.commit().await?;
        Ok(decision)
    }

    async fn record(&self, name: &str, size_bytes: u64, decision: Decision) -> Result<Decision, DbError> {
        let tx = self.app.db.write().await?;
        store::insert_decided(&tx, &self.line(name, size_bytes), &decision, self.app.effects.clock.now())
            .await?;
        tx.commit().await?;
        Ok(decision)
    }

    fn line<'a>(&self, name: &'a str, size_bytes: u64) -> store::DecidedFile<'a> {
        store::DecidedFile {
            athlete_id: self.athlete_id,
            upload_id: self.upload_id,
            position: self.position,
            name,
            size_bytes: i64::try_from(size_bytes).unwrap_or(i64::MAX),
        }
    }
}

fn size_of(member: &Member) -> u64 {
    member.content.as_ref().map_or(0, |bytes| bytes.len() as u64)
}

/// Sends every training file under a path; folders in the order of their names.
fn read_path(
    path: &Path,
    max_file_bytes: u64,
    limits: &ArchiveLimits,
    sender: &mpsc::Sender<Member>,
) -> ControlFlow<()> {
    let send = |member: Member| {
        if sender.blocking_send(member).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let name = path.display().to_string();
    let refused = |why: String| Member {
        name: name.clone(),
        content: Err(Refusal::Unreadable(why)),
        hints: Hints::default(),
    };
    if path.is_dir() {
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return send(refused(error.to_string())),
        };
        let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        inside.sort();
        for entry in inside {
            // A link to a folder could lead around in a circle.
            let follow = entry.symlink_metadata().is_ok_and(|seen| seen.is_file() || seen.is_dir());
            if follow && (entry.is_dir() || archive::is_importable(&entry.to_string_lossy())) {
                read_path(&entry, max_file_bytes, limits, sender)?;
            }
        }
        return ControlFlow::Continue(());
    }
    let mut start = [0; 4];
    let opened = std::fs::File::open(path).and_then(|mut file| {
        let read = file.read(&mut start)?;
        std::io::Seek::rewind(&mut file)?;
        Ok((file, read))
    });
    match opened {
        Err(error) => send(refused(error.to_string())),
        Ok((file, read)) if archive::is_archive(&start[..read]) => {
            match archive::walk(file, limits, &mut |mut member| {
                member.name = format!("{name}/{}", member.name);
                send(member)
            }) {
                Ok(()) => ControlFlow::Continue(()),
                Err(refusal) => {
                    send(Member { name: name.clone(), content: Err(refusal), hints: Hints::default() })
                }
            }
        }
        Ok((file, _)) => {
            let mut bytes = Vec::new();
            let content = match file.take(max_file_bytes + 1).read_to_end(&mut bytes) {
                Ok(_) if bytes.len() as u64 > max_file_bytes => Err(Refusal::TooLarge(max_file_bytes)),
                Ok(_) => Ok(bytes),
                Err(error) => Err(Refusal::Unreadable(error.to_string())),
            };
            send(Member { name: name.clone(), content, hints: Hints::default() })
        }
    }
}
