//! What the application keeps stands in one file, and each of its reads is held against every row and column that it can
//! read: the cache takes for granted that an answer's tags name all that it is made from.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "the cache's promise",
    name: "a kept read is tried against all that it is made from",
    remedy: "name the read in app/server/src/answers.rs and in its list ALL, and where it is asked for in app/server/tests/it/kept/complete.rs",
    check: Check::Tree(check),
};

const WATCHED: &str = "app/server/src/";
const SHELF: &str = "app/server/src/answers.rs";
const CASES: &str = "app/server/tests/it/kept/complete.rs";

/// A name of the cache is made.
static MADE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\.\s*(shared_)?cache\s*(::<[^;]*?>)?\s*\(").expect("a pattern"));

/// A read is declared: its constant, its name.
static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"const\s+([A-Z_]+)\s*:\s*KeptRead\s*=\s*read\s*\(\s*"([^"]+)""#).expect("a pattern")
});

/// Those that are kept.
static LISTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)const\s+ALL\s*:[^=]*=\s*\[([^\]]*)\]").expect("a pattern"));

fn check(tree: &Tree) -> Vec<Finding> {
    let shipped = tree.files.iter().filter(|file| file.is_rust() && file.path.starts_with(WATCHED));
    let mut findings: Vec<Finding> = shipped.filter(|file| file.path != SHELF).flat_map(elsewhere).collect();
    let of_path = |path: &str| tree.files.iter().find(|file| file.path == path);
    if let Some(shelf) = of_path(SHELF) {
        let cases = of_path(CASES).map_or("", |file| file.text.as_str());
        findings.extend(untried(shelf, cases));
    }
    findings
}

fn elsewhere(file: &SourceFile) -> Vec<Finding> {
    let code = file.shipped_code();
    let lines = MADE.find_iter(&code).map(|found| line_of(&code, found.start()));
    lines
        .map(|line| Finding::at(file, line, "answers are kept that the list of them does not name"))
        .collect()
}

fn untried(shelf: &SourceFile, cases: &str) -> Vec<Finding> {
    let text = &shelf.text;
    let listed = LISTED.captures(text).map_or("", |found| found.get(1).map_or("", |list| list.as_str()));
    let is_listed = |constant: &str| listed.split(',').any(|one| one.trim() == constant);
    let mut findings = Vec::new();
    for declared in DECLARED.captures_iter(text) {
        let (constant, name) = (&declared[1], &declared[2]);
        let line = declared.get(0).map_or(1, |found| line_of(text, found.start()));
        if !is_listed(constant) {
            findings.push(Finding::at(shelf, line, format!("{constant} is not in the list ALL")));
        }
        if !cases.contains(&format!("\"{name}\" =>")) {
            findings.push(Finding::at(
                shelf,
                line,
                format!("{CASES} does not say where {name:?} is asked for"),
            ));
        }
    }
    findings
}

fn line_of(text: &str, place: usize) -> usize {
    text[..place].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "pub const A: KeptRead =\n    read(\"a\", &[\"t\"]);\npub const B: KeptRead = read(\"b\", &[]);\n\
        pub const ALL: [KeptRead; 2] = [A, B];\nfn f() { caches.shared_cache(read.name) }\n";

    fn told(files: &[(&str, &str)]) -> Vec<(String, usize)> {
        let findings = check(&Tree::of(files));
        findings.into_iter().map(|finding| (finding.message, finding.line)).collect()
    }

    #[test]
    fn a_read_that_is_kept_and_tried_passes() {
        let cases = "match name { \"a\" => 1, \"b\" => 2 }";
        assert_eq!(told(&[(SHELF, GOOD), (CASES, cases)]), []);
    }

    #[test]
    fn a_read_that_nobody_tries_is_found_and_one_that_is_not_listed() {
        let found = told(&[(SHELF, &GOOD.replace("[A, B]", "[A]")), (CASES, "\"a\" => 1")]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|(_, line)| *line == 3), "{found:?}");
    }

    #[test]
    fn answers_that_are_kept_elsewhere_are_found() {
        let text = "fn f() {\n    app.caches\n        .cache(\"hidden\", config)\n}\n";
        assert_eq!(told(&[("app/server/src/features/a.rs", text)]).len(), 1);
        assert_eq!(told(&[("crates/mainstay-http/src/a.rs", text)]), [], "not the application's");
    }
}
