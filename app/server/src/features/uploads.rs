//! Uploads: training files come in, activities come out, and every file gets a line in a report.
//!
//! The way of a file: `receive` stores its bytes as pending and asks for its [`job`]; [`batch`] takes it from the disk. Both hand it to `decide`: [`import`] reads and analyses it, then matches and writes it in one transaction.
//! Never here: file formats, matching rules and formulas (`paceline-domain`).

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use jiff::Timestamp;
use mainstay_db::{DbError, Tx};
use mainstay_http::pages::cursor::KeyTime;
use mainstay_http::{FieldError, Halted, List, PageRequest, Problem};
use mainstay_telemetry::{Counter, Histogram, Registry};
use paceline_domain::model::Warning;
use tokio::sync::Notify;
use uuid::Uuid;

pub mod archive;
pub mod batch;
pub mod config;
mod decide;
mod disk;
pub mod import;
pub mod job;
mod months;
mod name;
pub mod purge;
mod receive;
pub mod recompute;
mod routes;
mod rules;
mod store;
pub mod strays;
mod views;

pub(in crate::features) use import::known::{Known, find as find_known, find_successor};
use job::ImportFile;
pub use months::Months;
pub use name::FileName;
pub use receive::Turns;
pub(crate) use routes::{FileOutcome, router};
pub(in crate::features) use store::{lock_athlete, refresh_parent};
use views::{FileReport, UploadItem, UploadReport};

use crate::features::accounts::Principal;
use crate::features::jobs::retries;
use crate::state::App;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds an activity that was not there.
    Imported,
    /// It is another source of an activity that was there.
    Merged,
    /// Its bytes were there.
    Duplicate,
    /// It holds nothing that can be imported.
    Refused,
}

impl Outcome {
    /// The outcome of this name; none while the file waits.
    fn parse(name: &str) -> Option<Self> {
        [Self::Imported, Self::Merged, Self::Duplicate, Self::Refused]
            .into_iter()
            .find(|outcome| outcome.as_str() == name)
    }

    /// The wire and database name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Merged => "merged",
            Self::Duplicate => "duplicate",
            Self::Refused => "refused",
        }
    }
}

/// One line of the report.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What became of the file.
    pub outcome: Outcome,
    /// The activity that it is a source of; for several legs, their parent.
    pub activity_id: Option<Uuid>,
    /// Why it was refused: a stable code.
    pub reason: Option<String>,
    /// The line for a person.
    pub message: Option<String>,
    /// What was odd in the file and how it was read.
    pub warnings: Vec<Warning>,
}

impl Decision {
    /// The reason where the import was cancelled.
    const CANCELLED: &str = "cancelled";
    /// The reason where we failed ourselves.
    const FAILED: &str = "importer_failed";
    /// The reason where the database took too long.
    const TOO_SLOW: &str = "too_slow";

    /// Whether another attempt may end otherwise: the file is not to blame.
    fn is_worth_another(&self) -> bool {
        let reason = self.reason.as_deref();
        self.outcome == Outcome::Refused
            && [Self::CANCELLED, Self::FAILED, Self::TOO_SLOW].into_iter().any(|ours| reason == Some(ours))
    }

    /// A refusal. What the reason quotes of the file loses its control characters: some cannot be stored.
    pub fn refused(code: &str, why: impl std::fmt::Display) -> Self {
        let mut message = format!("refused because {why}");
        message.retain(|letter| !letter.is_control());
        Self {
            outcome: Outcome::Refused,
            activity_id: None,
            reason: Some(code.to_owned()),
            message: Some(message),
            warnings: Vec::new(),
        }
    }
}

/// Tells waiting requests that a file is done, and counts what becomes of files.
#[derive(Clone)]
pub struct ImportSignal(Arc<Signals>);

struct Signals {
    outcomes: Counter,
    seconds: Histogram,
    done: Notify,
}

/// Bounds of the seconds that a file takes, from its bytes to the commit.
const SECONDS: &[f64] = &[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0];

impl ImportSignal {
    /// One whose figures are in this registry.
    pub fn new(registry: &Registry) -> Self {
        let help = "Training files that have their outcome.";
        let outcomes = registry.counter("imported_files", help, &["outcome"]);
        let help = "Seconds from a file's bytes to the commit of its outcome.";
        let seconds = registry.histogram("import_duration_seconds", help, SECONDS, &[]);
        Self(Arc::new(Signals { outcomes, seconds, done: Notify::new() }))
    }

    /// A file has its outcome, and it is committed.
    fn count(&self, outcome: Outcome, took: Duration) {
        self.0.outcomes.with(&[outcome.as_str()]).inc();
        self.0.seconds.with(&[]).observe(took.as_secs_f64());
    }

    /// A file has its outcome.
    fn file_done(&self) {
        self.0.done.notify_waiters();
    }
}

/// How often who waits for files looks for those that another process does.
const LOOK_AGAIN: Duration = Duration::from_millis(250);

