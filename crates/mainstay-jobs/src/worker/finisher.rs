//! Ends of attempts on their way to the database: many at once when there are many. An attempt has ended when the database says
//! so; where the answer was lost it is asked again, which writes nothing twice. Never here: what ended them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use mainstay_telemetry::events;
use tokio::sync::mpsc;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Error, Row};
use tokio_util::sync::CancellationToken;

use super::Ended;
use super::batch::{AGAIN, Batch};
use super::end::{Cause, End, Failures, Verdict};
use super::held::Held;
use super::link::{Link, Open};
use super::refusal::Refusal;
use super::running::Running;
use super::trouble::Trouble;
use crate::days::{Days, Made};
use crate::json::JsonText;
use crate::run::Run;
use crate::store;

/// At the end of a life so long is waited for who holds what is to be written. What is held longer is rescued.
const PATIENCE: Duration = Duration::from_secs(4);

/// Writes the ends of one life.
#[derive(Debug)]
pub(super) struct Finisher {
    link: Arc<Link>,
    worker: i64,
    running: Running,
    days: Days,
    /// A connection that is lost is not waited for any more.
    hurry: CancellationToken,
    /// Nobody has an end to send any more, or what blocks its thread: that is not waited for.
    closed: CancellationToken,
}

/// Where a life has runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Had {
    /// All of them lie above this one, the last that was given before it.
    pub(super) since: i64,
    /// Up to this one it knows of all that the server knows of, unless that has forgotten some, as one that was promoted may have.
    pub(super) settled: i64,
}

/// What became of ends that were asked for.
#[derive(Debug)]
enum Told {
    /// So many were written now.
    Written(usize),
    /// Somebody holds one of them.
    Held,
    /// One of them cannot be written.
    Refused(String),
    /// Fewer of them may be written.
    TooMuch(String),
}

impl Finisher {
    /// Of the life with this number, over the connection of one that lives.
    pub(super) fn new(link: &Arc<Link>, days: Days, worker: i64, running: Running) -> Self {
        let (hurry, closed) = (CancellationToken::new(), CancellationToken::new());
        Self { link: Arc::clone(link), worker, running, days, hurry, closed }
    }

    /// Gives back what this life of the process has left to another: each attempt counts.
    pub(super) async fn clear(&self, had: Had) -> Result<(), Ended> {
        self.hurry();
        let cut = || "its process had lost the database".to_owned();
        let verdict = |attempts, most| match attempts < most {
            true => Verdict::Retry(Cause::Cut, cut(), Duration::ZERO),
            false => Verdict::Failed(Cause::Cut, cut()),
        };
        self.end_all(Held::new(self.worker), had, verdict).await
    }

    /// The end of this life: what it has cut off was no attempt. Those whose ends are held have ended, and begin nowhere again
    /// while they may still be written.
    pub(super) async fn leave(&self, held: Held, had: Had) -> Result<(), Ended> {
        self.hurry();
        self.end_all(held, had, |_, _| Verdict::Release).await
    }

    /// What somebody holds even now is rescued when he lets go.
    async fn end_all(
        &self,
        mut held: Held,
        had: Had,
        verdict: impl Fn(i16, i16) -> Verdict,
    ) -> Result<(), Ended> {
        let open = self.open().await?;
        let known = self.running.numbers();
        let left = match open.session.query(store::LEFT, &[&self.worker, &known, &had.since]).await {
            // Too much was done since for one look, and somebody's old snapshot keeps the server from clearing it away. What is passed
            // over so is rescued.
            Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => {
                open.session.query(store::LEFT, &[&self.worker, &known, &had.settled]).await?
            }
            left => left?,
        };
        let end = |row: &Row| {
            let run = Run { number: row.try_get("run")?, job: row.try_get("id")? };
            Ok(End::of(run, verdict(row.try_get("attempts")?, row.try_get("attempts_most")?)))
        };
        let mut ends = left.iter().map(end).collect::<Result<Vec<_>, Error>>()?;
        let ended = held.runs();
        ends.retain(|end| !ended.contains(&end.run));
        self.write_all(ends, &mut held).await?;
        self.settle(held).await?;
        self.open().await?.session.execute(store::LEAVE, &[&self.worker]).await?;
        Ok(())
    }

