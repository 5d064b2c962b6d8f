//! Where PostgreSQL's programs are on this machine. Never here: running a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// The oldest major version that we run.
const OLDEST_MAJOR: u32 = 14;

/// A folder that holds `initdb` and `postgres`, and their version.
///
/// Looked for, in this order: the given folder and no other; `pg_config --bindir`; the newest of
/// `/usr/lib/postgresql/*/bin` and `/usr/pgsql-*/bin`; Homebrew; `PATH`. An existing cluster takes the first whose
/// major version made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Programs {
    bin_dir: PathBuf,
    version: String,
    major: u32,
}

impl Programs {
    /// Finds the programs; `cluster_major` is the version of an existing cluster.
    ///
    /// # Errors
    /// [`EmbeddedError::Missing`] and [`EmbeddedError::OtherMajor`].
    pub fn find(given: &Path, data_dir: &Path, cluster_major: Option<u32>) -> Result<Self, EmbeddedError> {
        let mut looked_in = Vec::new();
        let mut others = Vec::new();
        for candidate in candidates(given) {
            let place = candidate.display();
            match Self::at(&candidate) {
                Err(why) => looked_in.push(format!("{place} ({why})")),
                Ok(found) if cluster_major.is_some_and(|major| major != found.major) => {
                    others.push(found.version);
                }
                Ok(found) if found.major < OLDEST_MAJOR => {
                    looked_in.push(format!("{place} ({} is too old)", found.version));
                }
                Ok(found) => return Ok(found),
            }
        }
        match cluster_major {
            Some(cluster) if !others.is_empty() => {
                Err(EmbeddedError::OtherMajor { data_dir: data_dir.to_owned(), cluster, found: others })
            }
            _ => Err(EmbeddedError::Missing { looked_in }),
        }
    }

    fn at(bin_dir: &Path) -> Result<Self, String> {
        for program in ["initdb", "postgres"] {
            if !bin_dir.join(program).is_file() {
                return Err(format!("no {program}"));
            }
        }
        let output = Command::new(bin_dir.join("postgres")).arg("--version").output();
        let said = output.map_err(|error| error.to_string())?;
        let (version, major) = parse_version(&String::from_utf8_lossy(&said.stdout))
            .ok_or("postgres --version is not understood")?;
        Ok(Self { bin_dir: bin_dir.to_owned(), version, major })
    }

    /// `15.18` or the like.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Where they are.
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.bin_dir.join(program)
    }

    /// True if the server can load `pg_stat_statements`.
    pub(super) fn has_statement_statistics(&self) -> bool {
        let folders =
            ["lib", "lib/postgresql", "../lib", "../lib/postgresql", "../lib64", "../lib64/postgresql"];
        let names = ["pg_stat_statements.so", "pg_stat_statements.dylib"];
        folders.iter().any(|folder| names.iter().any(|name| self.bin_dir.join(folder).join(name).is_file()))
    }
}

/// Places to look, each found out only when the ones before it had nothing. A place may come twice.
fn candidates(given: &Path) -> Box<dyn Iterator<Item = PathBuf>> {
    if !given.as_os_str().is_empty() {
        return Box::new(std::iter::once(given.to_owned()));
    }
    let sources: [fn() -> Vec<PathBuf>; 4] = [configured, packaged, homebrew, on_path];
    Box::new(sources.into_iter().flat_map(|source| source()))
}

fn configured() -> Vec<PathBuf> {
    said_by("pg_config", &["--bindir"]).map(PathBuf::from).into_iter().collect()
}

fn packaged() -> Vec<PathBuf> {
    let mut found = versioned(Path::new("/usr/lib/postgresql"), "");
    found.extend(versioned(Path::new("/usr"), "pgsql-"));
    found
}

fn homebrew() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for kegs in ["/opt/homebrew/opt", "/usr/local/opt"] {
        found.extend(versioned(Path::new(kegs), "postgresql@"));
        found.push(Path::new(kegs).join("postgresql/bin"));
    }
    found
}

/// The shell searches PATH, which we do not read ourselves.
fn on_path() -> Vec<PathBuf> {
    let program = said_by("sh", &["-c", "command -v postgres"]).and_then(|path| fs::canonicalize(path).ok());
    program.and_then(|program| program.parent().map(Path::to_owned)).into_iter().collect()
}

/// The `bin` folders of `parent/<prefix><number>`, highest number first.
fn versioned(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut numbered: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    numbered.sort_by(|a, b| b.cmp(a));
    numbered.into_iter().map(|(_, path)| path).collect()
}

fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !text.is_empty()).then_some(text)
}

/// From `postgres (PostgreSQL) 15.18 (Debian …)`, `… 18beta1`.
fn parse_version(said: &str) -> Option<(String, u32)> {
    let version = said.split_once("(PostgreSQL)")?.1.split_whitespace().next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((version.to_owned(), digits.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        for (said, version, major) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", "15.18", 15),
            ("postgres (PostgreSQL) 9.6.24", "9.6.24", 9),
            ("postgres (PostgreSQL) 19beta1", "19beta1", 19),
        ] {
            assert_eq!(parse_version(said), Some((version.to_owned(), major)));
        }
        assert_eq!(parse_version("mysqld 8"), None);
    }

    #[test]
    fn the_highest_version_comes_first() {
        let world = tempfile::tempdir().unwrap();
        for name in ["9", "15", "14", "readme"] {
            fs::create_dir(world.path().join(name)).unwrap();
        }
        let found = versioned(world.path(), "");
        let names: Vec<_> = found.iter().map(|path| path.strip_prefix(world.path()).unwrap()).collect();
        assert_eq!(names, [Path::new("15/bin"), Path::new("14/bin"), Path::new("9/bin")]);
    }

    #[test]
    fn what_is_missing_is_told_with_its_remedy() {
        let world = tempfile::tempdir().unwrap();
        let error = Programs::find(world.path(), world.path(), None).unwrap_err().to_string();
        assert!(error.contains("apt-get install postgresql"), "{error}");
        assert!(error.contains("(no initdb)"), "{error}");
    }

    /// A `postgres` that only tells its version.
    fn pretend(folder: &Path, version: &str) {
        use std::os::unix::fs::PermissionsExt;
        for program in ["initdb", "postgres"] {
            let path = folder.join(program);
            fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn a_version_that_does_not_fit_is_refused() {
        let world = tempfile::tempdir().unwrap();
        pretend(world.path(), "13.4");
        let error = Programs::find(world.path(), world.path(), None).unwrap_err();
        assert!(error.to_string().contains("13.4 is too old"), "{error}");
        pretend(world.path(), "17.2");
        assert_eq!(Programs::find(world.path(), world.path(), None).unwrap().version(), "17.2");
        let error = Programs::find(world.path(), world.path(), Some(15)).unwrap_err();
        assert!(matches!(&error, EmbeddedError::OtherMajor { cluster: 15, .. }), "{error}");
    }
}
