//! The release binary on a private PostgreSQL in a temporary folder, and a client of it. Stops what it started.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// A running server with a signed-in athlete.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
    pub(crate) token: String,
    athletes: u32,
    pub(crate) started_in: Duration,
    pub(crate) http: reqwest::Client,
}

/// The binary beside this one.
pub(crate) fn binary() -> anyhow::Result<PathBuf> {
    let beside = std::env::current_exe()?.with_file_name("paceline");
    anyhow::ensure!(beside.exists(), "{} is missing: cargo build --release -p paceline", beside.display());
    Ok(beside)
}

/// The athlete of every benchmark.
pub(crate) const EMAIL: &str = "bench@example.org";

impl Server {
    /// Starts the server on a folder and signs an athlete in, who is made if need be.
    pub(crate) async fn start(data: &std::path::Path) -> anyhow::Result<Self> {
        Self::start_with(data, &[]).await
    }

    /// The same, configured by these variables.
    pub(crate) async fn start_with(
        data: &std::path::Path,
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        Self::start_by(Command::new(binary()?), data, environment).await
    }

    /// The same, by a command that the arguments of the binary may follow.
    pub(crate) async fn start_by(
        mut command: Command,
        data: &std::path::Path,
        environment: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut child = command
            .args(["up", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("PACELINE_LOG__LEVEL", "error")
            // It would be imported in the background while we measure.
            .env("PACELINE_DEMO__SEASON", "false")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
        let base = loop {
            match lines.next_line().await? {
                Some(line) => {
                    if let Some(base) = line.strip_prefix("Paceline is ready at ") {
                        break base.to_owned();
                    }
                }
                None => bail!("the server ended while it started"),
            }
        };
        let started_in = begun.elapsed();
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut server = Self { child, base, token: String::new(), athletes: 0, started_in, http };
        server.token = server.sign_in(EMAIL).await?;
        Ok(server)
    }

    async fn sign_in(&self, email: &str) -> anyhow::Result<String> {
        let body = json!({"email": email, "password": "testpassword123"});
        for path in ["/v1/auth/login", "/v1/auth/register"] {
            let answer = self.http.post(format!("{}{path}", self.base)).json(&body).send().await?;
            if answer.status().is_success() {
                let answer: Value = answer.json().await?;
                return Ok(answer["access_token"].as_str().context("no token")?.to_owned());
            }
        }
        bail!("neither sign-in nor registration worked")
    }

    /// Goes on as an athlete who has no activities.
    pub(crate) async fn sign_in_another(&mut self) -> anyhow::Result<()> {
        self.athletes += 1;
        let email = format!("bench{}@example.org", self.athletes);
        self.token = self.sign_in(&email).await?;
        Ok(())
    }

    /// A JSON answer to a GET.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?.json().await?)
    }

    /// Uploads one file and returns the time until its outcome was known.
    pub(crate) async fn upload(&self, name: &str, bytes: Vec<u8>) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let request =
            self.http.post(format!("{}/v1/uploads?name={name}", self.base)).bearer_auth(&self.token);
        let report: Value = request.body(bytes).send().await?.error_for_status()?.json().await?;
        let took = begun.elapsed();
        anyhow::ensure!(report["progress"]["imported"] == 1, "not imported: {report}");
        Ok(took)
    }

    /// The serving process.
    pub(crate) fn pid(&self) -> anyhow::Result<u32> {
        self.child.id().context("it has ended")
    }

    /// Resident memory of the serving process in MiB; PostgreSQL's is its own.
    pub(crate) fn resident_mib(&self) -> f64 {
        let pid = self.child.id().unwrap_or(0);
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0");
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0);
        (kib / 102.4).round() / 10.0
    }

    /// Time that the serving process has had of the processors; to a hundredth of a second.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(self.child.id().unwrap_or(0))
    }

    /// Stops it in order.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.pid()?.to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await?;
        self.child.wait().await?;
        Ok(())
    }
}

/// Time that a process, and those that it started, have had of the processors; to a hundredth of a second.
pub(crate) fn processor_time(pid: u32) -> Duration {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let ticks = processes.filter_map(|process| {
        let own = process.file_name().to_str()?.parse::<u32>().ok()?;
        let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
        // Counted from behind the name, which may hold spaces: the parent is the second, user and system time are the
        // 12th and 13th, in ticks.
        let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
        let is_counted = own == pid || fields.get(1)?.parse() == Ok(pid);
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        is_counted.then_some(ticks)
    });
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// A temporary folder that the server's own account may enter.
pub(crate) fn folder() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new().prefix("paceline-bench").tempdir_in("/var/tmp")?;
    let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), everybody)?;
    Ok(folder)
}
