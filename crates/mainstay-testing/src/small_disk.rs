//! A file system of a few megabytes that a test fills and frees. Never here: the server that lies on it.

use std::fs::{self, File, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

/// What fills it is written in pieces of falling size, so that not even a page is left.
const PIECES: [usize; 3] = [1 << 20, 1 << 16, 1 << 12];

/// A file system in memory, mounted for one test and gone with this.
#[derive(Debug)]
pub struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    /// Mounts one of so many megabytes. `None` where this process may not mount, which takes root or the capability
    /// `CAP_SYS_ADMIN`.
    ///
    /// # Errors
    /// If the folder for it cannot be made, or the mounting fails for another reason.
    pub fn mount(megabytes: u32) -> Result<Option<Self>> {
        let folder = tempfile::tempdir()?;
        let options = format!("size={megabytes}m,mode=711");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "mainstay-test"]).arg(folder.path());
        let output = match mount.output() {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            output => output.context("running mount")?,
        };
        if output.status.success() {
            return Ok(Some(Self { folder }));
        }
        let why = String::from_utf8_lossy(&output.stderr);
        if why.contains("permission denied") || why.contains("superuser") || why.contains("not permitted") {
            return Ok(None);
        }
        bail!("mount: {}", why.trim())
    }

    /// Where it is mounted. Whoever runs a server here makes a folder for it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room that is left.
    ///
    /// # Errors
    /// What the file system says, but that it is full.
    pub fn fill(&self) -> Result<()> {
        let mut file = File::create(self.ballast())?;
        fs::set_permissions(self.ballast(), Permissions::from_mode(0o600))?;
        for piece in PIECES {
            let zeros = vec![0; piece];
            loop {
                match file.write_all(&zeros) {
                    Ok(()) => {}
                    Err(error) if error.kind() == ErrorKind::StorageFull => break,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    /// Gives back the room that [`SmallDisk::fill`] took.
    ///
    /// # Errors
    /// What the file system says.
    pub fn free(&self) -> Result<()> {
        Ok(fs::remove_file(self.ballast())?)
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a server that is still ending keeps it until it has ended.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).output();
    }
}
