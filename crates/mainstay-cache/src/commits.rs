//! How a process's own commits count in what it keeps, before anybody is told of them (R7), and in what other nodes answer
//! the same session with. Never here: how a node hears of others' commits (`invalidation`).

use std::sync::{Arc, Weak};
use std::time::Duration;

use mainstay_db::causality::{self, Written};
use mainstay_db::{CommitHook, Db, DbError, TransactionError, Tx};
use tokio_postgres::Row;

use crate::caches::Shared;
use crate::coherence::Incarnation;
use crate::invalidation::{Commit, OWN, OwnChanges};
use crate::{Caches, Freshness};

/// How far the clocks of two nodes may lie apart.
const CLOCKS_APART: Duration = Duration::from_secs(60);

/// Tells a node of the commits of its process.
#[derive(Debug)]
struct Following(Weak<Shared>);

impl CommitHook for Following {
    fn question(&self) -> &'static str {
        OWN
    }

    fn committed(&self, touched: &Row) -> Option<Written> {
        let (shared, own) = (self.0.upgrade()?, OwnChanges::told(touched)?);
        shared.node.own_commit(own.incarnation, own.xid, &own.tags);
        if let Some(level2) = shared.level2.get() {
            level2.hint();
        }
        let Commit { incarnation, xid } = own.commit()?;
        Some(Written { incarnation: incarnation.0, xid, at_s: shared.wall_s() })
    }

    fn unknown(&self) {
        // What is read meanwhile has not seen it, so that it must not pass for known. Nobody was told of it; the next poll
        // tells this node as any other.
        if let Some(shared) = self.0.upgrade() {
            shared.poller.hint();
        }
    }
}

impl Caches {
    /// From now on every commit of these pools counts in what is kept here before whoever commits goes on.
    pub fn follow(&self, db: &Db) {
        db.follow_commits(Arc::new(self.following()));
    }

    /// Commits, and lets no later answer of this node be older. Returns what lets other nodes do the same
    /// ([`Freshness::ReadYourWrites`]); `None` if nothing was touched that is watched.
    ///
    /// # Errors
    /// As [`Tx::commit`].
    pub async fn commit(&self, tx: Tx) -> Result<Option<Commit>, DbError> {
        tx.commit_telling(&self.following()).await.map(|written| written.map(commit))
    }

    /// As [`Db::transaction`], committed as by [`Caches::commit`].
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn transaction<T, E, Working>(
        &self,
        work: impl FnMut(Arc<Tx>) -> Working,
    ) -> Result<(T, Option<Commit>), E>
    where
        Working: Future<Output = Result<T, E>>,
        E: TransactionError,
    {
        let (done, written) = self.0.db.transaction_telling(&self.following(), work).await?;
        Ok((done, written.map(commit)))
    }

    /// What the session of the running task may be served: fresh answers, and none that lacks what it has written on
    /// another node, or seen on a replica. A commit that is older than every fresh answer is in it anyway.
    pub fn freshness(&self) -> Freshness {
        let Some(session) = causality::current() else { return Freshness::Fresh };
        let Shared { node, bound_ns, has_replicas, .. } = &*self.0;
        let written = session.written();
        if written.is_empty() && !has_replicas {
            return Freshness::Fresh;
        }
        let span = CLOCKS_APART + Duration::from_nanos(*bound_ns);
        let oldest = self.0.wall_s().saturating_sub(span.as_secs());
        let written = written.into_iter().filter(|written| written.at_s >= oldest).map(commit);
        let mut unseen = written.into_iter().filter(|commit| !node.has_seen(commit.incarnation, commit.xid));
        // Without replicas nothing is known of positions, nor to be.
        let seen = session.token().filter(|seen| *has_replicas && !node.shows(seen));
        match (unseen.next(), unseen.next(), seen) {
            // A read that has seen the one may lack the other.
            (Some(_), Some(_), _) => Freshness::Bypass,
            (commit, _, Some(seen)) => Freshness::NotBehind { commit, seen },
            (Some(commit), None, None) => Freshness::ReadYourWrites(commit),
            (None, _, None) => Freshness::Fresh,
        }
    }

    fn following(&self) -> Following {
        Following(Arc::downgrade(&self.0))
    }
}

impl Shared {
    fn wall_s(&self) -> u64 {
        u64::try_from(self.clock.now().as_second()).unwrap_or(0)
    }
}

fn commit(written: Written) -> Commit {
    Commit { incarnation: Incarnation(written.incarnation), xid: written.xid }
}
