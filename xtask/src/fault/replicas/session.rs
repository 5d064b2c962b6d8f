//! One session that reads and writes by a seeded plan and keeps what it was told. Never here: judgement.

use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use mainstay_db::replicas::{self, Answer, Lsn, Position, Token, Wish};
use mainstay_db::{DbError, Session};
use mainstay_runtime::Random;
use tokio_postgres::{Row, Statement};

use super::ledger::{Broken, Ledger};
use super::naive::Naive;
use super::{BOUND, Rule, World};

pub(super) const READ: &str = "select v from counter order by k";
pub(super) const CONNECT: Duration = Duration::from_secs(2);

/// How long the weaker rule stays on the primary.
const STICKY: Duration = Duration::from_millis(500);

/// What one session did and got.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) session: usize,
    pub(super) by_replica: u64,
    pub(super) by_primary: u64,
    pub(super) refused: u64,
    pub(super) failed: u64,
    pub(super) judged: u64,
    pub(super) sync_writes: u64,
    pub(super) async_writes: u64,
    pub(super) broken: Broken,
    /// The first wrong answer, for the reader.
    pub(super) example: Option<String>,
}

/// One session.
pub(super) struct Reader {
    world: Arc<World>,
    at: usize,
    random: Random,
    writer: Option<(Session, Statement)>,
    naive: Naive,
    token: Option<Token>,
    /// The last value that was tried to write.
    value: i64,
    wrote_at: Option<Instant>,
    tally: Tally,
}

/// One step of a session: drawn whole, so that what happens does not change what comes.
struct Step {
    is_write: bool,
    /// Somebody who has not been here before reads.
    is_visit: bool,
    visitor: u64,
    is_async: bool,
    lingers: bool,
    server: usize,
    think: Duration,
}

