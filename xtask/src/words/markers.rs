//! No merge markers left behind, and no paths or papers that only one machine has.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "invariant",
    name: "the text stands alone",
    remedy: "finish the merge; name files relative to the root; tell the reason itself instead of where it was said",
    check: Check::File(check),
};

// The pieces are put together here, so that this file passes its own rule.
static MARKER: LazyLock<Regex> = LazyLock::new(|| pattern(&["^(<<<<<<", "<|>>>>>>", "> )"]));
static MACHINE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&[
        "(^|[^[:alnum:]_.])(/ro",
        "ot/|/ho",
        "me/[a-z]|/wo",
        "rk/|/Us",
        "ers/[a-z])|\\.\\./sha",
        "red/",
    ])
});
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| pattern(&["(?i)\\bissue", " #?[0-9]"]));

fn pattern(pieces: &[&str]) -> Regex {
    Regex::new(&pieces.concat()).expect("the pieces above form a pattern")
}

fn check(file: &SourceFile) -> Vec<Finding> {
    let found = |line: &str| {
        if MARKER.is_match(line) {
            Some("a merge marker")
        } else if MACHINE.is_match(line) {
            Some("a path of one machine")
        } else if ELSEWHERE.is_match(line) {
            Some("a reference to something outside the repository")
        } else {
            None
        }
    };
    file.lines().filter_map(|(number, line)| Some(Finding::at(file, number, found(line)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&SourceFile::new("a.md", text)).len()
    }

    #[test]
    fn markers_paths_and_references_are_found() {
        assert_eq!(count(concat!("<<<<<<", "< ours\n")), 1);
        assert_eq!(count(concat!("cd /ro", "ot/project\n")), 1);
        assert_eq!(count(concat!("see ../sha", "red/DESIGN.md\n")), 1);
        assert_eq!(count(concat!("as Issue", " 2 says\n")), 1);
    }

    #[test]
    fn ordinary_text_passes() {
        assert_eq!(count("a << b; target/work/x; https://example.org/home/x; issue a token\n=======\n"), 0);
    }
}
