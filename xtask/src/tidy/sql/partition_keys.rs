//! Whoever names a table that is partitioned says which partition: a statement that leaves the column out looks into
//! every partition there is, locks them all, and gets slower with each new one.

use std::collections::BTreeMap;

use super::text::{self, Statement};
use super::{Found, is_migration_of_app, is_queries, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::Tree;

/// Excuses a statement that has to look into all of them.
pub(super) const ALL: &str = "all partitions";

pub(super) const RULE: Rule = Rule {
    source: "data rules",
    name: "a statement says which partition it means",
    remedy: "compare the column that the table is partitioned by with a parameter (`t.start_time = :start_time`), and \
             give it to each insertion; a join alone leaves the choice to the run, with every partition in the plan",
    check: Check::Tree(check),
};

fn check(tree: &Tree) -> Vec<Finding> {
    let tables = partitioned(tree);
    let mut findings = Vec::new();
    for file in tree.files.iter().filter(|file| is_queries(file)) {
        let statements = text::statements(file);
        findings.extend(judge(file, &statements, ALL, |statement| open(statement, &tables)));
    }
    findings
}

/// The tables that migrations partition, under the names that they have in the end, with the column.
fn partitioned(tree: &Tree) -> BTreeMap<String, String> {
    let mut tables = BTreeMap::new();
    for statement in tree.files.iter().filter(|file| is_migration_of_app(file)).flat_map(text::statements) {
        if let Some(by) = statement.places(&["partition", "by", "range", "("]).next() {
            tables.insert(statement.at(2).to_owned(), statement.at(by + 4).to_owned());
        }
        let renamed = statement.places(&["rename", "to"]).next().filter(|_| statement.at(1) == "table");
        if let Some(place) = renamed
            && let Some(column) = tables.remove(statement.at(2))
        {
            tables.insert(statement.at(place + 2).to_owned(), column);
        }
    }
    tables
}

/// The partitioned tables that a statement names without their column.
fn open(statement: &Statement, tables: &BTreeMap<String, String>) -> Vec<Found> {
    let mut found = Vec::new();
    for place in 0..statement.words.len() {
        let leads = place.checked_sub(1).map_or("", |before| statement.at(before));
        let name = statement.at(place);
        let Some(column) =
            tables.get(name).filter(|_| matches!(leads, "from" | "join" | "into" | "update" | "using" | ","))
        else {
            continue;
        };
        let is_told = if leads == "into" {
            statement.parts(place + 1).iter().any(|part| statement.at(part.start) == column)
        } else {
            let alias = if statement.at(place + 1) == "as" { statement.at(place + 2) } else { name };
            is_compared(statement, alias, column)
        };
        if !is_told {
            found.push((statement.words[place].line, format!("`{name}` without its `{column}`")));
        }
    }
    found
}

/// Whether a parameter says the column of this table.
fn is_compared(statement: &Statement, alias: &str, column: &str) -> bool {
    statement
        .places(&[alias, ".", column, "="])
        .any(|place| statement.at(place + 4).starts_with(':') && !statement.at(place + 4).starts_with("::"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "-- Why.\ncreate table lap_new (athlete_id uuid, at timestamptz) partition by range (at);\n\
                         alter table lap_new rename to lap;\ncreate table plan (athlete_id uuid, at timestamptz);\n";

    fn findings(queries: &str) -> Vec<String> {
        let tree = Tree::of(&[
            ("app/server/migrations/0001_lap.sql", TABLE),
            ("app/server/src/features/lap/queries.sql", queries),
        ]);
        check(&tree).into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn a_statement_that_means_every_partition_is_found() {
        for text in [
            "--! a\nselect b from lap where lap.athlete_id = :athlete_id;\n",
            "--! a\ndelete from lap where lap.athlete_id = :athlete_id and lap.id = :id;\n",
            "--! a\nupdate lap set b = :b where lap.id = :id;\n",
            "--! a\ninsert into lap (athlete_id, id) values (:athlete_id, :id);\n",
            // The run would choose, with all of them in the plan.
            "--! a\nselect l.b from plan join lap as l on l.at = plan.at where plan.at = :at;\n",
            "--! a\nselect l.b from lap as l where l.at = l.until and l.at <= :at;\n",
            "--! a\nwith b as (select 1) select c from b, lap where lap.id = :id;\n",
        ] {
            let lines = findings(text);
            assert!(
                lines.len() == 1 && lines[0].ends_with("`lap` without its `at` (a)"),
                "{text}: {lines:?}"
            );
        }
    }

    #[test]
    fn a_statement_that_means_one_passes() {
        for text in [
            "select l.b from lap as l where l.athlete_id = :athlete_id and l.at = :at;\n",
            "with gone as (delete from lap where lap.id = :id and lap.at = :at) delete from plan where plan.id = :id;\n",
            "insert into lap (athlete_id, at) values (:athlete_id, :at);\n",
            "select b from plan where plan.athlete_id = :athlete_id;\n",
            "-- tidy: all partitions, a count for the command that shows the size\nselect count(*) from lap;\n",
        ] {
            assert_eq!(findings(text), Vec::<String>::new(), "{text}");
        }
        let needless = "-- tidy: all partitions, why\nselect b from lap where lap.at = :at;\n";
        assert_eq!(findings(needless), ["1: `-- tidy: all partitions` excuses nothing"]);
    }
}
