//! Files, folders and archives on the disk as members: the same that an upload's archive would give.
//! Never here: the database, printing.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::archive::{self, ArchiveLimits, Hints, Member, Refusal, TABLE, Table};

/// Reads what lies under paths.
pub(super) struct Disk<'a> {
    pub(super) max_file_bytes: u64,
    pub(super) limits: ArchiveLimits,
    /// Takes each file; a break ends the reading.
    pub(super) visit: &'a mut dyn FnMut(Member) -> ControlFlow<()>,
    /// What the tables of unpacked exports say, by the file's path.
    pub(super) hints: HashMap<PathBuf, Hints>,
}

impl Disk<'_> {
    /// Visits every training file under the paths. The tables among them come first: a shell that lists an export's
    /// folder names them last.
    pub(super) fn read_all(&mut self, paths: &[PathBuf]) -> ControlFlow<()> {
        let (tables, others): (Vec<_>, Vec<_>) = paths.iter().partition(|path| path.ends_with(TABLE));
        tables.into_iter().try_for_each(|path| self.table(path))?;
        others.into_iter().try_for_each(|path| self.read(path))
    }

    /// Folders in the order of their names.
    fn read(&mut self, path: &Path) -> ControlFlow<()> {
        if path.is_dir() { self.folder(path) } else { self.file(path) }
    }

    fn folder(&mut self, path: &Path) -> ControlFlow<()> {
        let entries = match std::fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.refuse(path, Refusal::Unreadable(error.to_string())),
        };
        let mut inside: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
        inside.sort();
        self.table(&path.join(TABLE))?;
        for entry in inside {
            // A link to a folder could lead around in a circle.
            let follow = entry.symlink_metadata().is_ok_and(|seen| seen.is_file() || seen.is_dir());
            if follow && (entry.is_dir() || archive::is_importable(&entry.to_string_lossy())) {
                self.read(&entry)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Learns what an unpacked export says of the files in the folder of its table.
    fn table(&mut self, path: &Path) -> ControlFlow<()> {
        let Ok(bytes) = File::open(path).and_then(|file| read_up_to(file, self.limits.max_member_bytes))
        else {
            return ControlFlow::Continue(());
        };
        let table = Table::read(&bytes);
        let folder = path.parent().unwrap_or(Path::new(""));
        self.hints.extend(table.by_path.into_iter().map(|(inside, hints)| (folder.join(inside), hints)));
        table.refusal.map_or(ControlFlow::Continue(()), |refusal| self.refuse(path, refusal))
    }

    fn file(&mut self, path: &Path) -> ControlFlow<()> {
        let opened = File::open(path).and_then(|mut file| {
            let start = read_up_to(&mut file, 4)?;
            file.rewind()?;
            Ok((file, archive::is_archive(&start)))
        });
        match opened {
            Err(error) => self.refuse(path, Refusal::Unreadable(error.to_string())),
            Ok((file, true)) => self.archive(path, file),
            Ok((file, false)) => {
                let content = match read_up_to(file, self.max_file_bytes + 1) {
                    Ok(bytes) if bytes.len() as u64 > self.max_file_bytes => {
                        Err(Refusal::TooLarge(self.max_file_bytes))
                    }
                    Ok(bytes) => Ok(bytes),
                    Err(error) => Err(Refusal::Unreadable(error.to_string())),
                };
                let hints = self.hints.remove(path).unwrap_or_default();
                (self.visit)(Member { hints, ..Member::new(&path.to_string_lossy(), content) })
            }
        }
    }

    fn archive(&mut self, path: &Path, file: File) -> ControlFlow<()> {
        let outer = path.to_string_lossy();
        let mut flow = ControlFlow::Continue(());
        let walked = archive::walk(file, &self.limits, &mut |mut member| {
            member.name = member.name.inside(&outer);
            flow = (self.visit)(member);
            flow
        });
        match walked {
            Ok(()) => flow,
            Err(refusal) => self.refuse(path, refusal),
        }
    }

    fn refuse(&mut self, path: &Path, refusal: Refusal) -> ControlFlow<()> {
        (self.visit)(Member::new(&path.to_string_lossy(), Err(refusal)))
    }
}

fn read_up_to(from: impl Read, most: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
