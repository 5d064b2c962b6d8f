//! Every table of the application has its tenant's column, and every key begins with it: a row of somebody else cannot be
//! reached by its id, and a tenant's rows can move to another machine together.

use std::ops::Range;

use super::text::{self, Statement};
use super::{Found, TENANT, TENANTS, is_migration_of_app, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "data rule 1",
    name: "every key begins with the tenant",
    remedy: "give the table `athlete_id uuid not null` and begin its primary key, its unique and its foreign keys with \
             it; a key that cannot is listed in xtask/src/tidy/sql/tenant_tables.rs with its reason",
    check: Check::File(check),
};

/// Unique keys that hold over all tenants, and why. On a server that spreads tenants each needs a table of its own.
const OVER_ALL: [(&str, &str); 2] = [
    ("athlete_email_key", "who signs in is known by an address alone"),
    ("refresh_token_hash_key", "the bearer of a refresh token says nothing else"),
];

fn check(file: &SourceFile) -> Vec<Finding> {
    if !is_migration_of_app(file) {
        return vec![];
    }
    judge(file, &text::statements(file), "tenant table", find)
}

fn find(statement: &Statement) -> Vec<Found> {
    let mut found = Vec::new();
    for place in statement.places(&["create", "table"]) {
        found.extend(table(statement, place));
    }
    for add in statement.places(&["add"]).filter(|_| statement.has(&["alter", "table"])) {
        found.extend(key(statement, add + 1));
    }
    for index in statement.places(&["create", "unique", "index"]) {
        found.extend(unique_index(statement, index));
    }
    found
}

fn table(statement: &Statement, place: usize) -> Vec<Found> {
    let Some(open) = (place..statement.words.len()).find(|place| statement.at(*place) == "(") else {
        return vec![];
    };
    let (name, parts) = (statement.at(open - 1), statement.parts(open));
    if name == TENANTS {
        return vec![];
    }
    let has_tenant = parts.iter().any(|part| statement.at(part.start) == TENANT);
    let missing = (statement.words[place].line, format!("the table `{name}` has no {TENANT}"));
    let keys = parts.iter().flat_map(|part| key(statement, part.start));
    std::iter::once(missing).filter(|_| !has_tenant).chain(keys).collect()
}

/// What is wrong with the constraint that is told here, if one is.
fn key(statement: &Statement, place: usize) -> Option<Found> {
    let is_named = statement.at(place) == "constraint";
    let (name, place) = if is_named { (statement.at(place + 1), place + 2) } else { ("", place) };
    let columns = match (statement.at(place), statement.at(place + 1)) {
        ("unique", "(") => place + 1,
        ("primary" | "foreign", "key") => place + 2,
        _ => return None,
    };
    let begins = first(statement, columns);
    let is_fine = begins == TENANT || OVER_ALL.iter().any(|(key, _)| *key == name);
    let line = statement.words[place].line;
    (!is_fine).then(|| (line, format!("`{name}` begins with `{begins}`")))
}

fn unique_index(statement: &Statement, place: usize) -> Option<Found> {
    let open = (place..statement.words.len()).find(|place| statement.at(*place) == "(")?;
    let on = (place..open).find(|place| statement.at(*place) == "on")?;
    let (name, begins) = (statement.at(on - 1), first(statement, open));
    let is_fine = begins == TENANT || OVER_ALL.iter().any(|(key, _)| *key == name);
    (!is_fine)
        .then(|| (statement.words[place].line, format!("the unique index `{name}` begins with `{begins}`")))
}

/// The first word in the brackets that open here.
fn first(statement: &Statement, open: usize) -> &str {
    let part: Option<Range<usize>> = statement.parts(open).into_iter().next();
    part.map_or("", |part| statement.at(part.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        let file = SourceFile::new("app/server/migrations/0001_a.sql", text);
        check(&file).into_iter().map(|finding| format!("{}: {}", finding.line, finding.message)).collect()
    }

    #[test]
    fn a_table_and_keys_without_the_tenant_are_found() {
        let text =
            "create table plan (\n    id uuid not null,\n    constraint plan_pkey primary key (id)\n);\n";
        assert_eq!(
            findings(text),
            ["1: the table `plan` has no athlete_id", "3: `plan_pkey` begins with `id`"]
        );
        assert_eq!(
            findings("alter table plan add constraint plan_day_key unique (day, athlete_id);\n"),
            ["1: `plan_day_key` begins with `day`"]
        );
        let key = "alter table plan\n    add constraint plan_goal_fkey foreign key (goal_id) references goal (id) not valid;\n";
        assert_eq!(findings(key), ["2: `plan_goal_fkey` begins with `goal_id`"]);
        assert_eq!(
            findings("create unique index concurrently plan_code_key on plan (code);\n"),
            ["1: the unique index `plan_code_key` begins with `code`"]
        );
    }

    #[test]
    fn keys_that_begin_with_the_tenant_and_the_listed_ones_pass() {
        let text = "create table athlete (id uuid not null, constraint athlete_pkey primary key (id));\n\
            create table plan (athlete_id uuid not null, id uuid not null,\n\
                constraint plan_pkey primary key (athlete_id, id),\n\
                constraint plan_day check (day > 0),\n\
                constraint plan_athlete_fkey foreign key (athlete_id) references athlete (id));\n\
            create unique index athlete_email_key on athlete (lower(email));\n\
            create unique index plan_day_key on plan (athlete_id, day);\n\
            create index plan_version_idx on plan (version);\n";
        assert_eq!(findings(text), Vec::<String>::new());
        let platform = SourceFile::new("crates/a/migrations/0001_a.sql", "create table a (id int);");
        assert!(check(&platform).is_empty(), "the platform's tables are nobody's");
    }
}