    /// From now on a connection that is lost ends it.
    pub(super) fn hurry(&self) {
        self.hurry.cancel();
    }

    /// From now on no end is taken; those that were sent are written.
    pub(super) fn close(&self) {
        self.closed.cancel();
    }

    /// Until nobody is left who could send one, or it is closed; so many at most are written together. Those that somebody holds
    /// even then.
    pub(super) async fn run(&self, mut ends: mpsc::Receiver<End>, most: usize) -> Result<Held, Ended> {
        let (most, mut together, mut held) = (most.max(1), Vec::new(), Held::new(self.worker));
        loop {
            // While one statement is on its way the next ends gather.
            let count = tokio::select! {
                biased;
                () = held.due() => {
                    self.write_held(&mut held).await?;
                    continue;
                }
                () = self.closed.cancelled(), if !ends.is_closed() => {
                    ends.close();
                    continue;
                }
                count = ends.recv_many(&mut together, most) => count,
            };
            if count == 0 {
                return Ok(held);
            }
            self.write_all(std::mem::take(&mut together), &mut held).await?;
        }
    }

    /// Nobody waits behind these any more.
    async fn settle(&self, mut held: Held) -> Result<(), Ended> {
        held.hurry();
        let writing = async {
            while !held.is_empty() {
                held.due().await;
                self.write_held(&mut held).await?;
            }
            Ok(())
        };
        tokio::time::timeout(PATIENCE, writing).await.unwrap_or(Ok(()))
    }

    /// Those that nobody holds any more.
    async fn write_held(&self, held: &mut Held) -> Result<(), Ended> {
        let (still, free) = self.part(held.take()).await?;
        held.put(still);
        self.write_all(free, held).await?;
        held.asked();
        Ok(())
    }

    async fn write_all(&self, ends: Vec<End>, held: &mut Held) -> Result<(), Ended> {
        let (successes, others) = ends.into_iter().partition(End::is_success);
        self.write(successes, held).await?;
        self.write(others, held).await
    }

    /// All successes, or none. One that is held, or cannot be written, takes no others with it.
    async fn write(&self, ends: Vec<End>, held: &mut Held) -> Result<(), Ended> {
        let mut left = Batch::all(ends);
        while let Some(mut batch) = left.pop() {
            let told = self.ask(&mut batch).await?;
            let ends = match (told, batch.is_one()) {
                (Told::Written(count), _) => {
                    self.written(&batch, count);
                    continue;
                }
                (Told::Held, true) => {
                    held.put(batch.ends);
                    continue;
                }
                (Told::Held, false) => std::mem::take(&mut batch.ends),
                (Told::Refused(why) | Told::TooMuch(why), true) => {
                    let instead = batch.ends.pop().and_then(|end| self.instead(end, &why));
                    left.extend(instead.map(|end| batch.with(vec![end])));
                    continue;
                }
                (Told::Refused(_), false) => {
                    left.extend(batch.singles());
                    continue;
                }
                (Told::TooMuch(_), false) => {
                    left.extend(batch.halves());
                    continue;
                }
            };
            let (theirs, free) = self.part(ends).await?;
            let (is_hidden, rest) = (theirs.is_empty(), batch.with(free));
            held.put(theirs);
            match is_hidden {
                true => left.extend(rest.singles()),
                false => left.extend((!rest.ends.is_empty()).then_some(rest)),
            }
        }
        Ok(())
    }

    /// Those that somebody holds just now, and the others.
    async fn part(&self, ends: Vec<End>) -> Result<(Vec<End>, Vec<End>), Ended> {
        let runs: Vec<i64> = ends.iter().map(|end| end.run.number).collect();
        let most = i64::try_from(runs.len()).unwrap_or(i64::MAX);
        let held: HashSet<i64> = loop {
            let open = self.open().await?;
            let asked = open.session.query(store::LOCKED, &[&self.worker, &runs, &most]).await;
            match asked {
                Ok(rows) => break rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?,
                Err(error) if self.link.loses(&open, &error) => {}
                // They are asked for one by one then.
                Err(_) => break HashSet::new(),
            }
        };
        Ok(ends.into_iter().partition(|end| held.contains(&end.run.number)))
    }

