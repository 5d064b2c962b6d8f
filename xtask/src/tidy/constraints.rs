//! Every constraint has a name, since an error of the database is told to a client by it.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 14 and 22",
    name: "constraints are named",
    remedy: "write `constraint table_what_it_keeps check (…)` on a line of its own in the table",
    check: Check::File(check),
};

static TABLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?i)\bcreate\s+(?:unlogged\s+|temp\s+|temporary\s+)?table\s+(?:if\s+not\s+exists\s+)?[a-z0-9_."]+\s*\("#)
        .expect("a pattern")
});
static ADDED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\badd\s+(primary\s+key|unique|foreign\s+key|check)\b").expect("a pattern")
});
static CONSTRAINT: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(primary\s+key|unique|references|foreign\s+key|check\s*\(|exclude\s+using)")
        .expect("a pattern")
});
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bconstraint\s+[a-z0-9_]+\s+$").expect("a pattern"));
static FOREIGN_KEY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bforeign\s+key\b").expect("a pattern"));
/// A column that is added later, up to the comma or the end.
static COLUMN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?is)\badd\s+column\b(?:[^,;()]|\([^()]*\))*").expect("a pattern"));

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".sql") || !file.path.contains("migrations/") {
        return vec![];
    }
    let code = without_comments(&file.text);
    let line_at = |offset: usize| code[..offset].matches('\n').count() + 1;
    let mut findings = Vec::new();
    for table in TABLE.find_iter(&code) {
        for (offset, element) in elements(&code[table.end()..]) {
            for found in nameless(element) {
                let line = line_at(table.end() + offset + found.start());
                let what = found.as_str().trim_end_matches('(');
                findings.push(Finding::at(file, line, format!("`{what}` without a name")));
            }
        }
    }
    for column in COLUMN.find_iter(&code) {
        findings.extend(nameless(column.as_str()).map(|found| {
            let what = found.as_str().trim_end_matches('(');
            Finding::at(file, line_at(column.start() + found.start()), format!("`{what}` without a name"))
        }));
    }
    let added = ADDED.captures_iter(&code).filter_map(|found| found.get(0));
    findings.extend(added.map(|found| {
        Finding::at(file, line_at(found.start()), format!("`{}` without a name", found.as_str()))
    }));
    findings
}

/// The constraints of one element that have no name right before them. A table's foreign key has its own before
/// `foreign key`, and its `references` belongs to that.
fn nameless(element: &str) -> impl Iterator<Item = regex::Match<'_>> {
    let is_table_key = FOREIGN_KEY.is_match(element);
    CONSTRAINT.find_iter(element).filter(move |found| {
        let is_part = is_table_key && found.as_str().eq_ignore_ascii_case("references");
        !is_part && !NAMED.is_match(&element[..found.start()])
    })
}

/// The same text, and the same offsets' lines, with comments blanked.
fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands between the commas of a table's outer brackets, with its offset.
fn elements(body: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (1_u32, 0);
    for (index, character) in body.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && character == ',') {
            found.push((start, &body[start..index]));
            start = index + 1;
        }
        if depth == 0 {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<(usize, String)> {
        let findings = check(&SourceFile::new("a/migrations/0001_a.sql", text));
        findings.into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    #[test]
    fn nameless_constraints_are_found_in_columns_tables_and_alterations() {
        let text = "-- A.\ncreate table a (\n    id uuid primary key,\n    b int check (b > 0),\n    unique (b)\n);\n";
        let expected = [(3, "primary key"), (4, "check "), (5, "unique")];
        let expected = expected.map(|(line, what)| (line, format!("`{what}` without a name")));
        assert_eq!(findings(text), expected);
        assert_eq!(findings("-- A.\nalter table a add unique (b);\n").len(), 1);
    }

    #[test]
    fn a_second_constraint_and_a_column_that_comes_later_need_names_too() {
        let twice = "-- A.\ncreate temp table a (id uuid constraint a_pkey primary key references b (id));\n";
        assert_eq!(findings(twice), [(2, "`references` without a name".to_owned())]);
        let later = "-- A.\nalter table a add column c uuid\n    references b (id), add column d int;\n";
        assert_eq!(findings(later), [(3, "`references` without a name".to_owned())]);
        let named = "-- A.\nalter table a add column c uuid constraint a_c_exists references b (id);\n";
        assert!(findings(named).is_empty(), "{:?}", findings(named));
    }

    #[test]
    fn named_ones_and_words_in_comments_pass() {
        let text = "-- A.\ncreate table a (\n    -- unique, references and check ( are words here.\n    id uuid not null,\n    \
                    constraint a_pkey primary key (id, b),\n    constraint a_b_range\n        check (b between 1 and 2)\n);\n\
                    create unique index a_b_idx on a (b);\nalter table a add constraint a_c_key unique (c);\n";
        assert!(findings(text).is_empty(), "{:?}", findings(text));
    }
}
