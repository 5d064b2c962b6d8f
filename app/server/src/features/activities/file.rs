//! A stored file on its way to the client: unpacked piece by piece, never whole in memory, under a name that
//! is safe in a header and on every file system.
//! Never here: who may have it.

use std::io::{self, Cursor, Read};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};

use super::store::FindFile;

/// Bytes unpacked at a time: short enough not to hold up other requests.
const CHUNK: usize = 64 * 1024;

/// The longest file name that is offered, in characters.
const MAX_NAME: usize = 120;

/// What gzip files begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file whose first piece is unpacked, so that damage shows before the answer begins.
pub(super) struct Download {
    name: String,
    media_type: &'static str,
    size: i64,
    first: Bytes,
    rest: Unpacking,
}

type Unpacking = zstd::stream::read::Decoder<'static, io::BufReader<Cursor<Vec<u8>>>>;

impl Download {
    /// Starts unpacking.
    pub(super) fn open(file: FindFile) -> io::Result<Self> {
        let mut rest = zstd::stream::read::Decoder::new(Cursor::new(file.content))?;
        let first = next_chunk(&mut rest)?;
        let packed = first.starts_with(&GZIP);
        Ok(Self {
            name: safe_name(&file.file_name, &file.format, packed),
            media_type: if packed { "application/gzip" } else { media_type(&file.format) },
            size: file.size_bytes,
            first,
            rest,
        })
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        // A failure in the middle cuts the connection: the client sees fewer bytes than were announced.
        let pieces = stream::try_unfold((self.first, self.rest), |(piece, mut rest)| async move {
            if piece.is_empty() {
                return Ok::<_, io::Error>(None);
            }
            let next = next_chunk(&mut rest)?;
            Ok(Some((piece, (next, rest))))
        });
        let mut response = Response::new(Body::from_stream(pieces));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.media_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(self.size));
        headers.insert(CONTENT_DISPOSITION, disposition(&self.name));
        response
    }
}

/// The next piece; empty at the end.
fn next_chunk(from: &mut Unpacking) -> io::Result<Bytes> {
    let mut piece = Vec::with_capacity(CHUNK);
    from.take(CHUNK as u64).read_to_end(&mut piece)?;
    Ok(piece.into())
}

fn media_type(format: &str) -> &'static str {
    match format {
        "fit" => "application/vnd.ant.fit",
        "tcx" => "application/vnd.garmin.tcx+xml",
        "gpx" => "application/gpx+xml",
        _ => "application/octet-stream",
    }
}

/// The last part of the stored path without what headers, shells and file systems take amiss, with the
/// extension of what the bytes are.
fn safe_name(stored: &str, format: &str, packed: bool) -> String {
    let base = stored.rsplit(['/', '\\']).next().unwrap_or_default();
    let unpacked = if packed { base } else { without_gz(base) };
    let harmless = |letter: &char| !letter.is_control() && !"\"*:<>?|%;".contains(*letter);
    let kept: String = unpacked.chars().filter(harmless).take(MAX_NAME).collect();
    let kept = kept.trim_matches([' ', '.']);
    if kept.is_empty() {
        return format!("activity.{format}{}", if packed { ".gz" } else { "" });
    }
    let extension = if packed { "gz" } else { format };
    let has_extension = kept.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension));
    if has_extension { kept.to_owned() } else { format!("{kept}.{extension}") }
}

fn without_gz(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((start, end)) if end.eq_ignore_ascii_case("gz") => start,
        _ => name,
    }
}

/// RFC 6266: a plain name for old clients, and the whole one percent-encoded as RFC 8187 has it.
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests;
