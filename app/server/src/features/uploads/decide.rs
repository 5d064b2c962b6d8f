//! One file from its bytes to its line of the report, alike for its job and for the command line: read outside a
//! transaction, written and recorded in a short one, and what to do when that fails.
//! Never here: where files come from, how often is tried (`job`, `batch`).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use mainstay_db::{DbError, TransactionError, Tx};
use mainstay_jobs::{CompleteError, Context};
use tokio_postgres::error::SqlState;
use uuid::Uuid;

use super::archive::{Hints, Refusal};
use super::import::{self, ImportContext, Owner, Prepared};
use super::job::{ImportFile, Imported};
use super::{Decision, months, rules, store};
use crate::state::App;

/// A file that is to be decided.
pub(super) struct File {
    pub(super) athlete_id: Uuid,
    pub(super) name: String,
    pub(super) hints: Hints,
    pub(super) content: Content,
}

/// The bytes of a file, or why there are none.
pub(super) enum Content {
    /// As they came.
    Plain(Arc<[u8]>),
    /// Compressed when they were received.
    Packed(Vec<u8>),
    /// Refused where they came from.
    Refused(Refusal),
}

/// Where the decision is written.
pub(super) enum Line<'a> {
    /// A line that waits, and the attempt of its job, which ends with it.
    Waiting(&'a ImportFile, &'a Context),
    /// A line that is made with the decision.
    New(store::DecidedFile<'a>),
}

/// How far a file is, for those who follow its job: a part of the whole, and words.
type Stage = (f32, &'static str);

const READING: Stage = (0.0, "being read and analysed");
const STORING: Stage = (0.8, "being stored");

impl Line<'_> {
    /// A line that is made with its decision has no job; its command tells of whole files.
    fn tell(&self, (part, words): Stage) {
        if let Self::Waiting(_, context) = self {
            context.progress(part, words);
        }
    }
}

/// How an attempt ended.
pub(super) enum Ending {
    /// The file has its outcome, and it is committed.
    Decided(Decision),
    /// The line is somebody else's by now, or gone; nothing was written.
    Lost,
    /// The database is away or busy. The file has nothing to do with it: the same works later.
    Wait(DbError),
    /// Nobody knows whether the file or the moment was the reason. Worth another attempt, but not for ever.
    Failed(Failure),
}

/// A failure of which only a few are tolerated.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The server ended a statement that ran too long.
    #[error("storing it took longer than the database allows: {0}")]
    TooSlow(#[source] DbError),
    /// A statement failed for a reason that no file should be able to give.
    #[error("storing it failed: {0}")]
    Defect(#[source] DbError),
    /// Our own code panicked.
    #[error("the importer panicked")]
    Panicked,
}

impl Failure {
    /// The refusal after the last attempt.
    pub(super) fn decision(&self, attempts: u32) -> Decision {
        match self {
            Self::TooSlow(_) => Decision::refused(
                Decision::TOO_SLOW,
                format_args!("storing it took longer than the database allows, {attempts} times"),
            ),
            Self::Defect(_) | Self::Panicked => Decision::refused(
                Decision::FAILED,
                format_args!("the importer failed on it {attempts} times; please report the file"),
            ),
        }
    }
}

/// Reads, matches and writes the file and records what became of it, in one transaction. What the file itself is to
/// blame for is a refusal, recorded too.
pub(super) async fn decide(app: &App, file: &File, line: &Line<'_>) -> Ending {
    let begun = app.effects.clock.monotonic();
    let ending = decide_uncounted(app, file, line).await;
    if let Ending::Decided(decision) = &ending {
        app.imports.count(decision.outcome, app.effects.clock.monotonic().saturating_sub(begun));
    }
    ending
}

async fn decide_uncounted(app: &App, file: &File, line: &Line<'_>) -> Ending {
    let Ok(attempt) = AssertUnwindSafe(import(app, file, line)).catch_unwind().await else {
        tracing::error!(event = "import.file.panicked", "the importer panicked on a file");
        return Ending::Failed(Failure::Panicked);
    };
    match attempt {
        Ok(Some(decision)) => Ending::Decided(decision),
        Ok(None) => Ending::Lost,
        Err(error) => match blame(&error) {
            Blame::File => record(app, file.athlete_id, line, unstorable(&error)).await,
            _ => ending(error),
        },
    }
}

/// Records a decision that needs no more than that.
pub(super) async fn record(app: &App, athlete_id: Uuid, line: &Line<'_>, decision: Decision) -> Ending {
    let told = &decision;
    let work = |tx: Arc<Tx>| async move {
        // Files of one upload end one after the other, so that the last one sees that it is the last.
        store::lock_athlete(&tx, athlete_id).await?;
        write_line(app, &tx, line, told).await
    };
    match app.months.transaction(&app.db, work).await {
        Ok(()) => Ending::Decided(decision),
        Err(Undone::Database(error)) => ending(error),
        Err(_) => Ending::Lost,
    }
}

/// Why a transaction is rolled back.
enum Undone {
    /// The line is not ours any more.
    Lost,
    /// The file was analysed for a profile that the athlete does not have any more; this is the present one.
    Outdated(Owner),
    /// The database.
    Database(DbError),
}

impl From<CompleteError> for Undone {
    fn from(error: CompleteError) -> Self {
        match error {
            CompleteError::Database(error) => Self::Database(error),
            // A result that is two short texts can be kept.
            CompleteError::Lost | CompleteError::Result(_) => Self::Lost,
        }
    }
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
            Self::Lost | Self::Outdated(_) => None,
        }
    }
}

