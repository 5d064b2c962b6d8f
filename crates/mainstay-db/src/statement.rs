//! A statement that is written in the program: its name, its text, and what may run it; and the traits through which
//! generated code runs it. Never here: connections.

use std::future::Future;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::DbError;

/// What a statement's parameters are.
pub type Parameters<'a> = [&'a (dyn ToSql + Sync)];

/// A statement with the name that logs, metrics, budgets and the server's own views show. It lives as long as the
/// program: `cargo xtask gen` writes one `static` for each statement of a `queries.sql`.
#[derive(Debug)]
pub struct Statement {
    name: &'static str,
    text: &'static str,
    is_pipelined: bool,
}

impl Statement {
    /// A statement that runs on a connection of its own for as long as it takes. Behind its first word `text` has its
    /// name in a comment, so that `pg_stat_statements` and `pg_stat_activity` show it: PostgreSQL 18 keeps no comment
    /// that leads a statement, and a long text is cut at its end.
    pub const fn pooled(name: &'static str, text: &'static str) -> Self {
        Self { name, text, is_pipelined: false }
    }

    /// A read of one row or one page by an index, which may share a connection with others: a few milliseconds, or
    /// they all wait. It must not write, lock, or depend on the session.
    pub const fn pipelined(name: &'static str, text: &'static str) -> Self {
        Self { name, text, is_pipelined: true }
    }

    /// `feature.statement`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What the server gets.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// Whether it may share a connection.
    pub fn is_pipelined(&self) -> bool {
        self.is_pipelined
    }

    /// The same for as long as the program runs, and for no other statement.
    pub(crate) fn key(&'static self) -> usize {
        std::ptr::from_ref(self) as usize
    }
}

/// The name that a text of ours carries, `select /* feature.statement */ …`, whoever shows it to us. A comment that leads
/// the text counts too.
pub(crate) fn name_in(text: &str) -> Option<&str> {
    let mut rest = text.trim_start();
    while let Some(comment) = rest.strip_prefix("--") {
        rest = comment.split_once('\n')?.1.trim_start();
    }
    if !rest.starts_with("/*") {
        rest = rest.trim_start_matches(|letter: char| letter.is_ascii_alphabetic()).trim_start();
    }
    let (comment, _) = rest.strip_prefix("/*")?.split_once("*/")?;
    // A second word may say the lane, or `platform`: its own, whoever asks for what. More of them are prose.
    let mut words = comment.split_whitespace();
    let (name, _, None) = (words.next()?, words.next(), words.next()) else { return None };
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    (name.contains('.') && name.split('.').all(is_part)).then_some(name)
}

/// Whatever runs statements: a read session or a transaction.
pub trait Executor: Send + Sync {
    /// The rows of a statement.
    fn rows(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> impl Future<Output = Result<Vec<Row>, DbError>> + Send;

    /// How many rows a statement changed.
    fn execute(
        &self,
        statement: &'static Statement,
        parameters: &Parameters<'_>,
    ) -> impl Future<Output = Result<u64, DbError>> + Send;
}

/// Lets a generated statement take its parameters as one struct.
pub trait Params<'c, 'a, 's, P, O, C> {
    /// The statement with these parameters, to be run by `client`.
    fn params(&'s self, client: &'c C, params: &'a P) -> O;
}

/// The only row of a statement.
///
/// # Errors
/// [`DbError::RowCount`] for no row or several, and whatever running it says.
pub async fn one<C: Executor>(
    client: &C,
    statement: &'static Statement,
    parameters: &Parameters<'_>,
) -> Result<Row, DbError> {
    let found = opt(client, statement, parameters).await?;
    found.ok_or(DbError::RowCount { statement: statement.name, found: 0 })
}

/// The only row of a statement, or none.
///
/// # Errors
/// [`DbError::RowCount`] for several rows, and whatever running it says.
pub async fn opt<C: Executor>(
    client: &C,
    statement: &'static Statement,
    parameters: &Parameters<'_>,
) -> Result<Option<Row>, DbError> {
    let mut rows = client.rows(statement, parameters).await?;
    if rows.len() > 1 {
        return Err(DbError::RowCount { statement: statement.name, found: rows.len() });
    }
    Ok(rows.pop())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_behind_the_first_word_or_leads() {
        for text in [
            "select /* sum.add_2 */ 1",
            "-- Why.\n-- Why else.\nwith /* sum.add_2 pipelined */ a as (select 1) select 1",
            "/* sum.add_2 */ select 1",
            "select /* sum.add_2 platform */ 1",
            "\n/* sum.add_2 pipelined */ select 1",
        ] {
            assert_eq!(name_in(text), Some("sum.add_2"), "{text}");
        }
    }

    #[test]
    fn a_text_of_somebody_else_has_no_name() {
        for foreign in [
            "select 1",
            "select 1 /* sum.add */",
            "select a /* sum.add */ from b",
            "/* a hint */ select 1",
            "/* e.g. this one */ select 1",
            "select /* sum.add",
            "/**/ select 1",
            "select /* sum. */ 1",
            "/* X.y */ select",
            "-- /* sum.add */",
            "",
        ] {
            assert_eq!(name_in(foreign), None, "{foreign}");
        }
    }
}
