//! Typed statements of uploads and their lines. Never here: what an imported file writes.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_queries::queries::uploads as sql;
use uuid::Uuid;

pub(crate) use sql::{
    FindWaitingFile as WaitingFile, ListPendingFiles as PendingFile, ListUploadFiles as FileRow, UploadRow,
};

use crate::features::uploads::Decision;
use crate::features::uploads::job::ImportFile;
use crate::features::uploads::receive::Packed;

/// A new upload.
pub(crate) struct NewUpload<'a> {
    pub(crate) athlete_id: Uuid,
    pub(crate) id: Uuid,
    pub(crate) origin: &'a str,
    /// Until when its writer is believed to live; none when all its files come with it.
    pub(crate) alive_until: Option<Timestamp>,
}

pub(crate) async fn insert_upload(tx: &Client, new: &NewUpload<'_>, now: Timestamp) -> Result<(), DbError> {
    sql::insert_upload()
        .bind(tx, &new.athlete_id, &new.id, &new.origin, &now, &new.alive_until)
        .await
        .map(drop)
}

/// The name of one file of the newest import from an origin that has one beginning like this.
pub(crate) async fn find_file_of_origin(
    db: &Client,
    athlete_id: Uuid,
    origin: &str,
    beginning: &str,
) -> Result<Option<String>, DbError> {
    sql::find_file_of_origin().bind(db, &athlete_id, &origin, &beginning, &1).opt().await
}

/// Whether an import from an origin came to its end and had a file whose name begins like this.
pub(crate) async fn has_finished_import(
    db: &Client,
    athlete_id: Uuid,
    origin: &str,
    beginning: &str,
) -> Result<bool, DbError> {
    sql::has_finished_import().bind(db, &athlete_id, &origin, &beginning).one().await
}

/// Until when the writer of an unfinished upload is believed to live.
pub(crate) async fn set_upload_alive(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    until: Timestamp,
) -> Result<(), DbError> {
    sql::set_upload_alive().bind(tx, &until, &athlete_id, &id).await.map(drop)
}

/// A received file: pending with its bytes and its job, or refused at the door.
pub(crate) async fn insert_received(
    tx: &Client,
    file: &ImportFile,
    packed: &Packed,
    job_id: Option<Uuid>,
    now: Timestamp,
) -> Result<(), DbError> {
    let ImportFile { athlete_id, upload_id, position } = *file;
    let hints = serde_json::to_value(&packed.hints).unwrap_or_default();
    let name = packed.name.as_str();
    match &packed.content {
        Ok(content) => sql::insert_pending_file()
            .bind(tx, &athlete_id, &upload_id, &position, &name, &packed.size_bytes, &hints, content, &job_id)
            .await
            .map(drop),
        Err(refusal) => {
            let decision = Decision::refused(refusal.code(), refusal);
            let size_bytes = packed.size_bytes;
            let file = DecidedFile { athlete_id, upload_id, position, name, size_bytes };
            insert_decided(tx, &file, &decision, now).await
        }
    }
}

/// A file that never was pending.
pub(crate) struct DecidedFile<'a> {
    pub(crate) athlete_id: Uuid,
    pub(crate) upload_id: Uuid,
    pub(crate) position: i32,
    pub(crate) name: &'a str,
    pub(crate) size_bytes: i64,
}

pub(crate) async fn insert_decided(
    tx: &Client,
    file: &DecidedFile<'_>,
    decision: &Decision,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::insert_decided_file()
        .bind(
            tx,
            &file.athlete_id,
            &file.upload_id,
            &file.position,
            &file.name,
            &file.size_bytes,
            &serde_json::json!({}),
            &decision.outcome.as_str(),
            &decision.activity_id,
            &decision.reason,
            &decision.message,
            &super::warnings(&decision.warnings),
            &now,
        )
        .await
        .map(drop)
}

/// A file whose bytes are here; none once it is decided.
pub(crate) async fn find_waiting(db: &Client, file: &ImportFile) -> Result<Option<WaitingFile>, DbError> {
    sql::find_waiting_file().bind(db, &file.athlete_id, &file.upload_id, &file.position).opt().await
}

