//! A Varnish of a test's own, on a free port. Never here: its VCL.

use std::fs::{self, Permissions};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::until;

/// A running Varnish with its folder. Both go with this.
#[derive(Debug)]
pub struct Varnish {
    server: Child,
    address: SocketAddr,
    folder: TempDir,
}

impl Varnish {
    /// Starts one with this VCL, which it compiles: that takes a C compiler and a second.
    ///
    /// # Errors
    /// If `varnishd` or its xkey module is not installed, or the VCL is wrong; what it says stands in the error.
    ///
    /// # Panics
    /// If it does not say where it listens within half a minute.
    pub async fn start(vcl: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // As root its parts run as other accounts, which must pass through.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        fs::write(folder.path().join("test.vcl"), vcl)?;
        let said = fs::File::create(folder.path().join("said"))?;
        let server = Command::new("varnishd")
            .args(["-F", "-a", "127.0.0.1:0", "-T", "127.0.0.1:0", "-s", "malloc,16m", "-l", "1m"])
            .args(["-p", "thread_pools=1", "-n"])
            .arg(folder.path().join("work"))
            .arg("-f")
            .arg(folder.path().join("test.vcl"))
            .stdin(Stdio::null())
            .stdout(Stdio::from(said.try_clone()?))
            .stderr(Stdio::from(said))
            .spawn()
            .context("varnishd is not installed: script/test installs it")?;
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut varnish = Self { server, address, folder };
        let (mut found, mut ended) = (None, false);
        until("Varnish listens", async || {
            ended = varnish.server.try_wait().is_ok_and(|status| status.is_some());
            found = listening(&varnish.folder.path().join("work"));
            ended || found.is_some()
        })
        .await;
        let Some(address) = found.filter(|_| !ended) else {
            bail!("varnishd ended: {}", fs::read_to_string(varnish.folder.path().join("said"))?);
        };
        varnish.address = address;
        Ok(varnish)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Varnish {
    fn drop(&mut self) {
        // It ends the process that serves, and waits for it.
        let _ = kill_process(Pid::from_child(&self.server), Signal::TERM);
        let _ = self.server.wait();
    }
}

/// What the server in this folder says of its socket, once it serves.
fn listening(work: &Path) -> Option<SocketAddr> {
    let mut ask = Command::new("varnishadm");
    let output = ask.arg("-n").arg(work).args(["-t", "1", "debug.listen_address"]).output().ok()?;
    // `a0 127.0.0.1 38223`
    let said = String::from_utf8(output.stdout).ok()?;
    let mut words = said.lines().next()?.split_whitespace().skip(1);
    let (host, port) = (words.next()?, words.next()?);
    Some(SocketAddr::new(host.parse().ok()?, port.parse().ok().filter(|port| *port > 0)?))
}
