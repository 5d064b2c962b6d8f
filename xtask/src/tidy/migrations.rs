//! Migration files: numbered without a gap, named for what they do, opened by a sentence that says why, and never
//! changed once they are released. What a statement does to a table in use is squawk's business.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "STYLE 22",
    name: "migrations are literature",
    remedy: "name it NNNN_what_it_does.sql, the next number, and open it with a comment that says why; leave what was \
             released as it is, and put the change into a new file",
    check: Check::Tree(check),
};

/// In each folder, what was released: `SHA-256  NAME` a line, as `sha256sum` writes and checks it. A release adds its
/// files; a database that has one refuses a binary with another text under its number.
const RELEASED: &str = "released.sha256";

const NO_TRANSACTION: &str = "-- no-transaction";

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
    let mut findings: Vec<Finding> = folders.values().flat_map(|files| check_folder(files)).collect();
    for (folder, files) in folders {
        if let Some(list) = tree.file(&format!("{folder}/{RELEASED}")) {
            findings.extend(check_released(list, &files));
        }
    }
    findings
}

/// The files of one history against the list of the released.
fn check_released(list: &SourceFile, files: &[(&str, &SourceFile)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in list.lines() {
        let Some((sum, name)) = line.split_once("  ") else {
            findings.push(Finding::at(list, number, "not `SHA-256  NAME`"));
            continue;
        };
        match files.iter().find(|(file, _)| *file == name) {
            None => findings.push(Finding::at(list, number, format!("{name} was released and is gone"))),
            Some((_, file)) if checksum(&file.text) != sum => {
                findings.push(Finding::whole(&file.path, "it was released, and has changed since"));
            }
            Some(_) => {}
        }
    }
    findings
}

fn checksum(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
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
        // Anywhere else the runner would not see it, and the file would run in a transaction.
        let marks = file.lines().filter(|(number, line)| *number > 1 && line.trim() == NO_TRANSACTION);
        findings.extend(
            marks.map(|(number, _)| Finding::at(file, number, "`-- no-transaction` is not the first line")),
        );
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

    #[test]
    fn a_mark_that_the_runner_would_not_see_is_found() {
        let late = "-- Why.\n-- no-transaction\ncreate index concurrently if not exists a on b (c);\n";
        assert_eq!(
            messages(&[("a/migrations/0001_one.sql", late)]),
            ["`-- no-transaction` is not the first line"]
        );
        let first = "-- no-transaction\n-- Why.\ncreate index concurrently if not exists a on b (c);\n";
        assert!(messages(&[("a/migrations/0001_one.sql", first)]).is_empty());
    }

    #[test]
    fn a_released_file_stays_as_it_is() {
        let (one, two) = ("-- One.\n", "-- Two.\n");
        let list = format!("{}  0001_one.sql\n", checksum(one));
        let with = |one: &str| {
            messages(&[
                ("a/migrations/0001_one.sql", one),
                ("a/migrations/0002_two.sql", two),
                ("a/migrations/released.sha256", &list),
            ])
        };
        assert!(with(one).is_empty());
        assert_eq!(with("-- One!\n"), ["it was released, and has changed since"]);
        let gone = [("a/migrations/0001_uno.sql", one), ("a/migrations/released.sha256", &list)];
        assert_eq!(messages(&gone), ["0001_one.sql was released and is gone"]);
        let garbled =
            [("a/migrations/0001_one.sql", one), ("a/migrations/released.sha256", "0001_one.sql\n")];
        assert_eq!(messages(&garbled), ["not `SHA-256  NAME`"]);
    }
}
