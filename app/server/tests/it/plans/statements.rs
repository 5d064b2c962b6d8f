//! The statements of the application as the generator wrote them: name, text, names of the parameters in their order.
//! Never here: what they are given.

use std::path::Path;

/// A statement of `app/queries`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) parameters: Vec<String>,
}

/// All of them.
pub(super) fn all() -> Vec<Statement> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../queries/src/queries");
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        found.extend(read(&std::fs::read_to_string(file.unwrap().path()).unwrap()));
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

fn read(source: &str) -> Vec<Statement> {
    source.split("mainstay_db::Statement = mainstay_db::Statement::").skip(1).map(statement).collect()
}

/// From behind the constructor: two literals, then the signature of `bind`.
fn statement(source: &str) -> Statement {
    let (name, rest) = literal(source);
    let (text, rest) = literal(rest);
    let signature = rest.split_once("fn bind").unwrap().1;
    let signature = signature.split_once("client: &'c C").unwrap().1.split_once(')').unwrap().0;
    let parameters =
        signature.split(": &'a").map(|part| part.rsplit([' ', ',', '\n']).next().unwrap().to_owned());
    let mut parameters: Vec<_> = parameters.collect();
    parameters.pop();
    Statement { name, text, parameters }
}

/// The next text in quotes, and what follows it.
fn literal(source: &str) -> (String, &str) {
    let source = source.split_once('"').unwrap().1;
    let mut text = String::new();
    let mut characters = source.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (text, &source[at + 1..]),
            '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
            other => text.push(other),
        }
    }
    panic!("a text without an end");
}

#[test]
fn every_parameter_of_every_statement_is_known_by_its_name() {
    let all = all();
    assert!(all.len() > 50, "{}", all.len());
    for statement in all {
        let highest = (1..).take_while(|number| statement.text.contains(&format!("${number}"))).count();
        assert_eq!(statement.parameters.len(), highest, "{statement:?}");
    }
}
