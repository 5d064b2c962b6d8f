//! Every Rust file opens with `//!`: what lives there, and what must never live there.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 27",
    name: "files open with what they hold",
    remedy: "begin with `//! what lives here, and what must never live here`",
    check: Check::File(check),
};

const README: &str = "#![doc = include_str!(\"../README.md\")]";

fn check(file: &SourceFile) -> Vec<Finding> {
    let opening = file.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let says_something = opening.strip_prefix("//!").is_some_and(|rest| !rest.trim().is_empty());
    if !file.is_rust() || says_something || opening == README {
        return vec![];
    }
    vec![Finding::at(file, 1, "no opening `//!`")]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&SourceFile::new(path, text)).len()
    }

    #[test]
    fn silent_files_are_found() {
        assert_eq!(count("a.rs", "use std::fs;\n//! Late.\n"), 1);
        assert_eq!(count("a.rs", "//!\nfn a() {}\n"), 1);
        assert_eq!(count("a.rs", ""), 1);
    }

    #[test]
    fn a_sentence_or_the_readme_passes() {
        assert_eq!(count("a.rs", "//! The pool. No statement lives here.\n"), 0);
        assert_eq!(count("lib.rs", &format!("{README}\n")), 0);
        assert_eq!(count("a.md", "Text.\n"), 0);
    }
}
