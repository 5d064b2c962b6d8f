//! Every TOML file parses. What the keys mean is the business of whoever reads them.

use std::path::Path;

use anyhow::Result;

use crate::finding::{Check, Finding, Rule, report};
use crate::tree::{SourceFile, Tree};

const RULES: [Rule; 1] = [Rule {
    source: "toml",
    name: "TOML files parse",
    remedy: "correct the line named above",
    check: Check::File(check),
}];

/// Prints the files that do not parse.
pub(crate) fn run(root: &Path) -> Result<bool> {
    Ok(report("toml", &RULES, &Tree::read(root)?))
}

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.path.ends_with(".toml") {
        return vec![];
    }
    let Err(error) = file.text.parse::<toml::Table>() else { return vec![] };
    let start = error.span().map_or(0, |span| span.start);
    let line = file.text.get(..start).unwrap_or_default().matches('\n').count() + 1;
    vec![Finding::at(file, line, error.message())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_file_is_found_with_its_line() {
        let findings = check(&SourceFile::new("a/b.toml", "a = 1\nb = = 2\n"));
        assert_eq!((findings.len(), findings[0].line), (1, 2));
    }

    #[test]
    fn a_sound_file_and_other_formats_pass() {
        assert!(check(&SourceFile::new("a.toml", "a = 1\n")).is_empty());
        assert!(check(&SourceFile::new("a.md", "a = = 1\n")).is_empty());
    }
}
