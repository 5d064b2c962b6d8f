//! How long the pages take in Chromium on a slow processor: `npm run bench:pages` of the web application, on the release
//! binary. Never here: what is measured, and its limits (`web/tests/bench`).

use anyhow::Context;
use tokio::process::Command;

use crate::server;

const WEB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../web");

/// Fails where a page takes longer than its limit.
pub(crate) async fn run() -> anyhow::Result<()> {
    let status = Command::new("npm")
        .args(["run", "--silent", "bench:pages"])
        .current_dir(WEB)
        .env("PACELINE_BIN", server::binary()?)
        .status()
        .await
        .context("npm did not start; install Node.js 20.19 or newer, then: npm ci in web/")?;
    anyhow::ensure!(status.success(), "a page takes longer than its limit, or could not be measured");
    Ok(())
}
