//! `wrk` (Will Glozer's load generator): one thread, keep-alive, each connection asks again as soon as it was answered.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::process::Command;

use crate::load::Seen;

const CONNECTIONS: usize = 32;

/// What it saw of one address within a time, and how many answers that were. Fails if one was no success.
pub(crate) async fn run(url: &str, token: Option<&str>, seconds: u64) -> anyhow::Result<(Seen, u64)> {
    let mut command = Command::new("wrk");
    command.args(["--threads=1", "--latency", &format!("--connections={CONNECTIONS}")]);
    command.arg(format!("--duration={seconds}s"));
    if let Some(token) = token {
        command.arg(format!("--header=authorization: Bearer {token}"));
    }
    let done = command.arg(url).output().await.context("wrk is missing: apt-get install wrk")?;
    let text = String::from_utf8_lossy(&done.stdout).into_owned();
    if !done.status.success() || ["Non-2xx", "Socket errors"].iter().any(|fault| text.contains(fault)) {
        bail!("{text}{}", String::from_utf8_lossy(&done.stderr));
    }
    told(&text).with_context(|| format!("not understood: {text}"))
}

fn told(text: &str) -> Option<(Seen, u64)> {
    let behind = |mark: &str| {
        text.lines().find_map(|line| line.trim().strip_prefix(mark)).map(|rest| rest.trim().to_owned())
    };
    let answers = text.lines().find_map(|line| line.trim().split_once(" requests in ")?.0.parse().ok())?;
    let seen = Seen {
        per_second: behind("Requests/sec:")?.parse().ok()?,
        p50: time(&behind("50%")?)?,
        p99: time(&behind("99%")?)?,
    };
    Some((seen, answers))
}

/// `512.00us`, `1.20ms`, `2.00s`.
fn time(text: &str) -> Option<Duration> {
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds = match unit {
        "us" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        _ => return None,
    };
    Some(Duration::from_secs_f64(number * seconds))
}
