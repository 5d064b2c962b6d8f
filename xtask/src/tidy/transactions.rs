//! A write of the application goes through `db.transaction`, which runs it again when it lost against another one. Who
//! begins a transaction by hand says here why its work may not be run again, or need not.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "data rule 2",
    name: "a transaction that lost is run again",
    remedy: "write `db.transaction(|tx| async move { … })`, or name the file and its reason in xtask/src/tidy/transactions.rs",
    check: Check::Tree(check),
};

/// By the name that every handle on the database has here; other things write too.
static BY_HAND: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bdb\s*\.\s*write\s*\(\s*\)\s*\.\s*await").expect("a pattern"));

/// Which files begin transactions by hand, and why.
const BY_HANDS: [(&str, &str); 1] = [(
    "app/server/src/features/accounts/founding.rs",
    "shows the sign-ins before it commits, which nothing undoes",
)];

const WATCHED: &str = "app/server/src/";

fn check(tree: &Tree) -> Vec<Finding> {
    let watched = tree.files.iter().filter(|file| file.is_rust() && file.path.starts_with(WATCHED));
    watched.flat_map(judge).collect()
}

fn judge(file: &SourceFile) -> Vec<Finding> {
    let code = file.shipped_code();
    let by_hand: Vec<usize> =
        BY_HAND.find_iter(&code).map(|found| code[..found.start()].matches('\n').count() + 1).collect();
    let is_listed = BY_HANDS.iter().any(|(path, _)| file.path == *path);
    match (is_listed, by_hand.is_empty()) {
        (true, true) => {
            vec![Finding::at(file, 1, "begins no transaction by hand and is on the list of those that do")]
        }
        (true, false) => vec![],
        (false, _) => {
            by_hand.into_iter().map(|line| Finding::at(file, line, "a transaction begun by hand")).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_transaction_by_hand_is_found_however_it_is_broken_into_lines() {
        let text = "fn a() {\n    let tx = app.db.write().await?;\n    let b = app\n        .db\n        .write()\n        .await?;\n}\n";
        assert_eq!(lines("app/server/src/features/plans/routes.rs", text), [2, 4]);
    }

    #[test]
    fn work_that_is_run_again_tests_locks_and_listed_files_pass() {
        let good = "app.db.transaction(|tx| async move { work(&tx).await }).await?;\nlet a = lock.write();\n";
        assert!(lines("app/server/src/features/plans/routes.rs", good).is_empty());
        let by_hand = "let tx = db.write().await?;\n";
        assert!(lines("app/server/tests/it/world.rs", by_hand).is_empty());
        assert!(lines(BY_HANDS[0].0, by_hand).is_empty());
        assert_eq!(lines(BY_HANDS[0].0, good), [1], "an excuse for nothing");
    }
}