/// Gives a file whose bytes are here its outcome, and finishes its upload with the last one; false when somebody else has
/// decided it, or, with `of_job`, when it does not wait for that job any more. The caller holds the athlete's lock.
pub(crate) async fn decide_waiting(
    tx: &Client,
    file: &ImportFile,
    of_job: Option<Uuid>,
    decision: &Decision,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql::decide_waiting_file()
        .bind(
            tx,
            &decision.outcome.as_str(),
            &decision.activity_id,
            &decision.reason,
            &decision.message,
            &super::warnings(&decision.warnings),
            &now,
            &decision.is_worth_another(),
            &file.athlete_id,
            &file.upload_id,
            &file.position,
            &of_job,
        )
        .one()
        .await
}

/// Lets a refused file wait again for this job; false when it cannot. The caller holds the athlete's lock.
pub(crate) async fn retry_file(
    tx: &Client,
    file: &ImportFile,
    job_id: Option<Uuid>,
) -> Result<bool, DbError> {
    sql::retry_file().bind(tx, &job_id, &file.athlete_id, &file.upload_id, &file.position).one().await
}

/// Names another job of a file that waits; false when it waits no more, or its job is not the one that was seen.
pub(crate) async fn set_job(
    tx: &Client,
    file: &ImportFile,
    seen: Option<Uuid>,
    job_id: Uuid,
) -> Result<bool, DbError> {
    let ImportFile { athlete_id, upload_id, position } = file;
    let changed = sql::set_file_job().bind(tx, &job_id, athlete_id, upload_id, position, &seen).await?;
    Ok(changed > 0)
}

/// How many files of the athlete wait, counted up to `most`.
pub(crate) async fn count_pending(db: &Client, athlete_id: Uuid, most: i64) -> Result<i64, DbError> {
    sql::count_pending_files().bind(db, &athlete_id, &most).one().await
}

/// Everybody's files that wait, from behind this one on, but for those that a process of the former release works on.
pub(crate) async fn list_pending(
    db: &Client,
    after: &ImportFile,
    now: Timestamp,
    max_rows: i64,
) -> Result<Vec<PendingFile>, DbError> {
    let ImportFile { athlete_id, upload_id, position } = after;
    sql::list_pending_files().bind(db, athlete_id, upload_id, position, &now, &max_rows).all().await
}

/// Forgets bytes that were kept for another attempt before this instant, and returns of how many files.
pub(crate) async fn forget_kept_content(
    tx: &Client,
    before: Timestamp,
    max_rows: i64,
) -> Result<u64, DbError> {
    sql::forget_kept_content().bind(tx, &before, &max_rows).await
}

/// No further files come: it is finished with the last one.
pub(crate) async fn set_upload_whole(tx: &Client, athlete_id: Uuid, id: Uuid) -> Result<(), DbError> {
    sql::set_upload_whole().bind(tx, &athlete_id, &id).await.map(drop)
}

/// Marks the upload finished if nothing of it is pending.
pub(crate) async fn finish_upload(
    tx: &Client,
    athlete_id: Uuid,
    id: Uuid,
    now: Timestamp,
) -> Result<(), DbError> {
    sql::finish_upload().bind(tx, &now, &athlete_id, &id).await.map(drop)
}

pub(crate) async fn find_upload(
    db: &Client,
    athlete_id: Uuid,
    id: Uuid,
) -> Result<Option<UploadRow>, DbError> {
    sql::find_upload().bind(db, &athlete_id, &id).opt().await
}

pub(crate) async fn list_uploads(
    db: &Client,
    athlete_id: Uuid,
    before: (Timestamp, Uuid),
    max_rows: i64,
) -> Result<Vec<UploadRow>, DbError> {
    sql::list_uploads().bind(db, &athlete_id, &before.0, &before.1, &max_rows).all().await
}

pub(crate) async fn list_files(
    db: &Client,
    athlete_id: Uuid,
    upload_id: Uuid,
    after_position: i32,
    outcome: Option<&str>,
    max_rows: i64,
) -> Result<Vec<FileRow>, DbError> {
    sql::list_upload_files()
        .bind(db, &athlete_id, &upload_id, &after_position, &outcome, &max_rows)
        .all()
        .await
}
