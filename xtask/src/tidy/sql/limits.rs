//! Every limit is bound to a parameter: its value is a setting, and one statement has one plan.

use super::text::{self, Statement};
use super::{Found, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 21",
    name: "every limit is bound",
    remedy: "write `limit :max_rows`, or `$1` in a text; where a literal belongs there: `-- tidy: limit, why` above the statement",
    check: Check::File(check),
};

/// Excuses a literal.
pub(super) const LIMIT: &str = "limit";

/// Not the service's own.
const TOOLS: [&str; 3] = ["bench/", "crates/mainstay-testing/", "xtask/"];

fn check(file: &SourceFile) -> Vec<Finding> {
    // A migration runs once, so it has no plan to keep.
    if TOOLS.iter().any(|tool| file.path.starts_with(tool)) || file.path.contains("/migrations/") {
        return vec![];
    }
    judge(file, &text::statements(file), LIMIT, find)
}

fn find(statement: &Statement) -> Vec<Found> {
    let after: [&[&str]; 3] = [&["limit"], &["fetch", "first"], &["fetch", "next"]];
    let literal = |place: usize| {
        let inner = (place..).find(|place| statement.at(*place) != "(").unwrap_or(place);
        let word = statement.at(inner);
        word == "all" || word.starts_with(|first: char| first.is_ascii_digit())
    };
    let places = after.iter().flat_map(|words| statement.places(words).map(|place| (place, words.len())));
    let literals = places.filter(|(place, length)| literal(place + length));
    literals.map(|(place, _)| (statement.words[place].line, "a limit that is not bound".to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_literal_limit_is_found_in_every_spelling_and_place() {
        for text in [
            "select id from a limit\n    50;\n",
            "select id from a fetch first 5 rows only;",
            "select id from a limit all;",
            "select id from a limit ((5));",
            "select id from a fetch next 1 row only;",
        ] {
            assert_eq!(lines("app/server/src/features/a/queries.sql", text), [1], "{text}");
            assert_eq!(lines("crates/mainstay-db/src/a.sql", text), [1], "{text}");
        }
        let code = "fn a() {\n    ask(\"select id from a \\\n         limit 1\");\n}\n";
        assert_eq!(lines("crates/mainstay-db/src/a.rs", code), [3]);
    }

    #[test]
    fn bound_limits_excuses_and_migrations_pass() {
        for text in [
            "select id from a limit :most;",
            "select id from a limit $1;",
            "-- limit 5\nselect 'limit 5' from a;",
            "-- tidy: limit, any one of them\nselect id from a limit 1;",
        ] {
            assert!(lines("crates/mainstay-db/src/a.sql", text).is_empty(), "{text}");
        }
        assert!(lines("app/server/migrations/0001_a.sql", "select id from a limit 1;").is_empty());
    }
}
