//! Firing what is due: one process at a time does it, by the server's clock, and a time and the job that it stands for are one
//! transaction. One schedule that cannot be fired holds up no other. Never here: which times those are.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Session;
use mainstay_runtime::Stop;
use mainstay_telemetry::events;
use tokio::sync::watch;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::batch::Batch;
use super::passed::Passed;
use super::{declare, store};
use crate::store as jobs;
use crate::wake::{self, Word};
use crate::worker::{Link, Parts};

/// Schedules of one transaction.
const ROWS_MOST: i64 = 500;

/// Between two looks at what is due, however seldom the process looks for jobs.
const EVERY: Duration = Duration::from_secs(1);

/// Between two looks at whether those live who have declared what there is.
const LOOK: Duration = Duration::from_secs(5);

/// One process's part in schedules, through one of its lives.
pub(crate) struct Cron<'a> {
    parts: Arc<Parts>,
    /// By its first life.
    process: i64,
    /// That of the life, for looks; what takes transactions has its own.
    looking: &'a Link,
    is_declared: bool,
    /// Schedules that it could not declare.
    undeclared: Vec<String>,
    /// By the clock's monotonic time.
    looked: Duration,
    session: Option<Session>,
    passed: Passed,
    /// One of those that are due is refused: each is fired for itself, until none is due.
    is_singly: bool,
}

impl<'a> Cron<'a> {
    pub(crate) fn new(process: i64, parts: &Arc<Parts>, looking: &'a Link) -> Self {
        Self {
            parts: Arc::clone(parts),
            process,
            looking,
            is_declared: parts.schedules.is_none(),
            undeclared: Vec::new(),
            looked: Duration::ZERO,
            session: None,
            passed: Passed::default(),
            is_singly: false,
        }
    }

    /// Until stopped: declares, and fires while it has the token of whoever leads. What fails is tried again.
    pub(crate) async fn run(mut self, leads: watch::Receiver<Option<i64>>, stop: &Stop) {
        let (mut is_told, every) = (false, self.parts.config.poll.min(EVERY));
        while !stop.is_stopping() {
            let token = *leads.borrow();
            let done = tokio::select! {
                // What it is in the middle of, the server undoes.
                () = stop.stopped() => return,
                done = self.round(token) => done,
            };
            match done {
                Ok(()) => is_told = false,
                Err(error) => {
                    self.session = None;
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(
                            event = events::JOBS_UNSCHEDULED,
                            error = %error,
                            "jobs that begin by themselves could not be begun"
                        );
                    }
                }
            }
            tokio::select! {
                () = stop.stopped() => {}
                () = tokio::time::sleep(every) => {}
            }
        }
    }

    /// Fires also where nothing could be declared.
    async fn round(&mut self, token: Option<i64>) -> Result<(), Error> {
        let declared = self.keep_declared().await;
        if declared.is_err() || token.is_none() {
            self.session = None;
        }
        if let Some(token) = token {
            while self.fire(token).await? {}
        }
        declared
    }

    /// Declares, unless what there is was declared by this process or by a newer one that lives.
    async fn keep_declared(&mut self) -> Result<(), Error> {
        let (parts, process) = (Arc::clone(&self.parts), self.process);
        let Some(schedules) = &parts.schedules else { return Ok(()) };
        let now = parts.effects.clock.monotonic();
        if self.is_declared && now.saturating_sub(self.looked) >= LOOK.min(parts.config.ttl) {
            let Some(open) = self.looking.now() else { return Ok(()) };
            let row = open.session.query_one(store::FOREIGN, &[&process, &self.undeclared]).await?;
            self.is_declared = !row.try_get::<_, bool>("is_foreign")?;
            self.looked = now;
        }
        if !self.is_declared {
            self.undeclared = declare::declare(self.session().await?, process, schedules).await?;
            (self.is_declared, self.looked) = (true, now);
        }
        Ok(())
    }

    async fn session(&mut self) -> Result<&Session, Error> {
        match &mut self.session {
            Some(session) if !session.is_closed() => {}
            gone => {
                let (target, within) = (&self.parts.target, self.parts.config.pace().every());
                let fresh =
                    Session::connect_for(target, "mainstay jobs schedules", within, jobs::LONGEST).await?;
                fresh.batch_execute(jobs::SETTINGS).await?;
                *gone = Some(fresh);
            }
        }
        Ok(self.session.as_ref().unwrap_or_else(|| unreachable!("it has just been opened")))
    }

    /// Fires some of what is due; whether there may be more.
    async fn fire(&mut self, token: i64) -> Result<bool, Error> {
        let now = self.parts.effects.clock.monotonic();
        self.session().await?;
        let Some(session) = &self.session else { return Ok(false) };
        let passed = self.passed.texts(now);
        let look = session.query_one(store::IS_DUE, &[&passed]).await?;
        if !look.try_get::<_, bool>("is_due")? {
            self.is_singly = false;
            return Ok(false);
        }
        let most = if self.is_singly { 1 } else { ROWS_MOST };
        let batch = Batch::read(session, token, &passed, most).await?;
        let is_some = !batch.rows.is_empty();
        let written = match batch.names.is_empty() {
            true => session.batch_execute("rollback").await.map(|()| false),
            false => batch.write(session, token, &self.parts.effects.ids).await,
        };
        match written {
            Ok(is_written) => self.fired(batch, is_written),
            Err(refused) if is_of_a_row(&refused) && !session.is_closed() => {
                session.batch_execute("rollback").await?;
                self.refused(batch, &refused, now);
                return Ok(true);
            }
            Err(error) => return Err(error),
        }
        Ok(is_some)
    }

    fn fired(&mut self, batch: Batch, is_written: bool) {
        if is_written {
            batch.queues().into_iter().for_each(|queue| wake::tell(&Word::New(queue.to_owned())));
            batch.names.iter().for_each(|name| self.passed.fired(name));
        }
        let strange =
            batch.strange.into_iter().map(|(text, why)| (self.passed.unreadable(text.clone()), text, why));
        let strange: Vec<_> = strange.filter(|(is_new, ..)| *is_new).collect();
        if let Some((_, text, why)) = strange.first() {
            tracing::warn!(
                event = events::JOBS_UNSCHEDULED,
                schedule = text.lines().next(),
                schedules = strange.len(),
                error = %why,
                "schedules are not understood by this version, and wait for one that does"
            );
        }
    }

    /// One of several may be to blame: each is tried for itself.
    fn refused(&mut self, batch: Batch, why: &Error, now: Duration) {
        if batch.rows.len() > 1 {
            self.is_singly = true;
            return;
        }
        for (name, text) in batch.rows {
            if self.passed.refused(text, now) {
                tracing::warn!(
                    event = events::JOBS_UNSCHEDULED,
                    schedule = name,
                    error = %why,
                    "the job of a schedule is refused by the database; the others go on"
                );
            }
        }
    }
}

/// Whether what was to be written is to blame, and not the server, its load, or a day without a partition.
pub(super) fn is_of_a_row(error: &Error) -> bool {
    let class = error.code().map(|code| code.code().get(..2).unwrap_or_default());
    matches!(class, Some("22" | "23" | "54" | "P0")) && error.code() != Some(&SqlState::CHECK_VIOLATION)
}
