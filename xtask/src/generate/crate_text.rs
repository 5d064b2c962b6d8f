//! The generator's output as sources of this workspace: no Cargo features, no lints, statements with their names and
//! lanes, run by mainstay-db. Pure text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Result, ensure};
use regex::{Captures, Regex};

use super::files::Files;

const OPENING: &str = "//! The features' SQL statements, typed: one module a feature under [`queries`].
//! Written by `cargo xtask gen` from `app/server/src/features/*/queries.sql`, checked by a server that has the
//! migrations. Never edited.
#![allow(warnings, clippy::all, rustdoc::all, reason = \"generated code\")]

";

/// The client of the generator is one connection; ours chooses the connection by the statement.
const CLIENT: &str = "pub(crate) mod async_ {
    pub use mainstay_db::{Executor as GenericClient, Params, one, opt};
}
pub use mainstay_db::Params;
";

/// Says of the statement below it which lane may run it. One that says nothing goes through the pool.
const LANE: &str = "-- lane: ";

/// Takes the sources, opens the library with what it is, and lets mainstay-db run the statements.
/// The manifest stays as it was written by hand: the generator's would add drivers that nobody uses.
pub(super) fn dress(generated: &Files, statements: &[(String, String)]) -> Result<Files> {
    let mut dressed = Files::default();
    for (path, text) in &generated.texts {
        let Some(path) = path.strip_prefix("src/") else { continue };
        let text = one_client(text);
        let text = match path {
            "lib.rs" => format!("{OPENING}{}", text.replace("pub use deadpool_postgres;\n", "")),
            "client.rs" => CLIENT.to_owned(),
            _ if path.starts_with("client/") => continue,
            _ => match path.strip_prefix("queries/").and_then(|file| file.strip_suffix(".rs")) {
                Some(noun) => {
                    let sources = statements.iter().find(|(name, _)| name == noun);
                    named(noun, &text, &lanes(sources.map_or("", |(_, text)| text))?)?
                }
                None => text,
            },
        };
        dressed.texts.insert(path.to_owned(), text);
    }
    Ok(dressed)
}

/// Whether a statement is pipelined, by its name.
fn lanes(queries: &str) -> Result<BTreeMap<String, bool>> {
    let mut lanes = BTreeMap::new();
    let mut declared = None;
    for line in queries.lines() {
        if let Some(lane) = line.strip_prefix(LANE) {
            ensure!(
                matches!(lane, "pipelined" | "pool"),
                "there is no lane `{lane}`: write `pipelined` for a read of one row or one page by an index, or nothing"
            );
            declared = Some(lane == "pipelined");
        } else if let Some(header) = line.strip_prefix("--! ") {
            let name = header.split([' ', ':', '(']).next().unwrap_or_default();
            lanes.insert(name.to_owned(), declared.take().unwrap_or(false));
        }
    }
    ensure!(declared.is_none(), "a lane is declared below the last statement");
    Ok(lanes)
}

static DECLARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"pub struct (\w+)Stmt\(&'static str, Option<tokio_postgres::Statement>\);")
        .expect("a pattern")
});
static MADE: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"pub fn (\w+)\(\) -> (\w+)Stmt \{\s*\w+Stmt\(\s*("(?:[^"\\]|\\.)*"),\s*None,?\s*\)\s*\}"#;
    Regex::new(text).expect("a pattern")
});
static PREPARED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)pub async fn prepare<'a, C: GenericClient>\(.*?Ok\(self\)\s*\}").expect("a pattern")
});
static STREAMED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s)pub async fn iter\(.*?Ok\(mapped\)\s*\}").expect("a pattern"));
static COLLECTED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"self\.iter\(\)\.await\?\.try_collect\(\)\.await").expect("a pattern"));

