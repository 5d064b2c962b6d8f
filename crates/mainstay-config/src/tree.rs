//! Dotted keys in and out of TOML tables. Pure. Never here: layers and origins.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// Every leaf of a table with its dotted key. An array, and a table that the defaults leave empty, is a leaf.
pub(crate) fn leaves(table: &Table) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    collect("", table, &mut found);
    found
}

fn collect(prefix: &str, table: &Table, found: &mut Vec<(String, Value)>) {
    for (key, value) in table {
        let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Table(inner) if !inner.is_empty() => collect(&path, inner, found),
            leaf => found.push((path, leaf.clone())),
        }
    }
}

/// Puts a leaf into a table, making the tables on the way.
pub(crate) fn insert(table: &mut Table, key: &str, value: Value) {
    let Some((first, rest)) = key.split_once('.') else {
        table.insert(key.to_owned(), value);
        return;
    };
    let inner = table.entry(first).or_insert_with(|| Value::Table(Table::new()));
    if !inner.is_table() {
        *inner = Value::Table(Table::new());
    }
    if let Value::Table(inner) = inner {
        insert(inner, rest, value);
    }
}

/// Takes a leaf out of a table.
pub(crate) fn remove(table: &mut Table, key: &str) {
    match key.split_once('.') {
        None => {
            table.remove(key);
        }
        Some((first, rest)) => {
            if let Some(Value::Table(inner)) = table.get_mut(first) {
                remove(inner, rest);
            }
        }
    }
}

/// The word for a value's type.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// The line, from 1, on which the text sets each dotted key.
pub(crate) fn lines(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    if let Ok(document) = DeTable::parse(text) {
        collect_lines("", document.get_ref(), text, &mut found);
    }
    found
}

fn collect_lines(prefix: &str, table: &DeTable<'_>, text: &str, found: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let path =
            if prefix.is_empty() { key.get_ref().to_string() } else { format!("{prefix}.{}", key.get_ref()) };
        if let DeValue::Table(inner) = value.get_ref() {
            collect_lines(&path, inner, text, found);
        }
        found.insert(path, line_at(text, key.span().start));
    }
}

/// The line, from 1, of a place in a text.
pub(crate) fn line_at(text: &str, place: usize) -> usize {
    1 + text.bytes().take(place).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_go_in_where_they_came_out() {
        let table: Table = toml::from_str("a = 1\n[b]\nc = 'x'\n[b.d]\ne = [1, 2]").unwrap();
        let mut again = Table::new();
        for (key, value) in leaves(&table) {
            insert(&mut again, &key, value);
        }
        assert_eq!(again, table);
        remove(&mut again, "b.d.e");
        remove(&mut again, "b.no.such");
        let left: Table = toml::from_str("a = 1\n[b]\nc = 'x'\n[b.d]").unwrap();
        assert_eq!(again, left);
    }

    #[test]
    fn lines_are_found_however_a_key_is_written() {
        let text =
            "a = 1\n\n[b]\n# c = 2\nc = \"\"\"\nd = 9\n\"\"\"\n\"d\" = 3\n[b.e]\nf = {x = 1}\ng.h = [\n1]\n";
        let lines = lines(text);
        assert_eq!(
            ["a", "b.c", "b.d", "b.e", "b.e.f.x", "b.e.g.h", "z"].map(|key| lines.get(key).copied()),
            [Some(1), Some(5), Some(8), Some(9), Some(10), Some(11), None]
        );
    }
}
