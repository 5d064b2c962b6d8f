//! Every page of `docs/` has the same headings in the same order, and is linked from the index.

use crate::finding::{Check, Finding, Rule};
use crate::tree::{SourceFile, Tree};

pub(super) const RULE: Rule = Rule {
    source: "invariant",
    name: "a capability has one page in one form",
    remedy: "use the seven headings of docs/README.md as `## …` in that order, and link the page there",
    check: Check::Tree(check),
};

const INDEX: &str = "docs/README.md";
const HEADINGS: [&str; 7] = ["What", "Turn on", "Defaults", "Metrics", "Failure mode", "Tune", "Test"];

fn check(tree: &Tree) -> Vec<Finding> {
    let index = tree.file(INDEX).map(|file| file.text.as_str()).unwrap_or_default();
    let pages = tree.files.iter().filter(|file| page_name(file).is_some() && file.path != INDEX);
    pages.flat_map(|page| check_page(page, index)).collect()
}

fn check_page(page: &SourceFile, index: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let headings: Vec<&str> =
        page.text.lines().filter_map(|line| line.strip_prefix("## ")).map(str::trim).collect();
    if headings != HEADINGS {
        findings.push(Finding::whole(&page.path, format!("headings are {headings:?}")));
    }
    if !page_name(page).is_some_and(|name| index.contains(&format!("({name})"))) {
        findings.push(Finding::whole(&page.path, "not linked from the index"));
    }
    findings
}

/// The file's name where it is a page: directly in the folder. Subfolders are lists, such as one of problem codes.
fn page_name(file: &SourceFile) -> Option<&str> {
    file.path.strip_prefix("docs/").filter(|name| name.ends_with(".md") && !name.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(headings: &[&str]) -> String {
        let sections: String = headings.iter().map(|heading| format!("## {heading}\n\nText.\n")).collect();
        format!("# A page\n\n{sections}")
    }

    #[test]
    fn a_page_in_another_form_or_without_a_link_is_found() {
        let missing = page(&HEADINGS[1..]);
        assert_eq!(
            check(&Tree::of(&[("docs/import.md", &missing), (INDEX, "[import](import.md)")])).len(),
            1
        );
        assert_eq!(check(&Tree::of(&[("docs/import.md", &page(&HEADINGS)), (INDEX, "# Index\n")])).len(), 1);
    }

    #[test]
    fn a_complete_linked_page_and_lists_in_subfolders_pass() {
        let files = [
            ("docs/import.md", page(&HEADINGS)),
            ("docs/problems/not_found.md", "# not_found\n".to_owned()),
            (INDEX, "[import](import.md)".to_owned()),
        ];
        assert!(check(&Tree::of(&files.each_ref().map(|(path, text)| (*path, text.as_str())))).is_empty());
    }
}
