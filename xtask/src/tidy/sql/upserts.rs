//! An upsert names the columns of one key, the tenant's among them: a server that spreads tenants over machines can keep
//! no other.

use super::text::{self, Statement};
use super::{Found, TENANT, is_queries, judge};
use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const UPSERT: &str = "upsert";

pub(super) const RULE: Rule = Rule {
    source: "data rule 6",
    name: "an upsert names its key",
    remedy: "write `on conflict (athlete_id, …)`; where the key cannot have it: `-- tidy: upsert, why` above the statement",
    check: Check::File(check),
};

fn check(file: &SourceFile) -> Vec<Finding> {
    if !is_queries(file) {
        return vec![];
    }
    judge(file, &text::statements(file), UPSERT, find)
}

fn find(statement: &Statement) -> Vec<Found> {
    let mut found = Vec::new();
    for place in statement.places(&["on", "conflict"]) {
        let line = statement.words[place].line;
        if statement.at(place + 2) != "(" {
            found.push((line, "`on conflict` without its columns".to_owned()));
        } else if !statement.parts(place + 2).iter().any(|part| statement.at(part.start) == TENANT) {
            found.push((line, format!("`on conflict` without {TENANT}")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        check(&SourceFile::new("a/queries.sql", text)).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn an_upsert_on_any_key_and_on_one_without_the_tenant_are_found() {
        assert_eq!(
            findings("--! a\ninsert into b (c) values (:c) on conflict do nothing;\n"),
            ["`on conflict` without its columns (a)"]
        );
        let named = "insert into b (c) values (:c) on conflict on constraint b_pkey do nothing;\n";
        assert_eq!(findings(named), ["`on conflict` without its columns"]);
        let text = "insert into b (c) values (:c) on conflict (lower(c)) do nothing;\n";
        assert_eq!(findings(text), ["`on conflict` without athlete_id"]);
    }

    #[test]
    fn the_tenant_s_key_passes_and_so_does_a_reason() {
        assert!(
            findings("insert into b (c) values (:c) on conflict (athlete_id, c) do nothing;\n").is_empty()
        );
        let text = "-- tidy: upsert, why\ninsert into b (c) values (:c) on conflict (c) do nothing;\n";
        assert!(findings(text).is_empty());
    }

    #[test]
    fn a_reason_for_nothing_is_found() {
        assert_eq!(findings("-- tidy: upsert, why\nselect 1;\n"), ["`-- tidy: upsert` excuses nothing"]);
    }
}