    /// What is written in place of an end that cannot be. Where there is nothing it stays with this life, which knows of it,
    /// until it is past its deadline or this life is over.
    fn instead(&self, end: End, why: &str) -> Option<End> {
        if end.is_success() {
            let why = format!("its success could not be written: {why}");
            return Some(End { verdict: Verdict::Failed(Cause::Error, why), ..end });
        }
        tracing::warn!(
            event = events::JOBS_UNWRITTEN,
            worker = self.worker,
            run = end.run.number,
            error = %why,
            "the end of a job cannot be written; it stays as it is"
        );
        None
    }

    /// Whoever had lost his job meanwhile has been refused.
    fn written(&self, batch: &Batch, count: usize) {
        let told = batch.ends.iter().filter(|end| end.is_told()).count();
        // Whether the others were written before, by a statement whose answer was lost, is not known.
        if batch.is_sure && count < told {
            tracing::info!(
                event = events::JOBS_STALE,
                worker = self.worker,
                jobs = told - count,
                "ends of jobs were refused that others have by now"
            );
        }
        batch.ends.iter().for_each(|end| self.running.end(end.run));
    }

    /// Asks until it is known what became of them, or this life is over. A day that is not there is made.
    async fn ask(&self, batch: &mut Batch) -> Result<Told, Ended> {
        let (mut trouble, mut has_made) = (Trouble::new(self.worker), false);
        loop {
            let open = self.open().await?;
            let error = match self.query(&open, &batch.ends).await {
                Ok(rows) => {
                    trouble.is_over();
                    return Ok(Told::Written(rows.len()));
                }
                Err(error) => error,
            };
            let why = error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned());
            match (Refusal::of(&error), self.link.loses(&open, &error)) {
                // A server that goes says so. One that these have killed says nothing.
                (None | Some(Refusal::TooMuch), true) if batch.lost() => return Ok(Told::TooMuch(why)),
                (_, true) => batch.is_sure = false,
                (Some(Refusal::Held), _) => return Ok(Told::Held),
                // A day without a partition is not the fault of what is to stand in it.
                (Some(Refusal::Content), _) => match self.days.make_for(error).await {
                    // Further ones, as where somebody drops them, after a pause.
                    Made::Day if !std::mem::replace(&mut has_made, true) => continue,
                    Made::Day | Made::Later => {}
                    Made::Nothing => return Ok(Told::Refused(why)),
                },
                // One by itself needs no more than any other does: what it waits for holds up none of them.
                (Some(Refusal::TooMuch), _) if batch.is_one() && error.code().is_some() => {
                    return Ok(Told::Held);
                }
                (Some(Refusal::TooMuch), _) => return Ok(Told::TooMuch(why)),
                (Some(Refusal::Connection), _) => self.link.lose(&open),
                (Some(Refusal::Passing), _) => {}
                (Some(Refusal::Lasting) | None, _) => return Err(self.refused(error)),
            }
            trouble.lasts(&why);
            tokio::select! {
                () = tokio::time::sleep(batch.pause()) => {}
                // Nobody waits any longer than he must.
                () = self.hurry.cancelled() => tokio::time::sleep(AGAIN).await,
            }
        }
    }

    async fn query(&self, open: &Open, ends: &[End]) -> Result<Vec<Row>, Error> {
        let results: Vec<&JsonText> = ends.iter().filter_map(End::result).collect();
        if results.len() == ends.len() {
            let (runs, jobs) = Run::columns(ends.iter().map(|end| end.run));
            return open.session.query(&open.succeed, &[&self.worker, &runs, &jobs, &results]).await;
        }
        let Failures { runs, jobs, verdicts, causes, details, pauses } = &Failures::of(ends);
        open.session.query(&open.fail, &[&self.worker, runs, jobs, verdicts, causes, details, pauses]).await
    }

    /// The next life begins with what this one has left: it cannot begin before this is mended.
    fn refused(&self, error: Error) -> Ended {
        tracing::warn!(
            event = events::JOBS_ENDS_REFUSED,
            worker = self.worker,
            error = %error,
            "the database refuses ends of jobs for a reason that no waiting mends"
        );
        Ended::Database(error)
    }

    /// The connection, waited for unless it is hurried.
    async fn open(&self) -> Result<Arc<Open>, Ended> {
        tokio::select! {
            biased;
            open = self.link.opened() => Ok(open),
            () = self.hurry.cancelled() => self.link.now().ok_or(Ended::Cut),
        }
    }
}
