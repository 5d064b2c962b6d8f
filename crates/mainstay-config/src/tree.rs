//! Dotted keys in and out of TOML tables. Pure. Never here: layers and origins.

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

/// The line, from 1, on which the file sets the key; 0 when it cannot be told.
pub(crate) fn line_of(text: &str, key: &str) -> usize {
    let mut section = String::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = header.trim().trim_matches('[').to_owned();
        } else if let Some((name, _)) = line.split_once('=') {
            let name = name.trim().trim_matches('"');
            let path = if section.is_empty() { name.to_owned() } else { format!("{section}.{name}") };
            if path == key || key.strip_prefix(&path).is_some_and(|rest| rest.starts_with('.')) {
                return number + 1;
            }
        }
    }
    0
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
    }

    #[test]
    fn lines_are_found_under_their_section() {
        let text = "a = 1\n\n[b]\n# c = 2\nc = 3\n[b.d]\ne = {x = 1}\n";
        assert_eq!(
            [line_of(text, "a"), line_of(text, "b.c"), line_of(text, "b.d.e.x"), line_of(text, "z")],
            [1, 5, 7, 0]
        );
    }
}
