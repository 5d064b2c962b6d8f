//! `cargo xtask tidy`: the house rules that no lint knows, one module a rule. Each rule is a pure function over the
//! text of the tree, and carries an example that breaks it in its tests.

mod architecture;
mod constraints;
mod crate_readmes;
mod doc_pages;
mod edges;
mod features;
mod ignored_tests;
mod kept_reads;
mod lengths;
mod log_fields;
mod manifests;
mod migrations;
mod module_docs;
mod names;
mod queries;
mod quick_start;
mod sql;
mod sql_places;
mod tasks;
mod test_binaries;
mod test_sleeps;
mod transactions;
mod vocabulary;

use std::path::Path;

use anyhow::Result;

use crate::finding::{Rule, report};
use crate::tree::Tree;

/// In the order of the house style, then the invariants of ARCHITECTURE.md.
const RULES: [Rule; 22] = [
    edges::RULE,
    lengths::RULE,
    features::RULE,
    names::RULE,
    log_fields::RULE,
    sql_places::RULE,
    queries::RULE,
    migrations::RULE,
    constraints::RULE,
    test_binaries::RULE,
    test_sleeps::RULE,
    ignored_tests::RULE,
    module_docs::RULE,
    architecture::RULE,
    quick_start::RULE,
    manifests::RULE,
    crate_readmes::RULE,
    doc_pages::RULE,
    vocabulary::RULE,
    tasks::RULE,
    transactions::RULE,
    kept_reads::RULE,
];

/// Prints what breaks a rule, with the way out.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let rules: Vec<Rule> = RULES.into_iter().chain(sql::RULES).collect();
    Ok(report("tidy", &rules, &Tree::read(root)?))
}
