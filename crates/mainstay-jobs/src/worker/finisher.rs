//! Ends of attempts on their way to the database: many at once when there are many. An attempt has ended when the database
//! says so, and a lost answer ends the life, because nobody can say what counts. Never here: what ended them.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::Session;
use mainstay_telemetry::events;
use tokio::sync::mpsc;
use tokio_postgres::Statement;
use tokio_postgres::types::ToSql;

use super::Ended;
use super::claims::Place;
use super::running::Running;
use crate::days::{Days, Made};
use crate::json::JsonText;
use crate::store::{self, ms};

/// What is to be written of one attempt.
#[derive(Debug)]
pub(super) struct End {
    pub(super) run: i64,
    pub(super) verdict: Verdict,
    /// Given back when it is written.
    pub(super) _place: Option<Place>,
}

#[derive(Debug)]
pub(super) enum Verdict {
    Succeeded(JsonText),
    /// The work has written its success itself. Where its transaction was not committed all the same, it begins again.
    Completed {
        is_last: bool,
    },
    /// Again after the pause.
    Retry(Cause, String, Duration),
    Snooze(Duration),
    /// Given back as if it had never been claimed.
    Release,
    Failed(Cause, String),
    Discarded(String),
    Cancelled,
}

/// What ended an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Error,
    Panic,
    Timeout,
    Payload,
    /// Its process had lost the database.
    Cut,
}

impl Cause {
    fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Panic => "panic",
            Self::Timeout => "timeout",
            Self::Payload => "payload",
            Self::Cut => "cut",
        }
    }
}

const UNCOMMITTED: &str = "it wrote its success in a transaction that was not committed";

/// Before what the server has refused for reasons of its own is asked again.
const AGAIN: Duration = Duration::from_millis(100);

/// The longest error that is kept.
const DETAIL_MOST: usize = 16 * 1024;

/// Writes the ends of one life.
#[derive(Debug)]
pub(super) struct Finisher {
    session: Arc<Session>,
    worker: i64,
    running: Running,
    days: Days,
    succeed: Statement,
    fail: Statement,
}

impl Finisher {
    /// Gives back what another life of this process has left: each attempt counts.
    pub(super) async fn clear(session: &Arc<Session>, days: Days, last: i64) -> Result<(), Ended> {
        let left = session.query(store::LEFT, &[&last]).await?;
        let cut = "its process had lost the database".to_owned();
        let mut ends = Vec::with_capacity(left.len());
        for row in left {
            let (run, attempts, most): (i64, i16, i16) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let verdict = if attempts < most {
                Verdict::Retry(Cause::Cut, cut.clone(), Duration::ZERO)
            } else {
                Verdict::Failed(Cause::Cut, cut.clone())
            };
            ends.push((run, verdict));
        }
        Self::new(Arc::clone(session), days, last, Running::default()).await?.fail(&ends).await?;
        session.execute(store::LEAVE, &[&last]).await?;
        Ok(())
    }

    pub(super) async fn new(
        session: Arc<Session>,
        days: Days,
        worker: i64,
        running: Running,
    ) -> Result<Self, tokio_postgres::Error> {
        let (succeed, fail) =
            (session.prepare(store::SUCCEED.text()).await?, session.prepare(store::FAIL).await?);
        Ok(Self { session, worker, running, days, succeed, fail })
    }

    /// The end of this life: what it has cut off was no attempt.
    pub(super) async fn leave(&self) -> Result<(), Ended> {
        let left = self.session.query(store::LEFT, &[&self.worker]).await?;
        let runs: Vec<i64> = left.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        let ends: Vec<_> = runs.into_iter().map(|run| (run, Verdict::Release)).collect();
        self.fail(&ends).await?;
        self.session.execute(store::LEAVE, &[&self.worker]).await?;
        Ok(())
    }

    /// Until nobody is left who could send one; so many at most are written together.
    pub(super) async fn run(&self, mut ends: mpsc::Receiver<End>, most: usize) -> Result<(), Ended> {
        let (most, mut together) = (most.max(1), Vec::new());
        // While one statement is on its way the next ends gather.
        while ends.recv_many(&mut together, most).await > 0 {
            self.write(&mut together).await?;
        }
        Ok(())
    }

    async fn write(&self, together: &mut Vec<End>) -> Result<(), Ended> {
        let (mut successes, mut others) = (Vec::new(), Vec::new());
        for end in together.iter_mut() {
            match std::mem::replace(&mut end.verdict, Verdict::Release) {
                Verdict::Succeeded(result) => successes.push((end.run, result)),
                other => others.push((end.run, other)),
            }
        }
        self.succeed(&successes).await?;
        self.fail(&others).await?;
        for end in together.drain(..) {
            self.running.end(end.run);
        }
        Ok(())
    }

