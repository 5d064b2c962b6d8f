//! As whom the server runs. PostgreSQL refuses root, so as root we take another account. Never here: files' owners.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// An account of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    name: String,
    uid: u32,
    gid: u32,
    /// We are root and become this account in the child.
    switch: bool,
}

impl Account {
    /// The account for the server: ourselves, or as root `postgres`, else `nobody`.
    ///
    /// # Errors
    /// [`EmbeddedError::NoAccount`] as root on a machine that has neither.
    pub fn for_server() -> Result<Self, EmbeddedError> {
        let uid = rustix::process::geteuid().as_raw();
        let gid = rustix::process::getegid().as_raw();
        if uid != 0 {
            return Ok(Self { name: format!("user {uid}"), uid, gid, switch: false });
        }
        let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"].iter().find_map(|name| find(&passwd, name)).ok_or(EmbeddedError::NoAccount)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True if we are root and the server runs as somebody else.
    pub fn is_other(&self) -> bool {
        self.switch
    }

    /// The first folder on the way to `path` (itself included) that this account may not enter.
    pub fn first_blocked(&self, path: &Path) -> Option<PathBuf> {
        if !self.switch {
            return None;
        }
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        way.into_iter()
            .find(|folder| fs::metadata(folder).is_ok_and(|found| !self.may_enter(&found)))
            .map(Path::to_owned)
    }

    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let bit = if folder.uid() == self.uid {
            0o100
        } else if folder.gid() == self.gid {
            0o010
        } else {
            0o001
        };
        folder.mode() & bit != 0
    }

    /// Gives a file or folder to the account.
    pub(super) fn own(&self, path: &Path) -> Result<(), EmbeddedError> {
        if !self.switch {
            return Ok(());
        }
        std::os::unix::fs::chown(path, Some(self.uid), Some(self.gid))
            .map_err(EmbeddedError::file("cannot give away", path))
    }

    pub(super) fn owns(&self, found: &fs::Metadata) -> bool {
        found.uid() == self.uid
    }

    /// A command that runs as this account in `folder`, with an empty environment: no `PG*` variable and no
    /// language of the caller changes what it does or says.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir(folder);
        if self.switch {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }
}

/// The entry `name:password:uid:gid:…` of a passwd file.
fn find(passwd: &str, name: &str) -> Option<Account> {
    let line = passwd.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { name: name.to_owned(), uid, gid, switch: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\npostgresql:x:7:7::/:/bin/sh\npostgres:x:101:104:,,,:/var:/bin/sh\n";
        let account = find(passwd, "postgres").unwrap();
        assert_eq!((account.uid, account.gid, account.is_other()), (101, 104, true));
        assert_eq!(find(passwd, "nobody"), None);
        assert_eq!(find("nobody:x:many:1::/:/bin/sh", "nobody"), None);
    }

    #[test]
    fn a_closed_folder_on_the_way_is_named() {
        let world = tempfile::tempdir().unwrap();
        let closed = world.path().join("closed");
        let inner = closed.join("inner");
        fs::create_dir_all(&inner).unwrap();
        let other = Account { name: "other".to_owned(), uid: 987_654, gid: 987_654, switch: true };
        let mode =
            |path: &Path, mode| fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode));
        mode(world.path(), 0o711).unwrap();
        mode(&closed, 0o700).unwrap();
        assert_eq!(other.first_blocked(&inner), Some(closed.clone()));
        mode(&closed, 0o711).unwrap();
        assert_eq!(other.first_blocked(&inner), None);
    }
}
