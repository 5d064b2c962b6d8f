//! Firing what is due: one process at a time does it, by the server's clock, and a time and the job that it stands for are one
//! transaction. Never here: which times those are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use mainstay_runtime::Stop;
use mainstay_telemetry::events;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_postgres::Row;

use super::{Calendar, WhyNot, declare, misfire_of, store};
use crate::by_name::{Columns, Named, Treatment};
use crate::schedule::{Due, due};
use crate::wake::{self, Word};
use crate::worker::Parts;
use crate::{leader, store as jobs};

/// Times that are older count for nothing.
const BOUND: Duration = Duration::from_secs(24 * 3_600);

/// A time stands for no second job for so long, whatever becomes of its row.
const KEPT: Duration = BOUND.saturating_mul(2);

/// Schedules of one transaction.
const ROWS_MOST: i64 = 500;

/// Jobs of one transaction, but for what one schedule has more.
const JOBS_MOST: usize = 1_000;

/// Between two looks at whether those live who have declared what there is.
const LOOK: Duration = Duration::from_secs(5);

/// One worker's part in schedules.
pub(crate) struct Cron {
    parts: Arc<Parts>,
    worker: i64,
    is_declared: bool,
    /// By the clock's monotonic time.
    looked: Option<Duration>,
    session: Option<Session>,
    /// Schedules that this version does not understand.
    unreadable: Vec<String>,
}

/// What one transaction is to write.
#[derive(Default)]
struct Writes {
    names: Vec<String>,
    next_at: Vec<Option<Timestamp>>,
    last_at: Vec<Option<Timestamp>>,
    jobs: Vec<Named>,
}

impl Cron {
    pub(crate) fn new(worker: i64, parts: &Arc<Parts>) -> Self {
        Self {
            parts: Arc::clone(parts),
            worker,
            is_declared: parts.schedules.is_none(),
            looked: None,
            session: None,
            unreadable: Vec::new(),
        }
    }

    /// Until stopped: declares, and fires while it has the token of whoever leads. What fails is tried again.
    pub(crate) async fn run(mut self, leads: watch::Receiver<Option<i64>>, stop: &Stop) {
        let mut is_told = false;
        while !stop.is_stopping() {
            let token = *leads.borrow();
            match self.round(token).await {
                Ok(()) => is_told = false,
                Err(error) => {
                    // Whatever it has begun there, the server undoes.
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
                () = tokio::time::sleep(self.parts.config.poll) => {}
            }
        }
    }

    async fn round(&mut self, token: Option<i64>) -> Result<(), tokio_postgres::Error> {
        if !self.is_declared {
            self.declare().await?;
        }
        let Some(token) = token else {
            self.session = None;
            return Ok(());
        };
        let now = self.parts.effects.clock.monotonic();
        if self.parts.schedules.is_some()
            && self.looked.is_none_or(|looked| now.saturating_sub(looked) >= LOOK.min(self.parts.config.ttl))
        {
            let worker = self.worker;
            let row = self.session().await?.query_one(store::ORPHANED, &[&worker]).await?;
            if row.try_get("is_orphaned")? {
                self.declare().await?;
            }
            self.looked = Some(now);
        }
        while self.fire(token).await? {}
        Ok(())
    }

    async fn session(&mut self) -> Result<&Session, tokio_postgres::Error> {
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

    async fn declare(&mut self) -> Result<(), tokio_postgres::Error> {
        let (parts, worker) = (Arc::clone(&self.parts), self.worker);
        if let Some(schedules) = &parts.schedules {
            declare::declare(self.session().await?, worker, schedules).await?;
        }
        self.is_declared = true;
        Ok(())
    }

    /// Fires some of what is due; whether there was any.
    async fn fire(&mut self, token: i64) -> Result<bool, tokio_postgres::Error> {
        let unreadable = self.unreadable.clone();
        let session = self.session().await?;
        let look = session.query_one(store::IS_DUE, &[&unreadable]).await?;
        if !look.try_get::<_, bool>("is_due")? {
            return Ok(false);
        }
        session.batch_execute("begin").await?;
        let rows = session.query(store::DUE, &[&leader::LEASE, &token, &unreadable, &ROWS_MOST]).await?;
        let (mut writes, mut strange) = (Writes::default(), Vec::new());
        for row in &rows {
            if writes.jobs.len() >= JOBS_MOST {
                break;
            }
            let name: String = row.try_get("name")?;
            if let Err(why) = writes.add(&name, row)? {
                strange.push((name, why));
            }
        }
        if !writes.jobs.is_empty() {
            let columns = Columns::of(&writes.jobs, &self.parts.effects.ids);
            let session = self.session().await?;
            session.query(jobs::ENQUEUE.text(), &columns.parameters()).await?;
        }
        let session = self.session().await?;
        session.execute(store::ADVANCE, &[&writes.names, &writes.next_at, &writes.last_at]).await?;
        session.batch_execute("commit").await?;
        let queues: BTreeSet<&str> = writes.jobs.iter().map(Named::queue).collect();
        for queue in queues {
            wake::tell(&Word::New(queue.to_owned()));
        }
        let is_some = !rows.is_empty();
        if let Some((name, why)) = strange.first() {
            tracing::warn!(
                event = events::JOBS_UNSCHEDULED,
                schedule = name,
                schedules = strange.len(),
                error = %why,
                "schedules are not understood by this version, and wait for one that does"
            );
        }
        self.unreadable.extend(strange.into_iter().map(|(name, _)| name));
        Ok(is_some)
    }
}

impl Writes {
    /// What becomes of this one; or why nobody knows.
    fn add(&mut self, name: &str, row: &Row) -> Result<Result<(), WhyNot>, tokio_postgres::Error> {
        let (spec, zone): (String, String) = (row.try_get("spec")?, row.try_get("zone")?);
        let calendar = match Calendar::of(&spec, &zone) {
            Ok(calendar) => calendar,
            Err(why) => return Ok(Err(why)),
        };
        let (next_at, now) = (row.try_get("next_at")?, row.try_get("now")?);
        let policy = misfire_of(row.try_get("misfire")?, row.try_get("catch_up_most")?);
        let Due { fires, next_at } = due(&calendar.spec, &calendar.zone, next_at, now, policy, BOUND);
        let treatment = Treatment::read(row)?;
        self.last_at.push(fires.last().copied());
        self.names.push(name.to_owned());
        self.next_at.push(next_at);
        for time in fires {
            let job = Named::kept(treatment.clone(), row.try_get("payload")?);
            self.jobs.push(job.with_key(key_of(name, time), KEPT));
        }
        Ok(Ok(()))
    }
}

/// No job of anybody else has this one: it begins with another length than that of any kind's name.
fn key_of(name: &str, time: Timestamp) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(u64::MAX.to_be_bytes());
    hash.update(format!("cron:{name}:{time}"));
    hash.finalize().to_vec()
}
