//! Instructions that one request costs the serving process, counted by callgrind, which other work on the machine does not
//! disturb: a kept answer behind the whole middleware, and bare axum returning the same bytes. What the kernel does for
//! them is not counted, nor do instructions take the same time each. Without SHA extensions, which valgrind lacks.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::Context;
use serde_json::json;
use tokio::process::Command;

use crate::bare::Bare;
use crate::load;
use crate::server::{self, Server};

const CONNECTIONS: usize = 16;
/// Before it is counted: what is made once, and the answer that is kept.
const WARMING: usize = 400;
const REQUESTS: usize = 4_000;
/// Functions that are shown.
const SHOWN: usize = 45;

/// Ours and the yardstick.
pub(crate) async fn run() -> anyhow::Result<()> {
    let folder = server::folder()?;
    let environment = [("PACELINE_LOG__LEVEL", "info"), ("PACELINE_LOG__FORMAT", "json")];
    let under = callgrind(&server::binary()?, &folder.path().join("ours"));
    let server = Server::start_by(under, &folder.path().join("data"), &environment).await?;
    let path = format!("/v1/activities/{}", enter(&server).await?);
    let body = server.get(&path).await?.to_string().len();
    let address = server.base.trim_start_matches("http://");
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {}\r\n\r\n", server.token);
    let ours = Counted { address, request, file: folder.path().join("ours"), pid: server.pid()? };
    let ours_count = ours.count("paceline-l1; hit").await?;
    server.stop().await?;

    let file = folder.path().join("bare");
    let bare = Bare::start(callgrind(&std::env::current_exe()?, &file), body).await?;
    let request = format!("GET / HTTP/1.1\r\nhost: {}\r\n\r\n", bare.address);
    let yardstick = Counted { address: &bare.address, request, file, pid: bare.pid()? };
    let bare_count = yardstick.count("200 OK").await?;

    let ratio = bare_count as f64 / ours_count as f64;
    println!(
        "instructions a request, {body} bytes: ours {ours_count}, bare axum {bare_count}, ratio {ratio:.2}"
    );
    println!("{}", json!({"bytes": body, "ours": ours_count, "bare": bare_count}));
    Ok(())
}

/// A process under callgrind, and what is asked of it.
struct Counted<'a> {
    address: &'a str,
    request: String,
    /// Where callgrind writes.
    file: PathBuf,
    pid: u32,
}

impl Counted<'_> {
    /// Instructions a request; shows where they go. Every answer's head must have `mark`.
    async fn count(&self, mark: &'static str) -> anyhow::Result<u64> {
        load::repeat(self.address, &self.request, CONNECTIONS, WARMING, "200 OK").await?;
        self.control(&["-i", "on"]).await?;
        load::repeat(self.address, &self.request, CONNECTIONS, WARMING, "200 OK").await?;
        self.control(&["-z"]).await?;
        let begun = std::time::Instant::now();
        let marked = load::repeat(self.address, &self.request, CONNECTIONS, REQUESTS, mark).await?;
        let took = begun.elapsed();
        let whole = self.dump(1).await?;
        // What it does without requests in the same time.
        tokio::time::sleep(took).await;
        let idle = self.dump(2).await?;
        anyhow::ensure!(marked * 100 > REQUESTS * 99, "of {REQUESTS} answers {marked} have `{mark}`");
        println!("\n{} in {took:.1?}, {idle} instructions without requests", self.file.display());
        self.show().await?;
        Ok(whole.saturating_sub(idle) / REQUESTS as u64)
    }

    /// Instructions since the dump before.
    async fn dump(&self, nth: usize) -> anyhow::Result<u64> {
        self.control(&["-d"]).await?;
        let text = std::fs::read_to_string(self.dumped(nth))?;
        let total = text
            .lines()
            .rev()
            .find_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
        Ok(total.context("callgrind wrote no total")?.trim().parse()?)
    }

    fn dumped(&self, nth: usize) -> PathBuf {
        self.file.with_extension(nth.to_string())
    }

    async fn control(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let pid = self.pid.to_string();
        let done = Command::new("callgrind_control").args(arguments).arg(&pid).output().await?;
        anyhow::ensure!(
            done.status.success(),
            "callgrind_control: {}",
            String::from_utf8_lossy(&done.stderr)
        );
        Ok(())
    }

    /// The functions that cost most, by instructions a request.
    async fn show(&self) -> anyhow::Result<()> {
        let annotated = Command::new("callgrind_annotate")
            .args(["--threshold=97", "--show-percs=no"])
            .arg(self.dumped(1))
            .output()
            .await?;
        let text = String::from_utf8_lossy(&annotated.stdout).into_owned();
        let functions = text.lines().filter_map(|line| {
            let (count, name) = line.trim().split_once(' ')?;
            let count: usize = count.replace(',', "").parse().ok()?;
            let name = name.trim().trim_start_matches("???:").split(" [").next()?;
            (!name.starts_with("PROGRAM")).then(|| (count / REQUESTS, name.to_owned()))
        });
        for (count, name) in functions.take(SHOWN) {
            let short: String = name.chars().take(130).collect();
            println!("{count:>8} {short}");
        }
        Ok(())
    }
}

fn callgrind(binary: &Path, file: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--instr-atstart=no", "--quiet", "--fair-sched=yes"]);
    command.arg(format!("--callgrind-out-file={}", file.display())).arg(binary);
    command.stderr(Stdio::null());
    command
}

/// An activity by hand whose detail has about two kilobytes.
async fn enter(server: &Server) -> anyhow::Result<String> {
    let body = json!({"start_time": "2026-03-01T06:00:00Z", "sport": "run", "duration_s": 3000, "distance_m": 10_000,
        "rpe": 5, "notes": "n".repeat(800)});
    let request = server.http.post(format!("{}/v1/activities", server.base)).bearer_auth(&server.token);
    let made: serde_json::Value = request.json(&body).send().await?.error_for_status()?.json().await?;
    Ok(made["id"].as_str().context("no id")?.to_owned())
}
