//! Tests wait for a condition. A sleep is either too short on a busy machine or too long on every other.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::rust_text;
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 23",
    name: "tests do not sleep",
    remedy: "wait for the condition, or move the paused clock",
    check: Check::File(check),
};

/// `sleep` by a path or alone, however it was imported. A clock's own is its clock's matter, and a paused one takes no
/// time.
static SLEEP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\b(?:thread|time)::|(?:^|[^.\w:]))sleep(?:_until|_ms)?\s*\(").expect("a pattern")
});
static DEFINITION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bfn\s+sleep").expect("a pattern"));

/// Functions that wait for a condition and give up in the end may look again after a moment.
const WAITS: [&str; 3] = ["fn until", "fn wait", "fn eventually"];
/// Such a function is short: its head is this near.
const HEAD_WITHIN: usize = 8;

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return vec![];
    }
    let lines: Vec<(usize, &str)> = file.test_lines().collect();
    let is_sleep = |line: &str| SLEEP.is_match(&without_texts(line)) && !DEFINITION.is_match(line);
    let sleeps = lines.iter().enumerate().filter(|(_, (_, line))| is_sleep(line));
    let impatient = sleeps.filter(|(index, _)| {
        let head = &lines[index.saturating_sub(HEAD_WITHIN)..*index];
        !head.iter().any(|(_, line)| WAITS.iter().any(|wait| line.contains(wait)))
    });
    impatient.map(|(_, (number, _))| Finding::at(file, *number, "a sleep in a test")).collect()
}

/// The line without what stands in quotes: prose, and the examples of these rules.
fn without_texts(line: &str) -> String {
    rust_text::without_comments(line).split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_is_found_in_test_folders_and_in_test_modules() {
        let line = "    tokio::time::sleep(wait).await;\n";
        assert_eq!(check(&SourceFile::new("crates/a/tests/it/main.rs", line)).len(), 1);
        let module = format!("#[cfg(test)]\nmod tests {{\n{line}}}\n");
        assert_eq!(check(&SourceFile::new("crates/a/src/lib.rs", &module)).len(), 1);
    }

    #[test]
    fn a_sleep_is_found_however_it_was_imported() {
        for line in ["sleep(MOMENT).await;", "thread::sleep(wait);", "time::sleep_until(then).await;"] {
            assert_eq!(check(&SourceFile::new("crates/a/tests/it/main.rs", line)).len(), 1, "{line}");
        }
        for line in
            ["clock.sleep(wait).await;", "// sleep(1)", "let text = \"sleep(1)\";", "fn sleep(a: u8) {}"]
        {
            assert!(check(&SourceFile::new("crates/a/tests/it/main.rs", line)).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_wait_for_a_condition_may_look_again_after_a_moment() {
        let line = "        tokio::time::sleep(moment).await;\n";
        let until =
            format!("async fn until(is_so: impl Fn() -> bool) {{\n    while !is_so() {{\n{line}    }}\n}}\n");
        assert!(check(&SourceFile::new("crates/a/tests/it/main.rs", &until)).is_empty());
        let far = format!("{until}{}{line}", "\n".repeat(HEAD_WITHIN));
        assert_eq!(check(&SourceFile::new("crates/a/tests/it/main.rs", &far)).len(), 1);
    }

    #[test]
    fn shipped_code_may_pause() {
        let line = "    tokio::time::sleep(wait).await;\n";
        assert!(check(&SourceFile::new("crates/a/src/lib.rs", line)).is_empty());
    }
}
