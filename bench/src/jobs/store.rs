//! What the benchmark asks of the tables of jobs and of the server itself.

use mainstay_db::Session;

/// An empty database for one measurement; nothing of the one before is left to be written.
pub(super) async fn create_database(psql: &Session, name: &str) -> anyhow::Result<()> {
    psql.batch_execute(&format!("create database {name}")).await?;
    Ok(psql.batch_execute("checkpoint").await?)
}

pub(super) async fn drop_database(psql: &Session, name: &str) -> anyhow::Result<()> {
    Ok(psql.batch_execute(&format!("drop database {name} with (force)")).await?)
}

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

/// From now on [`statements`] can be asked. There is room for some thousands on the whole server: those of before leave.
pub(super) async fn count_statements(psql: &Session) -> anyhow::Result<()> {
    psql.batch_execute("create extension pg_stat_statements").await?;
    psql.query_one("select pg_stat_statements_reset()", &[]).await?;
    Ok(())
}

/// Statements of this database so far.
pub(super) async fn statements(psql: &Session) -> anyhow::Result<i64> {
    let count = "select coalesce(sum(calls), 0)::bigint from pg_stat_statements \
                 where dbid = (select oid from pg_database where datname = current_database())";
    Ok(psql.query_one(count, &[]).await?.try_get(0)?)
}

/// Sessions of the database that begin from now on have each statement in the server's log, with its time.
pub(super) async fn log_durations(psql: &Session, database: &str) -> anyhow::Result<()> {
    for setting in ["log_min_duration_statement = 0", "log_parameter_max_length = 0"] {
        psql.batch_execute(&format!("alter database {database} set {setting}")).await?;
    }
    Ok(())
}

/// Whether what is committed outlives a crash of the machine.
pub(super) async fn is_durable(psql: &Session) -> anyhow::Result<bool> {
    let is = "select current_setting('synchronous_commit') = 'on' and current_setting('fsync') = 'on'";
    Ok(psql.query_one(is, &[]).await?.try_get(0)?)
}

/// Jobs that wait or run.
pub(super) async fn left(psql: &Session) -> anyhow::Result<i64> {
    let left =
        "select (select count(*) from mainstay.job_ready) + (select count(*) from mainstay.job_running)";
    Ok(psql.query_one(left, &[]).await?.try_get(0)?)
}

/// Jobs that have ended.
pub(super) async fn ended(psql: &Session) -> anyhow::Result<i64> {
    Ok(psql.query_one("select count(*) from mainstay.job_outcome", &[]).await?.try_get(0)?)
}

/// Bytes of the server's log so far.
pub(super) async fn written(psql: &Session) -> anyhow::Result<i64> {
    let written = "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint";
    Ok(psql.query_one(written, &[]).await?.try_get(0)?)
}

/// Nothing that goes from now on can be cleared away, until [`release`].
pub(super) async fn hold(session: &Session) -> anyhow::Result<()> {
    session.batch_execute("start transaction isolation level repeatable read").await?;
    // The first statement takes the snapshot.
    session.query_one("select count(*) from mainstay.job_ready", &[]).await?;
    Ok(())
}

pub(super) async fn release(session: &Session) -> anyhow::Result<()> {
    Ok(session.batch_execute("commit").await?)
}
