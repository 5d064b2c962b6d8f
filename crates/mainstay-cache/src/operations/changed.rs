//! What somebody says has changed, in the words of the tables that are watched. Never here: how nodes hear of it.

use super::entries::parse_hash;
use crate::coherence::Tag;

/// A table whose changes triggers tell of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched {
    /// By what name its tags have it.
    pub table: String,
    /// The column that says whose a row is.
    pub owner: String,
    /// The columns that tell the rows of one owner apart.
    pub key: Vec<String>,
}

/// Something whose change is told of as a trigger would tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed<'a> {
    /// Every row of a table: `table:activity`.
    Table(&'a str),
    /// Every row of an owner: `owner:activity:7`.
    Owner(&'a str, &'a str),
    /// One row, whose key's parts are joined by colons: `row:activity:7:1`.
    Row(&'a str, &'a str, &'a str),
    /// A tag by its hash, in sixteen hexadecimal digits.
    Hash(Tag),
}

impl<'a> Changed<'a> {
    /// What is written so; `None` if it is nothing of the kind.
    pub fn parse(text: &'a str) -> Option<Self> {
        if let Some(hash) = parse_hash(text) {
            return Some(Self::Hash(Tag::from_hash(hash)));
        }
        let (kind, rest) = text.split_once(':')?;
        let parts: Vec<&str> = rest.splitn(3, ':').collect();
        let is_whole = parts.iter().all(|part| !part.is_empty());
        match (kind, parts.as_slice()) {
            _ if !is_whole => None,
            ("table", [table]) => Some(Self::Table(table)),
            ("owner", [table, owner]) => Some(Self::Owner(table, owner)),
            ("row", [table, owner, key]) => Some(Self::Row(table, owner, key)),
            _ => None,
        }
    }

    /// The table that it is of, if that is said.
    pub fn table(&self) -> Option<&'a str> {
        match self {
            Self::Table(table) | Self::Owner(table, _) | Self::Row(table, _, _) => Some(table),
            Self::Hash(_) => None,
        }
    }

    /// What every node is told. A read of the table, of the owner and of the row is over with each of its rows; what is
    /// said of a table as a whole is said of all its owners, and so on (`cache_source` in the migration).
    pub fn tags(&self) -> Vec<Tag> {
        let names = match self {
            Self::Table(table) => vec![(*table).to_owned(), format!("{table}:*")],
            Self::Owner(table, owner) => {
                vec![(*table).to_owned(), format!("{table}:{owner}"), format!("{table}:{owner}:*")]
            }
            Self::Row(table, owner, key) => {
                vec![(*table).to_owned(), format!("{table}:{owner}"), format!("{table}:{owner}:{key}")]
            }
            Self::Hash(tag) => return vec![*tag],
        };
        names.iter().map(|name| Tag::named(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_meant() {
        let parsed = |text| Changed::parse(text);
        assert_eq!(parsed("table:note"), Some(Changed::Table("note")));
        assert_eq!(parsed("owner:note:7"), Some(Changed::Owner("note", "7")));
        assert_eq!(parsed("row:note:7:1:2"), Some(Changed::Row("note", "7", "1:2")));
        assert_eq!(parsed("00000000000000ff"), Some(Changed::Hash(Tag::from_hash(255))));
        for text in [
            "",
            "note",
            "table:",
            "table:note:7",
            "owner:note",
            "owner:note:",
            "row:note:7",
            "row::7:1",
            "tag:note",
            "ff",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }

    /// As the triggers tell it: whoever reads by any of these tags is told, and no other owner.
    #[test]
    fn a_change_ends_what_was_made_of_it_and_nothing_else() {
        let ends = |changed: Changed<'_>, tags: &[Tag]| tags.iter().any(|tag| changed.tags().contains(tag));
        let (table, owner, row) =
            (Changed::Table("note"), Changed::Owner("note", "7"), Changed::Row("note", "7", "1"));
        let reads: [(&[Tag], [bool; 3]); 6] = [
            (&Tag::of_table("note"), [true, true, true]),
            (&Tag::of_owner("note", "7"), [true, true, true]),
            (&Tag::of_row("note", "7", "1"), [true, true, true]),
            (&Tag::of_row("note", "7", "2"), [true, true, false]),
            (&Tag::of_owner("note", "8"), [true, false, false]),
            (&Tag::of_table("page"), [false, false, false]),
        ];
        for (place, (read, expected)) in reads.into_iter().enumerate() {
            assert_eq!([table, owner, row].map(|changed| ends(changed, read)), expected, "read {place}");
        }
    }
}
