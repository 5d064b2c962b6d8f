//! How SQL is written: keywords in lower case.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 21",
    name: "SQL is lower-case",
    remedy: "write keywords in lower case",
    check: Check::File(check),
};

static KEYWORD: LazyLock<Regex> = LazyLock::new(|| {
    let words = "SELECT|INSERT|INTO|UPDATE|DELETE|FROM|WHERE|JOIN|LEFT|INNER|OUTER|ORDER|GROUP|BY|HAVING|LIMIT|OFFSET|\
                 VALUES|SET|RETURNING|CREATE|ALTER|DROP|TABLE|INDEX|UNIQUE|PRIMARY|FOREIGN|KEY|REFERENCES|CONSTRAINT|\
                 CHECK|DEFAULT|NOT|NULL|AND|OR|AS|ON|IN|IS|EXISTS|CASE|WHEN|THEN|ELSE|END|WITH|UNION|DISTINCT|BETWEEN|\
                 COALESCE|COUNT|CONFLICT|NOTHING|CASCADE|USING|LATERAL|ASC|DESC";
    Regex::new(&format!(r"\b({words})\b")).expect("a pattern")
});
fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".sql") {
        return vec![];
    }
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let code = code(line);
        if let Some(keyword) = KEYWORD.find(&code) {
            findings.push(Finding::at(file, number, format!("`{}` in capitals", keyword.as_str())));
        }
    }
    findings
}

/// The line without its quoted texts and its comment.
fn code(line: &str) -> String {
    let outside: String = line.split('\'').step_by(2).collect::<Vec<_>>().join("''");
    outside.split("--").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn capitals_are_found() {
        assert_eq!(messages("a/queries.sql", "SELECT id\n"), ["`SELECT` in capitals"]);
    }

    #[test]
    fn comments_and_quoted_capitals_pass() {
        assert!(
            messages("a/queries.sql", "--! list\nselect 'NOT' from a -- limit 5, AND so on\nlimit :limit;\n")
                .is_empty()
        );
        assert!(messages("a/readme.md", "SELECT 1 LIMIT 1").is_empty());
    }
}
