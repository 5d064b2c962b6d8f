//! No emoji anywhere: they read differently on every machine, and not at all in a terminal log.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule =
    Rule { source: "STYLE 29", name: "no emoji", remedy: "use a word", check: Check::File(check) };

fn check(file: &SourceFile) -> Vec<Finding> {
    let lines = file.lines().filter(|(_, line)| line.chars().any(is_emoji));
    lines.map(|(number, _)| Finding::at(file, number, "an emoji")).collect()
}

/// The pictographic blocks, and the selector that turns a plain sign into a picture.
/// Arrows, box drawing and mathematical signs are not among them.
fn is_emoji(character: char) -> bool {
    matches!(u32::from(character), 0x1F000..=0x1FAFF | 0x2600..=0x27BF | 0x2B50 | 0x2B55 | 0xFE0F)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_found_on_its_line() {
        let findings = check(&SourceFile::new("a.md", "plain\ndone \u{2705} \u{1F680}\n"));
        assert_eq!((findings.len(), findings[0].line), (1, 2));
    }

    #[test]
    fn arrows_boxes_and_formulas_pass() {
        assert!(check(&SourceFile::new("a.md", "a → b │ c ≤ d ± 2 µs, é\n")).is_empty());
    }
}
