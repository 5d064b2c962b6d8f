//! Every statement of a feature says whose rows it means, in every table that it names: one tenant's statement then
//! needs one tenant's machine. Whether the athlete named is the one who may ask is the feature's business.

use super::text::{self, Statement};
use super::{Found, TENANT, TENANTS, is_queries, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

/// Excuses a statement that is about the rows of all athletes.
pub(super) const ALL: &str = "all athletes";

/// Excuses a table that is tied to its athlete in a way that these words do not show.
pub(super) const JOIN: &str = "join";

pub(super) const RULE: Rule = Rule {
    source: "data rule 1",
    name: "a statement names the athlete, and so does each of its joins",
    remedy: "write `where t.athlete_id = :athlete_id`, and `on other.athlete_id = t.athlete_id and …` for each table; \
             background work over everybody: `-- tidy: all athletes, why` above the statement",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    if !is_queries(file) {
        return vec![];
    }
    let statements = text::statements(file);
    let mut findings = judge(file, &statements, ALL, names_nobody);
    findings.extend(judge(file, &statements, JOIN, untied));
    findings
}

fn names_nobody(statement: &Statement) -> Vec<Found> {
    let is_about_rows = !references(statement).is_empty();
    let is_named = statement.words.iter().any(|word| word.text == format!(":{TENANT}"))
        // A new tenant has an id, and nothing before it.
        || statement.has(&["insert", "into", TENANTS]);
    match statement.words.first() {
        Some(first) if is_about_rows && !is_named => vec![(first.line, "no `:athlete_id`".to_owned())],
        _ => vec![],
    }
}

/// Tables that nothing ties to an athlete, in a statement with several.
fn untied(statement: &Statement) -> Vec<Found> {
    let references = references(statement);
    let alone = references.len() == 1;
    let untied = references.into_iter().filter(|table| {
        if table.is_inserted {
            return table.name != TENANTS && !inserts_tenant(statement, table.place);
        }
        !alone && !is_tied(statement, table)
    });
    untied
        .map(|table| {
            (statement.words[table.place].line, format!("nothing ties `{}` to an athlete", table.alias))
        })
        .collect()
}

/// A table that a statement names.
#[derive(Debug)]
struct Reference<'a> {
    name: &'a str,
    alias: &'a str,
    place: usize,
    is_inserted: bool,
}

/// The tables that a statement names; not what it names itself, and no functions.
fn references(statement: &Statement) -> Vec<Reference<'_>> {
    let own = own_names(statement);
    let mut found = Vec::new();
    for place in 0..statement.words.len() {
        let before = place.checked_sub(1).map_or("", |before| statement.at(before));
        let leads = match statement.at(place) {
            "from" => before != "distinct" && !is_extract(statement, place),
            "join" | "into" | "using" => true,
            "update" => !matches!(before, "for" | "key" | "do"),
            // `from a, b`
            "," => found.last().is_some_and(|last: &Reference<'_>| ends(statement, last) == place),
            _ => false,
        };
        let name = statement.at(place + 1);
        let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
            && !matches!(name, "lateral" | "select" | "only" | "skip" | "set")
            && (statement.at(place) == "into" || statement.at(place + 2) != "(");
        if leads && is_name && !own.contains(&name) {
            let alias = place + 2 + usize::from(statement.at(place + 2) == "as");
            let is_alias = statement.at(place + 2) == "as";
            found.push(Reference {
                name,
                alias: if is_alias { statement.at(alias) } else { name },
                place: place + 1,
                is_inserted: statement.at(place) == "into",
            });
        }
    }
    found
}

/// The place behind a table and its alias.
fn ends(statement: &Statement, table: &Reference<'_>) -> usize {
    table.place + if statement.at(table.place + 1) == "as" { 3 } else { 1 }
}

/// `extract(epoch from …)` and its like.
fn is_extract(statement: &Statement, place: usize) -> bool {
    place >= 3
        && statement.at(place - 2) == "("
        && matches!(statement.at(place - 3), "extract" | "trim" | "substring")
}

