//! The statements of the cache's benchmark. Never here: how long they take.

use mainstay_cache::Representation;
use mainstay_db::{DbError, Read, Session, Tx};
use tokio_postgres::Statement;

const NOTES: &str = "\
    create table note (owner bigint, id bigint, version bigint, body text, primary key (owner, id)); \
    select mainstay.cache_watch('note', 'owner', array['id'])";
const FILL: &str =
    "insert into note select owner, 1, 0, repeat('x', 2048) from generate_series(1, $1::bigint) as owner";

/// After the checkpoint every page is written once, so that no whole page is in the log of what is measured.
const ACCOUNTS: [&str; 10] = [
    "create table plain (aid bigint primary key, bid bigint not null, balance bigint not null, filler text not null)",
    "create table watched (like plain including all)",
    "insert into plain select aid, aid % 100, 0, repeat(' ', 84) from generate_series(1, $1::bigint) as aid",
    "insert into watched table plain",
    "select mainstay.cache_watch('watched', 'bid', array['aid'])",
    "checkpoint",
    "update plain set balance = 0",
    "update watched set balance = 0",
    "vacuum analyze plain",
    "vacuum analyze watched",
];

/// One note for each owner.
pub(super) async fn notes(session: &Session, owners: i64) -> anyhow::Result<()> {
    session.batch_execute(NOTES).await?;
    session.execute(FILL, &[&owners]).await?;
    Ok(())
}

pub(super) async fn write(tx: &Tx, owner: i64, version: i64) -> Result<(), DbError> {
    tx.execute("update note set version = $2 where owner = $1", &[&owner, &version]).await?;
    Ok(())
}

/// The version of a note, and its body.
pub(super) async fn read(from: Read, owner: i64) -> Result<Representation, DbError> {
    let row = from.query_one("select version, body from note where owner = $1 and id = 1", &[&owner]).await?;
    let (version, body): (i64, String) = (row.get(0), row.get(1));
    Ok(Representation::new(format!("{version} {body}")))
}

/// Two tables of the same rows, one of them watched.
pub(super) async fn accounts(session: &Session, rows: i64) -> anyhow::Result<()> {
    for statement in ACCOUNTS {
        if statement.contains("$1") {
            session.execute(statement, &[&rows]).await?;
        } else {
            session.batch_execute(statement).await?;
        }
    }
    Ok(())
}

/// An update of one row by its key.
pub(super) async fn update(session: &Session, table: &str) -> anyhow::Result<Statement> {
    Ok(session.prepare(&format!("update {table} set balance = balance + 1 where aid = $1")).await?)
}

/// The end of the write-ahead log, in bytes.
pub(super) async fn written(session: &Session) -> anyhow::Result<f64> {
    let sql = "select (pg_current_wal_insert_lsn() - '0/0')::float8";
    Ok(session.query_one(sql, &[]).await?.try_get(0)?)
}
