//! Where the primary is, asked on a session of its own: after a commit, after a read, and by the watcher. Never here:
//! when a session asks.

use futures_util::future;
use tokio_postgres::types::{PgLsn, ToSql};
use tokio_postgres::{Client, Error, Row, SimpleQueryMessage, SimpleQueryRow, Statement};

use super::position::timeline_of_segment;
use super::{Epoch, Lsn, Pages, Snapshot, Token, Xid};

/// The insert position, and not the write position: with `synchronous_commit = off` a commit is acknowledged before
/// its record is written. The timeline comes from the segment's name, which knows of a promotion at once.
const POSITION: &str = "select lsn, pg_walfile_name(lsn), system_identifier \
     from pg_current_wal_insert_lsn() as lsn, pg_control_system()";

/// The same, and which transactions the primary shows.
const LOOK: &str = "select lsn, pg_walfile_name(lsn), system_identifier, pg_current_snapshot() \
     from pg_current_wal_insert_lsn() as lsn, pg_control_system()";

/// Where a primary's next record goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The primary's history.
    pub epoch: Epoch,
    /// The insert position, as the server says it.
    pub lsn: Lsn,
}

impl Position {
    /// The token of a session that has seen everything up to here.
    pub fn token(self, pages: Pages) -> Token {
        Token { epoch: self.epoch, lsn: pages.end_of_records(self.lsn), below: Xid(0) }
    }
}

/// Commits the open transaction of `client` and asks where the primary is, in one round trip. The position is taken
/// after the commit: one from within the transaction lies before the commit's record, and a replica may have reached
/// it without showing the transaction. `None` if the commit took effect and the connection was lost before the
/// position came: then nobody knows, and the session is to read from the primary.
///
/// # Errors
/// The commit's; after the loss of the connection it is unknown whether it took effect. A transaction in which a
/// statement had failed is not committed and answers `25P02`.
pub async fn commit(client: &Client) -> Result<Option<Position>, Error> {
    // Both are sent before either is answered: `join` polls in order, and each sends at its first poll. In a failed
    // transaction any statement but the end is refused, so the empty select turns a silent rollback into an error.
    let committed = client.batch_execute("select; commit");
    let (committed, position) = future::join(committed, position(client)).await;
    committed?;
    Ok(position.ok().flatten())
}

/// Runs a prepared read on the primary and asks where it is, in one round trip: the position lies behind everything
/// that the read saw. `None` as in [`commit`].
///
/// # Errors
/// The read's.
pub async fn read(
    client: &Client,
    statement: &Statement,
    params: &[&(dyn ToSql + Sync)],
) -> Result<(Vec<Row>, Option<Position>), Error> {
    let (rows, position) = future::join(client.query(statement, params), position(client)).await;
    Ok((rows?, position.ok().flatten()))
}

/// Where the primary is; `None` if it says something that we do not understand.
///
/// # Errors
/// `55000` on a replica, `42883` and the like where there is no such function.
pub async fn position(client: &Client) -> Result<Option<Position>, Error> {
    let answers = client.simple_query(POSITION).await?;
    Ok(only_row(&answers).and_then(said))
}

/// As [`position`], and which transactions the primary shows.
pub(super) async fn look(client: &Client) -> Result<Option<(Position, Snapshot)>, Error> {
    let answers = client.simple_query(LOOK).await?;
    Ok(only_row(&answers).and_then(|row| said(row).zip(row.get(3)?.parse().ok())))
}

fn only_row(answers: &[SimpleQueryMessage]) -> Option<&SimpleQueryRow> {
    answers.iter().find_map(|answer| match answer {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })
}

fn said(row: &SimpleQueryRow) -> Option<Position> {
    let timeline = timeline_of_segment(row.get(1)?)?;
    let system: i64 = row.get(2)?.parse().ok()?;
    let epoch = Epoch { system: system.cast_unsigned(), timeline };
    Some(Position { epoch, lsn: row.get(0)?.parse().ok()? })
}

/// A column with a position.
pub(super) fn lsn(row: &Row, column: usize) -> Option<Lsn> {
    let lsn: Option<PgLsn> = row.try_get(column).ok()?;
    lsn.map(|lsn| Lsn(lsn.into()))
}
