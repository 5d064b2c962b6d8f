//! How a transaction ends well, and who is told of it. Never here: what is kept (the hook's), replicas' positions
//! (`replicas`).

use std::fmt::Debug;
use std::sync::Arc;

use futures_util::future;
use tokio_postgres::Row;

use super::{Client, Db};
use crate::causality::{self, Written};
use crate::{DbError, replicas};

/// Learns of the commits of a process before whoever commits does, so that no answer that is kept is older than them.
pub trait CommitHook: Debug + Send + Sync {
    /// A query for one row, without parameters, that goes ahead of each commit in its transaction: what has it touched?
    /// It costs no round trip of its own, but for a connection's first.
    fn question(&self) -> &'static str;

    /// The transaction has committed, and this was the answer. What its session carries on, so that other processes show
    /// it no less.
    fn committed(&self, touched: &Row) -> Option<Written>;

    /// A commit has failed that may take effect all the same, perhaps later.
    fn unknown(&self);
}

impl Db {
    /// From now on the hook is told of every commit of these pools. Said twice, the first counts.
    pub fn follow_commits(&self, hook: Arc<dyn CommitHook>) {
        self.0.commit_hook.get_or_init(|| hook);
    }

    pub(super) fn commit_hook(&self) -> Option<&dyn CommitHook> {
        self.0.commit_hook.get().map(|hook| &**hook)
    }
}

/// In a failed transaction any statement but the end is refused, so the empty select turns a silent rollback into an error
/// without a round trip of its own.
const COMMIT: &str = "select; commit";

/// Commits. The session that the task belongs to has seen from then on what it has written.
pub(super) async fn end(
    client: &Client,
    db: &Db,
    hook: Option<&dyn CommitHook>,
) -> Result<Option<Written>, DbError> {
    let Some(hook) = hook else {
        commit(client, db).await?;
        return Ok(None);
    };
    // Here, and not beside the commit: it would go ahead of the question on a connection that has to prepare it first.
    let asked = client.ask().await?;
    let prepared = asked.prepare_cached(hook.question()).await;
    let prepared = asked.answered(prepared)?;
    let session = causality::current();
    let before = session.as_ref().map(causality::Causality::written);
    // Both are sent before either is answered: `join` polls in order, and each sends at its first poll. An error of the
    // first one fails the transaction, and with it the second.
    let asked = client.ask().await?;
    let (touched, committed) = future::join(asked.query_one(&prepared, &[]), commit(client, db)).await;
    let ended = asked.answered(touched).and_then(|touched| committed.map(|()| touched));
    let touched = ended.inspect_err(|_| hook.unknown())?;
    let written = hook.committed(&touched);
    if let (Some(session), Some(before), Some(written)) = (session, before, written) {
        session.wrote(&before, written);
    }
    Ok(written)
}

/// Where there are replicas, the session has seen from then on what it has written.
async fn commit(client: &Client, db: &Db) -> Result<(), DbError> {
    client.begin_end();
    let Some((replicas, session)) = db.replicas().zip(causality::current()) else {
        return client.batch_execute(COMMIT).await;
    };
    let (asked, before) = (client.ask().await?, session.asks());
    let committed = replicas::commit(&asked).await;
    let position = asked.answered(committed)?;
    session.saw_on_primary(before, replicas.token(position));
    Ok(())
}
