//! Walks an archive and hands out the training files in it, one at a time, within limits.
//!
//! Understood: any `.zip`, Strava's bulk export (with the names, notes, gear and effort of its
//! `activities.csv`) and Garmin's export (archives inside the archive). Nothing is ever written to a path that
//! an archive names. Never here: parsing training files, the database.

use std::collections::HashMap;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;

use paceline_domain::formats::strava_archive;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;
use zip::result::ZipError;

/// What archives may hold. Every limit has a name, so that a refusal can be understood and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveLimits {
    /// Members of one archive, training files or not.
    pub max_members: usize,
    /// Unpacked bytes of one member.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_member_bytes: u64,
    /// Unpacked bytes of all training files of one archive.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_total_bytes: u64,
    /// How many times larger than its packed bytes a member may unpack.
    pub max_expansion_ratio: u64,
    /// Unpacked bytes of an archive inside the archive; it is spooled to disk.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_nested_bytes: u64,
    /// Archives inside archives: 1 is an archive in an archive.
    pub max_nesting: u32,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            max_members: 100_000,
            max_member_bytes: 64 * 1024 * 1024,
            max_total_bytes: 16 * 1024 * 1024 * 1024,
            max_expansion_ratio: 200,
            max_nested_bytes: 8 * 1024 * 1024 * 1024,
            max_nesting: 1,
        }
    }
}

/// What an export says beside the file about the activity in it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Hints {
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Description and private note.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// Shoe or bike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gear: Option<String>,
    /// Rated perceived exertion, 1 to 10.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpe: Option<f64>,
    /// The export's word for the sport, used where the file has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sport: Option<String>,
}

/// A training file, or why a member is none.
#[derive(Debug)]
pub struct Member {
    /// The path inside the archive.
    pub name: String,
    /// The bytes as they are in the archive (a `.gz` stays packed), or the refusal.
    pub content: Result<Vec<u8>, Refusal>,
    /// What the export says beside it.
    pub hints: Hints,
}

/// Why an archive or one of its members was not read. [`Refusal::code`] is stable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a zip archive, or cut off before its directory.
    #[error("the archive cannot be read: {0}")]
    DamagedArchive(String),
    /// More members than allowed.
    #[error("the archive has {0} members, more than the {1} allowed")]
    TooManyMembers(usize, usize),
    /// A member, or all of them, unpack to more than allowed.
    #[error("it unpacks to more than the {0} bytes allowed")]
    TooLarge(u64),
    /// A member unpacks to suspiciously much.
    #[error("it unpacks to more than {0} times its packed size")]
    ExpansionRatio(u64),
    /// A path that points out of the archive.
    #[error("its path leads out of the archive")]
    UnsafePath,
    /// Locked by a password.
    #[error("it is encrypted")]
    Encrypted,
    /// The file system said no.
    #[error("it cannot be read: {0}")]
    Unreadable(String),
    /// An archive in an archive in an archive.
    #[error("archives are nested more than {0} deep")]
    NestedTooDeep(u32),
}

impl Refusal {
    /// The stable code of the report.
    pub fn code(&self) -> &'static str {
        match self {
            Self::DamagedArchive(_) => "damaged_archive",
            Self::TooManyMembers(..) => "too_many_members",
            Self::TooLarge(_) => "too_large",
            Self::ExpansionRatio(_) => "expansion_ratio",
            Self::UnsafePath => "unsafe_path",
            Self::Encrypted => "encrypted",
            Self::Unreadable(_) => "unreadable",
            Self::NestedTooDeep(_) => "nested_too_deep",
        }
    }
}

impl From<ZipError> for Refusal {
    fn from(error: ZipError) -> Self {
        Self::DamagedArchive(error.to_string())
    }
}

/// Whether these first bytes are those of a zip archive.
pub fn is_archive(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")
}

/// Whether a file of this name may be a training file or an archive of them.
pub fn is_importable(name: &str) -> bool {
    Kind::of(name) != Kind::Other
}

/// Hands every training file of the archive to `visit`, in the archive's order, until it breaks.
///
/// A member that cannot be read is handed on as a refusal and does not stop the walk; an archive that cannot
/// be opened is the error. Members that are not training files are passed over.
pub fn walk<R: Read + Seek>(
    reader: R,
    limits: &ArchiveLimits,
    visit: &mut dyn FnMut(Member) -> ControlFlow<()>,
) -> Result<(), Refusal> {
    let mut budget = limits.max_total_bytes;
    walk_nested(reader, limits, 0, "", &mut budget, visit).map(drop)
}

