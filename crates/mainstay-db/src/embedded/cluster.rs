//! The handle on a running private cluster. Never here: the steps of a start.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::server::Server;
use super::start::{self, Prepared};
use super::{Config, EmbeddedError, Programs};
use crate::Target;

/// How long an immediate stop, and then a kill, may take.
const HARD_STOP: Duration = Duration::from_secs(5);

/// A running private cluster. Stop it with [`Cluster::stop`]; dropped, it is told to stop and not waited for.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    prepared: Prepared,
    target: Target,
    config: Config,
    timings: Timings,
}

/// Where the time of a start went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timings {
    /// Finding the programs, taking the folder, making the cluster if it is new.
    pub prepare: Duration,
    /// From the server's process to its first answer.
    pub answer: Duration,
}

impl Cluster {
    /// Makes the cluster if its folder has none, starts it and waits until it answers.
    ///
    /// # Errors
    /// [`EmbeddedError`]; every variant's text says what to do.
    pub async fn start(config: &Config) -> Result<Self, EmbeddedError> {
        let begun = Instant::now();
        let for_thread = config.clone();
        let prepared = tokio::task::spawn_blocking(move || start::prepare(&for_thread))
            .await
            .map_err(|error| EmbeddedError::Prepare(error.to_string()))??;
        let prepare = begun.elapsed();
        let (server, target) = start::start(&prepared, config, None).await?;
        let timings = Timings { prepare, answer: begun.elapsed() - prepare };
        tracing::info!(
            db.target = %target,
            pid = server.pid(),
            version = prepared.programs.version(),
            took_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
            "private PostgreSQL is up"
        );
        Ok(Self { server, prepared, target, config: config.clone(), timings })
    }

    /// The database of the configuration, over the unix socket.
    pub fn target(&self) -> Target {
        self.target.clone()
    }

    /// The same over TCP, without the password, which is in [`Cluster::password_file`]: for people with `psql`.
    pub fn tcp_url(&self) -> String {
        let (port, database) = (self.server.port(), self.target.database());
        format!("postgres://{}@127.0.0.1:{port}/{database}", super::initdb::SUPERUSER)
    }

    /// Where the password for TCP is kept.
    pub fn password_file(&self) -> std::path::PathBuf {
        self.prepared.folder.password()
    }

    /// What the server says.
    pub fn log_file(&self) -> std::path::PathBuf {
        self.prepared.folder.log()
    }

    /// The cluster's folder.
    pub fn data_dir(&self) -> &Path {
        self.prepared.folder.root()
    }

    /// The folder of the unix socket.
    pub fn socket_dir(&self) -> &Path {
        &self.prepared.socket_folder
    }

    /// The programs that run it.
    pub fn programs(&self) -> &Programs {
        &self.prepared.programs
    }

    /// The server's process.
    pub fn pid(&self) -> i32 {
        self.server.pid()
    }

    /// The server's process has ended, for whatever reason.
    pub fn has_ended(&self) -> bool {
        self.server.has_ended()
    }

    /// Returns when the server's process has ended: a supervisor may watch it.
    pub async fn ended(&mut self) {
        self.server.wait().await;
    }

    /// Starts the server again after it has ended, on the same socket, so that pools of [`Cluster::target`] reach it
    /// again. It recovers what had been acknowledged. While it still runs, nothing happens.
    ///
    /// # Errors
    /// [`EmbeddedError`]; it may be tried again.
    pub async fn restart(&mut self) -> Result<(), EmbeddedError> {
        if self.has_ended() {
            // Its password was set at the first start; a replica, which it may have become, could not set one.
            self.prepared.is_new = false;
            (self.server, self.target) =
                start::start(&self.prepared, &self.config, Some(self.server.port())).await?;
        }
        Ok(())
    }

    /// Where the time of the first start went.
    pub fn timings(&self) -> Timings {
        self.timings
    }

    /// Stops the server: sessions are ended, everything is written, at most `stop_timeout_ms`. After that it is
    /// ended at once; nothing acknowledged is lost, the next start recovers it.
    ///
    /// # Errors
    /// [`EmbeddedError::DoesNotEnd`] if not even a kill ends it.
    pub async fn stop(mut self) -> Result<(), EmbeddedError> {
        let steps =
            [(Signal::INT, self.config.stop_timeout()), (Signal::QUIT, HARD_STOP), (Signal::KILL, HARD_STOP)];
        for (signal, patience) in steps {
            self.server.signal(signal);
            if tokio::time::timeout(patience, self.server.wait()).await.is_ok() {
                return Ok(());
            }
            tracing::warn!(pid = self.server.pid(), "PostgreSQL does not stop; using force");
        }
        Err(EmbeddedError::DoesNotEnd { pid: self.server.pid() })
    }
}
