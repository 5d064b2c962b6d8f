//! The server as a child process. Never here: what is asked of it once it runs.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::watch;

use super::folder::Folder;
use super::{Account, Config, Durability, EmbeddedError, Lifetime, Programs};

/// Where util-linux's `setpriv` may be.
const SETPRIV: [&str; 2] = ["/usr/bin/setpriv", "/bin/setpriv"];

/// A running server (as far as its process goes).
#[derive(Debug)]
pub(super) struct Server {
    pid: Pid,
    port: u16,
    lifetime: Lifetime,
    ended: watch::Receiver<Option<ExitStatus>>,
}

/// What a start needs.
pub(super) struct Launch<'a> {
    pub(super) folder: &'a Folder,
    pub(super) programs: &'a Programs,
    pub(super) account: &'a Account,
    pub(super) config: &'a Config,
    pub(super) socket_folder: PathBuf,
    /// The port to take, which is also in the socket's name; `None`: any that is free.
    pub(super) port: Option<u16>,
}

impl Server {
    /// Starts the server. It is the child of a thread that lives as long as the server does: the kernel's "tell
    /// the child when its parent dies" watches the thread that started it, not the process.
    pub(super) fn spawn(launch: &Launch<'_>) -> Result<Self, EmbeddedError> {
        let port = launch.port.map_or_else(free_port, Ok)?;
        let (log, _) = launch.folder.open_log()?;
        let errors = log.try_clone().map_err(EmbeddedError::file("cannot open", &launch.folder.log()))?;
        let mut command = command(launch);
        command
            .args(settings(launch, port))
            .stdin(Stdio::null())
            .stdout(Stdio::from(log))
            .stderr(Stdio::from(errors));
        let (started, start) = mpsc::channel();
        let (end, ended) = watch::channel(None);
        let program = launch.programs.path("postgres");
        std::thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || match command.spawn() {
                Ok(mut child) => {
                    let _ = started.send(Ok(child.id()));
                    let status = child.wait().ok();
                    end.send_replace(status);
                }
                Err(error) => {
                    let _ = started.send(Err(error));
                }
            })
            .map_err(EmbeddedError::file("cannot start a thread for", &program))?;
        let lost = || std::io::Error::other("its thread ended");
        let pid = start
            .recv()
            .map_err(|_| lost())
            .and_then(|started| started)
            .and_then(|pid| i32::try_from(pid).ok().and_then(Pid::from_raw).ok_or_else(lost))
            .map_err(EmbeddedError::file("cannot run", &program))?;
        Ok(Self { pid, port, lifetime: launch.config.lifetime, ended })
    }

    pub(super) fn pid(&self) -> i32 {
        self.pid.as_raw_nonzero().get()
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some() || self.ended.has_changed().is_err()
    }

    /// Sends a signal, unless the process has ended and its number may be another's by now.
    pub(super) fn signal(&self, signal: Signal) {
        if !self.has_ended() {
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Returns when the process has ended.
    pub(super) async fn wait(&mut self) {
        let _ = self.ended.wait_for(Option::is_some).await;
    }
}

impl Drop for Server {
    /// Told to stop and not waited for, also in the middle of a start.
    fn drop(&mut self) {
        if self.lifetime == Lifetime::WithParent {
            self.signal(Signal::INT);
        }
    }
}

/// A command that gets `signal` when the thread that spawned it dies, where `setpriv` is there to arrange it.
pub(super) fn end_with_parent(account: &Account, program: &Path, folder: &Path, signal: &str) -> Command {
    let Some(setpriv) = SETPRIV.iter().map(Path::new).find(|path| path.is_file()) else {
        return account.command(program, folder);
    };
    let mut command = account.command(setpriv, folder);
    command.arg(format!("--pdeathsig={signal}")).arg("--").arg(program);
    command
}

fn command(launch: &Launch<'_>) -> Command {
    let program = launch.programs.path("postgres");
    let folder = launch.folder.cluster();
    let mut command = match launch.config.lifetime {
        Lifetime::WithParent => end_with_parent(launch.account, &program, &folder, "INT"),
        Lifetime::Detached => launch.account.command(&program, &folder),
    };
    // A Ctrl-C in the terminal goes to the whole group of the foreground; the server is stopped by us, last.
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.arg("-D").arg(&folder).arg("-k").arg(&launch.socket_folder);
    command
}

/// `-c name=value` for every setting; the operator's own come last and win.
fn settings(launch: &Launch<'_>, port: u16) -> Vec<String> {
    let config = launch.config;
    let safe = if config.durability == Durability::Durable { "on" } else { "off" };
    let mut settings = vec![
        ("port", port.to_string()),
        ("listen_addresses", tcp_address(launch.port).to_owned()),
        ("unix_socket_permissions", "0700".to_owned()),
        ("password_encryption", "scram-sha-256".to_owned()),
        ("fsync", safe.to_owned()),
        ("synchronous_commit", safe.to_owned()),
        ("full_page_writes", safe.to_owned()),
        ("shared_buffers", format!("{}MB", config.shared_buffers_mb)),
        ("max_connections", config.max_connections.to_string()),
        ("wal_level", "replica".to_owned()),
        ("max_wal_senders", "5".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_destination", "stderr".to_owned()),
    ];
    if cfg!(target_os = "linux") && launch.config.durability == Durability::Durable {
        // After a crash: one call for the whole file system instead of one a file, which takes seconds.
        settings.push(("recovery_init_sync_method", "syncfs".to_owned()));
    }
    if launch.programs.has_statement_statistics() {
        settings.push(("shared_preload_libraries", "pg_stat_statements".to_owned()));
    }
    let given = config.settings.iter().map(|(name, value)| (name.as_str(), value.clone()));
    settings
        .into_iter()
        .chain(given)
        .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
        .collect()
}

/// Where to listen for people with `psql`. A port that it had and that somebody took while it was down costs them
/// that, and us nothing: we use the socket.
fn tcp_address(former: Option<u16>) -> &'static str {
    match former.map(|port| TcpListener::bind(("127.0.0.1", port))) {
        Some(Err(error)) => {
            tracing::warn!(error = %error, "the private PostgreSQL listens on its socket alone");
            ""
        }
        None | Some(Ok(_)) => "127.0.0.1",
    }
}

fn free_port() -> Result<u16, EmbeddedError> {
    let address = "127.0.0.1:0";
    let port =
        TcpListener::bind(address).and_then(|listener| listener.local_addr()).map(|local| local.port());
    port.map_err(EmbeddedError::file("cannot listen on", Path::new(address)))
}
