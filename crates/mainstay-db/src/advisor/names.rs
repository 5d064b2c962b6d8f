//! How tables and columns are named, and how their names are written in SQL. Pure.
//! Never here: what they contain.

use std::fmt;

/// A table by schema and name, as the catalog spells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Table {
    pub(super) schema: String,
    pub(super) name: String,
}

impl fmt::Display for Table {
    /// As SQL names it; the schema `public` is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.schema != "public" {
            write!(f, "{}.", quoted(&self.schema))?;
        }
        f.write_str(&quoted(&self.name))
    }
}

/// The longest name that the server keeps, in bytes.
pub(super) const LONGEST_NAME: usize = 63;

/// Words that PostgreSQL (14 to 18) reserves, so that they name nothing without quotes.
const RESERVED: &str = " all analyse analyze and any array as asc asymmetric authorization binary both case cast \
    check collate collation column concurrently constraint create cross current_catalog current_date current_role \
    current_schema current_time current_timestamp current_user default deferrable desc distinct do else end except \
    false fetch for foreign freeze from full grant group having ilike in initially inner intersect into is isnull \
    join lateral leading left like limit localtime localtimestamp natural not notnull null offset on only or order \
    outer overlaps placing primary references returning right select session_user similar some symmetric \
    system_user table tablesample then to trailing true union unique user using variadic verbose when where window \
    with ";

/// The name as SQL writes it: plain where that means the same, else in double quotes.
pub(super) fn quoted(name: &str) -> String {
    let mut bytes = name.bytes();
    let begins = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let is_plain =
        begins && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_plain && !RESERVED.contains(&format!(" {name} ")) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        for (name, written) in [
            ("orders", "orders"),
            ("order", "\"order\""),
            ("Orders", "\"Orders\""),
            ("a\"b", "\"a\"\"b\""),
            ("2nd", "\"2nd\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(name), written);
        }
        let table = |schema: &str| Table { schema: schema.to_owned(), name: "user".to_owned() }.to_string();
        assert_eq!((table("public").as_str(), table("app").as_str()), ("\"user\"", "app.\"user\""));
    }
}
