//! How many statements a database was asked: from the server's own statistics, so that no wrapper can miss one.
//! Never here: time, plans.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};
use mainstay_db::Session;

const COUNT: &str = include_str!("statements.sql");

/// Statements executed in one database, by their normalised text.
///
/// Left out: `begin`, `commit`, `rollback`, `set` and the like, the questions that the driver itself asks about types, and what
/// the platform asks for itself, whoever asks for what (`/* noun.verb platform */`). `Display` lists texts with their counts, for
/// the message of a failed assertion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    by_text: BTreeMap<String, i64>,
}

impl Statements {
    pub(crate) async fn of(admin: &Session, database: &str) -> Result<Self> {
        let rows = admin
            .query(COUNT, &[&database])
            .await
            .context("the test server must load pg_stat_statements and have the extension")?;
        let mut by_text = BTreeMap::new();
        for row in rows {
            by_text.insert(row.try_get("text")?, row.try_get("calls")?);
        }
        Ok(Self { by_text })
    }

    /// How often statements were executed, all together.
    pub fn total(&self) -> i64 {
        self.by_text.values().sum()
    }

    /// How often statements were executed whose text contains `part`.
    pub fn containing(&self, part: &str) -> i64 {
        self.by_text.iter().filter(|(text, _)| text.contains(part)).map(|(_, calls)| calls).sum()
    }

    /// Those with a name (`/* noun.verb */`), as all have that requests run: what the platform asks for itself beside them has
    /// none (a keeper's round, say), or was left out because it says so.
    #[must_use]
    pub fn named(mut self) -> Self {
        self.by_text.retain(|text, _| {
            let name = text.split_once("/* ").and_then(|(_, rest)| rest.split_once(" */"));
            name.is_some_and(|(name, _)| name.contains('.') && !name.contains(char::is_whitespace))
        });
        self
    }

    /// Without those whose text contains `part`.
    #[must_use]
    pub fn without(mut self, part: &str) -> Self {
        self.by_text.retain(|text, _| !text.contains(part));
        self
    }

    /// What was executed between `before` and this.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let rise = |(text, calls): (&String, &i64)| {
            let more = calls - before.by_text.get(text).copied().unwrap_or_default();
            (more > 0).then(|| (text.clone(), more))
        };
        Self { by_text: self.by_text.iter().filter_map(rise).collect() }
    }
}

impl fmt::Display for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} statements", self.total())?;
        for (text, calls) in &self.by_text {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            writeln!(f, "{calls:>6} x {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn since_is_the_difference() {
        let of = |pairs: &[(&str, i64)]| Statements {
            by_text: pairs.iter().map(|(text, calls)| ((*text).to_owned(), *calls)).collect(),
        };
        let before = of(&[("select a", 2), ("select b", 1)]);
        let after = of(&[("select a", 5), ("select b", 1), ("insert c", 1)]);
        let between = after.since(&before);
        assert_eq!(between, of(&[("insert c", 1), ("select a", 3)]));
        assert_eq!((between.total(), between.containing("select")), (4, 3));
        assert!(between.to_string().contains("     3 x select a"), "{between}");
    }

    #[test]
    fn named_are_those_that_say_their_name() {
        let texts = [
            "select /* a.list */ 1",
            "with /* a.b */ x as (select 1) table x",
            "select 1",
            "select /* see a.b */ 1",
        ];
        let all = Statements { by_text: texts.iter().map(|text| ((*text).to_owned(), 1)).collect() };
        assert_eq!((all.total(), all.clone().without("x").total()), (4, 3));
        assert_eq!(all.named().total(), 2);
    }
}
