//! The connections to one replica, and one checked read on them. Never here: which replica is asked, and what happens
//! when it does not do.

mod alone;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{self, OptionFuture};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, Statement};

use alone::{Alone, Lent};

use super::commit::lsn;
use super::{Config, Lsn, ServerId, Ticket, Token, Xid};
use crate::opening::{NO_JIT, Opener};
use crate::pipeline::{Costs, lag};
use crate::statement::Statement as Named;
use crate::{DbError, Session, Target};

/// Who answers on a connection; a cluster of PostgreSQL, in every role.
const WHO: &str = "select system_identifier, \
     (extract(epoch from pg_postmaster_start_time()) * 1000000)::bigint from pg_control_system()";

/// How far the server has replayed and received, and whether it is a replica at all.
const REPLAYED: &str = "select pg_last_wal_replay_lsn(), pg_last_wal_receive_lsn(), pg_is_in_recovery()";

/// The same behind an answer, and what no transaction that it shows reaches: one behind the highest number that has
/// ended there. A replica does not list what runs, and knows that.
const SHOWN: &str = "select pg_last_wal_replay_lsn(), pg_last_wal_receive_lsn(), pg_is_in_recovery(), \
     pg_snapshot_xmax(pg_current_snapshot())::text::bigint";

/// The longest commit record that is reckoned with, in bytes: one of 16,000 subtransactions.
const COMMIT_RECORD: u64 = 64 << 10;

/// The connections to one replica. They are opened by the watcher, never by a request.
#[derive(Debug)]
pub(super) struct Lane {
    shared_target: Target,
    shared: Mutex<Vec<Arc<Connection>>>,
    alone_target: Target,
    /// The server ends a statement that runs longer there.
    alone_longest: Duration,
    alone: Arc<Alone>,
    costs: Costs,
    began: Instant,
}

/// A statement that only reads, and whether others may wait for it on its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a> {
    pub(super) sql: &'a str,
    pub(super) params: &'a [&'a (dyn ToSql + Sync)],
    pub(super) is_pipelined: bool,
    /// What it is of the program: who knows it knows what it costs.
    pub(super) statement: Option<&'static Named>,
}

/// One connection. Where many reads share it, questions are sent one behind the other, and answers come in that order.
#[derive(Debug)]
struct Connection {
    session: Session,
    opener: Arc<Opener>,
    server: ServerId,
    replayed: Statement,
    shown: Statement,
    statements: Mutex<HashMap<String, Statement>>,
    in_flight: AtomicUsize,
    /// Nanoseconds after the lane began: the last answer.
    answered: AtomicU64,
}

/// What a read gave.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    pub(super) token: Option<Token>,
}

/// Why an answer does not count.
#[derive(Debug)]
pub(super) enum Unfit {
    /// The server has not replayed far enough.
    Behind,
    /// A conflict with the replay, a lost connection, or none: another server may do.
    Elsewhere,
    /// The server has become a primary, or was replaced by another.
    NoReplica(String),
    /// A migration that the replica has replayed changed what was prepared.
    StalePlan,
    /// The statement itself: the primary has the last word on it.
    AskPrimary,
    /// It ran for too long. The primary would be no quicker.
    Failed(DbError),
}

impl Lane {
    /// `longest` is for statements that have a connection to themselves.
    pub(super) fn new(target: &Target, config: &Config, longest: Duration) -> Self {
        let limited = |limit: Duration| {
            let limit = limit.as_millis();
            target.with_options(&format!(
                "{NO_JIT} -c default_transaction_read_only=on -c statement_timeout={limit}"
            ))
        };
        Self {
            shared_target: limited(config.statement_timeout()),
            shared: Mutex::default(),
            alone_target: limited(longest),
            alone_longest: longest,
            alone: Arc::default(),
            costs: Costs::new(config.slow(), config.demotion()),
            began: Instant::now(),
        }
    }

    /// Drops connections that are closed or lead to another server, and opens what is missing. Says which server it
    /// was that answered, when not `server`.
    pub(super) async fn refill(&self, server: ServerId, config: &Config) -> Result<(), String> {
        let missing = {
            let mut shared = self.lock();
            shared.retain(|connection| connection.server == server && !connection.session.is_closed());
            config.connections.saturating_sub(shared.len())
        };
        for connection in open(&self.shared_target, missing, server, config).await? {
            self.lock().push(Arc::new(connection));
        }
        let missing = self.alone.missing(server, config.pooled_connections);
        for connection in open(&self.alone_target, missing, server, config).await? {
            self.alone.add(connection);
        }
        Ok(())
    }

