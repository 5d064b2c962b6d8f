//! A month leaves: marked, detached beside live traffic, exported, dropped. Each step may be cut off; what the
//! catalogue shows says how to go on. Never here: which month.

use tokio_postgres::Client;

use super::error::is_lock;
use super::export::{self, Exported};
use super::patience::Patience;
use super::plan::{Child, State};
use super::table::quoted;
use super::{Config, Expiring, Month, PartitionError, PartitionedTable};

/// Takes one month away, which only a table that is declared to expire can lose; tells where its rows went, if anywhere.
pub(super) async fn month(
    session: &Client,
    expiring: &Expiring,
    (month, child): (Month, &Child),
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
        match drop_exported(session, expiring, month, &relation).await {
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
    month: Month,
    relation: &str,
) -> Result<Option<Exported>, PartitionError> {
    session.batch_execute(&format!("begin; lock table {relation} in access exclusive mode")).await?;
    let exported = match &expiring.export {
        Some(export) => Some(export::month(session, &expiring.table, export, month, relation).await?),
        None => None,
    };
    session.batch_execute(&format!("drop table {relation}; commit")).await?;
    Ok(exported)
}