impl Reader {
    pub(super) fn new(world: Arc<World>, at: usize, seed: u64) -> Self {
        let random = Random::seeded(seed ^ (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let tally = Tally { session: at, ..Tally::default() };
        let naive = Naive::default();
        Self { world, at, random, writer: None, naive, token: None, value: 0, wrote_at: None, tally }
    }

    /// Until the stop.
    pub(super) async fn run(mut self) -> Tally {
        while !self.world.stop.is_stopping() {
            let step = self.draw();
            let done = if step.is_write { self.write(&step).await } else { self.read(&step).await };
            if done.is_err() {
                // The server went away, or is none to write to any longer: look for the writer anew.
                self.tally.failed += 1;
                self.writer = None;
            }
            tokio::time::sleep(step.think).await;
        }
        self.tally
    }

    fn draw(&self) -> Step {
        let random = &self.random;
        Step {
            // Some write much, some little.
            is_write: random.below(100) < if self.at.is_multiple_of(2) { 30 } else { 3 },
            is_visit: random.below(100) < 20,
            visitor: random.next_u64(),
            is_async: random.below(2) == 0,
            lingers: random.below(4) == 0,
            server: usize::try_from(random.below(3)).unwrap_or(0),
            think: Duration::from_millis(1 + random.below(8)),
        }
    }

    async fn write(&mut self, step: &Step) -> Result<()> {
        self.value += 1;
        let (value, k) = (self.value, self.at);
        let asked = self.ledger().ask();
        let rule = self.world.rule;
        let (session, _) = self.writer().await?;
        let mode = if step.is_async { "off" } else { "on" };
        let update = format!(
            "begin; set local synchronous_commit = {mode}; update counter set v = {value} where k = {k}"
        );
        session.batch_execute(&update).await?;
        let inside = match Rule::is(rule, Rule::InsideLsn) {
            true => replicas::position(session).await?,
            false => None,
        };
        if step.lingers {
            // Others commit meanwhile, and with them what this one has inserted so far is on its way.
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let mut position = replicas::commit(session).await?;
        let acked = Instant::now();
        if Rule::is(rule, Rule::InsideLsn) {
            position = inside;
        }
        if Rule::is(rule, Rule::WriteLsn) {
            position = written(session, position).await?;
        }
        self.ledger().acknowledge(asked, k, value, acked);
        self.wrote_at = Some(acked);
        *if step.is_async { &mut self.tally.async_writes } else { &mut self.tally.sync_writes } += 1;
        let token = self.world.replicas.token(position);
        self.keep(token);
        Ok(())
    }

    async fn read(&mut self, step: &Step) -> Result<()> {
        let asked = self.ledger().ask();
        let begun = Instant::now();
        let carried = self.token;
        let (who, rows) = match self.ask_replica(step).await? {
            Answer::Rows(rows) => {
                self.tally.by_replica += 1;
                self.see(step, rows.token);
                (Some(rows.replica), rows.rows)
            }
            Answer::AskPrimary => match self.ask_primary(step).await? {
                Some(rows) => (None, rows),
                None => return Ok(()),
            },
            Answer::Refused { .. } => {
                self.tally.refused += 1;
                return Ok(());
            }
        };
        let counters: Vec<i64> = rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let bound = begun.checked_sub(BOUND).unwrap_or(begun);
        let session = (!step.is_visit).then_some(self.at);
        let judged = self.ledger().judge(asked, session, &counters, bound);
        if let Some(broken) = judged {
            self.tally.judged += 1;
            self.tally.broken.add(broken);
            if broken.total() > 0 && self.tally.example.is_none() {
                let status = self.world.replicas.status();
                let promised = self.ledger().promised(self.at).to_vec();
                self.tally.example = Some(format!(
                    "{broken:?} for session {} (visits: {}), which carried {carried:?} and then {:?}, from replica \
                     {who:?} (None: the primary): {counters:?}, promised {promised:?}; {status:?}",
                    self.at, step.is_visit, self.token
                ));
            }
        }
        Ok(())
    }

    /// `None` if it does not show in time what the session has seen.
    async fn ask_primary(&mut self, step: &Step) -> Result<Option<Vec<Row>>> {
        let world = Arc::clone(&self.world);
        let settles = !step.is_visit && !Rule::is(world.rule, Rule::NoSettling);
        let token = self.token.filter(|_| settles);
        let (session, statement) = self.writer().await?;
        match world.replicas.settle(session, token).await {
            Err(DbError::ReplicasBehind { .. }) => {
                self.tally.refused += 1;
                return Ok(None);
            }
            settled => settled?,
        }
        let (rows, position) = replicas::read(session, statement, &[]).await?;
        if settles {
            self.token = token.map(Token::settled);
        }
        self.tally.by_primary += 1;
        self.see(step, world.replicas.token(position));
        Ok(Some(rows))
    }

    async fn ask_replica(&mut self, step: &Step) -> Result<Answer> {
        let world = Arc::clone(&self.world);
        let rule = world.rule;
        if Rule::is(rule, Rule::NoEpoch) {
            let lsn = self.token.filter(|_| !step.is_visit).map_or(0, |token| token.lsn.0);
            let rows = self.naive.read(&world.servers, step.server, lsn).await;
            return Ok(rows.map_or(Answer::AskPrimary, answer));
        }
        let is_stuck = self.wrote_at.is_some_and(|at| at.elapsed() < STICKY);
        if Rule::is(rule, Rule::Sticky) && is_stuck && !step.is_visit {
            return Ok(Answer::AskPrimary);
        }
        let carries_none = [Rule::Sticky, Rule::NoToken].iter().any(|weak| Rule::is(rule, *weak));
        let max_staleness = match Rule::is(rule, Rule::NoStaleness) {
            true => BOUND * 60,
            false => BOUND,
        };
        let token = self.token.filter(|_| !carries_none && !step.is_visit);
        let session = if step.is_visit { step.visitor } else { self.at as u64 };
        let wish = Wish { session, token, max_staleness };
        world.replicas.query(&wish, READ, &[]).await.context("a read failed")
    }

    /// What the session wrote.
    fn keep(&mut self, token: Option<Token>) {
        if let Some(token) = token {
            self.token = Some(token.merge_some(self.token));
        }
    }

    /// What the session saw.
    fn see(&mut self, step: &Step, token: Option<Token>) {
        if !step.is_visit && !Rule::is(self.world.rule, Rule::NoMonotonic) {
            self.keep(token);
        }
    }

    async fn writer(&mut self) -> Result<&(Session, Statement)> {
        let is_open = self.writer.as_ref().is_some_and(|(session, _)| !session.is_closed());
        if !is_open {
            let session = Session::connect(&self.world.writer, "fault session", CONNECT).await?;
            let statement = session.prepare(READ).await?;
            self.writer = Some((session, statement));
        }
        match &self.writer {
            Some(writer) => Ok(writer),
            None => bail!("no writer"),
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.world.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(rows: Vec<Row>) -> Answer {
    Answer::Rows(replicas::Rows { rows, token: None, replica: 0 })
}

/// The write position in place of the insert position.
async fn written(session: &Session, position: Option<Position>) -> Result<Option<Position>> {
    let row = session.query_one("select pg_current_wal_lsn()::text", &[]).await?;
    let text: String = row.try_get(0)?;
    let lsn: Lsn = text.parse()?;
    Ok(position.map(|position| Position { lsn, ..position }))
}
