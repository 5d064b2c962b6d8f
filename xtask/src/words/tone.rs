//! Plain words: no praise of our own work in prose and documentation. Code may name what it likes.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 29",
    name: "plain words",
    remedy: "say what it does, with a figure and the command that measured it",
    check: Check::File(check),
};

const PRAISE: [&str; 25] = [
    "amazing",
    "awesome",
    "battle-tested",
    "beautiful",
    "best-in-class",
    "blazing",
    "blazingly",
    "cutting-edge",
    "effortless",
    "effortlessly",
    "enterprise-grade",
    "game-changing",
    "incredible",
    "incredibly",
    "lightning-fast",
    "next-generation",
    "powerful",
    "production-grade",
    "revolutionary",
    "seamless",
    "seamlessly",
    "state-of-the-art",
    "superb",
    "unparalleled",
    "world-class",
];

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_markdown = file.path.ends_with(".md");
    let is_prose =
        |line: &&(usize, &str)| is_markdown || (file.is_rust() && (line.1.trim_start().starts_with("//")));
    let words = |line: &str| -> Vec<String> {
        let separate = |character: char| !character.is_alphanumeric() && character != '-';
        line.to_lowercase().split(separate).map(str::to_owned).collect()
    };
    let lines: Vec<(usize, &str)> = file.lines().collect();
    lines
        .iter()
        .filter(is_prose)
        .flat_map(|(number, line)| words(line).into_iter().map(move |word| (*number, word)))
        .filter(|(_, word)| PRAISE.contains(&word.as_str()))
        .map(|(number, word)| Finding::at(file, number, format!("`{word}` praises instead of telling")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn praise_is_found_in_prose_and_in_comments() {
        assert_eq!(check(&SourceFile::new("README.md", "A Blazing start.\n")).len(), 1);
        assert_eq!(check(&SourceFile::new("a.rs", "//! A world-class cache.\nfn a() {}\n")).len(), 1);
    }

    #[test]
    fn plain_words_and_code_pass() {
        assert!(check(&SourceFile::new("README.md", "Starts in 0.4 s (`time paceline up`).\n")).is_empty());
        assert!(check(&SourceFile::new("a.rs", "const WORDS: [&str; 1] = [\"blazing\"];\n")).is_empty());
    }
}