/// Gives each statement its name and its lane, and lets it be run by whatever executes statements.
fn named(noun: &str, text: &str, lanes: &BTreeMap<String, bool>) -> Result<String> {
    let text = DECLARED.replace_all(text, "pub struct ${1}Stmt(&'static mainstay_db::Statement);");
    let mut found = 0;
    let text = MADE.replace_all(&text, |made: &Captures<'_>| {
        found += 1;
        let (name, kind, sql) = (&made[1], &made[2], &made[3]);
        let lane = if lanes.get(name).copied().unwrap_or(false) { "pipelined" } else { "pooled" };
        // PostgreSQL 18 keeps no comment that leads a statement.
        let (verb, sql) = sql.trim_start_matches('"').split_once(' ').unwrap_or_default();
        format!(
            "pub fn {name}() -> {kind}Stmt {{\n    static STATEMENT: mainstay_db::Statement =\n        \
             mainstay_db::Statement::{lane}(\"{noun}.{name}\", \"{verb} /* {noun}.{name} */ {sql});\n    \
             {kind}Stmt(&STATEMENT)\n}}"
        )
    });
    ensure!(
        found == lanes.len(),
        "{noun}: {} statements were written and {found} found in what the generator made of them",
        lanes.len()
    );
    let text = PREPARED.replace_all(&text, "");
    let text = STREAMED.replace_all(&text, "");
    let text = COLLECTED.replace_all(
        &text,
        "self.client.rows(self.query, &self.params).await?.iter()
            .map(|row| Ok((self.mapper)((self.extractor)(row)?))).collect()",
    );
    Ok(text
        .replace("query: &'static str", "query: &'static mainstay_db::Statement")
        .replace("cached: Option<&'s tokio_postgres::Statement>", "cached: std::marker::PhantomData<&'s ()>")
        .replace("self.1.as_ref()", "std::marker::PhantomData")
        .replace(", self.cached)", ")")
        .replace("Ok((self.mapper)(extracted))", "Ok::<T, mainstay_db::DbError>((self.mapper)(extracted))")
        .replace("tokio_postgres::Error", "mainstay_db::DbError"))
}

/// Keeps what the pooled asynchronous client needs, drops what stands for another one.
fn one_client(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let condition = line.trim();
        if condition.starts_with("#[cfg(not(") {
            // The item that it belongs to is one line.
            lines.next();
        } else if !condition.starts_with("#[cfg(") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_of_clients_is_gone() {
        let text = concat!(
            "#[cfg(",
            "feature = \"deadpool\")]\npub use deadpool_postgres;\n#[cfg(not(any(",
            "feature = \"deadpool\")))]\npub use postgres;\npub mod client;\n"
        );
        assert_eq!(one_client(text), "pub use deadpool_postgres;\npub mod client;\n");
    }

    #[test]
    fn the_library_says_what_it_is_and_the_manifest_is_left_alone() {
        let texts = [("Cargo.toml", "[package]\n"), ("src/lib.rs", "pub mod queries;\n")];
        let texts = texts.map(|(path, text)| (path.to_owned(), text.to_owned())).into_iter().collect();
        let dressed = dress(&Files { texts }, &[]).unwrap();
        assert_eq!(dressed.texts.keys().collect::<Vec<_>>(), ["lib.rs"]);
        assert!(dressed.texts["lib.rs"].starts_with("//! "));
        assert!(dressed.texts["lib.rs"].ends_with("pub mod queries;\n"));
    }

    #[test]
    fn a_lane_belongs_to_the_statement_below_it() {
        let text =
            "-- lane: pipelined\n-- One.\n--! find_note : (body?)\nselect 1;\n--! list_notes\nselect 2;\n";
        let lanes = lanes(text).unwrap();
        assert_eq!(
            lanes.into_iter().collect::<Vec<_>>(),
            [("find_note".to_owned(), true), ("list_notes".to_owned(), false)]
        );
    }

    #[test]
    fn an_unknown_lane_and_one_without_a_statement_are_refused() {
        assert!(lanes("-- lane: fast\n--! find_note\n").is_err());
        assert!(lanes("--! find_note\nselect 1;\n-- lane: pipelined\n").is_err());
    }

    #[test]
    fn a_statement_gets_its_name_and_its_lane() {
        let text = "pub struct FindNoteStmt(&'static str, Option<tokio_postgres::Statement>);\n\
            pub fn find_note() -> FindNoteStmt {\n    FindNoteStmt(\n        \"select \\\"a\\\" from note\",\n        None,\n    )\n}\n";
        let lanes = BTreeMap::from([("find_note".to_owned(), true)]);
        let named = named("notes", text, &lanes).unwrap();
        assert!(named.contains("Statement::pipelined(\"notes.find_note\", \"select /* notes.find_note */ \\\"a\\\" from note\")"), "{named}");
        assert!(named.contains("FindNoteStmt(&STATEMENT)"), "{named}");
    }

    #[test]
    fn what_the_generator_writes_otherwise_than_expected_is_refused() {
        let lanes = BTreeMap::from([("find_note".to_owned(), true)]);
        assert!(named("notes", "pub fn find_note() {}", &lanes).is_err());
    }
}
