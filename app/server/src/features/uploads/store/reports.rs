//! Typed statements of uploads, their lines, and the claims of importers. Never here: what an imported file writes.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_queries::queries::uploads as sql;
use uuid::Uuid;

pub(crate) use sql::{ClaimPendingFile as Claim, ListUploadFiles as FileRow, UploadRow};

use crate::features::uploads::Decision;
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

/// A received file: pending with its bytes, or refused at the door.
pub(crate) async fn insert_received(
    tx: &Client,
    athlete_id: Uuid,
    upload_id: Uuid,
    position: i32,
    packed: &Packed,
    now: Timestamp,
) -> Result<(), DbError> {
    let hints = serde_json::to_value(&packed.hints).unwrap_or_default();
    let name = packed.name.as_str();
    match &packed.content {
        Ok(content) => sql::insert_pending_file()
            .bind(tx, &athlete_id, &upload_id, &position, &name, &packed.size_bytes, &hints, content)
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

/// Claims the oldest pending file that nobody works on, until the instant given.
pub(crate) async fn claim_pending(
    tx: &Client,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<Claim>, DbError> {
    sql::claim_pending_file().bind(tx, &now, &1, &until).opt().await
}

/// Gives a claimed file its outcome, and finishes its upload with the last one; false when the claim has passed to
/// somebody else. The caller holds the athlete's lock.
pub(crate) async fn decide_claimed(
    tx: &Client,
    claim: &Claim,
    decision: &Decision,
    now: Timestamp,
) -> Result<bool, DbError> {
    sql::decide_pending_file()
        .bind(
            tx,
            &decision.outcome.as_str(),
            &decision.activity_id,
            &decision.reason,
            &decision.message,
            &super::warnings(&decision.warnings),
            &now,
            &claim.athlete_id,
            &claim.upload_id,
            &claim.position,
            &claim.attempts,
        )
        .one()
        .await
}

pub(crate) async fn renew_claim(tx: &Client, claim: &Claim, until: Timestamp) -> Result<(), DbError> {
    sql::renew_claim()
        .bind(tx, &until, &claim.athlete_id, &claim.upload_id, &claim.position, &claim.attempts)
        .await
        .map(drop)
}

/// Lets the file wait until the instant given. An attempt that does not count is taken back.
pub(crate) async fn give_back_claim(
    tx: &Client,
    claim: &Claim,
    until: Timestamp,
    attempt_counts: bool,
) -> Result<(), DbError> {
    let uncounted = i16::from(!attempt_counts);
    sql::give_back_claim()
        .bind(tx, &until, &uncounted, &claim.athlete_id, &claim.upload_id, &claim.position, &claim.attempts)
        .await
        .map(drop)
}

/// Ends everybody's claims and says how many there were.
pub(crate) async fn end_all_claims(tx: &Client) -> Result<u64, DbError> {
    sql::end_all_claims().bind(tx).await
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
