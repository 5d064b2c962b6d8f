//! Nothing personal and no secret is logged. What may be logged instead is an id.

use std::sync::LazyLock;

use regex::Regex;

use crate::finding::{Check, Finding, Rule};
use crate::tree::SourceFile;

pub(super) const RULE: Rule = Rule {
    source: "STYLE 15",
    name: "logs tell no secrets and nobody's address",
    remedy: "log the id of the account, the row or the token's family instead",
    check: Check::File(check),
};

const PRIVATE: [&str; 19] = [
    "access_token",
    "authorization",
    "bearer",
    "birthdate",
    "cookie",
    "email",
    "lat",
    "latitude",
    "lon",
    "longitude",
    "passphrase",
    "password",
    "password_hash",
    "phone",
    "refresh_token",
    "secret",
    "signing_key",
    "token",
    "tokens",
];

/// What is private in any compound: `user_email`, `new_password`.
const PRIVATE_WORDS: [&str; 10] = [
    "birthdate",
    "cookie",
    "email",
    "emails",
    "latitude",
    "longitude",
    "passphrase",
    "password",
    "phone",
    "secret",
];

static INSTRUMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"#\[\s*(tracing\s*::\s*)?instrument\b\s*\(?").expect("a pattern"));
static CALL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(trace|debug|info|warn|error|event|span|(trace|debug|info|warn|error)_span)!\s*\(")
        .expect("a pattern")
});
/// A string literal, or an identifier.
static PIECE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#""(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_]*"#).expect("a pattern"));
/// A captured variable inside a format string.
static CAPTURE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\{([A-Za-z_][A-Za-z0-9_]*)").expect("a pattern"));

fn check(file: &SourceFile) -> Vec<Finding> {
    if !file.is_rust() {
        return vec![];
    }
    let shipped = file.shipped_code();
    let mut findings = Vec::new();
    for call in CALL.find_iter(&shipped) {
        let arguments = balanced(&shipped[call.end()..]);
        let line = shipped[..call.start()].matches('\n').count() + 1;
        let private = named(arguments).into_iter().filter(|name| is_private(name));
        findings.extend(private.map(|name| Finding::at(file, line, format!("`{name}` in a log line"))));
    }
    let recorded = INSTRUMENT.find_iter(&shipped).filter(|found| {
        let arguments = balanced(&shipped[found.end()..]);
        !found.as_str().ends_with('(') || !arguments.contains("skip_all")
    });
    findings.extend(recorded.map(|found| {
        let line = shipped[..found.start()].matches('\n').count() + 1;
        Finding::at(file, line, "`instrument` logs every argument: add `skip_all` and name the fields")
    }));
    findings
}

/// Whether the name, or for what is never an id's name a word of it, is private.
fn is_private(name: &str) -> bool {
    PRIVATE.contains(&name) || name.split('_').any(|word| PRIVATE_WORDS.contains(&word))
}

/// Identifiers that a log call reads: fields, values and captures, never the words of its message.
fn named(arguments: &str) -> Vec<&str> {
    let pieces = PIECE.find_iter(arguments).map(|piece| piece.as_str());
    pieces
        .flat_map(|piece| {
            if piece.starts_with('"') {
                CAPTURE.captures_iter(piece).filter_map(|found| Some(found.get(1)?.as_str())).collect()
            } else {
                vec![piece]
            }
        })
        .collect()
}

/// The text up to the bracket that closes the call.
fn balanced(text: &str) -> &str {
    let mut depth = 1;
    let mut in_text = false;
    let mut escaped = false;
    for (index, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[..index];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        check(&SourceFile::new("a.rs", text)).len()
    }

    #[test]
    fn private_fields_values_and_captures_are_found() {
        assert_eq!(count(r#"tracing::info!(user.email = %address, "signed in");"#), 1);
        assert_eq!(count("warn!(\n    token,\n    \"refused\"\n);"), 1);
        assert_eq!(count(r#"debug!("hello {email}");"#), 1);
        assert_eq!(count(r#"let span = info_span!("login", account = %login.email);"#), 1);
    }

    #[test]
    fn compounds_quotes_in_characters_and_instrumented_functions_are_found() {
        assert_eq!(count(r#"info!(user_email = address, "signed in");"#), 1);
        assert_eq!(count(r#"info!(first = '"', token, "refused");"#), 1);
        assert_eq!(count("#[tracing::instrument]\nfn sign_in(password: &str) {}"), 1);
        assert_eq!(count("#[instrument(level = \"debug\")]\nfn sign_in(password: &str) {}"), 1);
        assert_eq!(count("#[instrument(skip_all, fields(account.id = %id))]\nfn sign_in() {}"), 0);
    }

    #[test]
    fn ids_and_the_words_of_a_message_pass() {
        assert_eq!(count(r#"info!(account.id = %id, "the token (refresh) was reused; email sent");"#), 0);
        assert_eq!(count("let email = parse(email);"), 0);
        assert_eq!(count("#[cfg(test)]\nmod tests {\n    info!(email);\n}"), 0);
    }
}