async fn import(app: &App, file: &File, line: &Line<'_>) -> Result<Option<Decision>, DbError> {
    let context = ImportContext::of(app);
    let read = app.db.read();
    let mut owner = import::load_owner(&read, file.athlete_id).await?;
    drop(read);
    loop {
        line.tell(READING);
        let prepared = prepare(&context, file, owner.clone()).await;
        line.tell(STORING);
        let (prepared, context, analysed_for) = (&prepared, &context, &owner);
        let work = |tx: Arc<Tx>| async move {
            store::lock_athlete(&tx, file.athlete_id).await?;
            // Whoever changes the profile holds the same lock, and outdates only what is there: a file that was
            // analysed for an older profile would keep its loads for ever.
            let present = import::load_owner(&tx, file.athlete_id).await?;
            if present != *analysed_for {
                return Err(Undone::Outdated(present));
            }
            let decision = match prepared {
                Ok(prepared) => import::write(context, &tx, file.athlete_id, prepared).await?,
                Err(decision) => decision.clone(),
            };
            write_line(app, &tx, line, &decision).await?;
            Ok(decision)
        };
        match app.months.transaction(&app.db, work).await {
            Ok(decision) => return Ok(Some(decision)),
            Err(Undone::Lost) => return Ok(None),
            Err(Undone::Outdated(present)) => owner = present,
            Err(Undone::Database(error)) => return Err(error),
        }
    }
}

async fn prepare(context: &ImportContext, file: &File, owner: Owner) -> Result<Prepared, Decision> {
    let (name, hints) = (file.name.clone(), file.hints.clone());
    match &file.content {
        Content::Plain(bytes) => import::prepare(context, Arc::clone(bytes), name, hints, owner).await,
        Content::Packed(packed) => import::prepare_packed(context, packed.clone(), name, hints, owner).await,
        Content::Refused(refusal) => Err(Decision::refused(refusal.code(), refusal)),
    }
}

/// Writes the line, unless it is not ours any more, and the end of its job behind everything else.
async fn write_line(app: &App, tx: &Tx, line: &Line<'_>, decision: &Decision) -> Result<(), Undone> {
    let now = app.effects.clock.now();
    match line {
        Line::Waiting(file, context) => {
            if !store::decide_waiting(tx, file, None, decision, now).await? {
                return Err(Undone::Lost);
            }
            context.complete_in(tx, &Imported::of(decision)).await?;
        }
        Line::New(file) => store::insert_decided(tx, file, decision, now).await?,
    }
    Ok(())
}

/// Whose fault a failure of the database is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Blame {
    /// The file's: it would fail for ever.
    File,
    /// The server's: nothing is wrong with the file.
    Server,
    /// One cannot tell.
    Unclear,
}

pub(super) fn blame(error: &DbError) -> Blame {
    match error {
        DbError::Constraint { .. } => Blame::File,
        DbError::Conflict(_)
        | DbError::LockTimeout(_)
        | DbError::Unavailable { .. }
        | DbError::NoPartition { .. }
        | DbError::PoolExhausted { .. }
        | DbError::StorageFull(_)
        | DbError::StalePlan(_)
        | DbError::ReplicasBehind { .. }
        | DbError::TransactionKept
        | DbError::ReadOnly(_) => Blame::Server,
        DbError::Statement(source) => blame_of_code(source.code().map(SqlState::code)),
        DbError::Cancelled(_)
        | DbError::AlreadyFailed(_)
        | DbError::RowCount { .. }
        | DbError::TooManyStatements { .. } => Blame::Unclear,
    }
}

/// Whether it meets everybody's files and activities alike: what comes next would only meet it, too.
pub(super) fn meets_all(error: &DbError) -> bool {
    matches!(
        error,
        DbError::Unavailable { .. }
            | DbError::PoolExhausted { .. }
            | DbError::StorageFull(_)
            | DbError::StalePlan(_)
            | DbError::ReadOnly(_)
    )
}

/// By the class of the SQLSTATE: 22 is a value that a type cannot hold, 54 a row that is too large, 58 the
/// server's own files. Without a code the driver could not put a value into its type.
fn blame_of_code(code: Option<&str>) -> Blame {
    match code {
        None => Blame::File,
        Some(code) if code.starts_with("22") || code.starts_with("54") => Blame::File,
        Some(code) if code.starts_with("58") => Blame::Server,
        Some(_) => Blame::Unclear,
    }
}

fn ending(error: DbError) -> Ending {
    match (blame(&error), &error) {
        (Blame::Server, _) => Ending::Wait(error),
        (_, DbError::Cancelled(_)) => Ending::Failed(Failure::TooSlow(error)),
        _ => Ending::Failed(Failure::Defect(error)),
    }
}

/// The refusal of a file whose values the database does not take.
fn unstorable(error: &DbError) -> Decision {
    const CODE: &str = "implausible_values";
    if months::is_missing(error) {
        return Decision::refused("implausible_time", "its date is too far in the future");
    }
    if let Some(why) = error.constraint().and_then(rules::broken) {
        return Decision::refused(CODE, why);
    }
    tracing::warn!(
        event = "import.file.unstorable",
        db.constraint = error.constraint(),
        error = %error,
        "the database refused a file for a reason that we have no words for"
    );
    Decision::refused(CODE, "a value in it is impossible; please report the file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_blamed_for_its_values_and_never_for_the_servers_state() {
        assert_eq!(blame_of_code(Some("22021")), Blame::File, "a NUL in a text");
        assert_eq!(blame_of_code(Some("54000")), Blame::File, "a row beyond the server's limits");
        assert_eq!(blame_of_code(None), Blame::File);
        assert_eq!(blame_of_code(Some("58030")), Blame::Server, "its own files fail it");
        assert_eq!(blame_of_code(Some("42703")), Blame::Unclear, "a column that is not there yet");
        let away = DbError::Unavailable { why: "gone".to_owned(), source: None };
        assert_eq!(blame(&away), Blame::Server);
    }
}
