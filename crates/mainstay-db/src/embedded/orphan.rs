//! A server that outlived the process that started it, on a folder that we now hold. Never here: our own child.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use super::EmbeddedError;

/// How often to look whether it has ended.
const POLL: Duration = Duration::from_millis(5);

/// Stops the server of `cluster` if one still runs: nobody can reach it through us, and its port and password are
/// of a process that is gone. It is asked in order first, so nothing that it acknowledged is lost.
pub(super) fn stop(cluster: &Path, within: Duration) -> Result<(), EmbeddedError> {
    let Some(pid) = running(cluster) else { return Ok(()) };
    tracing::info!(
        pid = pid.as_raw_nonzero().get(),
        "stopping a PostgreSQL that an earlier process left running"
    );
    for (signal, patience) in [(Signal::INT, within), (Signal::QUIT, within), (Signal::KILL, within)] {
        let _ = kill_process(pid, signal);
        let begun = Instant::now();
        while begun.elapsed() < patience {
            if running(cluster) != Some(pid) {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
    }
    Err(EmbeddedError::DoesNotEnd { pid: pid.as_raw_nonzero().get() })
}

/// The process that `postmaster.pid` names, if it lives and is a server of this very cluster: after a crash the
/// number may have gone to anybody.
pub(super) fn running(cluster: &Path) -> Option<Pid> {
    let text = fs::read_to_string(cluster.join("postmaster.pid")).ok()?;
    let pid = Pid::from_raw(text.lines().next()?.trim().parse().ok()?)?;
    (test_kill_process(pid).is_ok() && serves(pid, cluster)).then_some(pid)
}

fn serves(pid: Pid, cluster: &Path) -> bool {
    let number = pid.as_raw_nonzero().get();
    let said = match fs::read(format!("/proc/{number}/cmdline")) {
        Ok(line) => line,
        // No /proc (macOS).
        Err(_) if !Path::new("/proc/self").exists() => {
            let arguments = ["-o", "command=", "-p", &number.to_string()].map(str::to_owned);
            std::process::Command::new("ps")
                .args(arguments)
                .output()
                .map(|told| told.stdout)
                .unwrap_or_default()
        }
        Err(_) => return false,
    };
    let said = String::from_utf8_lossy(&said).into_owned();
    said.contains("postgres") && said.contains(&*cluster.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_is_no_server_of_the_cluster_is_left_alone() {
        let world = tempfile::tempdir().unwrap();
        let mut stranger = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        fs::write(world.path().join("postmaster.pid"), format!("{}\n", stranger.id())).unwrap();
        stop(world.path(), Duration::from_millis(50)).unwrap();
        assert!(stranger.try_wait().unwrap().is_none(), "the stranger was ended");
        stranger.kill().unwrap();
        stranger.wait().unwrap();
    }
}
