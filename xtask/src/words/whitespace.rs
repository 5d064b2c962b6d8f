//! No trailing white space, no carriage returns, one line feed at the end.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 29",
    name: "white space",
    remedy: "let the editor trim lines and end the file with one line feed",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    // Snapshots are answers as they came.
    if file.path.ends_with(".snap") || file.text.is_empty() {
        return vec![];
    }
    let numbered = file.text.split('\n').enumerate().map(|(index, line)| (index + 1, line));
    let mut findings: Vec<Finding> = numbered
        .filter(|(_, line)| line.ends_with([' ', '\t', '\r']))
        .map(|(number, _)| Finding::at(file, number, "white space at the end of the line"))
        .collect();
    if !file.text.ends_with('\n') || file.text.ends_with("\n\n") {
        findings.push(Finding::whole(&file.path, "the file does not end with one line feed"));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(text: &str) -> Vec<usize> {
        check(&SourceFile::new("a.md", text)).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn trailing_space_carriage_return_and_a_bad_end_are_found() {
        assert_eq!(messages("a \nb\n"), [1]);
        assert_eq!(messages("a\r\nb\n"), [1]);
        assert_eq!(messages("a"), [0]);
        assert_eq!(messages("a\n\n"), [0]);
    }

    #[test]
    fn clean_text_passes() {
        assert!(messages("a\n\n  b\n").is_empty());
        assert!(messages("").is_empty());
    }
}
