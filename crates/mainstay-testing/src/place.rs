//! Where the shared test server keeps its files, and the locks that its users share. Never here: the server.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mainstay_db::embedded::Account;
use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

/// Linux's file system in memory.
const MEMORY: &str = "/dev/shm";

/// What must be free there; a container's default of 64 MiB is too small for a server.
const ROOM_BYTES: u64 = 4 << 30;

/// The folder of the shared server.
///
/// ```text
/// lease      every test process holds it shared, for its life
/// uses       a byte for every test process that came
/// gate       held alone while somebody starts the server
/// server     the URL of the running server
/// postgres/  the cluster
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Place(PathBuf);

impl Place {
    /// In memory where the system has a file system for it: to copy a database is to make 300 files, which takes a
    /// tenth of the time there. Else `test-postgres` in the build's target folder; where the server's account or we
    /// may not go there, a folder under `/var/tmp`.
    pub(crate) fn find() -> Result<Self> {
        let target = target_folder();
        let uid = rustix::process::getuid().as_raw();
        let digest = Sha256::digest(target.clone().unwrap_or_default().as_os_str().as_encoded_bytes());
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let name = format!("mainstay-test-{uid}-{hash}");
        if is_roomy(Path::new(MEMORY))
            && let Ok(place) = Self::open(Path::new(MEMORY).join(&name))
        {
            return Ok(place);
        }
        if let Some(target) = &target
            && Account::for_server()?.first_blocked(target).is_none()
            && let Ok(place) = Self::open(target.join("test-postgres"))
        {
            return Ok(place);
        }
        Self::open(Path::new("/var/tmp").join(name))
    }

    /// True if what is left here occupies memory.
    pub(crate) fn is_in_memory(&self) -> bool {
        self.0.starts_with(MEMORY)
    }

    fn open(path: PathBuf) -> Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o711).create(&path)?;
        let owner = fs::symlink_metadata(&path)?;
        if !owner.is_dir() || owner.uid() != rustix::process::getuid().as_raw() {
            bail!("{} belongs to somebody else", path.display());
        }
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Says that a test process uses the server, until the returned file is closed. Waits while the server is
    /// being stopped.
    pub(crate) fn lease(&self) -> Result<File> {
        let lease = self.lock("lease", FlockOperation::LockShared)?;
        let uses = self.0.join("uses");
        let mut uses = OpenOptions::new().create(true).append(true).open(uses)?;
        // One byte a process: a megabyte after a million of them; begun anew with each server.
        uses.write_all(b".")?;
        Ok(lease)
    }

    /// Alone until the returned file is closed.
    pub(crate) fn gate(&self) -> Result<File> {
        self.lock("gate", FlockOperation::LockExclusive)
    }

    fn lock(&self, name: &str, how: FlockOperation) -> Result<File> {
        let path = self.0.join(name);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).read(true).write(true).open(&path);
        let file = file.with_context(|| path.display().to_string())?;
        flock(&file, how).with_context(|| format!("locking {}", path.display()))?;
        Ok(file)
    }

    pub(crate) fn read_server(&self) -> Option<String> {
        fs::read_to_string(self.0.join("server")).ok()
    }

    pub(crate) fn write_server(&self, url: &str) -> Result<()> {
        // For nobody else's eyes on a shared machine; the socket's folder is closed besides.
        fs::write(self.0.join("server"), url)?;
        fs::write(self.0.join("uses"), ".")?;
        Ok(())
    }
}

fn is_roomy(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) >= ROOM_BYTES)
}

/// The target folder that this test was built in: the nearest folder above the program that cargo has marked.
fn target_folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_owned)
}
