//! Takes the bytes of an upload and stores them as pending files, all of them or none, before anything is
//! read from them. Never here: parsing training files.

use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Query, Request};
use futures_util::{Stream, StreamExt};
use http::header::CONTENT_TYPE;
use mainstay_http::{OrProblem, Problem};
use serde::Deserialize;
use tokio::io::AsyncWriteExt;
use tokio::sync::mpsc;
use utoipa::ToSchema;
use uuid::Uuid;

use super::archive::{self, Hints, Member, Refusal};
use super::config::ImportConfig;
use super::store;
use crate::state::App;

/// The form of an upload: one or more parts named `file`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the form to OpenAPI; the parts are streamed")]
pub(super) struct UploadForm {
    /// A training file or an archive of them; repeatable.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

#[derive(Deserialize)]
struct RawName {
    name: Option<String>,
}

/// One received file, spooled to disk so that memory stays flat.
struct Spooled {
    name: String,
    file: std::fs::File,
}

/// A file on its way into the database: its bytes compressed, or why it has none.
pub(super) struct Packed {
    pub(super) name: String,
    pub(super) size_bytes: i64,
    pub(super) hints: Hints,
    pub(super) content: Result<Vec<u8>, Refusal>,
}

/// Files waiting for the database while an archive is read.
const IN_FLIGHT: usize = 4;

/// Names longer than this are cut: they are only shown.
const MAX_NAME_CHARS: usize = 300;

/// Stores every file of the request as pending and returns the upload's id.
pub(super) async fn receive(app: &App, athlete_id: Uuid, request: Request) -> Result<Uuid, Problem> {
    let limits = &app.config.import;
    let spooled = spool(request, limits).await?;
    if spooled.is_empty() {
        return Err(Problem::bad_request(
            "no_file",
            "Send at least one file: a multipart part named `file`, or the file as the body.",
        ));
    }
    let upload_id = app.effects.ids.next();
    let now = app.effects.clock.now();
    let tx = app.db.write().await?;
    store::insert_upload(&tx, athlete_id, upload_id, "api", now).await?;
    let mut position = 0;
    for file in spooled {
        let mut files = unpack(file, limits.clone());
        while let Some(packed) = files.recv().await {
            position += 1;
            if position > limits.max_files_per_upload {
                return Err(too_many_files(limits));
            }
            store::insert_received(&tx, athlete_id, upload_id, position, &packed, now).await?;
        }
    }
    if position == 0 {
        return Err(Problem::bad_request(
            "no_training_file",
            "The archive holds no .fit, .tcx or .gpx file.",
        ));
    }
    store::finish_upload(&tx, athlete_id, upload_id, now).await?;
    tx.commit().await?;
    app.imports.wake();
    Ok(upload_id)
}

fn too_many_files(limits: &ImportConfig) -> Problem {
    Problem::too_large(format!("An upload may hold {} files.", limits.max_files_per_upload))
}

async fn spool(request: Request, limits: &ImportConfig) -> Result<Vec<Spooled>, Problem> {
    let content_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut budget = limits.max_upload_bytes;
    if !content_type.starts_with("multipart/") {
        let name = Query::<RawName>::try_from_uri(request.uri()).ok().and_then(|query| query.0.name);
        let (file, size) = write_down(request.into_body().into_data_stream(), &mut budget).await?;
        let spooled = Spooled { name: shown_name(name.as_deref()), file };
        return Ok(Vec::from_iter((size > 0).then_some(spooled)));
    }
    let bad_form = |error: axum::extract::multipart::MultipartError| {
        Problem::new(error.status(), "malformed_form", error.body_text())
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .or_problem(|error| Problem::new(error.status(), "malformed_form", error.body_text()))?;
    let mut files = Vec::new();
    while let Some(part) = form.next_field().await.or_problem(bad_form)? {
        if part.name() != Some("file") {
            continue;
        }
        if i32::try_from(files.len()).unwrap_or(i32::MAX) >= limits.max_files_per_upload {
            return Err(too_many_files(limits));
        }
        let name = shown_name(part.file_name());
        let (file, _) = write_down(part, &mut budget).await?;
        files.push(Spooled { name, file });
    }
    Ok(files)
}

async fn write_down<E>(
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    budget: &mut u64,
) -> Result<(std::fs::File, u64), Problem> {
    let mut file = tokio::fs::File::from_std(tempfile::tempfile()?);
    let mut size = 0;
    while let Some(chunk) = body.next().await {
        let chunk = chunk.or_problem(|_| {
            Problem::bad_request("incomplete_body", "The body did not arrive whole, or stalled.")
        })?;
        let length = chunk.len() as u64;
        *budget = budget
            .checked_sub(length)
            .or_problem(|_| Problem::too_large("The upload is larger than one request may be."))?;
        size += length;
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    Ok((file.into_std().await, size))
}

/// The last part of the name, without control characters.
fn shown_name(name: Option<&str>) -> String {
    let name = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
    if name.is_empty() { "upload".to_owned() } else { name }
}

/// Hands out the file, or the training files of the archive that it is, on a blocking thread.
fn unpack(spooled: Spooled, limits: ImportConfig) -> mpsc::Receiver<Packed> {
    let (sender, receiver) = mpsc::channel(IN_FLIGHT);
    // The thread ends with the archive, or as soon as nobody receives.
    drop(tokio::task::spawn_blocking(move || {
        let Spooled { name, mut file } = spooled;
        let archive_refused = match read_single(&mut file, &limits) {
            Ok(Some(bytes)) => {
                let _ = send(&sender, Member { name, content: bytes, hints: Hints::default() });
                return;
            }
            Ok(None) => archive::walk(file, &limits.archive, &mut |member| send(&sender, member)),
            Err(error) => Err(Refusal::DamagedArchive(error.to_string())),
        };
        if let Err(refusal) = archive_refused {
            let _ = send(&sender, Member { name, content: Err(refusal), hints: Hints::default() });
        }
    }));
    receiver
}

/// The bytes when this is a single file within the limit; `None` when it is an archive.
fn read_single(
    file: &mut std::fs::File,
    limits: &ImportConfig,
) -> std::io::Result<Option<Result<Vec<u8>, Refusal>>> {
    file.seek(SeekFrom::Start(0))?;
    let bound = limits.max_file_bytes as u64;
    let mut bytes = Vec::new();
    file.by_ref().take(bound + 1).read_to_end(&mut bytes)?;
    if archive::is_archive(&bytes) {
        file.seek(SeekFrom::Start(0))?;
        return Ok(None);
    }
    let fits = bytes.len() as u64 <= bound;
    Ok(Some(if fits { Ok(bytes) } else { Err(Refusal::TooLarge(bound)) }))
}

fn send(sender: &mpsc::Sender<Packed>, member: Member) -> ControlFlow<()> {
    let size_bytes =
        member.content.as_ref().map_or(0, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    let content = member.content.and_then(|bytes| {
        zstd::bulk::compress(&bytes, store::ZSTD_LEVEL)
            .map_err(|error| Refusal::DamagedArchive(error.to_string()))
    });
    let name = member.name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
    let packed = Packed { name, size_bytes, hints: member.hints, content };
    if sender.blocking_send(packed).is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}
