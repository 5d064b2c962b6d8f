//! Who looks after a table: we, or an extension that is there for it. Never here: what the keeper does to its own.
//!
//! TimescaleDB was not at hand where this was written: its two statements follow its documentation (2.x) and have
//! not been run.

use tokio_postgres::Client;

use super::catalog::Parent;
use super::{Declared, Expiring, Key, PartitionError, PartitionedTable};

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

/// Makes the table a hypertable of such periods and hands its retention over. Repeatable.
pub(super) async fn hand_to_timescale(session: &Client, declared: &Declared) -> Result<(), PartitionError> {
    if let Some(why) = beyond_timescale(declared) {
        return Err(PartitionError::Layout { table: declared.table().name(), why: why.to_owned() });
    }
    for statement in timescale_statements(declared) {
        session.batch_execute(&statement).await?;
    }
    Ok(())
}

/// What of a declaration TimescaleDB is not asked to do.
fn beyond_timescale(declared: &Declared) -> Option<&'static str> {
    match declared {
        _ if declared.table().key == Key::UuidV7 => {
            Some("TimescaleDB is given times, not ids; partition it natively")
        }
        Declared::Expiring(Expiring { export: Some(_), .. }) => {
            Some("TimescaleDB drops periods without an export; declare none, or partition it natively")
        }
        Declared::Expiring(Expiring { guard: Some(_), .. }) => {
            Some("TimescaleDB drops periods without asking a guard; declare none, or partition it natively")
        }
        _ => None,
    }
}

/// The names are plain: `PartitionedTable::check` saw to it.
fn timescale_statements(declared: &Declared) -> Vec<String> {
    let PartitionedTable { column, unit, .. } = declared.table();
    let name = declared.table().name();
    let mut statements = vec![format!(
        "select create_hypertable('{name}', '{column}', chunk_time_interval => interval '1 {unit}', \
         if_not_exists => true)"
    )];
    if let Some(periods) = declared.retention() {
        statements.push(format!(
            "select add_retention_policy('{name}', drop_after => interval '{periods} {unit}s', if_not_exists => true)"
        ));
    }
    statements
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::super::{Export, Unit};
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
        let expiring = Expiring { table, retention: NonZeroU32::new(6).unwrap(), export: None, guard: None };
        assert!(timescale_statements(&expiring.clone().into())[1].contains("interval '6 months'"));
        let by_day = PartitionedTable { unit: Unit::Day, ..expiring.table.clone() };
        let statements = timescale_statements(&Expiring { table: by_day, ..expiring }.into());
        assert!(statements[0].contains("interval '1 day'"), "{statements:?}");
        assert!(statements[1].contains("interval '6 days'"), "{statements:?}");
    }

    #[test]
    fn timescale_is_not_given_what_it_would_do_otherwise() {
        let table = PartitionedTable::new("public", "reading", "taken_at");
        let plain = Expiring { table, retention: NonZeroU32::MIN, export: None, guard: None };
        assert_eq!(beyond_timescale(&plain.clone().into()), None);
        let ids = PartitionedTable { key: Key::UuidV7, ..plain.table.clone() };
        assert!(beyond_timescale(&ids.into()).unwrap().contains("not ids"));
        let export = Some(Export { folder: "/tmp".into(), level: 3 });
        let exported = Expiring { export, ..plain.clone() };
        assert!(beyond_timescale(&exported.into()).unwrap().contains("without an export"));
        let guarded = Expiring { guard: Some("select true"), ..plain };
        assert!(beyond_timescale(&guarded.into()).unwrap().contains("without asking a guard"));
    }
}
