//! Modules say what they hold: no drawer for the rest, and `foo.rs` beside `foo/` instead of `foo/mod.rs`.

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 3 and 7",
    name: "modules are named for what they hold",
    remedy: "name the thing: the noun that it is or the verb that it does",
    check: Check::File(check),
};

const DRAWERS: [&str; 13] = [
    "base",
    "common",
    "helper",
    "helpers",
    "manager",
    "managers",
    "misc",
    "service",
    "services",
    "types",
    "util",
    "utilities",
    "utils",
];

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return vec![];
    }
    let mut findings = Vec::new();
    let mut parts: Vec<&str> = file.path.trim_end_matches(".rs").split('/').collect();
    if parts.last() == Some(&"mod") {
        parts.pop();
        findings.push(Finding::whole(&file.path, "mod.rs: use foo.rs beside foo/"));
    }
    let drawers = parts.iter().filter(|part| DRAWERS.contains(part));
    findings.extend(drawers.map(|part| Finding::whole(&file.path, format!("`{part}` names a drawer"))));
    // A module in a file of its own is found by that file's path, unless the path is another.
    let inline = file.lines().filter_map(|(number, line)| Some((number, inline_module(line)?)));
    findings.extend(
        inline
            .filter(|(_, name)| DRAWERS.contains(name))
            .map(|(number, name)| Finding::at(file, number, format!("`{name}` names a drawer"))),
    );
    findings
}

/// The name in `pub(crate) mod name {`.
fn inline_module(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let position = words.iter().position(|word| *word == "mod").filter(|position| *position <= 1)?;
    let name = words.get(position + 1)?;
    match words.get(position + 2) {
        Some(next) => next.starts_with('{').then_some(*name),
        None => name.strip_suffix(';'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn drawers_are_found_as_files_folders_and_inline_modules() {
        assert_eq!(messages("crates/a/src/utils.rs", ""), ["`utils` names a drawer"]);
        assert_eq!(messages("crates/a/src/common/clock.rs", ""), ["`common` names a drawer"]);
        assert_eq!(
            messages("crates/a/src/lib.rs", "pub(crate) mod helpers {\n"),
            ["`helpers` names a drawer"]
        );
    }

    #[test]
    fn a_drawer_in_a_file_of_another_name_is_found() {
        assert_eq!(
            messages("crates/a/src/lib.rs", "#[path = \"odds.rs\"]\nmod utils;\n"),
            ["`utils` names a drawer"]
        );
    }

    #[test]
    fn mod_rs_is_found() {
        assert_eq!(messages("crates/a/src/pool/mod.rs", ""), ["mod.rs: use foo.rs beside foo/"]);
    }

    #[test]
    fn named_things_pass() {
        assert!(messages("crates/a/src/pool.rs", "mod tests {\n// a mod common {\n").is_empty());
        assert!(messages("docs/common.md", "").is_empty());
    }
}
