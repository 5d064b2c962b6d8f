//! Every platform crate has a README that is its documentation, so that the two cannot disagree.

use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule {
    source: "invariant",
    name: "a crate's README is its rustdoc",
    remedy: "write README.md and begin src/lib.rs with `#![doc = include_str!(\"../README.md\")]`",
    check: Check::Tree(check),
};

fn check(tree: &Tree) -> Vec<Finding> {
    let crates = tree.members.iter().filter(|member| member.folder.starts_with("crates/"));
    crates
        .filter_map(|member| {
            let readme = format!("{}/README.md", member.folder);
            let library = format!("{}/src/lib.rs", member.folder);
            let included =
                tree.file(&library).is_some_and(|file| file.text.contains("include_str!(\"../README.md\")"));
            if tree.file(&readme).is_none() {
                Some(Finding::whole(readme, "missing"))
            } else if included {
                None
            } else {
                Some(Finding::whole(library, "does not include the README"))
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Member;

    fn messages(folder: &str, files: &[(&str, &str)]) -> Vec<String> {
        let mut tree = Tree::of(files);
        tree.members = vec![Member { name: "a".to_owned(), folder: folder.to_owned(), dependencies: vec![] }];
        check(&tree).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn a_missing_or_unused_readme_is_found() {
        assert_eq!(messages("crates/a", &[]), ["missing"]);
        let files = [("crates/a/README.md", "# a\n"), ("crates/a/src/lib.rs", "//! Another text.\n")];
        assert_eq!(messages("crates/a", &files), ["does not include the README"]);
    }

    #[test]
    fn an_included_readme_passes_and_the_application_is_free() {
        let library = "#![doc = include_str!(\"../README.md\")]\n";
        assert!(
            messages("crates/a", &[("crates/a/README.md", "# a\n"), ("crates/a/src/lib.rs", library)])
                .is_empty()
        );
        assert!(messages("app/server", &[]).is_empty());
    }
}
