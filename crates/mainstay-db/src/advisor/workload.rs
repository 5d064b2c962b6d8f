//! Which statements this database runs, and what they cost in total, from `pg_stat_statements`.
//! Never here: plans.

use std::time::Duration;

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use super::AdviseError;
use super::names::quoted;
use crate::statement::name_in;

/// A statement as the server keeps it: values replaced by `$1`, `$2`, ….
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) calls: i64,
    pub(super) total_ms: f64,
}

/// What was run.
#[derive(Clone, Debug, Default)]
pub(super) struct Workload {
    pub(super) statements: Vec<Statement>,
    /// How many statements of other roles this role may not see.
    pub(super) hidden: i64,
    /// How long they have been counted.
    pub(super) counted: Option<Duration>,
}

impl Statement {
    /// Its name from its comment, else its beginning.
    pub(super) fn label(&self) -> String {
        if let Some(name) = name_in(&self.text) {
            return name.to_owned();
        }
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        match line.char_indices().nth(LONGEST_LABEL) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }
}

/// Letters of a statement without a name that a report shows.
const LONGEST_LABEL: usize = 100;

const WITHOUT: &str = "run `create extension pg_stat_statements` in this database as a superuser; the server must load \
    it too: add pg_stat_statements to its shared_preload_libraries and restart it";

/// The heaviest statements of the session's database, at most `most`.
pub(super) async fn load(session: &Client, most: u32) -> Result<Workload, AdviseError> {
    let Some(schema) = super::extension_schema(session, "pg_stat_statements").await? else {
        return Err(AdviseError::NoStatistics { remedy: WITHOUT.to_owned() });
    };
    let schema = quoted(&schema);
    let sql = include_str!("workload.sql").replace("{schema}", &schema);
    let rows = session.query(&sql, &[&i64::from(most)]).await.map_err(|error| {
        // The extension is there and its library is not loaded.
        if error.code() == Some(&SqlState::OBJECT_NOT_IN_PREREQUISITE_STATE) {
            return AdviseError::NoStatistics { remedy: WITHOUT.to_owned() };
        }
        error.into()
    })?;
    let mut workload = Workload::default();
    for row in rows {
        workload.statements.push(Statement {
            text: row.try_get("text")?,
            calls: row.try_get("calls")?,
            total_ms: row.try_get("total_ms")?,
        });
    }
    let about = include_str!("workload_about.sql").replace("{schema}", &schema);
    let row = session.query_one(&about, &[]).await?;
    workload.hidden = row.try_get("hidden")?;
    workload.counted =
        row.try_get::<_, Option<f64>>("counted_s")?.map(|seconds| Duration::from_secs_f64(seconds.max(0.0)));
    Ok(workload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_called_by_its_name_else_by_its_beginning() {
        let label = |text: &str| Statement { text: text.to_owned(), calls: 1, total_ms: 1.0 }.label();
        assert_eq!(label("select /* goals.list pooled */ 1"), "goals.list");
        assert_eq!(label("select\n   $1"), "select $1");
        assert_eq!(label(&"é".repeat(200)).chars().count(), 101);
    }
}