    async fn succeed(&self, ends: &[(i64, JsonText)]) -> Result<(), Ended> {
        let (runs, results): (Vec<_>, Vec<_>) = ends.iter().map(|(run, result)| (*run, result)).unzip();
        if runs.is_empty() {
            return Ok(());
        }
        match self.asked(&self.succeed, &[&self.worker, &runs, &results]).await? {
            Ok(written) => self.told(runs.len(), written),
            // One of them cannot be written: it must not take the others with it.
            Err(_) if ends.len() > 1 => {
                for end in ends {
                    Box::pin(self.succeed(std::slice::from_ref(end))).await?;
                }
            }
            Err(why) => {
                let why = format!("its success could not be written: {why}");
                self.fail(&[(runs[0], Verdict::Failed(Cause::Error, why))]).await?;
            }
        }
        Ok(())
    }

    async fn fail(&self, ends: &[(i64, Verdict)]) -> Result<(), Ended> {
        let mut columns = Failures::default();
        ends.iter().for_each(|(run, verdict)| columns.push(*run, verdict));
        let Failures { runs, verdicts, causes, details, pauses } = &columns;
        if runs.is_empty() {
            return Ok(());
        }
        let own = ends.iter().filter(|(_, verdict)| !matches!(verdict, Verdict::Completed { .. })).count();
        match self.asked(&self.fail, &[&self.worker, runs, verdicts, causes, details, pauses]).await? {
            Ok(written) => self.told(own, written),
            Err(_) if ends.len() > 1 => {
                for end in ends {
                    Box::pin(self.fail(std::slice::from_ref(end))).await?;
                }
            }
            // It stays with this life, and is seen to, until it is past its deadline or this life is over.
            Err(why) => {
                self.running.keep(runs[0]);
                tracing::warn!(
                    event = events::JOBS_UNWRITTEN,
                    worker = self.worker,
                    run = runs[0],
                    error = %why,
                    "the end of a job cannot be written; it stays as it is"
                );
            }
        }
        Ok(())
    }

    /// How many rows it told; or why what it was given cannot be written. What the server has refused for reasons of its own
    /// (a lock, a deadlock, no room) is asked again until this life is over, and a day that is not there is made.
    async fn asked(
        &self,
        statement: &Statement,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Result<usize, String>, Ended> {
        loop {
            let error = match self.session.query(statement, parameters).await {
                Ok(rows) => return Ok(Ok(rows.len())),
                Err(error) => error,
            };
            let Some(told) = error.as_db_error().filter(|_| !self.session.is_closed()) else {
                return Err(error.into());
            };
            let class = told.code().code().get(..2).unwrap_or_default();
            if !matches!(class, "22" | "23" | "54") {
                tokio::time::sleep(AGAIN).await;
                continue;
            }
            let why = told.message().to_owned();
            // A day without a partition is not the fault of what is to stand in it.
            match self.days.make_for(error).await {
                Made::Day => {}
                Made::Later => tokio::time::sleep(AGAIN).await,
                Made::Nothing => return Ok(Err(why)),
            }
        }
    }

    /// Whoever had lost his job meanwhile has been refused.
    fn told(&self, asked: usize, written: usize) {
        if written < asked {
            tracing::info!(
                event = events::JOBS_STALE,
                worker = self.worker,
                jobs = asked - written,
                "ends of jobs were refused that others have by now"
            );
        }
    }
}

/// The columns of ends that are no successes.
#[derive(Default)]
struct Failures {
    runs: Vec<i64>,
    verdicts: Vec<&'static str>,
    causes: Vec<Option<&'static str>>,
    details: Vec<String>,
    pauses: Vec<i64>,
}

impl Failures {
    fn push(&mut self, run: i64, verdict: &Verdict) {
        let (verdict, cause, detail, pause) = match verdict {
            Verdict::Retry(cause, detail, pause) => ("retry", Some(cause.name()), detail.as_str(), *pause),
            Verdict::Snooze(pause) => ("snooze", None, "", *pause),
            Verdict::Failed(cause, detail) => ("failed", Some(cause.name()), detail.as_str(), Duration::ZERO),
            Verdict::Discarded(detail) => ("discarded", None, detail.as_str(), Duration::ZERO),
            Verdict::Cancelled => ("cancelled", None, "", Duration::ZERO),
            Verdict::Completed { is_last } => {
                let verdict = if *is_last { "failed" } else { "retry" };
                (verdict, Some(Cause::Error.name()), UNCOMMITTED, Duration::ZERO)
            }
            Verdict::Release | Verdict::Succeeded(_) => ("release", None, "", Duration::ZERO),
        };
        self.runs.push(run);
        self.verdicts.push(verdict);
        self.causes.push(cause);
        self.details.push(store::storable(detail, DETAIL_MOST));
        self.pauses.push(ms(pause));
    }
}
