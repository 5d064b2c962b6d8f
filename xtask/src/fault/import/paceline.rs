//! One life of the application's process, and what its API says to the athlete. Never here: when it is killed, judgement.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use mainstay_db::DatabaseUrl;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder, StatusCode};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// Somebody who trains, and the secret with which their tokens are signed in every life.
const EMAIL: &str = "robin@example.org";
const PASSWORD: &str = "a password of the story";
const SECRET: &str = "a secret of the story, long enough to sign with";

/// The line before the address.
const READY: &str = "Paceline is ready at ";

/// How long a start, a stop and an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// What all lives share.
pub(super) struct Setting {
    pub(super) program: PathBuf,
    /// The address of the database.
    pub(super) database: DatabaseUrl,
}

/// A running process.
pub(super) struct Paceline {
    child: Child,
    /// Kept open: who writes to a closed pipe dies of that.
    _printed: Lines<BufReader<ChildStdout>>,
    base: String,
    http: Client,
    token: String,
}

/// How many files of the upload have which outcome.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
pub(super) struct Progress {
    pub(super) total: u64,
    pub(super) pending: u64,
    pub(super) imported: u64,
}

impl Progress {
    /// Files that have their outcome.
    pub(super) fn done(&self) -> u64 {
        self.total.saturating_sub(self.pending)
    }

    /// Whether nothing is left to do.
    pub(super) fn is_finished(&self) -> bool {
        self.pending == 0
    }
}

impl Paceline {
    /// Starts it, and returns when it is ready.
    pub(super) async fn start(setting: &Setting) -> Result<Self> {
        let mut child = Command::new(&setting.program)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(Path::new("/"))
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("DATABASE_URL", setting.database.expose())
            .env("PACELINE_AUTH__TOKEN_SECRET", SECRET)
            // Whose process is not heard of for so long begins again; nobody waits for thirty seconds here.
            .env("PACELINE_JOBS__TTL", "3s")
            .env("PACELINE_DEMO__SEASON", "false")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("paceline did not start")?;
        let mut printed = BufReader::new(child.stdout.take().context("no pipe")?).lines();
        let base =
            tokio::time::timeout(PATIENCE, address(&mut printed)).await.context("it is never ready")??;
        let http = Client::builder().no_proxy().timeout(PATIENCE).build()?;
        Ok(Self { child, _printed: printed, base, http, token: String::new() })
    }

    /// Makes the athlete's account.
    pub(super) async fn register(&mut self) -> Result<()> {
        self.token_from("/v1/auth/register").await
    }

    /// Signs the athlete in.
    pub(super) async fn sign_in(&mut self) -> Result<()> {
        self.token_from("/v1/auth/login").await
    }

    async fn token_from(&mut self, path: &str) -> Result<()> {
        let body = json!({ "email": EMAIL, "password": PASSWORD });
        let signed_in = read(self.http.post(self.at(path)).json(&body)).await?;
        self.token = signed_in["access_token"].as_str().context("no token")?.to_owned();
        Ok(())
    }

    /// Hands in an archive; the id of the upload.
    pub(super) async fn upload(&self, archive: &[u8]) -> Result<String> {
        let part = Part::bytes(archive.to_vec()).file_name("export.zip");
        let form = Form::new().part("file", part);
        let report =
            read(self.http.post(self.at("/v1/uploads")).bearer_auth(&self.token).multipart(form)).await?;
        Ok(report["id"].as_str().context("an upload without an id")?.to_owned())
    }

    /// How far the upload is.
    pub(super) async fn progress(&mut self, upload: &str) -> Result<Progress> {
        let mut report = self.get(&format!("/v1/uploads/{upload}")).await?;
        serde_json::from_value(report["progress"].take()).context("a report without progress")
    }

    /// What the athlete is answered. A token that is too old is changed for another one.
    pub(super) async fn get(&mut self, path: &str) -> Result<Value> {
        let ask = |of: &Self| of.http.get(of.at(path)).bearer_auth(&of.token);
        let answer = ask(self).send().await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer.error_for_status()?.json().await?);
        }
        self.sign_in().await?;
        read(ask(self)).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Kills it (`kill -9`).
    pub(super) async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to stop, and returns when it has, in order.
    pub(super) async fn stop(mut self) -> Result<()> {
        let id = self
            .child
            .id()
            .and_then(|id| Pid::from_raw(id.cast_signed()))
            .context("it has ended by itself")?;
        kill_process(id, Signal::TERM)?;
        let status =
            tokio::time::timeout(PATIENCE, self.child.wait()).await.context("it does not stop")??;
        if !status.success() {
            bail!("it stopped with {status}");
        }
        Ok(())
    }
}

async fn address(printed: &mut Lines<BufReader<ChildStdout>>) -> Result<String> {
    while let Some(line) = printed.next_line().await? {
        if let Some(base) = line.trim_end().strip_prefix(READY) {
            return Ok(base.to_owned());
        }
    }
    bail!("paceline ended before it was ready")
}

async fn read(request: RequestBuilder) -> Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body: Value = answer.json().await?;
    if !status.is_success() {
        bail!("{status}: {body}");
    }
    Ok(body)
}
