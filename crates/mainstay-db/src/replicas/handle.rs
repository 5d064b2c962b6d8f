//! The handle that a read is given to. Never here: the rules (`router`), the polls (`watch`), the wire (`lane`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mainstay_runtime::Clock;
use mainstay_telemetry::events;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::lane::{Lane, Question, Unfit};
use super::{Choice, Config, Outcome, Pages, Position, Router, Status, Token, Wish};
use crate::statement::{Parameters, Statement};
use crate::{DbError, Target};

/// The replicas of one primary. A clone is one reference count. [`Replicas::watch`] must run, or every read is sent
/// to the primary.
#[derive(Clone, Debug)]
pub struct Replicas(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    primary: Target,
    targets: Vec<Target>,
    hosts: Vec<String>,
    lanes: Vec<Lane>,
    state: Mutex<State>,
    clock: Clock,
}

#[derive(Debug)]
struct State {
    router: Router,
    pages: Pages,
    off: Option<String>,
}

/// What became of a read.
#[derive(Debug)]
pub enum Answer {
    /// A replica answered.
    Rows(Rows),
    /// The primary is to be asked, after [`Replicas::settle`], with [`super::read`] where the session keeps a token.
    AskPrimary,
    /// No replica will do now, and the primary has had its share of such reads. Whoever can do with less may ask once
    /// more, without a token or with a longer staleness; else refuse the request.
    Refused {
        /// When to come again.
        retry_after: Duration,
    },
}

/// A replica's answer.
#[derive(Debug)]
pub struct Rows {
    /// The rows.
    pub rows: Vec<Row>,
    /// What the session has seen now: keep it, merged with what it had. `None` without `monotonic`.
    pub token: Option<Token>,
    /// Which replica answered, by its place in the list.
    pub replica: usize,
}

