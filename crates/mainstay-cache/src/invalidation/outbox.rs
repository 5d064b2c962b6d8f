//! The statements on the tables of `migrations/0001_invalidation.sql`, and the list of migrations. Never here: when they run.

use std::time::Duration;

use futures_util::future::{self, OptionFuture};
use mainstay_db::migrate::{Migration, Migrations};
use mainstay_db::replicas::{self, Position};
use mainstay_db::{Client, DbError, Session, Target, Tx};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Row, Statement};
use uuid::Uuid;

use crate::coherence::{Event, Incarnation, LogEnd, MalformedSnapshot, PollAnswer, Seen, Snapshot, Tag};

/// The tables, functions and triggers; to be applied before the application's migrations, which call `cache_watch`.
pub const MIGRATIONS: Migrations = Migrations::new(
    "mainstay-cache",
    &[
        Migration::from_file("0001_invalidation.sql", include_str!("../../migrations/0001_invalidation.sql")),
        Migration::from_file("0002_hot.sql", include_str!("../../migrations/0002_hot.sql")),
    ],
)
.in_schema("mainstay");

const POLL: &str = include_str!("outbox/poll.sql");
const PRUNE: &str = include_str!("outbox/prune.sql");
const LIVE: &str = include_str!("outbox/live.sql");
pub(crate) const OWN: &str = include_str!("outbox/own.sql");
const INVALIDATE: &str = include_str!("outbox/invalidate.sql");

/// A poll or a pruning failed. The node's knowledge ages meanwhile.
#[derive(Debug, thiserror::Error)]
pub enum InvalidationError {
    /// The server said so, or went away: connect again.
    #[error("asking for changes failed")]
    Database(#[from] tokio_postgres::Error),
    /// It answered what no server answers.
    #[error("the answer to a poll cannot be read")]
    Malformed(#[from] MalformedSnapshot),
    /// It did not answer in time: connect again.
    #[error("asking for changes took longer than {} ms", .0.as_millis())]
    Late(Duration),
}

/// A connection of its own to the server that takes writes: a standby's snapshot shows what is not there yet.
#[derive(Debug)]
pub struct Outbox {
    session: Session,
    poll: Statement,
    within: Duration,
    asks_for_log: bool,
}

/// The server knows nothing of tables that it has never analysed. It would take the poll for one of millions of rows, and
/// compile it each time, or plan it once for a table that is still empty, and then read all that it may not bring.
const SETTINGS: &str = "set jit = off; set enable_seqscan = off; set enable_bitmapscan = off";

impl Outbox {
    /// Connects, giving up after `within`, which is also the longest time for a pruning. Where a life of the server has
    /// begun that nobody has named, or there is a copy of a life that is another's, this names it.
    ///
    /// # Errors
    /// If there is no server that takes writes.
    pub async fn connect(target: &Target, within: Duration) -> Result<Self, InvalidationError> {
        let connecting = async {
            let session = Session::connect(target, "mainstay cache", within).await?;
            // Whom nobody waits for any more is not to work on.
            let patience = 2 * u64::try_from(within.as_millis()).unwrap_or(0).min(1 << 30);
            session.batch_execute(&format!("{SETTINGS}; set statement_timeout = {patience}")).await?;
            session.query_one(LIVE, &[]).await?;
            let poll = session.prepare(POLL).await?;
            Ok(Self { session, poll, within, asks_for_log: false })
        };
        tokio::time::timeout(within, connecting).await.map_err(|_| InvalidationError::Late(within))?
    }

    /// Polls also bring where the log ended ahead of them, for sessions that read from replicas, too.
    #[must_use]
    pub fn with_log(self, asks_for_log: bool) -> Self {
        Self { asks_for_log, ..self }
    }

    /// What has been committed that `since` does not see. Without it, what the server sees now. If there are more than `most`
    /// events, none is told, and all count as forgotten.
    ///
    /// # Errors
    /// If the server does not answer, or not in time: then the connection is of no use any more.
    pub async fn poll(
        &self,
        since: Option<&Snapshot>,
        most: u32,
        within: Duration,
    ) -> Result<PollAnswer, InvalidationError> {
        let answer = tokio::time::timeout(within, self.ask(since, most)).await;
        answer.map_err(|_| InvalidationError::Late(within))?
    }

    async fn ask(&self, since: Option<&Snapshot>, most: u32) -> Result<PollAnswer, InvalidationError> {
        // Who knows nothing yet asks for no events.
        let xmax = since.map(|snapshot| snapshot.xmax().to_string());
        let running: Vec<String> =
            since.map(Snapshot::running).unwrap_or_default().iter().map(u64::to_string).collect();
        loop {
            let parameters: [&(dyn ToSql + Sync); 3] = [&xmax, &running, &(i64::from(most) + 1)];
            // `join` polls in order, and each sends at its first poll: the position is read before the number.
            let end = OptionFuture::from(self.asks_for_log.then(|| replicas::position(&self.session)));
            let (end, rows) = future::join(end, self.session.query(&self.poll, &parameters)).await;
            let rows = rows?;
            let Some((first, id)) = rows.first().and_then(|row| Some((row, row.get::<_, Option<Uuid>>(1)?)))
            else {
                // The server has lost what is not logged: a new life begins.
                self.session.query_one(LIVE, &[]).await?;
                continue;
            };
            let seen = Seen { snapshot: first.get::<_, &str>(0).parse()?, incarnation: Incarnation(id) };
            let retained = number(first.get(2))?;
            let inherited: Vec<&str> = first.get(3);
            let inherited = inherited.into_iter().map(number).collect::<Result<_, _>>()?;
            let shape = first.get(4);
            // Where a server has no such functions, replicas are not read from.
            let end = end.and_then(Result::ok).flatten();
            let log = end.map(|end| log_end(end, &seen.snapshot, first.get(7)));
            if rows.len() > most as usize {
                let retained = seen.snapshot.xmax();
                return Ok(PollAnswer { seen, retained, inherited, shape, events: vec![], log });
            }
            let told = rows.iter().filter_map(|row| Some((row.get::<_, Option<&str>>(5)?, row)));
            let events = told
                .map(|(xid, row)| {
                    let tags: Vec<Option<i64>> = row.get(6);
                    let tags = tags.into_iter().flatten().map(Tag::from_bigint).collect();
                    Ok(Event { xid: number(xid)?, tags })
                })
                .collect::<Result<_, MalformedSnapshot>>()?;
            return Ok(PollAnswer { seen, retained, inherited, shape, events, log });
        }
    }

    /// Forgets up to `most` events that are older than `age`; how many it forgot. Nodes that have not asked for so long
    /// begin anew.
    ///
    /// # Errors
    /// If the server does not do it, or not in time.
    pub async fn prune(&self, age: Duration, most: i64) -> Result<u64, InvalidationError> {
        let seconds = age.as_secs_f64();
        let pruning = async { self.session.query_one(PRUNE, &[&seconds, &most]).await };
        let pruned = tokio::time::timeout(self.within, pruning).await;
        let pruned: i64 = pruned.map_err(|_| InvalidationError::Late(self.within))??.get(0);
        Ok(pruned.unsigned_abs())
    }
}

/// A commit that other nodes can be asked to have heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Commit {
    /// In which life of the server.
    pub incarnation: Incarnation,
    /// The transaction.
    pub xid: u64,
}

/// What a transaction of this process has touched, asked for as its last statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnChanges {
    /// In which life of the server; `None` if a life has begun that no poll has given its number yet.
    pub incarnation: Option<Incarnation>,
    /// The transaction.
    pub xid: u64,
    /// What it touched.
    pub tags: Vec<Tag>,
}

