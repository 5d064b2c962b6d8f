//! Every test runs. A test that cannot run here is deleted or mended; a documentation example likewise.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 24",
    name: "no ignored tests",
    remedy: "mend or delete the test; mark an example that is no program as `text`",
    check: Check::File(check),
};

// Put together here, so that this file passes its own rule.
const ATTRIBUTE: &str = concat!("#[", "ignore");
const EXAMPLE: &str = concat!("``", "`ignore");

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_doc = file.is_rust() || file.path.ends_with("/README.md");
    let breaks =
        |line: &str| (file.is_rust() && line.contains(ATTRIBUTE)) || (is_doc && line.contains(EXAMPLE));
    let lines = file.lines().filter(|(_, line)| breaks(line));
    lines.map(|(number, _)| Finding::at(file, number, "an ignored test")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_test_or_example_is_found() {
        assert_eq!(check(&SourceFile::new("a.rs", &format!("{ATTRIBUTE} = \"slow\"]\n"))).len(), 1);
        assert_eq!(check(&SourceFile::new("crates/a/README.md", &format!("{EXAMPLE}\n"))).len(), 1);
    }

    #[test]
    fn other_attributes_and_examples_pass() {
        assert!(check(&SourceFile::new("a.rs", "#[test]\n/// ```text\n")).is_empty());
    }
}
