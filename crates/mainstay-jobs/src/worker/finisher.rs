//! Ends of attempts on their way to the database: many at once when there are many. An attempt has ended when the database says
//! so; where the answer was lost it is asked again, which writes nothing twice. Never here: what ended them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use mainstay_telemetry::events;
use tokio::sync::mpsc;
use tokio_postgres::{Error, Row};
use tokio_util::sync::CancellationToken;

use super::Ended;
use super::end::{Cause, End, Failures, Verdict};
use super::held::Held;
use super::link::{Link, Open};
use super::refusal::Refusal;
use super::running::Running;
use super::trouble::Trouble;
use crate::days::{Days, Made};
use crate::json::JsonText;
use crate::store;

/// Before what could not be written is asked again.
const AGAIN: Duration = Duration::from_millis(100);

/// At the end of a life so long is waited for who holds what is to be written. What is held longer is rescued.
const PATIENCE: Duration = Duration::from_secs(2);

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

/// What became of ends that were asked for.
#[derive(Debug)]
enum Told {
    /// So many were written now; whether the others were before it, by a statement whose answer was lost, is not sure.
    Written { count: usize, is_sure: bool },
    /// Somebody holds one of them.
    Held,
    /// One of them cannot be written.
    Refused(String),
}

impl Finisher {
    /// Of the life with this number, over the connection of one that lives.
    pub(super) fn new(link: &Arc<Link>, days: Days, worker: i64, running: Running) -> Self {
        let (hurry, closed) = (CancellationToken::new(), CancellationToken::new());
        Self { link: Arc::clone(link), worker, running, days, hurry, closed }
    }

    /// Gives back what this life of the process has left to another: each attempt counts.
    pub(super) async fn clear(&self) -> Result<(), Ended> {
        self.hurry();
        let cut = || "its process had lost the database".to_owned();
        self.end_all(|attempts, most| match attempts < most {
            true => Verdict::Retry(Cause::Cut, cut(), Duration::ZERO),
            false => Verdict::Failed(Cause::Cut, cut()),
        })
        .await
    }

    /// The end of this life: what it has cut off was no attempt.
    pub(super) async fn leave(&self) -> Result<(), Ended> {
        self.hurry();
        self.end_all(|_, _| Verdict::Release).await
    }

    /// What somebody holds even now is rescued when he lets go.
    async fn end_all(&self, verdict: impl Fn(i16, i16) -> Verdict) -> Result<(), Ended> {
        let open = self.open().await?;
        let left = open.session.query(store::LEFT, &[&self.worker]).await?;
        let end = |row: &Row| Ok(End::of(row.try_get(0)?, verdict(row.try_get(1)?, row.try_get(2)?)));
        let ends = left.iter().map(end).collect::<Result<Vec<_>, Error>>()?;
        let mut held = Held::new(self.worker);
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

    /// Until nobody is left who could send one, or it is closed; so many at most are written together.
    pub(super) async fn run(&self, mut ends: mpsc::Receiver<End>, most: usize) -> Result<(), Ended> {
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
                return self.settle(held).await;
            }
            self.write_all(std::mem::take(&mut together), &mut held).await?;
        }
    }

    /// Nobody waits behind these any more.
    async fn settle(&self, mut held: Held) -> Result<(), Ended> {
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
        let mut left = vec![ends];
        while let Some(ends) = left.pop() {
            if ends.is_empty() {
                continue;
            }
            match (self.ask(&ends).await?, ends.len()) {
                (Told::Written { count, is_sure }, _) => self.written(&ends, count, is_sure),
                (Told::Held, 1) => held.put(ends),
                (Told::Held, _) => {
                    let (theirs, free) = self.part(ends).await?;
                    match theirs.is_empty() {
                        true => left.extend(free.into_iter().map(|end| vec![end])),
                        false => left.push(free),
                    }
                    held.put(theirs);
                }
                (Told::Refused(why), 1) => left.extend(ends.into_iter().map(|end| self.instead(end, &why))),
                (Told::Refused(_), _) => left.extend(ends.into_iter().map(|end| vec![end])),
            }
        }
        Ok(())
    }

    /// Those that somebody holds just now, and the others.
    async fn part(&self, ends: Vec<End>) -> Result<(Vec<End>, Vec<End>), Ended> {
        let runs: Vec<i64> = ends.iter().map(|end| end.run).collect();
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
        Ok(ends.into_iter().partition(|end| held.contains(&end.run)))
    }

    /// What is written in place of an end that cannot be. Where there is nothing it stays with this life, which knows of it,
    /// until it is past its deadline or this life is over.
    fn instead(&self, end: End, why: &str) -> Vec<End> {
        if end.is_success() {
            let why = format!("its success could not be written: {why}");
            return vec![End { verdict: Verdict::Failed(Cause::Error, why), ..end }];
        }
        tracing::warn!(
            event = events::JOBS_UNWRITTEN,
            worker = self.worker,
            run = end.run,
            error = %why,
            "the end of a job cannot be written; it stays as it is"
        );
        Vec::new()
    }

    /// Whoever had lost his job meanwhile has been refused.
    fn written(&self, ends: &[End], count: usize, is_sure: bool) {
        let told = ends.iter().filter(|end| end.is_told()).count();
        if is_sure && count < told {
            tracing::info!(
                event = events::JOBS_STALE,
                worker = self.worker,
                jobs = told - count,
                "ends of jobs were refused that others have by now"
            );
        }
        ends.iter().for_each(|end| self.running.end(end.run));
    }

    /// Asks until it is known what became of them, or this life is over. A day that is not there is made.
    async fn ask(&self, ends: &[End]) -> Result<Told, Ended> {
        let (mut is_sure, mut trouble) = (true, Trouble::new(self.worker));
        let mut has_made = false;
        loop {
            let open = self.open().await?;
            let error = match self.query(&open, ends).await {
                Ok(rows) => {
                    trouble.is_over();
                    return Ok(Told::Written { count: rows.len(), is_sure });
                }
                Err(error) => error,
            };
            let why = error.as_db_error().map_or_else(|| error.to_string(), |told| told.message().to_owned());
            if self.link.loses(&open, &error) {
                is_sure = false;
            } else {
                match Refusal::of(&error) {
                    Some(Refusal::Held) => return Ok(Told::Held),
                    // A day without a partition is not the fault of what is to stand in it.
                    Some(Refusal::Content) => match self.days.make_for(error).await {
                        // Further ones, as where somebody drops them, after a pause.
                        Made::Day if !std::mem::replace(&mut has_made, true) => continue,
                        Made::Day | Made::Later => {}
                        Made::Nothing => return Ok(Told::Refused(why)),
                    },
                    Some(Refusal::Connection) => self.link.lose(&open),
                    Some(Refusal::Passing) => {}
                    Some(Refusal::Lasting) | None => return Err(self.refused(error)),
                }
            }
            trouble.lasts(&why);
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn query(&self, open: &Open, ends: &[End]) -> Result<Vec<Row>, Error> {
        let results: Vec<&JsonText> = ends.iter().filter_map(End::result).collect();
        if results.len() == ends.len() {
            let runs: Vec<i64> = ends.iter().map(|end| end.run).collect();
            return open.session.query(&open.succeed, &[&self.worker, &runs, &results]).await;
        }
        let Failures { runs, verdicts, causes, details, pauses } = &Failures::of(ends);
        open.session.query(&open.fail, &[&self.worker, runs, verdicts, causes, details, pauses]).await
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