impl Replicas {
    /// The replicas at `targets` of the primary at `primary`, which may be a list of hosts: the one that takes writes
    /// counts. A replica ends a statement that has a connection to itself after `longest`: what the primary would allow
    /// it. Connects to nothing yet.
    pub fn new(
        config: &Config,
        primary: &Target,
        targets: &[Target],
        longest: Duration,
        clock: &Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            primary: primary.writable(),
            targets: targets.to_vec(),
            hosts: targets.iter().map(Target::address).collect(),
            lanes: targets.iter().map(|target| Lane::new(target, config, longest)).collect(),
            state: Mutex::new(State {
                router: Router::new(targets.len(), config.limits()),
                pages: Pages::default(),
                off: targets.is_empty().then(|| "no replica is configured".to_owned()),
            }),
            config: config.clone(),
            clock: clock.clone(),
        }))
    }

    /// Reads from a replica that has what `wish` demands. `sql` is one short statement that only reads, and shares a
    /// connection with others; it is prepared once on each connection, so its text should not vary. A replica that
    /// fails is passed over for another one, then for the primary.
    ///
    /// # Errors
    /// None so far: every failure of the statement is left to the primary, which has the last word.
    pub async fn query(
        &self,
        wish: &Wish,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Answer, DbError> {
        self.answer(wish, Question { sql, params, is_pipelined: true, statement: None }).await
    }

    /// The same for a statement that may take its time: nobody waits behind it.
    ///
    /// # Errors
    /// [`DbError::Cancelled`] if it ran for longer than it may.
    pub async fn query_alone(
        &self,
        wish: &Wish,
        sql: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Answer, DbError> {
        self.answer(wish, Question { sql, params, is_pipelined: false, statement: None }).await
    }

    /// As [`Replicas::query`] or [`Replicas::query_alone`], as the statement says. One that is slow on a replica has a
    /// connection to itself there for a while.
    ///
    /// # Errors
    /// As [`Replicas::query_alone`].
    pub(crate) async fn read(
        &self,
        wish: &Wish,
        statement: &'static Statement,
        params: &Parameters<'_>,
    ) -> Result<Answer, DbError> {
        let (sql, is_pipelined) = (statement.text(), statement.is_pipelined());
        self.answer(wish, Question { sql, params, is_pipelined, statement: Some(statement) }).await
    }

    async fn answer(&self, wish: &Wish, question: Question<'_>) -> Result<Answer, DbError> {
        if self.state().off.is_some() {
            return Ok(Answer::AskPrimary);
        }
        let now = self.now();
        let mut choice = self.state().router.choose(wish, now);
        let mut tried = Vec::new();
        loop {
            let ticket = match choice {
                Choice::Replica(ticket) => ticket,
                Choice::Primary => return Ok(Answer::AskPrimary),
                Choice::Refused { retry_after } => return Ok(Answer::Refused { retry_after }),
            };
            let mut flight = Flight::begin(self, ticket.replica);
            let mut answer = self.0.lanes[ticket.replica].ask(&ticket, question, &self.0.config).await;
            if !self.state().router.is_current(&ticket) {
                // A promotion meanwhile: what was read may be of the history that is lost.
                answer = Err(Unfit::Elsewhere);
            }
            flight.outcome = if answer.is_ok() { Outcome::Served } else { Outcome::Rejected };
            drop(flight);
            let replica = ticket.replica;
            let unfit = match answer {
                Ok(answer) => {
                    return Ok(Answer::Rows(Rows { rows: answer.rows, token: answer.token, replica }));
                }
                Err(unfit) => unfit,
            };
            tried.push(replica);
            choice = match unfit {
                Unfit::Failed(error) => return Err(error),
                Unfit::AskPrimary | Unfit::StalePlan => self.state().router.choose_primary(now),
                Unfit::Behind | Unfit::Elsewhere => self.state().router.choose_again(wish, now, &tried),
                Unfit::NoReplica(why) => {
                    let mut state = self.state();
                    state.router.lost(replica, &why);
                    state.router.choose_again(wish, now, &tried)
                }
            };
        }
    }

    /// The token of a session that has just committed, or read from the primary, at `position`. Where the position
    /// is unknown, one that no replica reaches: the session reads from the primary until it has a position again.
    pub fn token(&self, position: Option<Position>) -> Option<Token> {
        let state = self.state();
        match position {
            Some(position) => Some(position.token(state.pages)),
            None => state.router.unknown(),
        }
    }

    /// Everything at one moment. Costs no round trip.
    pub fn status(&self) -> Status {
        let now = self.now();
        let state = self.state();
        let mut status = state.router.status(now);
        status.off.clone_from(&state.off);
        for (replica, host) in status.replicas.iter_mut().zip(&self.0.hosts) {
            replica.host.clone_from(host);
        }
        status
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// No read goes to a replica from here on.
    pub(super) fn switch_off(&self, why: &str) {
        let mut state = self.state();
        if state.off.is_none() {
            tracing::warn!(
                event = events::DB_REPLICAS_OFF,
                error = why,
                "all reads go to the primary: it cannot be asked how far it is"
            );
            state.off = Some(why.to_owned());
        }
    }

    pub(super) fn with_router<T>(&self, act: impl FnOnce(&mut Router, Pages) -> T) -> T {
        let mut state = self.state();
        let pages = state.pages;
        act(&mut state.router, pages)
    }

    pub(super) fn set_pages(&self, pages: Pages) {
        self.state().pages = pages;
    }

    pub(super) fn lanes(&self) -> &[Lane] {
        &self.0.lanes
    }

    pub(super) fn host(&self, at: usize) -> &str {
        &self.0.hosts[at]
    }

    pub(super) fn primary_target(&self) -> &Target {
        &self.0.primary
    }

    pub(crate) fn replica_targets(&self) -> &[Target] {
        &self.0.targets
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn now(&self) -> Duration {
        self.0.clock.monotonic()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A read under way: counted as long as it lives, however it ends.
pub(super) struct Flight<'a> {
    replicas: &'a Replicas,
    replica: usize,
    outcome: Outcome,
}

impl<'a> Flight<'a> {
    pub(super) fn begin(replicas: &'a Replicas, replica: usize) -> Self {
        Self { replicas, replica, outcome: Outcome::Dropped }
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        self.replicas.state().router.done(self.replica, self.outcome);
    }
}
