//! Work that is taken from a queue is taken in bounded batches, without waiting for who takes the same.

use super::text::{self, Statement};
use super::{Found, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "data rule 4",
    name: "a queue is read in bounded batches",
    remedy: "write `limit :max_rows for update skip locked`",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    judge(file, &text::statements(file), "queue", find)
}

fn find(statement: &Statement) -> Vec<Found> {
    let locks = statement.places(&["skip", "locked"]);
    let unbounded = locks.filter(|place| !has_limit(statement, *place));
    unbounded.map(|place| (statement.words[place].line, "`skip locked` without a limit".to_owned())).collect()
}

/// Whether the select that ends here has a limit: the rows that are locked are those of the innermost one.
fn has_limit(statement: &Statement, end: usize) -> bool {
    let mut depth = 0_u32;
    for place in (0..end).rev() {
        match statement.at(place) {
            ")" => depth += 1,
            "(" if depth == 0 => return false,
            "(" => depth -= 1,
            "limit" if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<usize> {
        check(&SourceFile::new("a/queries.sql", text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_queue_without_a_bound_is_found() {
        assert_eq!(findings("select id from job\nfor update skip locked;\n"), [2]);
        let elsewhere = "with a as (select id from b limit :n)\nselect id from job for update skip locked;\n";
        assert_eq!(findings(elsewhere), [2], "the limit is of another select");
    }

    #[test]
    fn a_queue_in_code_is_found_too() {
        let code = "fn a() {\n    run(\"select id from job for update skip locked\");\n}\n";
        assert_eq!(check(&SourceFile::new("crates/mainstay-db/src/a.rs", code)).len(), 1);
    }

    #[test]
    fn a_bounded_batch_passes() {
        let text =
            "with next as (select id from job where (a) limit :n for update skip locked) delete from job;\n";
        assert!(findings(text).is_empty());
    }
}
