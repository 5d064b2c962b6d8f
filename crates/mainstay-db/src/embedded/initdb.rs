//! Makes a cluster so that it is there whole or not at all. Never here: starting it.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Stdio;

use mainstay_runtime::Random;

use super::folder::Folder;
use super::server::end_with_parent;
use super::{Account, Durability, EmbeddedError, Programs};

/// The superuser of a private cluster.
pub const SUPERUSER: &str = "postgres";

/// Unix socket: whoever may enter its closed folder. TCP: the password.
const HBA: &str = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\nhost all all ::1/128 scram-sha-256\n\
                   local replication all trust\n";

/// Makes the cluster beside its place, writes it to disk, and renames it.
pub(super) fn make(
    folder: &Folder,
    programs: &Programs,
    account: &Account,
    durability: Durability,
) -> Result<(), EmbeddedError> {
    remove_halves(folder.root())?;
    // A name of this attempt alone: an initdb that outlived a killed parent must not meet ours.
    let half = folder.root().join(format!("pg.tmp-{}", std::process::id()));
    fs::DirBuilder::new().mode(0o700).create(&half).map_err(EmbeddedError::file("cannot make", &half))?;
    account.own(&half)?;
    let run = |locale: &str| {
        let flags =
            ["--no-sync", "--auth=trust", "--encoding=UTF8", "--username", SUPERUSER, locale, "--pgdata"];
        initdb(programs, account, &half, &flags)
    };
    // Some systems (older macOS) have no C.UTF-8.
    match run("--locale=C.UTF-8") {
        Err(EmbeddedError::Init { output }) if output.contains("locale") => run("--locale=C")?,
        outcome => outcome?,
    }
    let hba = half.join("pg_hba.conf");
    fs::write(&hba, HBA).map_err(EmbeddedError::file("cannot write", &hba))?;
    if durability == Durability::Durable {
        to_disk(programs, account, &half)?;
    }
    let place = folder.cluster();
    fs::rename(&half, &place).map_err(EmbeddedError::file("cannot move into place", &place))?;
    let root = folder.root();
    File::open(root)
        .and_then(|root| root.sync_all())
        .map_err(EmbeddedError::file("cannot write to disk", root))
}

/// Everything under `half` to disk. On Linux in one call for the whole file system: a thousand single ones take
/// seconds.
fn to_disk(programs: &Programs, account: &Account, half: &Path) -> Result<(), EmbeddedError> {
    #[cfg(target_os = "linux")]
    if File::open(half).is_ok_and(|folder| rustix::fs::syncfs(folder).is_ok()) {
        return Ok(());
    }
    initdb(programs, account, half, &["--sync-only", "--pgdata"])
}

/// Clusters that were being made when their maker died, and a place without a whole cluster.
fn remove_halves(root: &Path) -> Result<(), EmbeddedError> {
    let entries = fs::read_dir(root).map_err(EmbeddedError::file("cannot read", root))?;
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with("pg.tmp") {
            let path = entry.path();
            match fs::remove_dir_all(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(EmbeddedError::file("cannot remove", &path)(error));
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn initdb(programs: &Programs, account: &Account, half: &Path, flags: &[&str]) -> Result<(), EmbeddedError> {
    let program = programs.path("initdb");
    let mut command = end_with_parent(account, &program, half, "KILL");
    command.args(flags).arg(half).stdin(Stdio::null());
    let output = command.output().map_err(EmbeddedError::file("cannot run", &program))?;
    if output.status.success() {
        return Ok(());
    }
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(EmbeddedError::Init { output: said.trim().to_owned() })
}

/// A new password: 192 random bits in hexadecimal.
pub(super) fn new_password() -> String {
    Random::system().bytes::<24>().iter().map(|byte| format!("{byte:02x}")).collect()
}
