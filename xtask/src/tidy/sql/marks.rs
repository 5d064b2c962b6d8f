//! A mark names a rule that can be excused, and says why.

use super::{EXCUSABLE, text};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "data rules",
    name: "an excuse has a reason",
    remedy: "write `-- tidy: RULE, why` above the statement",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".sql") {
        return vec![];
    }
    let statements = text::statements(file);
    let marks = statements.iter().flat_map(|statement| &statement.marks);
    marks
        .filter_map(|mark| {
            if !EXCUSABLE.contains(&mark.rule.as_str()) {
                let known = EXCUSABLE.join(", ");
                return Some(Finding::at(
                    file,
                    mark.line,
                    format!("no rule `{}`: there are {known}", mark.rule),
                ));
            }
            mark.why.is_empty().then(|| Finding::at(file, mark.line, "no reason"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> usize {
        check(&SourceFile::new("a/queries.sql", text)).len()
    }

    #[test]
    fn an_unknown_rule_and_a_missing_reason_are_found() {
        assert_eq!(findings("-- tidy: pages, why\nselect 1;\n"), 1);
        assert_eq!(findings("-- tidy: offset\nselect 1;\n"), 1);
        assert_eq!(findings("-- tidy: offset, clients ask for it.\nselect 1;\n"), 0);
    }
}
