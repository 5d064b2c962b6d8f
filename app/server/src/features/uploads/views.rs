//! What the API says of an upload: a report with a line a file. Never here: rules.

use jiff::Timestamp;
use mainstay_http::List;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{FileRow, UploadRow};

/// One upload: how far it is and what became of each file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadReport {
    /// The upload's id.
    pub(super) id: Uuid,
    /// Where it came from: `api`, `cli` or `demo`.
    pub(super) origin: String,
    /// `processing` until every file has its outcome, then `finished`. `interrupted`: the command line that imported it
    /// stopped before its end; what the report says is done, and importing the same again does the rest.
    pub(super) status: &'static str,
    /// When it was received.
    pub(super) created_at: Timestamp,
    /// When the last file was done.
    pub(super) finished_at: Option<Timestamp>,
    /// How many files have which outcome.
    pub(super) progress: Progress,
    /// The report lines, a page of them; `/v1/uploads/{id}/files` has the rest.
    pub(super) files: List<FileReport>,
}

/// Counts of outcomes.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Progress {
    /// All files.
    pub(super) total: i64,
    /// Files without an outcome yet.
    pub(super) pending: i64,
    /// New activities.
    pub(super) imported: i64,
    /// Further sources of activities that were there.
    pub(super) merged: i64,
    /// Files whose bytes were there.
    pub(super) duplicates: i64,
    /// Files that hold nothing that can be imported.
    pub(super) refused: i64,
}

/// One line of the report.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FileReport {
    /// The file's number in the upload, from 1.
    pub(super) position: i32,
    /// Its name, or its path in the archive.
    pub(super) file_name: String,
    /// Its size as received.
    pub(super) size_bytes: i64,
    /// `pending`, `imported`, `merged`, `duplicate` or `refused`.
    pub(super) outcome: String,
    /// The activity that the file is a source of.
    pub(super) activity_id: Option<Uuid>,
    /// Why it was refused: a stable code.
    pub(super) reason: Option<String>,
    /// The line for a person: "merged into Morning Run", "refused because the file has no times".
    pub(super) message: Option<String>,
    /// What was odd in the file and how it was read.
    #[schema(value_type = Vec<Object>)]
    pub(super) warnings: serde_json::Value,
    /// Whether it can be tried again: it was refused because we failed, or its import was cancelled.
    pub(super) can_retry: bool,
    /// When it was done.
    pub(super) finished_at: Option<Timestamp>,
}

/// An upload in the list of uploads.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UploadItem {
    /// The upload's id.
    pub(super) id: Uuid,
    /// Where it came from: `api`, `cli` or `demo`.
    pub(super) origin: String,
    /// `processing`, `finished` or `interrupted`, as in its report.
    pub(super) status: &'static str,
    /// When it was received.
    pub(super) created_at: Timestamp,
    /// When the last file was done.
    pub(super) finished_at: Option<Timestamp>,
    /// How many files have which outcome.
    pub(super) progress: Progress,
}

impl UploadItem {
    pub(super) fn new(row: UploadRow, now: Timestamp) -> Self {
        Self {
            id: row.id,
            status: status(&row, now),
            created_at: row.created_at,
            finished_at: row.finished_at,
            progress: Progress::of(&row),
            origin: row.origin,
        }
    }
}

impl Progress {
    fn of(row: &UploadRow) -> Self {
        Self {
            total: row.files,
            pending: row.pending,
            imported: row.imported,
            merged: row.merged,
            duplicates: row.duplicates,
            refused: row.refused,
        }
    }
}

impl From<FileRow> for FileReport {
    fn from(row: FileRow) -> Self {
        Self {
            position: row.position,
            file_name: row.file_name,
            size_bytes: row.size_bytes,
            outcome: row.outcome,
            activity_id: row.activity_id,
            reason: row.reason,
            message: row.message,
            warnings: row.warnings,
            can_retry: row.can_retry,
            finished_at: row.finished_at,
        }
    }
}

/// The report of an upload with one page of its lines.
pub(super) fn report(row: UploadRow, now: Timestamp, files: List<FileReport>) -> UploadReport {
    let UploadItem { id, origin, status, created_at, finished_at, progress } = UploadItem::new(row, now);
    UploadReport { id, origin, status, created_at, finished_at, progress, files }
}

fn status(row: &UploadRow, now: Timestamp) -> &'static str {
    if row.finished_at.is_some() {
        "finished"
    } else if row.pending > 0 || row.alive_until.is_some_and(|until| now < until) {
        "processing"
    } else {
        "interrupted"
    }
}
