//! Before a session that was answered by a replica is answered by the primary: what the replica showed must show there,
//! too. Never here: the rule itself (`snapshot`), who is about to read.

use std::time::Duration;

use tokio_postgres::Client;

use super::commit::look;
use super::handle::Flight;
use super::lane::Question;
use super::snapshot::{Open, Settling, Uncommitted, Verdict};
use super::{Replicas, Token, Wish, Xid};
use crate::DbError;

/// Which of some transactions have committed, as far as a replica says it or can no longer say. It is not asked for
/// numbers that it has not come to: those have not committed there, and some of them are an error.
const COMMITTED: &str = "select asked.xid \
     from (select pg_snapshot_xmax(pg_current_snapshot())::text::bigint) as replica(xmax), \
     lateral (select unnest($1::bigint[]) union all \
              select generate_series($2::bigint, least($3, replica.xmax - 1))) as asked(xid) \
     where case when asked.xid < replica.xmax \
                then coalesce(pg_xact_status(asked.xid::text::xid8), 'committed') = 'committed' \
                else false end";

/// Before the first look again; each pause is twice the one before it, up to the other.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(16));

impl Replicas {
    /// Waits until the primary at the other end of `client` shows what a session with this token has seen on replicas.
    /// PostgreSQL shows a commit on a replica as soon as its record is there, and on the primary when the process that
    /// commits has ended its work: a moment later, and not before a synchronous standby has confirmed it. Mostly the
    /// watcher knows already that there is nothing to wait for; else it costs a round trip, and while a transaction runs
    /// that began before what was seen, one to a replica. Every statement that `client` begins afterwards sees as much.
    /// In a transaction it must be one that takes a snapshot for each statement.
    ///
    /// # Errors
    /// [`DbError::ReplicasBehind`] if the primary does not show it within `settle_timeout_ms`, or if a transaction runs
    /// there that the session may have seen and no replica that has as much as the session says so or not. Whatever the
    /// server says.
    pub async fn settle(&self, client: &Client, token: Option<Token>) -> Result<(), DbError> {
        let Some(token) = token.filter(|token| !self.shows(token)) else { return Ok(()) };
        let within = self.config().settle_timeout();
        let begun = self.now();
        let mut settling = Settling::new(token.below);
        let mut pause = PAUSES.0;
        loop {
            if let Some((position, snapshot)) = look(client).await? {
                if position.epoch != token.epoch {
                    // What ran under the old timeline has ended with it, one way or the other.
                    return Ok(());
                }
                match settling.judge(&snapshot) {
                    Verdict::Settled => return Ok(()),
                    Verdict::AskReplica(open) => {
                        // What was seen is in the log by now, also where nobody knows any longer where.
                        let (seen, is_known) = self.with_router(|router, pages| {
                            let seen = position.token(pages).lsn.min(token.lsn);
                            (seen, router.is_uncommitted(token.epoch, seen, &open))
                        });
                        if is_known {
                            return Ok(());
                        }
                        let committed = self.committed(Token { lsn: seen, ..token }, &open).await;
                        if committed.is_some_and(|committed| settling.found_committed(committed)) {
                            return Ok(());
                        }
                    }
                    Verdict::Wait => {}
                }
            }
            let left = within.saturating_sub(self.now().saturating_sub(begun));
            if left.is_zero() {
                return Err(DbError::ReplicasBehind { retry_after: within });
            }
            self.clock().sleep(pause.min(left)).await;
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Whether it is known without a question that the primary shows what a session with this token has seen.
    pub(crate) fn shows(&self, token: &Token) -> bool {
        let (now, young) = (self.now(), self.config().poll_interval() * 2);
        self.with_router(|router, _| router.shows(token, now.saturating_sub(young)))
    }

    /// Asks a replica about what ran at the primary's last two polls, so that a transaction that goes on for long delays
    /// nobody, and keeps nobody from the primary when all replicas are gone.
    pub(super) async fn ask_for_lasting(&self, seen: Token, open: Open) {
        // The next poll does not wait for it.
        let asked = tokio::time::timeout(self.config().poll_interval(), self.committed(seen, &open));
        if let Ok(Some(committed)) = asked.await {
            let uncommitted = Uncommitted::found(seen.lsn, open, &committed);
            self.with_router(|router, _| router.observe_uncommitted(seen.epoch, uncommitted));
        }
    }

    /// Which of the open transactions have committed for a replica that has what was `seen`; `None` if no replica says it.
    /// What runs there has its commit behind that: nobody who has seen no more has seen it.
    async fn committed(&self, seen: Token, open: &Open) -> Option<Vec<Xid>> {
        let number = |xid: Xid| i64::try_from(xid.0).unwrap_or(i64::MAX);
        let listed: Vec<i64> = open.listed.iter().copied().map(number).collect();
        // The series has both its ends.
        let (from, to) = (number(open.beyond.start), number(open.beyond.end) - 1);
        let wish = Wish { session: seen.below.0, token: Some(seen), max_staleness: Duration::MAX };
        let ticket = self.with_router(|router, _| router.choose_replica(&wish, self.now()))?;
        // It counts as busy, and as no read.
        let _flight = Flight::begin(self, ticket.replica);
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] = [&listed, &from, &to];
        let question = Question { sql: COMMITTED, params: &params, is_pipelined: true, statement: None };
        let answer = self.lanes()[ticket.replica].ask(&ticket, question, self.config()).await;
        let rows = answer.ok()?.rows;
        let xid = |row: &tokio_postgres::Row| row.try_get(0).ok().map(|xid: i64| Xid(xid.cast_unsigned()));
        rows.iter().map(xid).collect()
    }
}
