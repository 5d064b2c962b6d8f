//! The migration files, as the generators and the lint read them. Never here: a rule about them (`tidy`), the runner
//! (mainstay-db).

use std::path::Path;

use anyhow::{Context, Result, bail};
use mainstay_db::migrate::{Migration, Migrations};

/// The application's.
pub(crate) const FOLDER: &str = "app/server/migrations";

/// Every folder of migrations.
pub(crate) const FOLDERS: [&str; 2] = ["crates/mainstay-db/migrations", FOLDER];

/// One file: its path from the root with `/`, and its text.
pub(crate) struct File {
    pub path: String,
    pub text: String,
}

/// The files of a folder in the order of their numbers.
pub(crate) fn files(root: &Path, folder: &str) -> Result<Vec<File>> {
    let unlisted = || format!("{folder} cannot be listed");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(root.join(folder)).with_context(unlisted)? {
        let name = entry.with_context(unlisted)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") {
            let path = format!("{folder}/{name}");
            let text = std::fs::read_to_string(root.join(&path))
                .with_context(|| format!("{path} cannot be read"))?;
            files.push(File { path, text });
        }
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(files)
}

/// The application's migrations for the runner. What a binary carries for its life is kept for ours: it is read once.
pub(crate) fn read(root: &Path) -> Result<Migrations> {
    let mut set = Vec::new();
    for File { path, text } in files(root, FOLDER)? {
        let name = path.rsplit('/').next().unwrap_or_default();
        let Some((version, name)) = parse(name) else {
            bail!("{path}: the name is not NNNN_what_it_does.sql")
        };
        let name: &str = Box::leak(name.to_owned().into_boxed_str());
        set.push(Migration { version, name, sql: Box::leak(text.into_boxed_str()) });
    }
    Ok(Migrations::new("app", Box::leak(set.into_boxed_slice())))
}

fn parse(name: &str) -> Option<(i64, &str)> {
    let (number, rest) = name.split_once('_')?;
    Some((number.parse().ok()?, rest.strip_suffix(".sql")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_order_and_a_wrong_name_is_told() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(FOLDER);
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in
            [("0002_b.sql", "select 2;"), ("0001_a.sql", "select 1;"), ("released.sha256", "")]
        {
            std::fs::write(folder.join(name), text).unwrap();
        }
        let set = read(root.path()).unwrap();
        let seen: Vec<_> = set.migrations().iter().map(|one| (one.version, one.name, one.sql)).collect();
        assert_eq!(seen, [(1, "a", "select 1;"), (2, "b", "select 2;")]);
        std::fs::write(folder.join("third.sql"), "select 3;").unwrap();
        assert!(read(root.path()).unwrap_err().to_string().contains("third.sql"));
    }
}
