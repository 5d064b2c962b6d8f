//! What the benchmark asks of the tables of jobs and of the server itself.

use std::time::Duration;

use mainstay_db::Session;

/// All days in one partition.
pub(super) async fn partitions(psql: &Session) -> anyhow::Result<()> {
    for table in ["job", "job_outcome", "job_attempt"] {
        psql.batch_execute(&format!(
            "create table mainstay.{table}_all partition of mainstay.{table} for values from (minvalue) to (maxvalue)"
        ))
        .await?;
    }
    Ok(())
}

/// Transactions of this database so far.
pub(super) async fn transactions(psql: &Session) -> anyhow::Result<i64> {
    let count = "select xact_commit from pg_stat_database where datname = current_database()";
    Ok(psql.query_one(count, &[]).await?.try_get(0)?)
}

/// Returns when so many have ended for the database.
pub(super) async fn ended(psql: &Session, many: usize) -> anyhow::Result<()> {
    loop {
        let left =
            "select (select count(*) from mainstay.job_ready) + (select count(*) from mainstay.job_running)";
        let left: i64 = psql.query_one(left, &[]).await?.try_get(0)?;
        if left == 0 {
            let ended: i64 =
                psql.query_one("select count(*) from mainstay.job_outcome", &[]).await?.try_get(0)?;
            anyhow::ensure!(usize::try_from(ended)? >= many, "{ended} of {many} have ended");
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Bytes of the server's log so far.
pub(super) async fn written(psql: &Session) -> anyhow::Result<i64> {
    let written = "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
    Ok(psql.query_one(written, &[]).await?.try_get(0)?)
}
