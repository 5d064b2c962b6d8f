//! Tests wait for a condition. A sleep is either too short on a busy machine or too long on every other.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 23",
    name: "tests do not sleep",
    remedy: "wait for the condition, or move the paused clock",
    check: Check::File(check),
};

// Put together here, so that this file passes its own rule.
const SLEEPS: [&str; 3] =
    [concat!("thread::", "sleep"), concat!("time::", "sleep"), concat!(" sleep", "(Duration")];

/// Functions that wait for a condition and give up in the end may look again after a moment.
const WAITS: [&str; 3] = ["fn until", "fn wait", "fn eventually"];
/// Such a function is short: its head is this near.
const HEAD_WITHIN: usize = 8;

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return vec![];
    }
    let lines: Vec<(usize, &str)> = file.test_lines().collect();
    let sleeps =
        lines.iter().enumerate().filter(|(_, (_, line))| SLEEPS.iter().any(|sleep| line.contains(sleep)));
    let impatient = sleeps.filter(|(index, _)| {
        let head = &lines[index.saturating_sub(HEAD_WITHIN)..*index];
        !head.iter().any(|(_, line)| WAITS.iter().any(|wait| line.contains(wait)))
    });
    impatient.map(|(_, (number, _))| Finding::at(file, *number, "a sleep in a test")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_found_in_test_folders_and_in_test_modules() {
        let line = format!("    tokio::{}(wait).await;\n", SLEEPS[1]);
        assert_eq!(check(&SourceFile::new("crates/a/tests/it/main.rs", &line)).len(), 1);
        let module = format!("#[cfg(test)]\nmod tests {{\n{line}}}\n");
        assert_eq!(check(&SourceFile::new("crates/a/src/lib.rs", &module)).len(), 1);
    }

    #[test]
    fn a_wait_for_a_condition_may_look_again_after_a_moment() {
        let line = format!("        tokio::{}(moment).await;\n", SLEEPS[1]);
        let until =
            format!("async fn until(is_so: impl Fn() -> bool) {{\n    while !is_so() {{\n{line}    }}\n}}\n");
        assert!(check(&SourceFile::new("crates/a/tests/it/main.rs", &until)).is_empty());
        let far = format!("{until}{}{line}", "\n".repeat(HEAD_WITHIN));
        assert_eq!(check(&SourceFile::new("crates/a/tests/it/main.rs", &far)).len(), 1);
    }

    #[test]
    fn shipped_code_may_pause() {
        let line = format!("    tokio::{}(wait).await;\n", SLEEPS[1]);
        assert!(check(&SourceFile::new("crates/a/src/lib.rs", &line)).is_empty());
    }
}
