//! A partition is made beside live traffic. Never here: when, and which.

use tokio_postgres::Client;

use super::catalog;
use super::patience::Patience;
use super::plan::{self, State};
use super::table::quoted;
use super::{Config, PartitionError, PartitionedTable, Period};

/// Makes the period's partition unless rows of it have their place already; true if it was made. Any number of
/// processes may do so at once.
///
/// `create table … partition of` would lock the parent against everybody. A table of its own that is attached takes
/// SHARE UPDATE EXCLUSIVE on the parent, beside which rows are read and written, and the CHECK tells PostgreSQL that
/// nothing need be looked through.
pub(super) async fn partition(
    session: &Client,
    table: &PartitionedTable,
    period: Period,
    config: &Config,
) -> Result<bool, PartitionError> {
    let mut patience = Patience::new(format!("creating {} {period}", table.name()), config);
    loop {
        let outcome = attempt(session, table, period).await;
        if outcome.is_err() {
            // The error is what matters; a lost connection rolls back by itself.
            let _ = session.batch_execute("rollback").await;
        }
        match outcome {
            Ok(is_new) => return Ok(is_new),
            Err(PartitionError::Database(error)) => patience.again(error).await?,
            Err(other) => return Err(other),
        }
    }
}

async fn attempt(session: &Client, table: &PartitionedTable, period: Period) -> Result<bool, PartitionError> {
    let partition = table.partition(period);
    // One at a time a table, whoever it is: who waited finds the partition there.
    let lock =
        format!("select pg_advisory_xact_lock(hashtextextended('mainstay.partitions {}', 0))", table.name());
    session.batch_execute(&format!("begin; {lock}")).await?;
    let parent = catalog::parent(session, table).await?;
    parent.check(table)?;
    let children = catalog::children(session, table, &parent).await?;
    if children.iter().any(|child| plan::holds(child, period)) {
        session.batch_execute("commit").await?;
        return Ok(false);
    }
    let taken = children.iter().any(|child| child.state != State::Attached && child.name == partition)
        || exists(session, table.schema, &partition).await?;
    if taken {
        let partition = format!("{}.{partition}", table.schema);
        return Err(PartitionError::NameTaken { table: table.name(), partition });
    }
    session.batch_execute(&statements(table, period)).await?;
    session.batch_execute("commit").await?;
    Ok(true)
}

async fn exists(session: &Client, schema: &str, name: &str) -> Result<bool, tokio_postgres::Error> {
    let sql = "select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace \
               where n.nspname = $1 and c.relname = $2) as found";
    session.query_one(sql, &[&schema, &name]).await?.try_get("found")
}

/// Indexes, foreign keys and triggers come from the parent with ATTACH; identity must not be copied.
fn statements(table: &PartitionedTable, period: Period) -> String {
    let (parent, column) = (table.quoted(), table.column);
    let child = quoted(table.schema, &table.partition(period));
    let (from, to) = (table.key.literal(period.start()), table.key.literal(period.end()));
    format!(
        "create table {child} (like {parent} including defaults including constraints including generated \
             including storage including compression including statistics); \
         alter table {child} add constraint mainstay_period check \
             (\"{column}\" is not null and \"{column}\" >= {from} and \"{column}\" < {to}); \
         alter table {parent} attach partition {child} for values from ({from}) to ({to}); \
         alter table {child} drop constraint mainstay_period"
    )
}
