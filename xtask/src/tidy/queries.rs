//! How SQL is written: keywords in lower case, every limit bound to a parameter.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 21",
    name: "SQL is lower-case and its limits are bound",
    remedy: "write keywords in lower case; write `limit :limit`, since a literal makes the server plan every execution anew",
    check: Check::File(check),
};

static KEYWORD: LazyLock<Regex> = LazyLock::new(|| {
    let words = "SELECT|INSERT|INTO|UPDATE|DELETE|FROM|WHERE|JOIN|LEFT|INNER|OUTER|ORDER|GROUP|BY|HAVING|LIMIT|OFFSET|\
                 VALUES|SET|RETURNING|CREATE|ALTER|DROP|TABLE|INDEX|UNIQUE|PRIMARY|FOREIGN|KEY|REFERENCES|CONSTRAINT|\
                 CHECK|DEFAULT|NOT|NULL|AND|OR|AS|ON|IN|IS|EXISTS|CASE|WHEN|THEN|ELSE|END|WITH|UNION|DISTINCT|BETWEEN|\
                 COALESCE|COUNT|CONFLICT|NOTHING|CASCADE|USING|LATERAL|ASC|DESC";
    Regex::new(&format!(r"\b({words})\b")).expect("a pattern")
});
static LITERAL_LIMIT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\b(limit|fetch\s+(first|next))\s+(all\b|[0-9])").expect("a pattern"));

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".sql") {
        return vec![];
    }
    let mut findings = Vec::new();
    // A migration runs once, so only the statements of a running program have plans to keep.
    if file.path.ends_with("queries.sql") {
        let whole = file.text.lines().map(code).collect::<Vec<_>>().join("\n");
        findings.extend(LITERAL_LIMIT.find_iter(&whole).map(|found| {
            let line = whole[..found.end()].matches('\n').count() + 1;
            Finding::at(file, line, "a limit that is not bound")
        }));
    }
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
    fn capitals_and_literal_limits_are_found() {
        assert_eq!(messages("a/queries.sql", "SELECT id\n"), ["`SELECT` in capitals"]);
        assert_eq!(messages("a/queries.sql", "select id from a limit 50;\n"), ["a limit that is not bound"]);
    }

    #[test]
    fn a_literal_limit_is_found_in_every_spelling() {
        for text in [
            "select id from a limit\n    50;\n",
            "fetch first 5 rows only;",
            "limit all;",
            "fetch next 1 row only;",
        ] {
            assert_eq!(messages("a/queries.sql", text), ["a limit that is not bound"], "{text}");
        }
    }

    #[test]
    fn bound_limits_comments_and_quoted_capitals_pass() {
        assert!(
            messages("a/queries.sql", "--! list\nselect 'NOT' from a -- limit 5, AND so on\nlimit :limit;\n")
                .is_empty()
        );
        assert!(messages("a/readme.md", "SELECT 1 LIMIT 1").is_empty());
    }
}