impl OwnChanges {
    /// Of the running transaction; `None` if it has touched nothing that is watched.
    ///
    /// # Errors
    /// As any statement of the transaction.
    pub async fn of(tx: &Client) -> Result<Option<Self>, DbError> {
        Ok(Self::told(&tx.query_one(OWN, &[]).await?))
    }

    /// The answer to [`OWN`].
    pub(crate) fn told(row: &Row) -> Option<Self> {
        let (xid, id, tags): (Option<&str>, Option<Uuid>, Option<Vec<i64>>) =
            (row.get(0), row.get(1), row.get(2));
        let told = xid.and_then(|xid| xid.parse().ok()).zip(tags);
        told.map(|(xid, tags)| Self {
            incarnation: id.map(Incarnation),
            xid,
            tags: tags.into_iter().map(Tag::from_bigint).collect(),
        })
    }

    /// For readers on other nodes.
    pub fn commit(&self) -> Option<Commit> {
        self.incarnation.map(|incarnation| Commit { incarnation, xid: self.xid })
    }
}

/// What triggers cannot see, told by the transaction itself.
pub trait Invalidate {
    /// With its commit, answers that were made from what `tags` name are no longer fresh: on this node at once (commit by
    /// [`crate::Caches::commit`]), on the others within the bound.
    ///
    /// # Errors
    /// As any statement of the transaction.
    fn invalidate(&self, tags: &[Tag]) -> impl Future<Output = Result<(), DbError>> + Send;
}

impl Invalidate for Tx {
    async fn invalidate(&self, tags: &[Tag]) -> Result<(), DbError> {
        if tags.is_empty() {
            return Ok(());
        }
        let tags: Vec<i64> = tags.iter().map(|tag| tag.to_bigint()).collect();
        self.execute(INVALIDATE, &[&tags]).await?;
        Ok(())
    }
}

/// `begun`: so many transactions have got their numbers from the snapshot's `xmax` on, as far as 32 bits tell.
fn log_end(end: Position, snapshot: &Snapshot, begun: i32) -> LogEnd {
    let Position { epoch, lsn } = end;
    LogEnd { epoch, lsn, next: snapshot.xmax().saturating_add(u64::from(begun.cast_unsigned())) }
}

fn number(text: &str) -> Result<u64, MalformedSnapshot> {
    text.parse().map_err(|_| MalformedSnapshot::NOT_A_NUMBER)
}