    pub(super) fn close(&self) {
        self.lock().clear();
        self.alone.close();
    }

    /// Asks how far the server is, then the query, then again how far, one behind the other on one connection.
    pub(super) async fn ask(
        &self,
        ticket: &Ticket,
        question: Question<'_>,
        config: &Config,
    ) -> Result<Answer, Unfit> {
        let is_slow = question.statement.is_some_and(|one| self.costs.is_demoted(one, self.began.elapsed()));
        let is_alone = is_slow || !question.is_pipelined;
        match is_alone.then(|| self.alone.lend(ticket.server)).flatten() {
            Some(connection) => self.ask_alone(connection, ticket, question, config).await,
            // Also one that turned out slow: that all others are busy is no reason to send it elsewhere.
            None if question.is_pipelined => self.ask_among_others(ticket, question, config).await,
            None => Err(Unfit::Elsewhere),
        }
    }

    async fn ask_among_others(
        &self,
        ticket: &Ticket,
        question: Question<'_>,
        config: &Config,
    ) -> Result<Answer, Unfit> {
        let Some(connection) = self.least_busy(ticket.server) else {
            return Err(Unfit::Elsewhere);
        };
        let _busy = Busy::begin(&connection.in_flight);
        let asked = self.began.elapsed();
        match tokio::time::timeout(config.read_timeout(), connection.ask(ticket, question, config)).await {
            // On the primary it has a connection to itself.
            Ok(Err(Unfit::Failed(_))) => {
                if let Some(statement) = question.statement {
                    self.costs.demote(statement, self.began.elapsed());
                }
                Err(Unfit::AskPrimary)
            }
            Ok(Ok(answer)) => {
                self.observe(&connection, question, asked).await;
                Ok(answer)
            }
            Ok(unfit) => unfit,
            Err(_) => {
                // Whatever comes on it now comes too late for everybody behind it.
                self.lock().retain(|open| !Arc::ptr_eq(open, &connection));
                Err(Unfit::Elsewhere)
            }
        }
    }

    /// Notes how long the replica worked on it: answers come in the order of the questions, so from the last answer
    /// before its own at most.
    async fn observe(&self, connection: &Connection, question: Question<'_>, asked: Duration) {
        let answered = self.began.elapsed();
        let before = connection.answered.swap(nanos(answered), Ordering::Relaxed);
        let worked = answered.saturating_sub(asked.max(Duration::from_nanos(before)));
        let Some(statement) = question.statement else { return };
        if !(self.costs.is_slow(worked) && Costs::is_of_the_process(worked, lag().await)) {
            self.costs.observe(statement, worked, answered);
        }
    }

    /// Whoever is dropped here, or waits in vain, has the statement ended and the connection closed.
    async fn ask_alone(
        &self,
        connection: Lent,
        ticket: &Ticket,
        question: Question<'_>,
        config: &Config,
    ) -> Result<Answer, Unfit> {
        let asked = connection.ask(ticket, question, config);
        let within = self.alone_longest + config.poll_timeout();
        let answer = tokio::time::timeout(within, asked).await;
        let answer = answer.map_err(|_| Unfit::Elsewhere)?;
        connection.give_back();
        answer
    }

