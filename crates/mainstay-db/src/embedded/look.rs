//! What a data folder holds, seen from outside. Never here: taking the folder, making or changing anything.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

use super::{Account, Config, EmbeddedError, SUPERUSER, folder, orphan};
use crate::Target;

/// A data folder as it stood a moment ago.
#[derive(Clone, Debug)]
pub struct Look {
    /// The folder, as an absolute path.
    pub data_dir: PathBuf,
    /// The major version of the cluster in it; `None` while there is no cluster.
    pub cluster_major: Option<u32>,
    /// The server that runs on it.
    pub running: Option<Running>,
}

/// A server that runs on a folder.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its process.
    pub pid: i32,
    /// The configured database, over the unix socket.
    pub target: Target,
}

impl Look {
    /// Looks at the folder of the configuration, whoever holds it.
    pub fn at(config: &Config) -> Self {
        let data_dir = std::path::absolute(&config.data_dir).unwrap_or_else(|_| config.data_dir.clone());
        // A server names its folder by the path without links.
        let cluster = std::fs::canonicalize(&data_dir).unwrap_or_else(|_| data_dir.clone()).join("pg");
        let running = orphan::running(&cluster).and_then(|pid| {
            let target = socket(&cluster, &config.database)?;
            Some(Running { pid: pid.as_raw_nonzero().get(), target })
        });
        Self { cluster_major: folder::cluster_major(&cluster), data_dir, running }
    }

    /// Whether the folder can be used, or made, by us and by the server's account.
    ///
    /// # Errors
    /// [`EmbeddedError::NotReachable`], [`EmbeddedError::NoAccount`], or [`EmbeddedError::File`] with the folder that
    /// may not be written to.
    pub fn usable(&self) -> Result<(), EmbeddedError> {
        let account = Account::for_server()?;
        if let Some(blocked) = account.first_blocked(&self.data_dir) {
            return Err(EmbeddedError::NotReachable { blocked, account: account.name().to_owned() });
        }
        let nearest = self.data_dir.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        access(nearest, Access::WRITE_OK | Access::EXEC_OK)
            .map_err(|error| EmbeddedError::file("cannot write to", nearest)(error.into()))
    }
}

/// Where the server of the cluster listens: it stands in `postmaster.pid`.
fn socket(cluster: &Path, database: &str) -> Option<Target> {
    let text = std::fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let port = lines.get(3)?.trim().parse().ok()?;
    Some(Target::socket(Path::new(lines.get(4)?.trim()), port, SUPERUSER, database))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_makes_nothing_and_takes_no_stranger_for_the_server() {
        let world = tempfile::tempdir().unwrap();
        let config = Config { data_dir: world.path().join("not/there"), ..Config::default() };
        let look = Look::at(&config);
        assert!(look.cluster_major.is_none() && look.running.is_none());
        assert!(!world.path().join("not").exists());
        let cluster = config.data_dir.join("pg");
        std::fs::create_dir_all(&cluster).unwrap();
        std::fs::write(cluster.join("PG_VERSION"), "15\n").unwrap();
        let ourselves = std::process::id();
        std::fs::write(cluster.join("postmaster.pid"), format!("{ourselves}\n\n\n5432\n/tmp\n")).unwrap();
        let look = Look::at(&config);
        assert_eq!(look.cluster_major, Some(15));
        assert!(look.running.is_none(), "our own process is no server: {look:?}");
    }
}
