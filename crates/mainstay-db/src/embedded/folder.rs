//! The cluster's folder: its lock and its paths. Never here: processes.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use super::{Account, EmbeddedError};

/// A unix socket's path has at most 107 bytes; this many are for `/.s.PGSQL.65535.lock` and its end.
const SOCKET_FOLDER_MAX: usize = 107 - 21;

/// A log that is larger at start is moved aside.
const LOG_MAX_BYTES: u64 = 8 << 20;

/// The folder, held: nobody else uses it while this lives.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Open for its lock alone, which ends with the process.
    _lock: File,
}

impl Folder {
    /// Makes the folder if it is absent and takes its lock.
    pub(super) fn hold(data_dir: &Path, account: &Account) -> Result<Self, EmbeddedError> {
        // As root the server's account must pass through; the cluster inside is closed by its own mode.
        let mode = if account.is_other() { 0o711 } else { 0o700 };
        let mut builder = fs::DirBuilder::new();
        builder
            .recursive(true)
            .mode(mode)
            .create(data_dir)
            .map_err(EmbeddedError::file("cannot make", data_dir))?;
        let root = fs::canonicalize(data_dir).map_err(EmbeddedError::file("cannot find", data_dir))?;
        if let Some(blocked) = account.first_blocked(&root) {
            return Err(EmbeddedError::NotReachable { blocked, account: account.name().to_owned() });
        }
        let lock = take_lock(&root)?;
        Ok(Self { root, _lock: lock })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.root.join("pg")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("postgres.log")
    }

    pub(super) fn password(&self) -> PathBuf {
        self.root.join("password")
    }

    /// The major version that made the cluster, if there is one.
    pub(super) fn cluster_major(&self) -> Option<u32> {
        cluster_major(&self.cluster())
    }

    /// Opens the log for the server, moving a large one aside. Returns its length too: where this start begins.
    pub(super) fn open_log(&self) -> Result<(File, u64), EmbeddedError> {
        let path = self.log();
        let length = fs::metadata(&path).map_or(0, |found| found.len());
        if length > LOG_MAX_BYTES {
            let aside = self.root.join("postgres.log.old");
            fs::rename(&path, aside).map_err(EmbeddedError::file("cannot move aside", &path))?;
        }
        let mut options = OpenOptions::new();
        let log = options.create(true).append(true).mode(0o600).open(&path);
        let log = log.map_err(EmbeddedError::file("cannot open", &path))?;
        let begin = log.metadata().map_or(0, |found| found.len());
        Ok((log, begin))
    }

    /// The socket's folder, empty of sockets, closed to everybody but the server's account (and root).
    pub(super) fn socket_folder(&self, account: &Account) -> Result<PathBuf, EmbeddedError> {
        let own = self.root.join("run");
        let folder = if own.as_os_str().len() <= SOCKET_FOLDER_MAX { own } else { short_folder(&self.root) };
        match fs::DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => account.own(&folder)?,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(EmbeddedError::file("cannot make", &folder)(error)),
        }
        // Whoever owns the folder may stand in for the server: it must be ours, and not a link.
        let found = fs::symlink_metadata(&folder).map_err(EmbeddedError::file("cannot find", &folder))?;
        if !found.is_dir() || !account.owns(&found) {
            let foreign = std::io::Error::new(ErrorKind::PermissionDenied, "it belongs to somebody else");
            return Err(EmbeddedError::file("cannot use", &folder)(foreign));
        }
        fs::set_permissions(&folder, Permissions::from_mode(0o700))
            .map_err(EmbeddedError::file("cannot close", &folder))?;
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            // Left by a server that was killed; its port will not come again.
            let _ = fs::remove_file(entry.path());
        }
        Ok(folder)
    }

    /// What the log says since `begin`, at most its last four kilobytes.
    pub(super) fn log_since(&self, begin: u64) -> String {
        use std::io::{Seek, SeekFrom};
        let read = || -> std::io::Result<String> {
            let mut log = File::open(self.log())?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(begin.max(length.saturating_sub(4096))))?;
            let mut bytes = Vec::new();
            log.take(4096).read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
        };
        read().unwrap_or_default()
    }
}

/// The major version that made the cluster, if there is one.
pub(super) fn cluster_major(cluster: &Path) -> Option<u32> {
    let text = fs::read_to_string(cluster.join("PG_VERSION")).ok()?;
    text.trim().split('.').next()?.parse().ok()
}

fn take_lock(root: &Path) -> Result<File, EmbeddedError> {
    let path = root.join("lock");
    let mut options = OpenOptions::new();
    let opened = options.create(true).truncate(false).read(true).write(true).mode(0o600).open(&path);
    let mut lock = opened.map_err(EmbeddedError::file("cannot open", &path))?;
    if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut holder = String::new();
        let _ = lock.read_to_string(&mut holder);
        let pid = if holder.trim().is_empty() { "?".to_owned() } else { holder.trim().to_owned() };
        return Err(EmbeddedError::InUse { data_dir: root.to_owned(), pid });
    }
    let named = lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id()));
    named.map_err(EmbeddedError::file("cannot write", &path))?;
    Ok(lock)
}

fn short_folder(root: &Path) -> PathBuf {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Path::new("/tmp").join(format!("mainstay-{name}"))
}
