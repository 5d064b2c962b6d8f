//! Migration files: numbered without a gap, named for what they do, and opened by a sentence that says why.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "STYLE 22",
    name: "migrations are literature",
    remedy: "name it NNNN_what_it_does.sql, the next number, and open it with a comment that says why",
    check: Check::Tree(check),
};

static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^([0-9]{4})_[a-z][a-z0-9_]*\.sql$").expect("a pattern"));

fn check(tree: &Tree) -> Vec<Finding> {
    let mut folders: BTreeMap<&str, Vec<(&str, &SourceFile)>> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.path.ends_with(".sql")) {
        if let Some((folder, name)) = file.path.rsplit_once('/')
            && folder.ends_with("migrations")
        {
            folders.entry(folder).or_default().push((name, file));
        }
    }
    folders.into_values().flat_map(|files| check_folder(&files)).collect()
}

/// The files of one history, sorted by name.
fn check_folder(files: &[(&str, &SourceFile)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Number 0 is the history's own table, where a history brings it.
    let first = usize::from(!files.first().is_some_and(|(name, _)| name.starts_with("0000_")));
    for (index, (name, file)) in files.iter().enumerate() {
        let expected = first + index;
        let number = NAME.captures(name).and_then(|found| found[1].parse::<usize>().ok());
        match number {
            None => findings.push(Finding::whole(&file.path, "the name is not NNNN_what_it_does.sql")),
            Some(number) if number != expected => {
                findings.push(Finding::whole(
                    &file.path,
                    format!("number {number:04} where {expected:04} is next"),
                ));
            }
            Some(_) => {}
        }
        if !file.text.starts_with("-- ") {
            findings.push(Finding::at(file, 1, "no opening comment"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(files: &[(&str, &str)]) -> Vec<String> {
        check(&Tree::of(files)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn gaps_bad_names_and_silent_files_are_found() {
        let gap =
            [("a/migrations/0001_one.sql", "-- One.\n"), ("a/migrations/0003_three.sql", "-- Three.\n")];
        assert_eq!(messages(&gap), ["number 0003 where 0002 is next"]);
        assert_eq!(
            messages(&[("a/migrations/1-One.sql", "-- One.\n")]),
            ["the name is not NNNN_what_it_does.sql"]
        );
        assert_eq!(
            messages(&[("a/migrations/0001_one.sql", "create table a ();\n")]),
            ["no opening comment"]
        );
    }

    #[test]
    fn each_folder_counts_for_itself() {
        assert!(
            messages(&[("a/migrations/0001_a.sql", "-- A.\n"), ("b/migrations/0001_b.sql", "-- B.\n")])
                .is_empty()
        );
        assert!(
            messages(&[("a/migrations/0000_history.sql", "-- A.\n"), ("a/migrations/0001_b.sql", "-- B.\n")])
                .is_empty()
        );
        assert!(messages(&[("a/queries.sql", "select 1;\n")]).is_empty());
    }
}
