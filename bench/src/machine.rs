//! What stands beside figures: which commit, how many cores, what else was running. Never here: figures.

use tokio::process::Command;

/// The commit, as short as Git has it.
pub(crate) async fn commit() -> anyhow::Result<String> {
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().await?;
    Ok(String::from_utf8_lossy(&commit.stdout).trim().to_owned())
}

pub(crate) fn cores() -> anyhow::Result<usize> {
    Ok(std::thread::available_parallelism()?.get())
}

/// Of the last minute.
pub(crate) fn load_average() -> String {
    let all = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    all.split_whitespace().next().unwrap_or("unknown").to_owned()
}
