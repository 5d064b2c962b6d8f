//! Who looks after a table: we, or an extension that is there for it. Never here: what the keeper does to its own.
//!
//! TimescaleDB was not at hand where this was written: its two statements follow its documentation (2.x) and have
//! not been run.

use tokio_postgres::Client;

use super::catalog::Parent;
use super::{Declared, Expiring, PartitionError, PartitionedTable};

/// Who looks after a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Steward {
    /// The keeper.
    Keeper,
    /// pg_partman has it in its configuration: we do nothing.
    Partman,
    /// TimescaleDB: an ordinary table becomes a hypertable, and retention is its policy.
    Timescale,
}

/// An ordinary table can only be TimescaleDB's; a natively partitioned one never is.
fn choose(kind: &str, in_partman: bool, has_timescale: bool) -> Steward {
    match kind {
        _ if in_partman => Steward::Partman,
        "r" if has_timescale => Steward::Timescale,
        _ => Steward::Keeper,
    }
}

/// Asks the database's extensions about the table.
pub(super) async fn of(
    session: &Client,
    table: &PartitionedTable,
    parent: &Parent,
) -> Result<Steward, PartitionError> {
    let sql = "select e.extname as extension, quote_ident(n.nspname) as schema \
               from pg_extension e join pg_namespace n on n.oid = e.extnamespace \
               where e.extname in ('pg_partman', 'timescaledb')";
    let (mut in_partman, mut has_timescale) = (false, false);
    for row in session.query(sql, &[]).await? {
        match row.try_get("extension")? {
            "pg_partman" => {
                let schema: &str = row.try_get("schema")?;
                let sql = format!(
                    "select exists (select from {schema}.part_config where parent_table = $1) as found"
                );
                in_partman = session.query_one(&sql, &[&table.name()]).await?.try_get("found")?;
            }
            _ => has_timescale = true,
        }
    }
    Ok(choose(&parent.kind, in_partman, has_timescale))
}

/// Makes the table a hypertable of months and hands its retention over. Repeatable.
pub(super) async fn hand_to_timescale(session: &Client, declared: &Declared) -> Result<(), PartitionError> {
    if let Declared::Expiring(Expiring { table, export: Some(_), .. }) = declared {
        let why =
            "TimescaleDB drops months without an export; declare none, or partition it natively".to_owned();
        return Err(PartitionError::Layout { table: table.name(), why });
    }
    for statement in timescale_statements(declared) {
        session.batch_execute(&statement).await?;
    }
    Ok(())
}

/// The names are plain: `PartitionedTable::check` saw to it.
fn timescale_statements(declared: &Declared) -> Vec<String> {
    let (name, column) = (declared.table().name(), declared.table().column);
    let mut statements = vec![format!(
        "select create_hypertable('{name}', '{column}', chunk_time_interval => interval '1 month', \
         if_not_exists => true)"
    )];
    if let Some(months) = declared.retention() {
        statements.push(format!(
            "select add_retention_policy('{name}', drop_after => interval '{months} months', if_not_exists => true)"
        ));
    }
    statements
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn extensions_keep_what_is_theirs() {
        assert_eq!(choose("p", false, false), Steward::Keeper);
        assert_eq!(choose("p", false, true), Steward::Keeper);
        assert_eq!(choose("p", true, true), Steward::Partman);
        assert_eq!(choose("r", false, true), Steward::Timescale);
        // Not partitioned and nobody there to do it: the keeper says what is wrong with it.
        assert_eq!(choose("r", false, false), Steward::Keeper);
    }

    #[test]
    fn timescale_is_told_the_retention_where_there_is_one() {
        let table = PartitionedTable::new("public", "reading", "taken_at");
        assert_eq!(timescale_statements(&table.clone().into()).len(), 1);
        let expiring = Expiring { table, retention: NonZeroU32::new(6).unwrap(), export: None };
        assert!(timescale_statements(&expiring.into())[1].contains("interval '6 months'"));
    }
}