fn walk_nested<R: Read + Seek>(
    reader: R,
    limits: &ArchiveLimits,
    depth: u32,
    prefix: &str,
    budget: &mut u64,
    visit: &mut dyn FnMut(Member) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, Refusal> {
    let mut archive = ZipArchive::new(reader)?;
    if archive.len() > limits.max_members {
        return Err(Refusal::TooManyMembers(archive.len(), limits.max_members));
    }
    let hints = export_hints(&mut archive, limits);
    for index in 0..archive.len() {
        let Some(name) = archive.name_for_index(index).and_then(Result::ok).map(std::borrow::Cow::into_owned)
        else {
            continue;
        };
        let kind = Kind::of(&name);
        if kind == Kind::Other {
            continue;
        }
        let full_name = format!("{prefix}{name}");
        let member = |content, hints| Member { name: full_name.clone(), content, hints };
        let flow = if kind == Kind::Training {
            let content = read_member(&mut archive, index, limits, budget);
            let hints = hints.get(name.trim_start_matches("./")).cloned().unwrap_or_default();
            visit(member(content, hints))
        } else {
            let inner = if depth < limits.max_nesting {
                spool_archive(&mut archive, index, limits)
            } else {
                Err(Refusal::NestedTooDeep(limits.max_nesting))
            };
            let prefix = format!("{full_name}/");
            inner
                .and_then(|inner| walk_nested(inner, limits, depth + 1, &prefix, budget, visit))
                .unwrap_or_else(|refusal| visit(member(Err(refusal), Hints::default())))
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Training,
    Archive,
    Other,
}

impl Kind {
    /// By name only: an export holds thousands of pictures and tables that are not worth unpacking.
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let hidden =
            name.contains("__macosx/") || name.rsplit('/').next().is_some_and(|last| last.starts_with('.'));
        let bare = name.strip_suffix(".gz").unwrap_or(&name);
        let ends = |extension: &str| bare.ends_with(extension);
        if hidden || name.ends_with('/') {
            Self::Other
        } else if ends(".fit") || ends(".tcx") || ends(".gpx") {
            Self::Training
        } else if name.ends_with(".zip") {
            Self::Archive
        } else {
            Self::Other
        }
    }
}

/// Reads one member within every limit.
fn read_member<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    limits: &ArchiveLimits,
    budget: &mut u64,
) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let most = limits.max_member_bytes.min(*budget);
    *budget -= unpack_member(archive, index, limits, most, &mut bytes)?;
    Ok(bytes)
}

/// Spools an archive inside the archive to disk, where it can be walked like any other.
fn spool_archive<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    limits: &ArchiveLimits,
) -> Result<std::fs::File, Refusal> {
    let unreadable = |error: std::io::Error| Refusal::Unreadable(error.to_string());
    let mut file = tempfile::tempfile().map_err(unreadable)?;
    unpack_member(archive, index, limits, limits.max_nested_bytes, &mut file)?;
    file.rewind().map_err(unreadable)?;
    Ok(file)
}

/// Unpacks one member and returns its size, believing nothing that the archive claims.
fn unpack_member<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    index: usize,
    limits: &ArchiveLimits,
    most: u64,
    out: &mut impl Write,
) -> Result<u64, Refusal> {
    let mut member = archive.by_index(index)?;
    if member.encrypted() {
        return Err(Refusal::Encrypted);
    }
    if member.enclosed_name().is_none() {
        return Err(Refusal::UnsafePath);
    }
    // Tiny files compress absurdly well without being a danger.
    let ratio_bound = member.compressed_size().saturating_mul(limits.max_expansion_ratio).max(1024 * 1024);
    let bound = most.min(ratio_bound);
    let size = std::io::copy(&mut member.by_ref().take(bound + 1), out)
        .map_err(|error| Refusal::DamagedArchive(error.to_string()))?;
    if size <= bound {
        Ok(size)
    } else if bound == ratio_bound {
        Err(Refusal::ExpansionRatio(limits.max_expansion_ratio))
    } else {
        Err(Refusal::TooLarge(bound))
    }
}

/// What `activities.csv` says of each file, by the file's path in the archive.
fn export_hints<R: Read + Seek>(
    archive: &mut ZipArchive<R>,
    limits: &ArchiveLimits,
) -> HashMap<String, Hints> {
    let Some(index) = archive.index_for_name("activities.csv") else { return HashMap::new() };
    let mut budget = limits.max_member_bytes;
    let Ok(table) = read_member(archive, index, limits, &mut budget) else { return HashMap::new() };
    let Ok(rows) = strava_archive::read_activities(&table) else { return HashMap::new() };
    rows.into_iter()
        .filter_map(|row| {
            let notes: Vec<_> = [&row.description, &row.private_note]
                .into_iter()
                .flatten()
                .filter_map(|note| readable(note))
                .collect();
            let hints = Hints {
                name: row.name.as_deref().and_then(readable),
                notes: Some(notes.join("\n\n")).filter(|notes| !notes.is_empty()),
                gear: row.gear.as_deref().and_then(readable),
                rpe: row.rpe,
                sport: row.activity_type.as_deref().and_then(readable),
            };
            Some((row.file_name?, hints))
        })
        .collect()
}

/// The text without control characters, which no table of people's words means and the database refuses.
fn readable(text: &str) -> Option<String> {
    let kept = |letter: &char| !letter.is_control() || matches!(letter, '\n' | '\t');
    let text: String = text.chars().filter(kept).collect();
    (!text.trim().is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
