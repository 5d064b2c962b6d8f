//! ARCHITECTURE.md stays readable in one sitting, names every crate, and says what each dependency is for.

use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 28",
    name: "ARCHITECTURE.md shows the whole",
    remedy: "give the crate or dependency its line; shorten the rest to 200 lines",
    check: Check::Tree(check),
};

const PATH: &str = "ARCHITECTURE.md";
const LONGEST: usize = 200;

fn check(tree: &Tree) -> Vec<Finding> {
    let Some(file) = tree.file(PATH) else { return vec![] };
    let length = file.lines().count();
    let mut findings = Vec::new();
    if length > LONGEST {
        findings.push(Finding::whole(PATH, format!("{length} lines, more than {LONGEST}")));
    }
    let nameless = tree
        .members
        .iter()
        .filter(|member| !names(&file.text, &member.name) && !names(&file.text, &member.folder));
    findings.extend(
        nameless.map(|member| Finding::whole(PATH, format!("the crate {} is not named", member.name))),
    );
    let unexplained = external_dependencies(tree).into_iter().filter(|name| !names(&file.text, name));
    findings.extend(unexplained.map(|name| Finding::whole(PATH, format!("what {name} is for is not said"))));
    findings
}

/// Dependencies of the workspace that are not its own crates.
fn external_dependencies(tree: &Tree) -> Vec<String> {
    let text = tree.file("Cargo.toml").map(|file| file.text.as_str()).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let dependencies = table.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    let entries = dependencies.and_then(toml::Value::as_table).into_iter().flatten();
    entries.filter(|(_, entry)| entry.get("path").is_none()).map(|(name, _)| name.clone()).collect()
}

/// Whether the text has the name as a word of its own: `mainstay` is not named by `mainstay-db`.
fn names(text: &str, name: &str) -> bool {
    let is_part = |character: char| character.is_alphanumeric() || character == '-' || character == '_';
    text.match_indices(name).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + name.len()..].chars().next();
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Member;

    fn messages(text: &str, members: &[&str], manifest: &str) -> Vec<String> {
        let mut tree = Tree::of(&[(PATH, text), ("Cargo.toml", manifest)]);
        let member = |name: &&str| Member {
            name: (*name).to_owned(),
            folder: format!("crates/{name}"),
            dependencies: vec![],
        };
        tree.members = members.iter().map(member).collect();
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_missing_crate_a_silent_dependency_and_too_many_lines_are_found() {
        assert_eq!(
            messages("`mainstay-db`\n", &["mainstay-db", "mainstay"], ""),
            ["the crate mainstay is not named"]
        );
        let manifest = "[workspace.dependencies]\nserde = \"1\"\nown = { path = \"crates/own\" }\n";
        assert_eq!(messages("text\n", &[], manifest), ["what serde is for is not said"]);
        assert_eq!(messages(&"line\n".repeat(201), &[], ""), ["201 lines, more than 200"]);
    }

    #[test]
    fn a_complete_map_passes() {
        let manifest = "[workspace.dependencies]\nserde = \"1\"\n";
        assert!(
            messages("mainstay-db, mainstay; serde: shapes\n", &["mainstay-db", "mainstay"], manifest)
                .is_empty()
        );
    }

    #[test]
    fn as_long_as_there_is_no_file_nothing_is_said() {
        assert!(check(&Tree::of(&[])).is_empty());
    }
}
