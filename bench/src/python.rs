//! Python for the peers that need it. Never here: what runs in it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail, ensure};
use tokio::process::Command;

/// Python with the packages that a peer's `requirements.txt` names, in the user's cache. Made anew when the list of packages or the interpreter has
/// changed.
pub(crate) async fn environment(name: &str, sources: &Path) -> anyhow::Result<PathBuf> {
    let cache = cache().context("neither XDG_CACHE_HOME nor HOME is set")?;
    let folder = cache.join("paceline-bench").join(name);
    let requirements = sources.join("requirements.txt");
    let interpreter = interpreter().await?;
    let wanted = format!("{interpreter}\n{}", std::fs::read_to_string(&requirements)?);
    let (installed, python) = (folder.join("installed.txt"), folder.join("bin/python"));
    if std::fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let make = Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(&folder).status().await?;
    ensure!(make.success(), "{interpreter} -m venv failed");
    let pip =
        Command::new(&python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(&requirements).status();
    ensure!(pip.await?.success(), "pip could not install {}", requirements.display());
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

/// The first Python that can make environments: the distribution's if it can, since it is built with profile-guided
/// optimisation, which version managers leave out.
async fn interpreter() -> anyhow::Result<&'static str> {
    for python in ["/usr/bin/python3", "python3"] {
        let tried =
            Command::new(python).args(["-c", "import venv, ensurepip"]).stderr(Stdio::null()).status();
        if tried.await.is_ok_and(|status| status.success()) {
            return Ok(python);
        }
    }
    bail!("python3 with venv is missing: on Debian, apt-get install python3-venv")
}

/// The folder of whatever can be made again.
#[expect(clippy::disallowed_methods, reason = "where a tool keeps things, and nothing of the product's")]
fn cache() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))
}
