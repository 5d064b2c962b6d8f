//! Every crate of ours takes the lints, the edition and the licence of the workspace.

use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule {
    source: "invariant",
    name: "manifests inherit from the workspace",
    remedy: "add `[lints] workspace = true` and `edition.workspace = true`, `license.workspace = true`",
    check: Check::Tree(check),
};

const INHERITED: [(&str, &str); 3] =
    [("package", "edition"), ("package", "license"), ("package", "rust-version")];

fn check(tree: &Tree) -> Vec<Finding> {
    let members = tree.members.iter().map(|member| format!("{}/Cargo.toml", member.folder));
    members.flat_map(|path| check_manifest(tree, &path)).collect()
}

fn check_manifest(tree: &Tree, path: &str) -> Vec<Finding> {
    // The generated crate is no text of ours and is not in the tree.
    let Some(table) = tree.file(path).and_then(|file| file.text.parse::<toml::Table>().ok()) else {
        return vec![];
    };
    let inherits = |value: Option<&toml::Value>| {
        value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
    };
    let mut findings = Vec::new();
    if !inherits(table.get("lints")) {
        findings.push(Finding::whole(path, "the lints of the workspace are not taken"));
    }
    let own = INHERITED
        .iter()
        .filter(|(section, key)| !inherits(table.get(*section).and_then(|section| section.get(key))));
    findings.extend(own.map(|(_, key)| Finding::whole(path, format!("{key} is not the workspace's"))));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Member;

    const SOUND: &str = "[package]\nname = \"a\"\nedition.workspace = true\nlicense.workspace = true\n\
                         rust-version.workspace = true\n[lints]\nworkspace = true\n";

    fn messages(manifest: &str) -> Vec<String> {
        let mut tree = Tree::of(&[("crates/a/Cargo.toml", manifest)]);
        tree.members =
            vec![Member { name: "a".to_owned(), folder: "crates/a".to_owned(), dependencies: vec![] }];
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn what_is_not_inherited_is_found() {
        let without_lints = SOUND.replace("[lints]\nworkspace = true\n", "");
        assert_eq!(messages(&without_lints), ["the lints of the workspace are not taken"]);
        let own_edition = SOUND.replace("edition.workspace = true", "edition = \"2021\"");
        assert_eq!(messages(&own_edition), ["edition is not the workspace's"]);
    }

    #[test]
    fn a_sound_manifest_passes() {
        assert!(messages(SOUND).is_empty());
    }
}
