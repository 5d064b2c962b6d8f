//! The quick start of README.md is a block of at most ten lines that a newcomer can paste.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 28",
    name: "the quick start is quick",
    remedy: "let script/up do it",
    check: Check::File(check),
};

const LONGEST: usize = 10;
const FENCE: &str = "```";

fn check(file: &SourceFile) -> Vec<Finding> {
    if file.path != "README.md" {
        return vec![];
    }
    let heading = |line: &str| line.starts_with('#') && line.to_lowercase().contains("quick start");
    let Some((heading, _)) = file.lines().find(|(_, line)| heading(line)) else {
        return vec![Finding::whole(&file.path, "no heading called quick start")];
    };
    let mut block = file.lines().skip(heading).skip_while(|(_, line)| !line.starts_with(FENCE));
    let Some((opening, _)) = block.next() else {
        return vec![Finding::at(file, heading, "no block of commands under the quick start")];
    };
    let length = block.take_while(|(_, line)| !line.starts_with(FENCE)).count();
    if length > LONGEST {
        return vec![Finding::at(file, opening, format!("{length} lines, more than {LONGEST}"))];
    }
    vec![]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&SourceFile::new("README.md", text)).len()
    }

    #[test]
    fn a_long_or_missing_quick_start_is_found() {
        assert_eq!(count(&format!("# A\n## Quick start\n```sh\n{}```\n", "line\n".repeat(11))), 1);
        assert_eq!(count("# A\n## Quick start\nSee elsewhere.\n"), 1);
        assert_eq!(count("# A\n"), 1);
    }

    #[test]
    fn ten_lines_pass_and_other_files_are_free() {
        assert_eq!(count(&format!("# A\n## Quick start\n```sh\n{}```\n", "line\n".repeat(10))), 0);
        assert!(check(&SourceFile::new("docs/README.md", "# A\n")).is_empty());
    }
}
