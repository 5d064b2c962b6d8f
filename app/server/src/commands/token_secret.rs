//! The secret of access tokens that is kept beside the private cluster: made at the first start, readable by its owner
//! alone. Never here: what is signed with it.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use mainstay_runtime::Random;
use tempfile::NamedTempFile;

/// Fewest bytes of a secret that anything can be signed with.
const USABLE: usize = 32;

/// The secret in the file, which is made when it is absent. It appears under its name only when it is whole and on disk:
/// a process that is killed at any moment leaves a secret or none.
pub(super) fn keep(path: &Path, random: &Random) -> anyhow::Result<String> {
    let read = || std::fs::read_to_string(path).map(|text| text.trim_end().to_owned());
    let is_cut = match read() {
        Ok(secret) if !is_cut(&secret) => return Ok(secret),
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    if is_cut {
        tracing::warn!(file = %path.display(), "the file was cut off while it was written; nothing was signed with it, making a new one");
    }
    make(path, random, is_cut).with_context(|| format!("cannot write {}", path.display()))?;
    // Whoever made it: a command that starts at the same moment may have been faster.
    read().with_context(|| format!("cannot read {}", path.display()))
}

/// Why a secret that a person put into the file cannot be used, before anything is started. A file that is absent, or
/// that this account may not read, is none of this: [`keep`] makes the one and tells of the other.
pub(super) fn judge(path: &Path) -> Result<(), String> {
    let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
    let secret = text.trim_end();
    if secret.len() >= USABLE || is_cut(secret) {
        return Ok(());
    }
    Err(format!(
        "the secret in {} is too short; write at least {USABLE} random characters, or remove the file, and one is made",
        path.display()
    ))
}

/// Whether the text is the beginning of one of our secrets, too short to sign with. Any other text that is too short was
/// written by a person, and is refused where it is used.
fn is_cut(text: &str) -> bool {
    text.len() < USABLE && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn make(path: &Path, random: &Random, replace: bool) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let secret: String = random.bytes::<48>().iter().map(|byte| format!("{byte:02x}")).collect();
    // Open to its owner alone from the beginning.
    let mut file = NamedTempFile::new_in(folder)?;
    writeln!(file, "{secret}")?;
    file.as_file().sync_all()?;
    if replace {
        file.persist(path).map_err(|failed| failed.error)?;
    } else {
        match file.persist_noclobber(path) {
            Err(failed) if failed.error.kind() != ErrorKind::AlreadyExists => return Err(failed.error),
            _ => {}
        }
    }
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn random() -> Random {
        mainstay_runtime::Effects::system().random
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn a_secret_is_made_once_for_its_owner_alone() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("token_secret");
        let made = keep(&path, &random()).unwrap();
        assert_eq!(made.len(), 96);
        assert_eq!(keep(&path, &random()).unwrap(), made);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(names(world.path()), ["token_secret"], "nothing is left beside it");
    }

    #[test]
    fn one_that_was_cut_off_is_made_anew() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("token_secret");
        for cut in ["", "\n", "0a", &"ab".repeat(15)] {
            std::fs::write(&path, cut).unwrap();
            let made = keep(&path, &random()).unwrap();
            assert_eq!(made.len(), 96, "{cut:?}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{made}\n"));
        }
        assert_eq!(names(world.path()), ["token_secret"]);
    }

    #[test]
    fn what_a_person_wrote_is_left_alone() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("token_secret");
        for own in ["too short, but mine", "an own secret that is long enough to sign with"] {
            std::fs::write(&path, own).unwrap();
            assert_eq!(keep(&path, &random()).unwrap(), own);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), own);
        }
    }

    #[test]
    fn who_comes_second_takes_the_first_ones() {
        let world = tempfile::tempdir().unwrap();
        let path = world.path().join("token_secret");
        make(&path, &random(), false).unwrap();
        let first = std::fs::read_to_string(&path).unwrap();
        make(&path, &random(), false).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
    }
}
