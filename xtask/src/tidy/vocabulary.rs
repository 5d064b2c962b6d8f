//! The platform does not know what the application is about: none of its words below `app/`.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "invariant",
    name: "no word of coaching in the platform",
    remedy: "say it in the platform's own words: account, row, subject; or move the code to app/",
    check: Check::File(check),
};

/// `activity` alone is not among them: a connection shows some too.
const WORDS: [&str; 15] = [
    "activities",
    "athlete",
    "athletes",
    "coach",
    "coaches",
    "coaching",
    "garmin",
    "gpx",
    "paceline",
    "sport",
    "sports",
    "strava",
    "training",
    "workout",
    "workouts",
];
/// Words of PostgreSQL that contain ours.
const FOREIGN: [&str; 1] = ["pg_stat_activity"];

/// Words of prose, and the words inside `snake_case` and `CamelCase`.
static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new("[A-Z]?[a-z]+|[A-Z]+").expect("a pattern"));

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.starts_with("crates/") {
        return vec![];
    }
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let line = FOREIGN.iter().fold(line.to_owned(), |line, foreign| line.replace(foreign, ""));
        let ours = WORD.find_iter(&line).map(|word| word.as_str().to_lowercase());
        let ours = ours.filter(|word| WORDS.contains(&word.as_str()));
        findings.extend(
            ours.map(|word| Finding::at(file, number, format!("`{word}` is a word of the application"))),
        );
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&SourceFile::new(path, text)).len()
    }

    #[test]
    fn words_are_found_in_prose_and_inside_names() {
        assert_eq!(count("crates/a/src/lib.rs", "//! Keeps an athlete's rows.\n"), 1);
        assert_eq!(count("crates/a/src/lib.rs", "fn list_workouts(kind: CoachKind) {}\n"), 2);
    }

    #[test]
    fn the_application_foreign_words_and_longer_words_pass() {
        assert_eq!(count("app/server/src/lib.rs", "struct Athlete;\n"), 0);
        assert_eq!(
            count("crates/a/src/lib.rs", "let sql = \"select 1 from pg_stat_activity\"; // interactivity\n"),
            0
        );
    }
}
