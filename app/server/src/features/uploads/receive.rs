//! Takes the bytes of an upload and stores them as pending files and asks for their jobs, all of them or none, before
//! anything is read from them. Never here: parsing training files.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Query, Request};
use futures_util::{Stream, StreamExt};
use http::header::CONTENT_TYPE;
use mainstay_db::{Tx, insight};
use mainstay_http::{Halted, OrProblem, Problem};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
use tokio::sync::{Mutex, mpsc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::archive::{self, Hints, Member, Refusal};
use super::config::ImportConfig;
use super::job::{self, ImportFile};
use super::{FileName, store};
use crate::state::App;

mod section;
mod turns;

pub use turns::Turns;

use section::Section;

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

/// Everything that was received, one file after another in one temporary file: memory stays flat, and so does the number
/// of open files.
struct Spooled {
    file: Arc<File>,
    parts: Vec<Part>,
}

/// One received file: where it lies in the temporary file.
struct Part {
    name: FileName,
    start: u64,
    length: u64,
}

/// A file on its way into the database: its bytes compressed, or why it has none.
#[derive(Clone)]
pub(super) struct Packed<Content = Vec<u8>> {
    pub(super) name: FileName,
    pub(super) size_bytes: i64,
    pub(super) hints: Hints,
    pub(super) content: Result<Content, Refusal>,
}

/// Stores every file of the request as pending and returns the upload's id.
///
/// The bytes go through two temporary files: as they were sent, and unpacked and compressed. Only then does the
/// transaction begin, so that a slow client or a large archive holds no connection.
pub(super) async fn receive(app: &App, athlete_id: Uuid, request: Request) -> Result<Uuid, Problem> {
    let limits = &app.config.import;
    let receiving = app.turns.receive(athlete_id).or_problem(|_| {
        Problem::too_many_requests(Duration::from_secs(5), "Some of your uploads are still on their way.")
            .coded("too_many_uploads")
    })?;
    let spooled = spool(request, limits).await?;
    if spooled.parts.is_empty() {
        return Err(Problem::bad_request(
            "no_file",
            "Send at least one file: a multipart part named `file`, or the file as the body.",
        ));
    }
    let _unpacking = receiving.unpack().await;
    let waiting = Waiting::pack(spooled, limits).await?;
    if waiting.lines.is_empty() {
        return Err(Problem::bad_request(
            "no_training_file",
            "The archive holds no .fit, .tcx or .gpx file.",
        ));
    }
    // As many statements as files.
    insight::apart(store_waiting(app, athlete_id, waiting)).await
}

async fn store_waiting(app: &App, athlete_id: Uuid, waiting: Waiting) -> Result<Uuid, Problem> {
    let upload_id = app.effects.ids.next();
    let now = app.effects.clock.now();
    let some_wait = waiting.lines.iter().any(|line| line.content.is_ok());
    let waiting = &Mutex::new(waiting);
    let work = |tx: Arc<Tx>| async move {
        let mut waiting = waiting.lock().await;
        let new = store::NewUpload { athlete_id, id: upload_id, origin: "api", alive_until: None };
        store::insert_upload(&tx, &new, now).await?;
        waiting.rewind().await?;
        let files: Vec<_> = (1..)
            .take(waiting.lines.len())
            .map(|position| ImportFile { athlete_id, upload_id, position })
            .collect();
        let with_bytes = files.iter().zip(&waiting.lines).filter(|(_, line)| line.content.is_ok());
        let with_bytes: Vec<_> = with_bytes.map(|(file, _)| *file).collect();
        let mut jobs = job::ask(app, &tx, &with_bytes).await?.into_iter();
        for (index, file) in files.iter().enumerate() {
            let packed = waiting.read(index).await?;
            let job_id = if packed.content.is_ok() { jobs.next().flatten() } else { None };
            store::insert_received(&tx, file, &packed, job_id, now).await?;
        }
        if !some_wait {
            store::finish_upload(&tx, athlete_id, upload_id, now).await?;
        }
        Ok::<_, Halted>(upload_id)
    };
    Ok(app.months.transaction(&app.db, work).await?)
}

/// Every file of an upload, compressed, one after another in one temporary file.
struct Waiting {
    file: tokio::fs::File,
    /// In the order of the file; the content is its length.
    lines: Vec<Packed<usize>>,
}

impl Waiting {
    async fn pack(spooled: Spooled, limits: &ImportConfig) -> Result<Self, Problem> {
        let mut waiting = Self { file: tokio::fs::File::from_std(tempfile::tempfile()?), lines: Vec::new() };
        let mut files = unpack(spooled, limits.clone());
        while let Some(packed) = files.recv().await {
            if i32::try_from(waiting.lines.len()).unwrap_or(i32::MAX) >= limits.max_files_per_upload {
                return Err(too_many_files(limits));
            }
            let content = match packed.content {
                Ok(bytes) => {
                    waiting.file.write_all(&bytes).await?;
                    Ok(bytes.len())
                }
                Err(refusal) => Err(refusal),
            };
            let (name, size_bytes, hints) = (packed.name, packed.size_bytes, packed.hints);
            waiting.lines.push(Packed { name, size_bytes, hints, content });
        }
        waiting.file.flush().await?;
        Ok(waiting)
    }

    /// The next line that is read is the first one.
    async fn rewind(&mut self) -> Result<(), Problem> {
        self.file.rewind().await?;
        Ok(())
    }

    /// A line with its bytes. They are read in the order of the lines.
    async fn read(&mut self, position: usize) -> Result<Packed, Problem> {
        let line = self.lines[position].clone();
        let content = match line.content {
            Ok(length) => {
                let mut bytes = vec![0; length];
                self.file.read_exact(&mut bytes).await?;
                Ok(bytes)
            }
            Err(refusal) => Err(refusal),
        };
        Ok(Packed { name: line.name, size_bytes: line.size_bytes, hints: line.hints, content })
    }
}

fn too_many_files(limits: &ImportConfig) -> Problem {
    Problem::too_large(format!("An upload may hold {} files.", limits.max_files_per_upload))
}

async fn spool(request: Request, limits: &ImportConfig) -> Result<Spooled, Problem> {
    let content_type =
        request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut spool = Spool {
        file: tokio::fs::File::from_std(tempfile::tempfile()?),
        parts: Vec::new(),
        budget: limits.max_upload_bytes,
    };
    if !content_type.starts_with("multipart/") {
        let name = Query::<RawName>::try_from_uri(request.uri()).ok().and_then(|query| query.0.name);
        spool.write(name.as_deref(), request.into_body().into_data_stream()).await?;
        spool.parts.retain(|part| part.length > 0);
        return spool.finish().await;
    }
    let bad_form = |error: axum::extract::multipart::MultipartError| {
        Problem::new(error.status(), "malformed_form", error.body_text())
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .or_problem(|error| Problem::new(error.status(), "malformed_form", error.body_text()))?;
    while let Some(part) = form.next_field().await.or_problem(bad_form)? {
        if part.name() != Some("file") {
            continue;
        }
        if i32::try_from(spool.parts.len()).unwrap_or(i32::MAX) >= limits.max_files_per_upload {
            return Err(too_many_files(limits));
        }
        let name = part.file_name().map(ToOwned::to_owned);
        spool.write(name.as_deref(), part).await?;
    }
    spool.finish().await
}

/// The temporary file while it is written.
struct Spool {
    file: tokio::fs::File,
    parts: Vec<Part>,
    /// Bytes that the request may still bring.
    budget: u64,
}

impl Spool {
    async fn write<E>(
        &mut self,
        name: Option<&str>,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<(), Problem> {
        let start = self.parts.last().map_or(0, |part| part.start + part.length);
        let mut length = 0;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.or_problem(|_| {
                Problem::bad_request("incomplete_body", "The body did not arrive whole, or stalled.")
            })?;
            let size = chunk.len() as u64;
            self.budget = self
                .budget
                .checked_sub(size)
                .or_problem(|_| Problem::too_large("The upload is larger than one request may be."))?;
            length += size;
            self.file.write_all(&chunk).await?;
        }
        self.parts.push(Part { name: shown_name(name), start, length });
        Ok(())
    }

    async fn finish(mut self) -> Result<Spooled, Problem> {
        self.file.flush().await?;
        Ok(Spooled { file: Arc::new(self.file.into_std().await), parts: self.parts })
    }
}

/// The last part of the name: some clients send the path on their own disk.
fn shown_name(name: Option<&str>) -> FileName {
    FileName::clean(name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default())
}

/// Hands out the files, and the training files of the archives among them, on a blocking thread.
fn unpack(spooled: Spooled, limits: ImportConfig) -> mpsc::Receiver<Packed> {
    let (sender, receiver) = mpsc::channel(limits.read_ahead.max(1));
    // The thread ends with the last file, or as soon as nobody receives.
    drop(tokio::task::spawn_blocking(move || {
        let _ = spooled.parts.iter().try_for_each(|part| {
            let section = Section::new(Arc::clone(&spooled.file), part.start, part.length);
            unpack_part(part, section, &limits, &sender)
        });
    }));
    receiver
}

fn unpack_part(
    part: &Part,
    mut section: Section,
    limits: &ImportConfig,
    sender: &mpsc::Sender<Packed>,
) -> ControlFlow<()> {
    let mut flow = ControlFlow::Continue(());
    let archive_refused = match read_single(&mut section, part.length, limits) {
        Ok(Some(content)) => return send(sender, Member::new(part.name.as_str(), content)),
        Ok(None) => archive::walk(section, &limits.archive, &mut |member| {
            flow = send(sender, member);
            flow
        }),
        Err(error) => Err(Refusal::Unreadable(error.to_string())),
    };
    match archive_refused {
        Ok(()) => flow,
        Err(refusal) => send(sender, Member::new(part.name.as_str(), Err(refusal))),
    }
}

/// The bytes when this is a single file within the limit; `None` when it is an archive.
fn read_single(
    section: &mut Section,
    length: u64,
    limits: &ImportConfig,
) -> std::io::Result<Option<Result<Vec<u8>, Refusal>>> {
    let mut start = Vec::new();
    section.by_ref().take(4).read_to_end(&mut start)?;
    section.seek(SeekFrom::Start(0))?;
    if archive::is_archive(&start) {
        return Ok(None);
    }
    let most = limits.max_file_bytes as u64;
    if length > most {
        return Ok(Some(Err(Refusal::TooLarge(most))));
    }
    let mut bytes = Vec::new();
    section.read_to_end(&mut bytes)?;
    Ok(Some(Ok(bytes)))
}

fn send(sender: &mpsc::Sender<Packed>, member: Member) -> ControlFlow<()> {
    let gone = sender.blocking_send(pack(member)).is_err();
    if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Compresses a member; that takes a while.
pub(super) fn pack(member: Member) -> Packed {
    let size_bytes = i64::try_from(member.size_bytes()).unwrap_or(i64::MAX);
    let content = member.content.and_then(|bytes| {
        zstd::bulk::compress(&bytes, store::ZSTD_LEVEL)
            .map_err(|error| Refusal::Unreadable(error.to_string()))
    });
    Packed { name: member.name, size_bytes, hints: member.hints, content }
}
