//! A small folder of text files in memory: read, compared, written. It does not know what they say.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};
use ignore::WalkBuilder;

use crate::ci::command;

/// Texts by their path inside the folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) texts: BTreeMap<String, String>,
}

impl Files {
    /// Everything in the folder; nothing where there is none.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut files = Self::default();
        if !folder.is_dir() {
            return Ok(files);
        }
        for entry in WalkBuilder::new(folder).standard_filters(false).build() {
            let entry = entry.with_context(|| format!("{} cannot be walked", folder.display()))?;
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let path = entry.path().strip_prefix(folder).context("a path outside its folder")?;
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| format!("{} cannot be read", entry.path().display()))?;
            files.texts.insert(path.to_string_lossy().replace('\\', "/"), text);
        }
        Ok(files)
    }

    /// Writes what changed and removes what is not here any more; what is equal keeps its time, and its build.
    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        let old = Self::read(folder)?;
        for path in self.differences(&old) {
            let target = folder.join(&path);
            let Some(text) = self.texts.get(&path) else {
                std::fs::remove_file(&target)
                    .with_context(|| format!("{} cannot be removed", target.display()))?;
                continue;
            };
            let parent = target.parent().context("a file without a folder")?;
            std::fs::create_dir_all(parent)
                .with_context(|| format!("{} cannot be made", parent.display()))?;
            std::fs::write(&target, text)
                .with_context(|| format!("{} cannot be written", target.display()))?;
        }
        Ok(())
    }

    /// Paths that are only in one of the two, or differ.
    pub(super) fn differences(&self, old: &Self) -> Vec<String> {
        let mut paths: Vec<String> = self.texts.keys().chain(old.texts.keys()).cloned().collect();
        paths.sort();
        paths.dedup();
        paths.retain(|path| self.texts.get(path) != old.texts.get(path));
        paths
    }

    /// The Rust files as the workspace's rustfmt.toml wants them, so that `cargo fmt` leaves them alone.
    pub(super) fn formatted(&self, root: &Path) -> Result<Self> {
        let folder = tempfile::tempdir().context("no temporary folder")?;
        self.write(folder.path())?;
        let rust =
            self.texts.keys().filter(|path| path.ends_with(".rs")).map(|path| folder.path().join(path));
        let status = command::program("rustfmt", root)
            .args(["--edition", "2024", "--config-path"])
            .arg(root.join("rustfmt.toml"))
            .args(rust)
            .status()
            .context("rustfmt did not start")?;
        if !status.success() {
            bail!("rustfmt failed on generated code");
        }
        Self::read(folder.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(texts: &[(&str, &str)]) -> Files {
        Files { texts: texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect() }
    }

    #[test]
    fn new_changed_and_vanished_files_differ() {
        let old = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let new = files(&[("a", "1"), ("b", "2"), ("d", "1")]);
        assert_eq!(new.differences(&old), ["b", "c", "d"]);
        assert!(old.differences(&old).is_empty());
    }

    #[test]
    fn writing_makes_the_folder_equal() {
        let folder = tempfile::tempdir().unwrap();
        files(&[("a", "1"), ("src/b", "1")]).write(folder.path()).unwrap();
        let new = files(&[("src/b", "2"), ("src/c/d", "3")]);
        new.write(folder.path()).unwrap();
        assert_eq!(Files::read(folder.path()).unwrap(), new);
    }
}
