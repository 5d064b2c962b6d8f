//! Why there is no private cluster, and what to do. Never here: the doing.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

/// The private cluster could not be made, started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// PostgreSQL is not installed, or not where we look.
    #[error(
        "PostgreSQL 14 or newer was not found.\n\
         Install it:   apt-get install postgresql      (Debian, Ubuntu; as root)\n\
         \x20             brew install postgresql@17      (macOS)\n\
         or name the folder of its programs (initdb, postgres) as bin_dir,\n\
         or give the address of a server as database url.\n\
         Looked in: {}", looked_in.join(", ")
    )]
    Missing {
        /// Every place that was tried, with what was found there.
        looked_in: Vec<String>,
    },
    /// The cluster was made by another major version.
    #[error(
        "the cluster in {} was made by PostgreSQL {cluster}, but only {} was found; \
         install PostgreSQL {cluster} (apt-get install postgresql-{cluster}), or move the data with pg_upgrade",
        data_dir.display(), found.join(", ")
    )]
    OtherMajor {
        /// The folder.
        data_dir: PathBuf,
        /// The cluster's major version.
        cluster: u32,
        /// The versions found.
        found: Vec<String>,
    },
    /// Another process uses the folder.
    #[error("{} is in use by process {pid}; stop that one or choose another data directory", data_dir.display())]
    InUse {
        /// The folder.
        data_dir: PathBuf,
        /// Who holds it; "?" if that is not known.
        pid: String,
    },
    /// Started as root, PostgreSQL runs as `account`, and that account cannot reach the folder.
    #[error(
        "PostgreSQL does not run as root, so it runs as {account}, who may not enter {}; \
         allow it (chmod o+x {}) or choose another data directory, such as one under /var/lib",
        blocked.display(), blocked.display()
    )]
    NotReachable {
        /// The folder that keeps the account out.
        blocked: PathBuf,
        /// The server's account.
        account: String,
    },
    /// Started as root, and the machine has no account to run the server as.
    #[error(
        "started as root, but there is neither an account postgres nor nobody in /etc/passwd to run PostgreSQL as"
    )]
    NoAccount,
    /// A file or folder could not be used.
    #[error("{doing} {}: {source}", path.display())]
    File {
        /// What was tried.
        doing: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// `initdb` failed.
    #[error("the cluster could not be made: {output}")]
    Init {
        /// What it said.
        output: String,
    },
    /// The server ended while it started.
    #[error("PostgreSQL did not start; its log ({}) ends with:\n{tail}", log.display())]
    Died {
        /// Its log.
        log: PathBuf,
        /// The log's last lines of this start.
        tail: String,
    },
    /// The server did not answer in time.
    #[error("PostgreSQL did not answer within {} ms; see {}", waited.as_millis(), log.display())]
    TooSlow {
        /// How long was waited.
        waited: Duration,
        /// Its log.
        log: PathBuf,
    },
    /// The server answered, and then refused a statement of ours.
    #[error("preparing the database failed: {0}")]
    Prepare(String),
    /// The server did not end, not even when it was killed.
    #[error("PostgreSQL (process {pid}) does not end")]
    DoesNotEnd {
        /// Its process.
        pid: i32,
    },
}

impl EmbeddedError {
    /// For `map_err`: names what was tried on which path.
    pub(super) fn file(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { doing, path, source }
    }
}
