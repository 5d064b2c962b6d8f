//! The repository as the checks see it: text files and crates, read once. No rule lives here.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use cargo_metadata::{DependencyKind, MetadataCommand};
use ignore::WalkBuilder;

use crate::rust_text;

/// Larger files are data (a training file, a table); no rule speaks about them.
const LARGEST_TEXT: u64 = 1 << 20;

/// Written by a generator, or data in a foreign format: read by nobody as prose or source of ours.
const NOT_OURS: [&str; 6] = [
    "/app/queries/",
    "/tests/fixtures/",
    "/LICENSE-APACHE",
    "/Cargo.lock",
    "/openapi.json",
    "/docs/schema.sql",
];

/// One text file; the path is relative to the root, with `/`.
pub(crate) struct SourceFile {
    pub path: String,
    pub text: String,
}

/// One member of the workspace.
pub(crate) struct Member {
    pub name: String,
    /// The crate's folder, relative to the root.
    pub folder: String,
    pub dependencies: Vec<Edge>,
}

/// A dependency as the manifest declares it.
pub(crate) struct Edge {
    pub name: String,
    pub is_dev: bool,
}

/// Everything that a rule may look at.
pub(crate) struct Tree {
    pub files: Vec<SourceFile>,
    pub members: Vec<Member>,
}

impl Tree {
    /// Reads the text files that git would track, and the manifests.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        Ok(Self { files: read_files(root)?, members: read_members(root)? })
    }

    /// A tree of the files given, for the rules' own tests.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self {
            files: files.iter().map(|(path, text)| SourceFile::new(path, text)).collect(),
            members: vec![],
        }
    }

    pub(crate) fn file(&self, path: &str) -> Option<&SourceFile> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl SourceFile {
    #[cfg(test)]
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is test code, by its place.
    pub(crate) fn is_test_file(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }

    /// Numbered lines of code that ships: all but the test modules, wherever these stand in the file.
    pub(crate) fn shipped_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.tests();
        self.lines().filter(move |(number, _)| !tests[number - 1])
    }

    /// Numbered lines of test code: the whole file in a test folder, else its `#[cfg(test)] mod`s.
    pub(crate) fn test_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.tests();
        self.lines().filter(move |(number, _)| tests[number - 1])
    }

    /// The code that ships, on its own lines; comments and characters are blanked, and so are tests.
    pub(crate) fn shipped_code(&self) -> String {
        let tests = self.tests();
        let shipped = self.lines().map(|(number, line)| if tests[number - 1] { "" } else { line });
        rust_text::without_comments(&shipped.collect::<Vec<_>>().join("\n"))
    }

    /// Lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// For each line, whether it is test code.
    fn tests(&self) -> Vec<bool> {
        let lines: Vec<&str> = self.text.lines().collect();
        let mut tests = vec![self.is_test_file(); lines.len()];
        for (start, line) in lines.iter().enumerate().filter(|(_, line)| line.trim() == "#[cfg(test)]") {
            let indent = &line[..line.len() - line.trim_start().len()];
            // Further attributes may stand between.
            let item = (start + 1..lines.len()).find(|index| !lines[*index].trim_start().starts_with("#["));
            let Some(item) = item.filter(|index| lines[*index].trim_start().starts_with("mod ")) else {
                continue;
            };
            let end = if lines[item].trim_end().ends_with(['{']) {
                let closes = |line: &str| line.strip_prefix(indent) == Some("}");
                (item..lines.len()).find(|index| closes(lines[*index])).unwrap_or(lines.len() - 1)
            } else {
                item
            };
            tests[start..=end].fill(true);
        }
        tests
    }
}

/// The folder with the workspace manifest, at or above the current one.
pub(crate) fn find_root() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    for folder in here.ancestors() {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        if manifest.lines().any(|line| line.trim() == "[workspace]") && folder.join("xtask").is_dir() {
            return Ok(folder.to_owned());
        }
    }
    bail!("no workspace at or above {}", here.display())
}

fn read_files(root: &Path) -> Result<Vec<SourceFile>> {
    let mut files = Vec::new();
    // `.git` is the one hidden folder that is not ours; require_git off, so that an unpacked archive works too.
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = entry.context("the tree cannot be walked")?;
        let is_small_file = entry.metadata().is_ok_and(|meta| meta.is_file() && meta.len() <= LARGEST_TEXT);
        let path = relative(root, entry.path());
        if !is_small_file || NOT_OURS.iter().any(|part| format!("/{path}").contains(part)) {
            continue;
        }
        // Binary files are not text; a file that vanished between the listing and here is nobody's concern.
        if let Ok(text) = std::fs::read_to_string(entry.path()) {
            files.push(SourceFile { path, text });
        }
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}

fn read_members(root: &Path) -> Result<Vec<Member>> {
    let metadata = MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .exec()
        .context("cargo metadata failed: is a manifest broken?")?;
    let member = |package: &cargo_metadata::Package| Member {
        name: package.name.to_string(),
        folder: package
            .manifest_path
            .parent()
            .map(|path| relative(root, path.as_std_path()))
            .unwrap_or_default(),
        dependencies: package
            .dependencies
            .iter()
            .map(|edge| Edge { name: edge.name.clone(), is_dev: edge.kind == DependencyKind::Development })
            .collect(),
    };
    Ok(metadata.workspace_packages().into_iter().map(member).collect())
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tests_at_the_end_do_not_ship() {
        let file =
            SourceFile::new("crates/a/src/lib.rs", "//! A.\nfn a() {}\n#[cfg(test)]\nmod tests {\n}\n");
        assert_eq!(file.shipped_lines().count(), 2);
        assert_eq!(file.test_lines().map(|(number, _)| number).collect::<Vec<_>>(), [3, 4, 5]);
    }

    #[test]
    fn what_follows_the_tests_ships() {
        let text = "#[cfg(test)]\nmod tests;\nfn a() {}\n#[cfg(test)]\n#[expect(x)]\nmod more {\n    fn b() {\n    }\n}\nfn c() {}\n";
        let file = SourceFile::new("crates/a/src/lib.rs", text);
        assert_eq!(file.shipped_lines().map(|(number, _)| number).collect::<Vec<_>>(), [3, 10]);
        assert_eq!(file.test_lines().count(), 8);
    }

    #[test]
    fn a_test_only_import_is_not_the_test_module() {
        let file = SourceFile::new("crates/a/src/lib.rs", "#[cfg(test)]\nuse std::fs;\nfn a() {}\n");
        assert_eq!(file.shipped_lines().count(), 3);
    }

    #[test]
    fn a_file_in_a_test_folder_ships_nothing() {
        let file = SourceFile::new("crates/a/tests/it/main.rs", "//! A.\n");
        assert_eq!((file.shipped_lines().count(), file.test_lines().count()), (0, 1));
    }

    #[test]
    fn walks_what_git_would_track() {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in
            [(".gitignore", "/target\n"), ("a.md", "x"), ("target/b.md", "x"), (".ci/run", "x")]
        {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        std::fs::write(folder.path().join("c.fit"), [0xff, 0xfe, 0x00]).unwrap();
        let files = read_files(folder.path()).unwrap();
        assert_eq!(
            files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
            [".ci/run", ".gitignore", "a.md"]
        );
    }
}
