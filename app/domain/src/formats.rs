//! Readers of training files: bytes in, a [`Recording`] out.
//!
//! What lives here: recognising a format by its content, unpacking gzip, and the readers of FIT, TCX and GPX and of
//! the tables beside them in exports. What must never live here: file systems, archives, and anything computed from
//! a session.
//!
//! Every reader works within [`Limits`], never allocates what a file merely claims, and never panics: a file that
//! cannot be read is a [`ReadError`] with a stable code, one that ends in the middle keeps what came before.

use std::borrow::Cow;
use std::io::Read;

use crate::model::Recording;

mod error;
pub mod fit;
pub mod gpx;
mod limits;
mod ranges;
mod samples;
pub mod strava_archive;
pub mod tcx;
mod text;
mod xml;

pub use error::ReadError;
pub use limits::Limits;

/// Reads a training file of any known format, gzipped or not. The name only serves as a title of last resort.
///
/// # Errors
/// [`ReadError`], whose `code()` is stable and whose text is for the person who has the file.
pub fn read(bytes: &[u8], name: Option<&str>, limits: &Limits) -> Result<Recording, ReadError> {
    let unpacked = unpack(bytes, limits)?;
    let mut recording = match sniff(&unpacked) {
        Some(Kind::Fit) => fit::read(&unpacked, limits)?,
        Some(Kind::Tcx) => tcx::read(&text::decode(&unpacked), limits)?,
        Some(Kind::Gpx) => gpx::read(&text::decode(&unpacked), limits)?,
        None => return Err(ReadError::UnknownFormat),
    };
    if recording.name.is_none() {
        recording.name = name.map(|name| text::title_of(name, limits)).filter(|title| !title.is_empty());
    }
    Ok(recording)
}

/// The bytes themselves, or what is in them when they are gzipped.
///
/// # Errors
/// [`ReadError::Empty`], [`ReadError::TooLarge`], [`ReadError::ExpansionRatio`], [`ReadError::Damaged`].
pub fn unpack<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Cow<'a, [u8]>, ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > limits.max_bytes {
        return Err(ReadError::TooLarge(limits.max_bytes));
    }
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(bytes));
    }
    // Tiny files compress absurdly well without being a danger.
    let by_ratio = bytes.len().saturating_mul(limits.max_expansion_ratio).max(1024 * 1024);
    let bound = limits.max_bytes.min(by_ratio);
    let mut unpacked = Vec::new();
    let outcome = flate2::read::MultiGzDecoder::new(bytes).take(bound as u64 + 1).read_to_end(&mut unpacked);
    if unpacked.len() > bound {
        return Err(if bound == limits.max_bytes {
            ReadError::TooLarge(limits.max_bytes)
        } else {
            ReadError::ExpansionRatio(limits.max_expansion_ratio)
        });
    }
    match outcome {
        // A cut-off gzip file keeps what came, like any other cut-off file.
        Err(_) if unpacked.is_empty() => Err(ReadError::Damaged("the gzip stream cannot be unpacked".into())),
        _ if unpacked.is_empty() => Err(ReadError::Empty),
        _ => Ok(Cow::Owned(unpacked)),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Fit,
    Tcx,
    Gpx,
}

/// How far into a text the root element may start: comments and declarations come first.
const ROOT_WITHIN: usize = 4096;

fn sniff(bytes: &[u8]) -> Option<Kind> {
    if bytes.get(8..12) == Some(b".FIT") {
        return Some(Kind::Fit);
    }
    let start = text::decode(&bytes[..bytes.len().min(ROOT_WITHIN)]);
    if !start.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        return None;
    }
    let has_root = |name: &str| {
        start.split('<').any(|piece| {
            let tag = piece
                .split(|end: char| end.is_whitespace() || end == '>' || end == '/')
                .next()
                .unwrap_or_default();
            tag.rsplit(':').next() == Some(name)
        })
    };
    if has_root("TrainingCenterDatabase") {
        Some(Kind::Tcx)
    } else if has_root("gpx") {
        Some(Kind::Gpx)
    } else {
        None
    }
}
