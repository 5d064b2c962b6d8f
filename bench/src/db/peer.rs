//! FastAPI + SQLAlchemy serving the same list: installed, started, stopped. Never here: how it answers (`bench/peers`).

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use mainstay_db::Target;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio_postgres::config::Host;

use crate::server;

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/fastapi");
/// Connections of all workers together. More would only wait for the cores.
const CONNECTIONS: usize = 32;
const LEAST_CONNECTIONS_EACH: usize = 4;
const LONGEST_START: Duration = Duration::from_secs(30);

/// The running peer.
pub(super) struct Peer {
    child: Child,
    pub(super) address: String,
}

impl Peer {
    /// Installs it if need be and starts it on the database, for tokens signed with the secret.
    pub(super) async fn start(target: &Target, secret: &str) -> anyhow::Result<Self> {
        let python = environment().await?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        // A process for each core, as both projects advise.
        let workers = std::thread::available_parallelism()?.get();
        let connections = (CONNECTIONS / workers).max(LEAST_CONNECTIONS_EACH);
        let mut child = Command::new(python)
            .args(["-m", "uvicorn", "peer:app", "--app-dir", SOURCES, "--host", "127.0.0.1"])
            .args(["--port", &port.to_string(), "--workers", &workers.to_string()])
            .args(["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"])
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PEER_DATABASE_URL", address_for_sqlalchemy(target)?)
            .env("PEER_POOL_SIZE", connections.to_string())
            .env("PEER_TOKEN_SECRET", secret)
            .spawn()?;
        let address = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        while TcpStream::connect(&address).await.is_err() {
            ensure!(child.try_wait()?.is_none(), "the peer ended while it started");
            ensure!(begun.elapsed() < LONGEST_START, "the peer does not answer");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { child, address })
    }

    /// Time that it and its workers have had of the processors.
    pub(super) fn processor_time(&self) -> Duration {
        server::processor_time(self.child.id().unwrap_or(0))
    }

    /// Stops it and its workers.
    pub(super) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("it has ended")?.to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// Python with the peer's packages, in the user's cache. Made anew when the list of packages or the interpreter has
/// changed.
async fn environment() -> anyhow::Result<PathBuf> {
    let folder = cache().context("neither XDG_CACHE_HOME nor HOME is set")?.join("paceline-bench/fastapi");
    let requirements = Path::new(SOURCES).join("requirements.txt");
    let interpreter = interpreter().await?;
    let wanted = format!("{interpreter}\n{}", std::fs::read_to_string(&requirements)?);
    let (installed, python) = (folder.join("installed.txt"), folder.join("bin/python"));
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let make = Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&folder).status().await?;
    ensure!(make.success(), "{interpreter} -m venv failed");
    let pip =
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements).status();
    ensure!(pip.await?.success(), "pip could not install {}", requirements.display());
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

/// The first Python that can make environments: the distribution's if it can, since it is built with profile-guided
/// optimisation, which version managers leave out.
async fn interpreter() -> anyhow::Result<&'static str> {
    for python in ["/usr/bin/python3", "python3"] {
        let tried =
            Command::new(python).args(["-c", "import venv, ensurepip"]).stderr(Stdio::null()).status();
        if tried.await.is_ok_and(|status| status.success()) {
            return Ok(python);
        }
    }
    bail!("python3 with venv is missing: on Debian, apt-get install python3-venv")
}

/// The folder of whatever can be made again.
#[expect(clippy::disallowed_methods, reason = "where a tool keeps things, and nothing of the product's")]
fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
}

fn address_for_sqlalchemy(target: &Target) -> anyhow::Result<String> {
    let pg = target.driver_config();
    let Some(Host::Unix(folder)) = pg.get_hosts().first() else { anyhow::bail!("the cluster has no socket") };
    let port = pg.get_ports().first().context("the cluster has no port")?;
    let user = pg.get_user().context("the cluster has no role")?;
    let (folder, database) = (folder.display(), target.database());
    Ok(format!("postgresql+asyncpg://{user}@/{database}?host={folder}&port={port}"))
}
