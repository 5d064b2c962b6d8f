//! What a rule is, what it finds, and how that is told. No rule lives here.

use crate::tree::{SourceFile, Tree};

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    pub path: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    pub message: String,
}

impl Finding {
    pub(crate) fn at(file: &SourceFile, line: usize, message: impl Into<String>) -> Self {
        Self { path: file.path.clone(), line, message: message.into() }
    }

    pub(crate) fn whole(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), line: 0, message: message.into() }
    }
}

/// A named rule with the way out of breaking it.
pub(crate) struct Rule {
    /// Its number in the house style, or the invariant that it guards.
    pub source: &'static str,
    pub name: &'static str,
    pub remedy: &'static str,
    pub check: Check,
}

/// What a rule looks at; both forms are pure.
#[derive(Clone, Copy)]
pub(crate) enum Check {
    File(fn(&SourceFile) -> Vec<Finding>),
    Tree(fn(&Tree) -> Vec<Finding>),
}

impl Check {
    pub(crate) fn findings(self, tree: &Tree) -> Vec<Finding> {
        let mut findings = match self {
            Self::File(check) => tree.files.iter().flat_map(check).collect(),
            Self::Tree(check) => check(tree),
        };
        findings.sort();
        findings
    }
}

/// Runs the rules, prints each finding with its remedy, and says whether there was none.
pub(crate) fn report(what: &str, rules: &[Rule], tree: &Tree) -> bool {
    let mut total = 0;
    for rule in rules {
        let findings = rule.check.findings(tree);
        for Finding { path, line, message } in &findings {
            let line = if *line == 0 { String::new() } else { format!(":{line}") };
            println!("{path}{line}: {message}");
        }
        if !findings.is_empty() {
            println!("  rule: {} ({}); {}\n", rule.name, rule.source, rule.remedy);
        }
        total += findings.len();
    }
    let files = tree.files.len();
    println!("{what}: {} rules over {files} files, {total} findings", rules.len());
    total == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_line(file: &SourceFile) -> Vec<Finding> {
        file.lines().map(|(number, line)| Finding::at(file, number, line)).collect()
    }

    const RULES: [Rule; 1] = [Rule {
        source: "test",
        name: "every line",
        remedy: "write nothing",
        check: Check::File(every_line),
    }];

    #[test]
    fn findings_fail_the_report() {
        assert!(!report("test", &RULES, &Tree::of(&[("a", "x\n")])));
    }

    #[test]
    fn no_findings_pass_it() {
        assert!(report("test", &RULES, &Tree::of(&[("a", "")])));
    }
}
