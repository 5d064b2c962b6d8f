//! Files stay short. `xtask/ratchet.toml` names the ones that are too long, with their length, which may only fall.

use std::collections::BTreeMap;

use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 4",
    name: "files stay short",
    remedy: "split by verb or noun; aim at 200 lines, question at 400, stop at 600 (tests apart)",
    check: Check::Tree(check),
};

const RATCHET: &str = "xtask/ratchet.toml";
const LONGEST: usize = 600;

fn check(tree: &Tree) -> Vec<Finding> {
    let known = known_lengths(tree);
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| file.is_rust()) {
        let length = file.shipped_lines().count();
        match known.get(&file.path) {
            None if length > LONGEST => {
                findings.push(Finding::whole(&file.path, format!("{length} lines, more than {LONGEST}")));
            }
            Some(&was) if length > was => {
                findings.push(Finding::whole(
                    &file.path,
                    format!("{length} lines; it was {was} and may only get shorter"),
                ));
            }
            Some(&was) if length < was => {
                let message = if length > LONGEST {
                    format!("`{}` is down to {length}: write that number", file.path)
                } else {
                    format!("`{}` is down to {length}: remove its line", file.path)
                };
                findings.push(Finding::whole(RATCHET, message));
            }
            _ => {}
        }
    }
    let gone = known.keys().filter(|path| tree.file(path).is_none());
    findings.extend(gone.map(|path| Finding::whole(RATCHET, format!("`{path}` is gone: remove its line"))));
    findings
}

fn known_lengths(tree: &Tree) -> BTreeMap<String, usize> {
    let text = tree.file(RATCHET).map(|file| file.text.as_str()).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let lengths = table.get("file_lines").and_then(toml::Value::as_table).into_iter().flatten();
    lengths
        .filter_map(|(path, lines)| Some((path.clone(), usize::try_from(lines.as_integer()?).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(lines: usize, ratchet: &str) -> Vec<String> {
        let tree = Tree::of(&[("a.rs", &"//\n".repeat(lines)), (RATCHET, ratchet)]);
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_long_file_is_found_and_a_short_one_is_not() {
        assert_eq!(messages(601, ""), ["601 lines, more than 600"]);
        assert!(messages(600, "").is_empty());
    }

    #[test]
    fn a_known_length_may_only_fall_and_is_then_written_down() {
        let ratchet = "[file_lines]\n\"a.rs\" = 700\n";
        assert!(messages(700, ratchet).is_empty());
        assert_eq!(messages(701, ratchet), ["701 lines; it was 700 and may only get shorter"]);
        assert_eq!(messages(650, ratchet), ["`a.rs` is down to 650: write that number"]);
        assert_eq!(messages(20, ratchet), ["`a.rs` is down to 20: remove its line"]);
        assert_eq!(messages(1, "[file_lines]\n\"b.rs\" = 700\n"), ["`b.rs` is gone: remove its line"]);
    }

    #[test]
    fn tests_at_the_end_do_not_count() {
        let text = format!("//! A.\n#[cfg(test)]\nmod tests {{\n{}}}\n", "//\n".repeat(700));
        assert!(check(&Tree::of(&[("a.rs", &text)])).is_empty());
    }
}
