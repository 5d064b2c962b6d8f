//! A partition leaves: its guard asked, marked, detached beside live traffic, exported, dropped. Each step may be cut off; what the
//! catalogue shows says how to go on. Never here: which one.

use tokio_postgres::Client;

use super::error::is_lock;
use super::export::{self, Exported};
use super::patience::Patience;
use super::plan::{Child, State};
use super::table::quoted;
use super::{Config, Expiring, Key, PartitionError, PartitionedTable, Period, key};

/// Whether the declaration's guard keeps the period for now.
pub(super) async fn is_held(
    session: &Client,
    expiring: &Expiring,
    period: Period,
) -> Result<bool, PartitionError> {
    let Some(guard) = expiring.guard else { return Ok(false) };
    let (from, to) = (period.start(), period.end());
    let row = match expiring.table.key {
        Key::Time => session.query_one(guard, &[&from, &to]).await?,
        Key::UuidV7 => session.query_one(guard, &[&key::smallest(from), &key::smallest(to)]).await?,
    };
    let may_go: Option<bool> = row.try_get(0)?;
    Ok(may_go != Some(true))
}

/// Takes one partition away, which only a table that is declared to expire can lose; tells where its rows went, if
/// anywhere.
pub(super) async fn partition(
    session: &Client,
    expiring: &Expiring,
    (period, child): (Period, &Child),
    config: &Config,
) -> Result<Option<Exported>, PartitionError> {
    let table = &expiring.table;
    let relation = quoted(&child.schema, &child.name);
    let mut patience = Patience::new(format!("retiring {relation}"), config);
    if child.state == State::Attached {
        // Before it is detached: what is found detached and without the mark is somebody else's.
        let mark = format!("comment on table {relation} is '{}'", table.mark());
        while let Err(error) = session.batch_execute(&mark).await {
            patience.again(error).await?;
        }
        detach(session, table, child, &mut patience).await?;
    }
    loop {
        match drop_exported(session, expiring, period, &relation).await {
            Ok(exported) => return Ok(exported),
            Err(PartitionError::Database(error)) => {
                let _ = session.batch_execute("rollback").await;
                patience.again(error).await?;
            }
            Err(other) => {
                let _ = session.batch_execute("rollback").await;
                return Err(other);
            }
        }
    }
}

/// Two transactions of the server's own; between them it waits for everybody who still uses the table. A time-out
/// there leaves the detach pending, and then only FINALIZE goes on.
async fn detach(
    session: &Client,
    table: &PartitionedTable,
    child: &Child,
    patience: &mut Patience,
) -> Result<(), PartitionError> {
    let relation = quoted(&child.schema, &child.name);
    let statement = format!("alter table {} detach partition {relation} concurrently", table.quoted());
    loop {
        let Err(error) = session.batch_execute(&statement).await else { return Ok(()) };
        let retry = is_lock(&error);
        patience.again(error).await?;
        if retry && is_pending(session, child).await? {
            return finalize(session, table, child, patience).await;
        }
    }
}

async fn is_pending(session: &Client, child: &Child) -> Result<bool, tokio_postgres::Error> {
    let sql = "select exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid \
               join pg_namespace n on n.oid = c.relnamespace \
               where n.nspname = $1 and c.relname = $2 and i.inhdetachpending) as pending";
    session.query_one(sql, &[&child.schema, &child.name]).await?.try_get("pending")
}

/// Ends a detach that was cut off.
pub(super) async fn finalize(
    session: &Client,
    table: &PartitionedTable,
    child: &Child,
    patience: &mut Patience,
) -> Result<(), PartitionError> {
    let relation = quoted(&child.schema, &child.name);
    let statement = format!("alter table {} detach partition {relation} finalize", table.quoted());
    while let Err(error) = session.batch_execute(&statement).await {
        patience.again(error).await?;
    }
    Ok(())
}

/// One transaction: nobody changes the rows between their export and their end, and what is not exported stays.
async fn drop_exported(
    session: &Client,
    expiring: &Expiring,
    period: Period,
    relation: &str,
) -> Result<Option<Exported>, PartitionError> {
    session.batch_execute(&format!("begin; lock table {relation} in access exclusive mode")).await?;
    let exported = match &expiring.export {
        Some(export) => Some(export::partition(session, &expiring.table, export, period, relation).await?),
        None => None,
    };
    session.batch_execute(&format!("drop table {relation}; commit")).await?;
    Ok(exported)
}
