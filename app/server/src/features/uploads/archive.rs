//! Walks an archive and hands out the training files in it, one at a time, within limits.
//!
//! Understood: any `.zip`, Strava's bulk export (with the names, notes, gear and effort of its
//! `activities.csv`) and Garmin's export (archives inside the archive). Nothing is ever written to a path that
//! an archive names. Never here: parsing training files, the database.

use std::collections::HashMap;
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use zip::ZipArchive;

mod hints;
mod refusal;

pub use hints::Hints;
pub(crate) use hints::{TABLE, Table};
pub use refusal::Refusal;

use super::FileName;

/// What archives may hold. Every limit has a name, so that a refusal can be understood and changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ArchiveLimits {
    /// Members of one archive, training files or not.
    pub max_members: usize,
    /// Unpacked bytes of one member.
    #[serde(with = "mainstay_config::byte_size")]
    pub max_member_bytes: u64,
    /// Unpacked bytes of one archive: everything that is unpacked of it, refused or not.
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

/// Tables of one archive that are read for hints; an export has one.
const MAX_TABLES: usize = 8;

/// A training file, or why a member is none.
#[derive(Debug)]
pub struct Member {
    /// The path inside the archive.
    pub name: FileName,
    /// The bytes as they are in the archive (a `.gz` stays packed), or the refusal.
    pub content: Result<Vec<u8>, Refusal>,
    /// What the export says beside it.
    pub hints: Hints,
}

impl Member {
    /// A member, or a file from anywhere else, of which nothing is known but its bytes.
    pub fn new(name: &str, content: Result<Vec<u8>, Refusal>) -> Self {
        Self { name: FileName::clean(name), content, hints: Hints::default() }
    }

    /// Its size; 0 when it was refused.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.content.as_ref().map_or(0, |bytes| bytes.len() as u64)
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
    let walk =
        move || Walk { limits, budget: limits.max_total_bytes, visit }.archive(reader, 0, "").map(drop);
    // A reader that panics on an archive must not take the archives after it along.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(walk)).unwrap_or_else(|_| {
        tracing::error!(event = "import.reader.panicked", "the reader of archives panicked");
        Err(Refusal::Unreadable("our reader failed on it; please report the file".to_owned()))
    })
}

/// A walk on its way.
struct Walk<'a> {
    limits: &'a ArchiveLimits,
    /// Bytes that may still be unpacked.
    budget: u64,
    visit: &'a mut dyn FnMut(Member) -> ControlFlow<()>,
}