    fn least_busy(&self, server: ServerId) -> Option<Arc<Connection>> {
        let shared = self.lock();
        let fit = shared.iter().filter(|one| one.server == server && !one.session.is_closed());
        fit.min_by_key(|one| one.in_flight.load(Ordering::Relaxed)).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Connection>>> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connection {
    async fn open(target: &Target, config: &Config) -> Result<Self, Error> {
        let opener = Arc::new(Opener::new(target, "mainstay replica", config.connect_timeout()));
        let session = opener.open().await?;
        let server = who(&session).await?;
        let replayed = session.prepare(REPLAYED).await?;
        let shown = session.prepare(SHOWN).await?;
        let (statements, in_flight, answered) = Default::default();
        Ok(Self { session, opener, server, replayed, shown, statements, in_flight, answered })
    }

    async fn ask(&self, ticket: &Ticket, question: Question<'_>, config: &Config) -> Result<Answer, Unfit> {
        match self.ask_once(ticket, question, config).await {
            Err(Unfit::StalePlan) => {
                self.statements().remove(question.sql);
                self.ask_once(ticket, question, config).await
            }
            answer => answer,
        }
    }

    async fn ask_once(
        &self,
        ticket: &Ticket,
        question: Question<'_>,
        config: &Config,
    ) -> Result<Answer, Unfit> {
        let statement = self.statement(question.sql, config.statements).await.map_err(judge)?;
        let again = config.monotonic.then(|| self.session.query_one(&self.shown, &[]));
        // `join3` polls in order and each sends at its first poll, so the server takes them in this order: the
        // position is known before the query has its snapshot, and the second one after.
        let (before, rows, after) = future::join3(
            self.session.query_one(&self.replayed, &[]),
            self.session.query(&statement, question.params),
            OptionFuture::from(again),
        )
        .await;
        let before = Replayed::of(&before.map_err(judge)?)?;
        if !ticket.demand.accepts(before.replayed) {
            return Err(Unfit::Behind);
        }
        let rows = rows.map_err(judge)?;
        let token = after.transpose().map_err(judge)?.map(|after| seen(ticket, &after)).transpose()?;
        Ok(Answer { rows, token })
    }

    /// Prepared once for each text, as far as there is room.
    async fn statement(&self, sql: &str, most: usize) -> Result<Statement, Error> {
        if let Some(statement) = self.statements().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.session.prepare(sql).await?;
        let mut statements = self.statements();
        if statements.len() < most {
            statements.insert(sql.to_owned(), statement.clone());
        }
        Ok(statement)
    }

    fn statements(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.statements.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many connections, all to `server`.
async fn open(
    target: &Target,
    many: usize,
    server: ServerId,
    config: &Config,
) -> Result<Vec<Connection>, String> {
    let opening = (0..many).map(|_| Connection::open(target, config));
    let opened: Vec<_> = future::join_all(opening)
        .await
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|error: Error| crate::error::chain(&error))?;
    if opened.iter().any(|connection: &Connection| connection.server != server) {
        return Err("the address leads to several servers; name each by one of its own".to_owned());
    }
    Ok(opened)
}

/// Which server answers on this session.
pub(super) async fn who(session: &Session) -> Result<ServerId, Error> {
    let row = session.query_one(WHO, &[]).await?;
    let system: i64 = row.try_get(0)?;
    Ok(ServerId { system: system.cast_unsigned(), started_us: row.try_get(1)? })
}

/// How far a replica is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Replayed {
    replayed: Lsn,
    received: Option<Lsn>,
}

impl Replayed {
    fn of(row: &Row) -> Result<Self, Unfit> {
        let is_replica: bool = row.try_get(2).map_err(judge)?;
        match lsn(row, 0).filter(|_| is_replica) {
            Some(replayed) => Ok(Self { replayed, received: lsn(row, 1) }),
            None => Err(Unfit::NoReplica("it is a replica no longer".to_owned())),
        }
    }

    /// Nothing that was seen before lies behind this. A commit shows a moment before the replay position passes its
    /// record, so where more has been received, the record under way is counted as seen.
    fn shown(self) -> Lsn {
        let under_way = Lsn(self.replayed.0.saturating_add(COMMIT_RECORD));
        match self.received {
            Some(received) if received >= self.replayed => received.min(under_way),
            // From an archive, or the receiver has just begun anew.
            _ => under_way,
        }
    }
}

/// What a session has seen by an answer in front of `after`.
fn seen(ticket: &Ticket, after: &Row) -> Result<Token, Unfit> {
    let below: i64 = after.try_get(3).map_err(judge)?;
    Ok(ticket.demand.seen(Replayed::of(after)?.shown(), Xid(below.cast_unsigned())))
}

fn judge(error: Error) -> Unfit {
    match DbError::from(error) {
        DbError::Conflict(_) | DbError::Unavailable { .. } => Unfit::Elsewhere,
        DbError::StalePlan(_) => Unfit::StalePlan,
        error @ DbError::Cancelled(_) => Unfit::Failed(error),
        _ => Unfit::AskPrimary,
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Counts a read on its connection for as long as it lives.
struct Busy<'a>(&'a AtomicUsize);

impl<'a> Busy<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_under_way_counts_as_seen() {
        let shown = |replayed, received: Option<u64>| {
            Replayed { replayed: Lsn(replayed), received: received.map(Lsn) }.shown().0
        };
        assert_eq!(shown(1000, Some(1000)), 1000);
        assert_eq!(shown(1000, Some(1200)), 1200);
        assert_eq!(shown(1000, Some(1 << 30)), 1000 + COMMIT_RECORD);
        assert_eq!((shown(1000, Some(900)), shown(1000, None)), (1000 + COMMIT_RECORD, 1000 + COMMIT_RECORD));
    }
}
