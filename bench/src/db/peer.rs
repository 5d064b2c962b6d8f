//! FastAPI + SQLAlchemy serving the same list: installed, started, stopped. Never here: how it answers (`bench/peers`).

use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use mainstay_db::Target;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{address, python, server};

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
        let python = python::environment("fastapi", Path::new(SOURCES)).await?;
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

fn address_for_sqlalchemy(target: &Target) -> anyhow::Result<String> {
    let address::Parts { user, folder, port, database } = address::parts(target)?;
    Ok(format!("postgresql+asyncpg://{user}@/{database}?host={folder}&port={port}"))
}
