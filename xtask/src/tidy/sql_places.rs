//! Where SQL may live: in `.sql` files, and for a few statements of the platform in `store.rs` and the files named
//! here. Never in a handler.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 21",
    name: "SQL has its places",
    remedy: "move the statement to the feature's queries.sql (then `cargo xtask gen`) or to store.rs",
    check: Check::File(check),
};

/// Places beside `store.rs` that speak SQL as their trade.
const TRADES: [(&str, &str); 3] = [
    ("crates/mainstay-db/", "sessions, migrations and clusters are set up by statements"),
    ("crates/mainstay-testing/", "creates and drops the databases of tests"),
    ("xtask/", "prepares the throw-away database of the generator, and reads SQL in these rules"),
];

static STATEMENT: LazyLock<Regex> = LazyLock::new(|| {
    let start = r#"(?s)^\s*(select\s|insert\s+into\s|update\s+[a-z_."]+\s+set\s|delete\s+from\s|merge\s+into\s|copy\s+[a-z_."]+\s+(from|to)\s|lock\s+table\s|with\s+(recursive\s+)?[a-z_]+\s*(\([^)]*\)\s*)?as\s*(materialized\s*)?\(|create\s+(unique\s+|temp\s+|temporary\s+|unlogged\s+|materialized\s+|or\s+replace\s+)*(table|index|schema|database|view|function|trigger|type|extension|role)\s|alter\s+(table|role|database|index|type)\s|drop\s+(table|index|schema|database|view|function|trigger|type|role)\s|truncate\s|begin\s*;|commit\s*;)"#;
    Regex::new(start).expect("a pattern")
});
static LITERAL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r####"r##?"(?s:.*?)"##?|"(?s:[^"\\]|\\.)*""####).expect("a pattern"));

fn check(file: &SourceFile) -> Vec<Finding> {
    let is_store = file.path.ends_with("/store.rs") || file.path.contains("/store/");
    if !file.is_rust() || is_store || TRADES.iter().any(|(prefix, _)| file.path.starts_with(prefix)) {
        return vec![];
    }
    let shipped = file.shipped_code();
    let statements = LITERAL.find_iter(&shipped).filter(|literal| {
        let text = literal.as_str().trim_start_matches(['r', '#', '"']);
        // A statement begins in lower case or in capitals; a sentence begins with one capital letter.
        STATEMENT.is_match(text) || (shouts(text) && STATEMENT.is_match(&text.to_lowercase()))
    });
    statements
        .map(|literal| {
            let line = shipped[..literal.start()].matches('\n').count() + 1;
            Finding::at(file, line, "an SQL statement")
        })
        .collect()
}

fn shouts(text: &str) -> bool {
    text.split_whitespace()
        .next()
        .is_some_and(|word| word.chars().all(|character| character.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&SourceFile::new(path, text)).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_statement_in_a_handler_is_found() {
        let text = "fn list() {\n    db.query(\n        \"select id from plan\",\n    );\n}\n";
        assert_eq!(lines("app/server/src/features/plan/routes.rs", text), [3]);
        assert_eq!(
            lines("crates/mainstay-http/src/a.rs", "let q = r#\"insert into a values ($1)\"#;\n"),
            [1]
        );
    }

    #[test]
    fn a_quote_in_a_character_or_a_comment_hides_no_statement() {
        let path = "app/server/src/features/plan/routes.rs";
        for text in [
            "let quote = '\"'; let q = \"select id from plan\";\n",
            "let one = 1; // 5\" wide\nlet q = \"merge into plan using other on true\";\n",
            "#[cfg(test)]\nmod tests;\nconst Q: &str = \"with recursive a (b) as (select 1) select b from a\";\n",
        ] {
            assert_eq!(lines(path, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn stores_trades_tests_and_prose_pass() {
        let text = "db.query(\"select 1 from plan\");\n";
        assert!(lines("app/server/src/features/plan/store.rs", text).is_empty());
        assert!(lines("crates/mainstay-db/src/migrate.rs", text).is_empty());
        assert!(lines("crates/mainstay-http/tests/it/main.rs", text).is_empty());
        let prose = "let label = \"Select one of the files\"; // \"select 1\"\n";
        assert!(lines("app/server/src/a.rs", prose).is_empty());
        assert!(
            lines("app/server/src/a.rs", "let label = \"update your settings\"; let b = \"selected\";\n")
                .is_empty()
        );
    }
}