/// Waits until nothing of the upload is pending, `patience` at the most.
async fn wait_until_finished(
    app: &App,
    athlete_id: Uuid,
    upload_id: Uuid,
    patience: Duration,
) -> Result<(), DbError> {
    let finished = async {
        loop {
            let done = app.imports.0.done.notified();
            tokio::pin!(done);
            // Registered before looking, so that a file done in between is not missed.
            done.as_mut().enable();
            let read = app.db.read();
            let summary = store::find_upload(&read, athlete_id, upload_id).await?;
            drop(read);
            if summary.is_none_or(|summary| summary.pending == 0) {
                return Ok(());
            }
            tokio::select! {
                () = done => {}
                // Another process may have done it.
                () = app.effects.clock.sleep(LOOK_AGAIN) => {}
            }
        }
    };
    tokio::time::timeout(patience, finished).await.unwrap_or(Ok(()))
}

async fn report(app: &App, athlete_id: Uuid, upload_id: Uuid) -> Result<UploadReport, Problem> {
    /// Lines shown with the report itself.
    const FIRST_LINES: i64 = 100;
    let read = app.db.read();
    let summary = store::find_upload(&read, athlete_id, upload_id)
        .await?
        .ok_or_else(|| Problem::not_found("There is no such upload."))?;
    let rows = store::list_files(&read, athlete_id, upload_id, 0, None, FIRST_LINES + 1).await?;
    let more = rows.len() > 100;
    let items: Vec<_> = rows.into_iter().take(100).map(FileReport::from).collect();
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|line| mainstay_http::pages::cursor::encode("upload_files", &line.position));
    Ok(views::report(summary, app.effects.clock.now(), List { items, next_cursor, pagination: None }))
}

async fn files(
    app: &App,
    athlete_id: Uuid,
    upload_id: Uuid,
    outcome: Option<&str>,
    page: &PageRequest,
) -> Result<List<FileReport>, Problem> {
    refuse_page_numbers(page)?;
    let after: i32 = page.after("upload_files")?.unwrap_or(0);
    let read = app.db.read();
    store::find_upload(&read, athlete_id, upload_id)
        .await?
        .ok_or_else(|| Problem::not_found("There is no such upload."))?;
    let rows =
        store::list_files(&read, athlete_id, upload_id, after, outcome, page.limit.rows_to_fetch()).await?;
    Ok(List::keyset("upload_files", rows, page.limit, |row| row.position).map(FileReport::from))
}

/// Has a refused file tried again that we failed on, and waits for it for a while. It counts as a job that is done again.
async fn retry(
    app: &App,
    principal: &Principal,
    upload_id: Uuid,
    position: i32,
    patience: Duration,
) -> Result<FileReport, Problem> {
    let athlete_id = principal.athlete_id;
    let file = &ImportFile { athlete_id, upload_id, position };
    let work = |tx: Arc<Tx>| async move {
        lock_athlete(&tx, athlete_id).await?;
        let line = store::list_files(&tx, athlete_id, upload_id, position.saturating_sub(1), None, 1).await?;
        let line = line.into_iter().next().filter(|line| line.position == position);
        if !line.ok_or_else(|| Problem::not_found("There is no such file."))?.can_retry {
            let why = "Only a file that the importer failed on, or whose import was cancelled, can be tried again, for 30 days.";
            return Err(Problem::new(StatusCode::CONFLICT, "not_retryable", why).into());
        }
        retries::count(app, &tx, principal).await?;
        let job_id = job::ask_at_once(app, &tx, file).await?;
        store::retry_file(&tx, file, job_id).await?;
        Ok::<_, Halted>(())
    };
    app.months.transaction(&app.db, work).await?;
    wait_until_finished(app, athlete_id, upload_id, patience).await?;
    let read = app.db.read();
    let rows = store::list_files(&read, athlete_id, upload_id, position.saturating_sub(1), None, 1).await?;
    rows.into_iter().next().map(FileReport::from).ok_or_else(|| Problem::not_found("There is no such file."))
}

async fn list(app: &App, athlete_id: Uuid, page: &PageRequest) -> Result<List<UploadItem>, Problem> {
    refuse_page_numbers(page)?;
    let after = page.after::<(KeyTime, Uuid)>("uploads")?;
    let now = app.effects.clock.now();
    let before = after.map_or((Timestamp::MAX, Uuid::max()), |(time, id)| (time.into(), id));
    let read = app.db.read();
    let rows = store::list_uploads(&read, athlete_id, before, page.limit.rows_to_fetch()).await?;
    Ok(List::keyset("uploads", rows, page.limit, |row| (row.created_at, row.id))
        .map(|row| UploadItem::new(row, now)))
}

/// These lists grow at their head while they are read: only cursors keep their place.
pub(super) fn refuse_page_numbers(page: &PageRequest) -> Result<(), Problem> {
    match page.page() {
        None => Ok(()),
        Some(_) => Err(Problem::invalid_query(vec![FieldError::new(
            "/page",
            "not_supported",
            "This list has no page numbers; follow `next_cursor`.",
        )])),
    }
}
