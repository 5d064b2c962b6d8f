//! Rules for SQL that more than one PostgreSQL could run (docs/outgrowing.md): one module a rule. They read words, not
//! a grammar: a parser of PostgreSQL would take longer to build than the rest of xtask, and what it would add is told
//! by the server when `cargo xtask gen` prepares every statement. Never here: how SQL is spelt (`queries`), what a
//! migration does to a table in use (squawk).
//!
//! A statement that cannot keep a rule says so above itself: `-- tidy: RULE, why`. Such a line that excuses nothing is a
//! finding too.
//!
//! Left to review, since no text shows it:
//! - that the work of a transaction may be run again (that it is, `transactions` sees to), and that a write which a client
//!   sends again is told from a new one;
//! - that nothing relies on READ COMMITTED without a row's lock;
//! - that what waits for a wake-up also polls;
//! - that what needs an extension or a function of one version asks first whether it is there: the rule below keeps such
//!   names in the platform's rooms, where the asking is;
//! - that an id is made by the application's clock and randomness (clippy's `disallowed_methods` keeps others out);
//! - where the text of a statement is put together at run time, whatever its parts are.

mod constructs;
mod foreign_keys;
mod limits;
mod marks;
mod partition_keys;
mod queues;
mod tenant_statements;
mod tenant_tables;
mod text;
mod upserts;

use crate::finding::{Finding, Rule};
use crate::tree::SourceFile;
use text::Statement;

pub(super) const RULES: [Rule; 9] = [
    tenant_tables::RULE,
    foreign_keys::RULE,
    partition_keys::RULE,
    tenant_statements::RULE,
    constructs::RULE,
    queues::RULE,
    limits::RULE,
    upserts::RULE,
    marks::RULE,
];

/// The column that says whose a row is, first in every key of the application.
const TENANT: &str = "athlete_id";

/// The table whose rows are those that the column names.
const TENANTS: &str = "athlete";

/// What a mark may excuse.
const EXCUSABLE: [&str; 6] = [
    tenant_statements::ALL,
    tenant_statements::JOIN,
    partition_keys::ALL,
    constructs::OFFSET,
    upserts::UPSERT,
    limits::LIMIT,
];

/// What a rule finds in a statement: the line, and what is wrong.
type Found = (usize, String);

/// The findings of one rule in the statements given, but for those that are excused; and excuses for nothing.
fn judge(
    file: &SourceFile,
    statements: &[Statement],
    rule: &str,
    find: impl Fn(&Statement) -> Vec<Found>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for statement in statements {
        let found = find(statement);
        match statement.marks.iter().find(|mark| mark.rule == rule) {
            None => {
                let about = statement.name.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
                let told = |(line, what): Found| Finding::at(file, line, format!("{what}{about}"));
                findings.extend(found.into_iter().map(told));
            }
            Some(mark) if found.is_empty() => {
                findings.push(Finding::at(file, mark.line, format!("`-- tidy: {rule}` excuses nothing")));
            }
            Some(_) => {}
        }
    }
    findings
}

/// Whether the file holds the statements of a feature, each below its name.
fn is_queries(file: &SourceFile) -> bool {
    file.path.ends_with("/queries.sql") || file.path == "queries.sql"
}

/// Whether the file is a migration of the application: of tables with tenants.
fn is_migration_of_app(file: &SourceFile) -> bool {
    file.path.starts_with("app/") && file.path.contains("/migrations/") && file.path.ends_with(".sql")
}
