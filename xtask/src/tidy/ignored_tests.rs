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
/// In a list of conditions, as `cfg_attr(unix, …)`.
const CONDITION: &str = concat!("cfg_", "attr(");
const FENCE: &str = "```";
const WORD: &str = concat!("ign", "ore");

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_doc = file.is_rust() || file.path.ends_with("/README.md");
    let breaks = |line: &str| {
        let is_word = |text: &str| text.split(|part: char| !part.is_alphanumeric()).any(|word| word == WORD);
        let is_conditional = line.split_once(CONDITION).is_some_and(|(_, rest)| is_word(rest));
        let is_example = line.split_once(FENCE).is_some_and(|(_, marks)| is_word(marks));
        (file.is_rust() && (line.contains(ATTRIBUTE) || is_conditional)) || (is_doc && is_example)
    };
    let lines = file.lines().filter(|(_, line)| breaks(line));
    lines.map(|(number, _)| Finding::at(file, number, "an ignored test")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ignored_test_or_example_is_found() {
        assert_eq!(check(&SourceFile::new("a.rs", &format!("{ATTRIBUTE} = \"slow\"]\n"))).len(), 1);
        assert_eq!(check(&SourceFile::new("crates/a/README.md", &format!("{FENCE}{WORD}\n"))).len(), 1);
    }

    #[test]
    fn a_condition_and_a_list_of_marks_hide_nothing() {
        let condition = format!("#[{CONDITION}unix, {WORD})]\n#[test]\n");
        assert_eq!(check(&SourceFile::new("a.rs", &condition)).len(), 1);
        assert_eq!(check(&SourceFile::new("a.rs", &format!("/// {FENCE}rust,{WORD}\n"))).len(), 1);
    }

    #[test]
    fn other_attributes_and_examples_pass() {
        assert!(check(&SourceFile::new("a.rs", "#[test]\n/// ```text\n")).is_empty());
    }
}
