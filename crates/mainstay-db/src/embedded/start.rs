//! From a folder to a server that answers. Never here: stopping it, how a cluster is made.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use tokio_postgres::error::SqlState;

use super::folder::Folder;
use super::initdb::{self, SUPERUSER};
use super::server::{Launch, Server};
use super::{Account, Config, EmbeddedError, Programs, orphan};
use crate::error::{chain, is_connection_loss};
use crate::{Session, Target};

/// How often to ask whether the server answers.
const POLL: Duration = Duration::from_millis(5);

/// How long a start is repeated that failed for a reason that passes.
const RETRY_FOR: Duration = Duration::from_secs(5);

/// Longest time of one attempt to connect over the socket.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Words of the server's log that name a reason which passes: processes of a killed server still hold its memory or
/// its lock, somebody took the port.
const PASSING: [&str; 5] = [
    "pre-existing shared memory block",
    "lock file \"postmaster.pid\" already exists",
    "could not bind",
    "could not create any TCP/IP sockets",
    "Address already in use",
];

/// Everything before the first process: blocking, a second for a new cluster, milliseconds for an old one.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) folder: Folder,
    pub(super) programs: Programs,
    pub(super) account: Account,
    pub(super) socket_folder: PathBuf,
    pub(super) is_new: bool,
}

pub(super) fn prepare(config: &Config) -> Result<Prepared, EmbeddedError> {
    let account = Account::for_server()?;
    let folder = Folder::hold(&config.data_dir, &account)?;
    let programs = Programs::find(&config.bin_dir, folder.root(), folder.cluster_major())?;
    let is_new = folder.cluster_major().is_none();
    if is_new {
        tracing::info!(data_dir = %folder.root().display(), version = programs.version(), "making a private PostgreSQL");
        initdb::make(&folder, &programs, &account, config.durability)?;
    } else {
        orphan::stop(&folder.cluster(), config.stop_timeout())?;
    }
    if account.is_other() {
        tracing::info!(account = account.name(), "started as root: PostgreSQL runs as another account");
    }
    let socket_folder = folder.socket_folder(&account)?;
    Ok(Prepared { folder, programs, account, socket_folder, is_new })
}

/// Starts the server and waits until it answers; tries again for a while after failures that pass.
pub(super) async fn start(
    prepared: &Prepared,
    config: &Config,
    port: Option<u16>,
) -> Result<(Server, Target), EmbeddedError> {
    let begun = Instant::now();
    let launch = Launch {
        folder: &prepared.folder,
        programs: &prepared.programs,
        account: &prepared.account,
        config,
        socket_folder: prepared.socket_folder.clone(),
        port,
    };
    loop {
        let log_begin = fs::metadata(prepared.folder.log()).map_or(0, |found| found.len());
        let mut server = Server::spawn(&launch)?;
        let target = Target::socket(&prepared.socket_folder, server.port(), SUPERUSER, &config.database);
        match answer(&mut server, &target, prepared, config).await {
            Ok(()) => return Ok((server, target)),
            Err(EmbeddedError::Died { log, .. }) => {
                let tail = prepared.folder.log_since(log_begin);
                let passes = PASSING.iter().any(|words| tail.contains(words));
                if !passes || begun.elapsed() > RETRY_FOR {
                    return Err(EmbeddedError::Died { log, tail });
                }
                tokio::time::sleep(POLL * 4).await;
            }
            Err(other) => {
                server.signal(rustix::process::Signal::INT);
                return Err(other);
            }
        }
    }
}

/// Waits until the server answers, and sees to its database and password.
async fn answer(
    server: &mut Server,
    target: &Target,
    prepared: &Prepared,
    config: &Config,
) -> Result<(), EmbeddedError> {
    let begun = Instant::now();
    let log = prepared.folder.log();
    let session = loop {
        match Session::connect(target, "mainstay embedded", CONNECT_TIMEOUT).await {
            Ok(session) => break session,
            Err(error) if error.code() == Some(&SqlState::INVALID_CATALOG_NAME) => {
                create_database(target).await?;
            }
            Err(error) if !is_connection_loss(&error) => return Err(EmbeddedError::Prepare(chain(&error))),
            Err(_) if server.has_ended() => return Err(EmbeddedError::Died { log, tail: String::new() }),
            Err(_) if begun.elapsed() > config.start_timeout() => {
                return Err(EmbeddedError::TooSlow { waited: begun.elapsed(), log });
            }
            Err(_) => tokio::time::sleep(POLL).await,
        }
    };
    set_password(&session, prepared).await
}

async fn create_database(target: &Target) -> Result<(), EmbeddedError> {
    let failed = |error: tokio_postgres::Error| EmbeddedError::Prepare(chain(&error));
    let session = Session::connect(&target.with_database("postgres"), "mainstay embedded", CONNECT_TIMEOUT)
        .await
        .map_err(failed)?;
    let name = target.database().replace('"', "\"\"");
    session.batch_execute(&format!("create database \"{name}\"")).await.map_err(failed)
}

/// The superuser's password over TCP: made once, kept in a file that its owner alone may read.
async fn set_password(session: &Session, prepared: &Prepared) -> Result<(), EmbeddedError> {
    let path = prepared.folder.password();
    if path.exists() && !prepared.is_new {
        return Ok(());
    }
    let password = initdb::new_password();
    // Hexadecimal digits: nothing to escape.
    session
        .batch_execute(&format!("alter role {SUPERUSER} password '{password}'"))
        .await
        .map_err(|error| EmbeddedError::Prepare(chain(&error)))?;
    let mut options = fs::OpenOptions::new();
    options.create(true).truncate(true).write(true).mode(0o600);
    options
        .open(&path)
        .and_then(|mut file| writeln!(file, "{password}"))
        .map_err(EmbeddedError::file("cannot write", &path))
}