impl Walk<'_> {
    fn archive<R: Read + Seek>(
        &mut self,
        reader: R,
        depth: u32,
        prefix: &str,
    ) -> Result<ControlFlow<()>, Refusal> {
        let mut archive = ZipArchive::new(reader)?;
        if archive.len() > self.limits.max_members {
            return Err(Refusal::TooManyMembers(archive.len(), self.limits.max_members));
        }
        let mut hints = self.hints(&mut archive);
        for index in 0..archive.len() {
            let Some(name) = name_of(&archive, index) else { continue };
            let full_name = format!("{prefix}{name}");
            let flow = match Kind::of(&name) {
                Kind::Other => ControlFlow::Continue(()),
                Kind::Training => {
                    let mut member = Member::new(&full_name, self.read(&mut archive, index));
                    member.hints = hints.by_path.remove(name.trim_start_matches("./")).unwrap_or_default();
                    (self.visit)(member)
                }
                Kind::Archive => {
                    let inner = self.spool(&mut archive, index, depth);
                    inner
                        .and_then(|inner| self.archive(inner, depth + 1, &format!("{full_name}/")))
                        .unwrap_or_else(|refusal| (self.visit)(Member::new(&full_name, Err(refusal))))
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        for (table, refusal) in hints.refusals {
            let member = Member::new(&format!("{prefix}{table}"), Err(refusal));
            if (self.visit)(member).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// What the tables in the archive say. Each speaks of the files in its own folder: an export is often packed again
    /// with its folder around it.
    fn hints<R: Read + Seek>(&mut self, archive: &mut ZipArchive<R>) -> ArchiveHints {
        let mut found = ArchiveHints::default();
        let tables: Vec<(usize, String)> = (0..archive.len())
            .filter_map(|index| Some((index, name_of(archive, index)?)))
            .filter(|(_, name)| name.rsplit('/').next() == Some(TABLE) && !is_hidden(name))
            .take(MAX_TABLES)
            .collect();
        for (index, name) in tables {
            let table = match self.read(archive, index) {
                Ok(bytes) => Table::read(&bytes),
                Err(refusal) => Table { refusal: Some(refusal), ..Table::default() },
            };
            let folder = name.trim_start_matches("./").strip_suffix(TABLE).unwrap_or_default();
            let by_path = table.by_path.into_iter().map(|(path, hints)| (format!("{folder}{path}"), hints));
            found.by_path.extend(by_path);
            found.refusals.extend(table.refusal.map(|refusal| (name, refusal)));
        }
        found
    }

    /// Reads one member within every limit.
    fn read<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
    ) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        self.unpack(archive, index, self.limits.max_member_bytes, &mut bytes)?;
        Ok(bytes)
    }

    /// Spools an archive inside the archive to disk, where it can be walked like any other.
    fn spool<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        depth: u32,
    ) -> Result<std::fs::File, Refusal> {
        if depth >= self.limits.max_nesting {
            return Err(Refusal::NestedTooDeep(self.limits.max_nesting));
        }
        let unreadable = |error: std::io::Error| Refusal::Unreadable(error.to_string());
        let mut file = tempfile::tempfile().map_err(unreadable)?;
        self.unpack(archive, index, self.limits.max_nested_bytes, &mut file)?;
        file.rewind().map_err(unreadable)?;
        Ok(file)
    }

    /// Unpacks one member, believing nothing that the archive claims, and charges what was unpacked to the budget,
    /// whatever becomes of it.
    fn unpack<R: Read + Seek>(
        &mut self,
        archive: &mut ZipArchive<R>,
        index: usize,
        most: u64,
        out: &mut impl Write,
    ) -> Result<(), Refusal> {
        let mut member = archive.by_index(index)?;
        if member.encrypted() {
            return Err(Refusal::Encrypted);
        }
        if member.enclosed_name().is_none() {
            return Err(Refusal::UnsafePath);
        }
        // Tiny files compress absurdly well without being a danger.
        let by_ratio =
            member.compressed_size().saturating_mul(self.limits.max_expansion_ratio).max(1024 * 1024);
        let bound = most.min(by_ratio).min(self.budget);
        let mut counted = Counted { inner: member.by_ref().take(bound + 1), count: 0 };
        let copied = std::io::copy(&mut counted, out);
        let unpacked = counted.count;
        let budget = self.budget;
        self.budget = budget.saturating_sub(unpacked);
        copied.map_err(|error| Refusal::DamagedArchive(error.to_string()))?;
        if unpacked <= bound {
            Ok(())
        } else if bound == by_ratio {
            Err(Refusal::ExpansionRatio(self.limits.max_expansion_ratio))
        } else if bound == most {
            Err(Refusal::TooLarge(most))
        } else {
            Err(Refusal::ArchiveTooLarge(self.limits.max_total_bytes))
        }
    }
}

/// What an archive's tables say, by the path in the archive.
#[derive(Default)]
struct ArchiveHints {
    by_path: HashMap<String, Hints>,
    /// Tables of which something cannot be imported.
    refusals: Vec<(String, Refusal)>,
}

fn name_of<R: Read + Seek>(archive: &ZipArchive<R>, index: usize) -> Option<String> {
    archive.name_for_index(index)?.ok().map(std::borrow::Cow::into_owned)
}

/// Counts what is read through it.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(into)?;
        self.count += read as u64;
        Ok(read)
    }
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
        let hidden = is_hidden(name);
        let name = name.to_ascii_lowercase();
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

/// What file managers leave beside the files, and files that want not to be seen.
fn is_hidden(name: &str) -> bool {
    name.to_ascii_lowercase().contains("__macosx/")
        || name.rsplit('/').next().is_some_and(|last| last.starts_with('.'))
}

#[cfg(test)]
mod tests;
