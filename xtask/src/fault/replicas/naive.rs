//! A reader of its own that compares positions and asks for no timeline: the weaker rule that the handle cannot be
//! talked into. Never here: what becomes of the answer.

use futures_util::future;
use mainstay_db::Session;
use mainstay_db::Target;
use tokio_postgres::Row;
use tokio_postgres::types::PgLsn;

use super::session::{CONNECT, READ};

/// Sessions on all servers, opened when first used.
#[derive(Default)]
pub(super) struct Naive {
    open: Vec<Option<Session>>,
}

impl Naive {
    /// The answer of this server if it is a replica, fresh or not, and has replayed up to `lsn` of whatever history.
    pub(super) async fn read(&mut self, servers: &[Target], at: usize, lsn: u64) -> Option<Vec<Row>> {
        self.open.resize_with(servers.len(), || None);
        let slot = &mut self.open[at];
        if slot.as_ref().is_none_or(|session| session.is_closed()) {
            *slot = Session::connect(&servers[at], "fault naive", CONNECT).await.ok();
        }
        let session = slot.as_ref()?;
        let position = session.query_one("select pg_last_wal_replay_lsn(), pg_is_in_recovery()", &[]);
        let (position, rows) = future::join(position, session.query(READ, &[])).await;
        let position = position.ok()?;
        let replayed: Option<PgLsn> = position.try_get(0).ok()?;
        let is_replica: bool = position.try_get(1).ok()?;
        (is_replica && u64::from(replayed?) >= lsn).then_some(rows.ok()?)
    }
}
