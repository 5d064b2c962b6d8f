//! Every foreign key has an index that begins with its columns: without one, each deletion of the row that it points to
//! reads the whole table.

use std::collections::BTreeMap;

use super::is_migration_of_app;
use super::text::{self, Statement};
use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule {
    source: "data rules",
    name: "a foreign key has an index",
    remedy: "create an index (or a key) on the referencing table that begins with the same columns in the same order",
    check: Check::Tree(check),
};

/// Columns in their order.
type Columns = Vec<String>;

#[derive(Default)]
struct Table {
    keys: Vec<(String, usize, Columns)>,
    indexes: Vec<Columns>,
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    for file in tree.files.iter().filter(|file| is_migration_of_app(file)) {
        for statement in text::statements(file) {
            if let Some((name, table)) = read(&statement) {
                let known = tables.entry(name).or_default();
                known.indexes.extend(table.indexes);
                known
                    .keys
                    .extend(table.keys.into_iter().map(|(_, line, key)| (file.path.clone(), line, key)));
            }
        }
    }
    let lacking = tables.values().flat_map(|table| {
        table.keys.iter().filter(|(_, _, key)| !table.indexes.iter().any(|index| index.starts_with(key)))
    });
    lacking
        .map(|(path, line, key)| Finding {
            path: path.clone(),
            line: *line,
            message: format!("no index begins with ({})", key.join(", ")),
        })
        .collect()
}

/// The table that a statement makes, alters or indexes, with the keys and indexes that it gets.
fn read(statement: &Statement) -> Option<(String, Table)> {
    let mut table = Table::default();
    let is_index = statement.at(0) == "create" && (statement.at(1) == "index" || statement.at(2) == "index");
    let is_table = matches!((statement.at(0), statement.at(1)), ("create" | "alter", "table"));
    let start = if is_index { statement.places(&["on"]).next()? + 1 } else { 2 };
    if !is_index && !is_table {
        return None;
    }
    let skipped = ["if", "not", "exists", "only"];
    let name = (start..).find(|place| !skipped.contains(&statement.at(*place)))?;
    if is_index {
        let open = (name..statement.words.len()).find(|place| statement.at(*place) == "(")?;
        table.indexes.push(columns(statement, open));
    }
    for place in statement.places(&["foreign", "key"]) {
        table.keys.push((String::new(), statement.words[place].line, columns(statement, place + 2)));
    }
    for place in statement.places(&["primary", "key"]) {
        table.indexes.push(columns(statement, place + 2));
    }
    for place in statement.places(&["unique", "("]) {
        table.indexes.push(columns(statement, place + 1));
    }
    Some((statement.at(name).to_owned(), table))
}

fn columns(statement: &Statement, open: usize) -> Columns {
    statement.parts(open).into_iter().map(|part| statement.at(part.start).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<(usize, String)> {
        let tree = Tree::of(&[("app/server/migrations/0001_a.sql", text)]);
        check(&tree).into_iter().map(|finding| (finding.line, finding.message)).collect()
    }

    const TABLE: &str = "create table leg (\n    constraint leg_pkey primary key (athlete_id, id),\n    \
        constraint leg_plan_fkey\n        foreign key (athlete_id, plan_id) references plan (athlete_id, id)\n);\n";

    #[test]
    fn a_key_without_an_index_is_found() {
        let expected = [(4, "no index begins with (athlete_id, plan_id)".to_owned())];
        assert_eq!(findings(TABLE), expected);
        let other = format!("{TABLE}create index leg_day_idx on leg (athlete_id, day, plan_id);\n");
        assert_eq!(findings(&other), expected);
    }

    #[test]
    fn an_index_and_a_primary_key_serve() {
        let with =
            format!("{TABLE}create index leg_plan_idx on leg using btree (athlete_id, plan_id, id desc);\n");
        assert!(findings(&with).is_empty());
        let by_key = "alter table leg add constraint leg_athlete_fkey foreign key (athlete_id) references athlete (id);\n\
                      create table leg (constraint leg_pkey primary key (athlete_id, id));\n";
        assert!(findings(by_key).is_empty());
    }
}
