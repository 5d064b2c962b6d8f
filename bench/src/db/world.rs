//! What the comparison runs on: one PostgreSQL with the rows of many athletes, our server and the peer on it.
//! Never here: what is measured.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use mainstay_db::embedded::{self, Cluster};
use mainstay_db::{Session, Target};
use mainstay_runtime::Clock;
use serde_json::Value;
use uuid::Uuid;

use super::peer::Peer;
use super::question::Question;
use super::store;
use crate::server::{self, Server};

/// Signs the access tokens that ours and the peer accept.
const SECRET: &str = "of the benchmark alone, and nobody else's";
/// Ours, the peer's and those of every way at the highest concurrency.
const MOST_CONNECTIONS: u32 = 250;

/// Everything that was started.
pub(super) struct World {
    folder: PathBuf,
    cluster: Cluster,
    pub(super) server: Server,
    pub(super) peer: Peer,
    athlete_id: Uuid,
    session_id: Uuid,
}

impl World {
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let config = embedded::Config {
            data_dir: folder.join("postgres"),
            max_connections: MOST_CONNECTIONS,
            ..embedded::Config::default()
        };
        let cluster = Cluster::start(&config).await?;
        let target = cluster.target();
        let url = target.url();
        let server = Server::start_with(
            &folder.join("data"),
            &[
                ("DATABASE_URL", url.expose()),
                ("PACELINE_AUTH__TOKEN_SECRET", SECRET),
                ("PACELINE_HTTP__TOKENS__ACCESS_LIFE", "12h"),
            ],
        )
        .await?;
        let session = Session::connect(&target, "bench", Duration::from_secs(10)).await?;
        let (athlete_id, session_id) = store::fill(&session).await?;
        let peer = Peer::start(&target, SECRET).await?;
        Ok(Self { folder: folder.to_owned(), cluster, server, peer, athlete_id, session_id })
    }

    pub(super) fn target(&self) -> Target {
        self.cluster.target()
    }

    /// Processor time of PostgreSQL's server and the backends that still run.
    pub(super) fn database_time(&self) -> anyhow::Result<Duration> {
        let file = std::fs::read_to_string(self.folder.join("postgres/pg/postmaster.pid"))?;
        let pid = file.lines().next().context("postmaster.pid is empty")?.trim().parse()?;
        Ok(server::processor_time(pid))
    }

    /// The look-up of who asks.
    pub(super) fn point(&self) -> Question {
        let (athlete_id, session_id) = (self.athlete_id, self.session_id);
        Question::Point { athlete_id, session_id, now: Clock::system().now() }
    }

    pub(super) fn list(&self, rows: i64) -> Question {
        Question::List { athlete_id: self.athlete_id, rows }
    }

    pub(super) fn request(&self, rows: i64) -> Question {
        let (athlete_id, session_id) = (self.athlete_id, self.session_id);
        Question::Request { athlete_id, session_id, now: Clock::system().now(), rows }
    }

    /// Ours and the peer's answers, which must be the same, field by field. Ours.
    pub(super) async fn compare(&self, path: &str) -> anyhow::Result<Value> {
        let ours = self.server.get(path).await?;
        for prefix in ["", "/plain"] {
            let url = format!("http://{}{prefix}{path}", self.peer.address);
            let answer = self.server.http.get(url).bearer_auth(&self.server.token).send().await?;
            let theirs: Value = answer.error_for_status()?.json().await?;
            if ours != theirs {
                let first = difference("", &ours, &theirs);
                anyhow::bail!("{prefix}{path}: the peer answers something else at {first}");
            }
        }
        let bad = self.server.http.get(format!("http://{}{path}", self.peer.address));
        let refused = bad.bearer_auth(format!("{}x", self.server.token)).send().await?.status();
        ensure!(refused == 401, "the peer lets anybody in: {refused}");
        Ok(ours)
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.peer.stop().await?;
        self.server.stop().await?;
        self.cluster.stop().await?;
        Ok(())
    }
}

/// Where two values differ first.
fn difference(at: &str, ours: &Value, theirs: &Value) -> String {
    let inner = match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) if ours.keys().eq(theirs.keys()) => {
            let pairs = ours.iter().zip(theirs.values());
            pairs.filter(|((_, a), b)| a != b).map(|((name, a), b)| (name.clone(), a, b)).next()
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs.filter(|(_, (a, b))| a != b).map(|(at, (a, b))| (at.to_string(), a, b)).next()
        }
        _ => None,
    };
    match inner {
        Some((name, a, b)) => difference(&format!("{at}/{name}"), a, b),
        None => format!("{at}: {ours} against {theirs}"),
    }
}