/// The names that `with` gives.
fn own_names(statement: &Statement) -> Vec<&str> {
    let mut names = Vec::new();
    for place in statement.places(&["as"]) {
        let is_body = statement.at(place + 1) == "("
            || (statement.at(place + 1) == "materialized" && statement.at(place + 2) == "(");
        if !is_body || place == 0 {
            continue;
        }
        // Before it stand the name, or the name and its columns in brackets.
        let mut name = place - 1;
        if statement.at(name) == ")" {
            let open = (0..name).rev().find(|before| statement.at(*before) == "(");
            name = open.unwrap_or(1).saturating_sub(1);
        }
        let before = name.checked_sub(1).map_or("", |before| statement.at(before));
        if matches!(before, "with" | "recursive" | ",") {
            names.push(statement.at(name));
        }
    }
    names
}

/// Whether the tenant's column of this table is compared with something.
fn is_tied(statement: &Statement, table: &Reference<'_>) -> bool {
    let column = if table.name == TENANTS { "id" } else { TENANT };
    let qualified = [table.alias, ".", column];
    let is_compared = |first: usize, last: usize| {
        let before = first.checked_sub(1).map_or("", |before| statement.at(before));
        before == "=" || matches!(statement.at(last + 1), "=" | "in")
    };
    statement.places(&qualified).any(|place| is_compared(place, place + 2))
        || statement.places(&[column]).any(|place| {
            let is_bare = place.checked_sub(1).is_some_and(|before| statement.at(before) != ".");
            is_bare && is_compared(place, place)
        })
}

/// Whether the columns of an insertion have the tenant's.
fn inserts_tenant(statement: &Statement, table: usize) -> bool {
    let columns = statement.parts(table + 1);
    columns.iter().any(|column| statement.at(column.start) == TENANT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let file = SourceFile::new("app/server/src/features/plan/queries.sql", text);
        check(&file).into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn a_statement_of_nobody_is_found() {
        assert_eq!(findings("--! list_plans\nselect id\nfrom plan;\n"), ["2: no `:athlete_id` (list_plans)"]);
        assert_eq!(findings("delete from plan where id = :id;\n"), ["1: no `:athlete_id`"]);
        assert_eq!(
            findings("insert into plan (id, owner) values (:id, :athlete_id);\n"),
            ["1: nothing ties `plan` to an athlete"]
        );
    }

    #[test]
    fn a_join_by_the_id_alone_is_found() {
        let text = "select leg.id from plan\njoin leg on leg.plan_id = plan.id\nwhere plan.athlete_id = :athlete_id;\n";
        assert_eq!(findings(text), ["2: nothing ties `leg` to an athlete"]);
        let text = "select l.athlete_id from plan join leg as l on l.plan_id = plan.id where plan.athlete_id = :athlete_id;\n";
        assert_eq!(findings(text), ["1: nothing ties `l` to an athlete"], "to show it is not to compare it");
        let deep = "update plan set a = b from other where plan.athlete_id = :athlete_id\n\
                    and exists (select from leg where leg.plan_id = plan.id);\n";
        let expected = ["1: nothing ties `other` to an athlete", "2: nothing ties `leg` to an athlete"];
        assert_eq!(findings(deep), expected);
    }

    #[test]
    fn statements_of_one_athlete_pass() {
        for text in [
            "select id from plan where athlete_id = :athlete_id;\n",
            "select 1;\n",
            "select athlete.id from athlete join plan on plan.athlete_id = athlete.id where athlete.id = :athlete_id;\n",
            "insert into athlete (id) values (:id);\n",
            "insert into plan (athlete_id, id) values (:athlete_id, :id) on conflict (athlete_id, id) do update set a = 1;\n",
            "with recursive mine (a) as (select id from plan where athlete_id = :athlete_id) select a from mine, unnest(:b) as c;\n",
            "select extract(epoch from plan.at) from plan where plan.athlete_id = :athlete_id for update skip locked;\n",
        ] {
            assert_eq!(findings(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn what_is_about_all_of_them_says_why() {
        assert!(
            findings("-- tidy: all athletes, the queue is everybody's\nselect id from plan limit :n;\n")
                .is_empty()
        );
        let text = "-- tidy: all athletes, why\nselect id from plan where athlete_id = :athlete_id;\n";
        assert_eq!(findings(text), ["1: `-- tidy: all athletes` excuses nothing"]);
    }
}
