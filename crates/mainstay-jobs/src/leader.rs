//! What only one process does at a time: giving the jobs of dead ones to others, and beginning what begins by itself. Whoever
//! holds the lease does it, and each of its statements names the lease's token: of two who believe that they lead, the older
//! one's changes nothing. Never here: claims.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_db::Session;
use mainstay_runtime::Stop;
use mainstay_telemetry::events;
use tokio::sync::watch;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::cron::Cron;
use crate::days::{Days, Made};
use crate::store::{self, ms};
use crate::weak::Weak;
use crate::worker::{Ended, Link, Parts};

/// The lease of whoever leads.
pub(crate) const LEASE: &str = "mainstay jobs";

/// Jobs that are given to others in a round.
const RESCUED_MOST: i64 = 1_000;

/// Dead letters that are forgotten in a round.
const FORGOTTEN_MOST: i64 = 1_000;

/// Keys that are given back by one statement, and statements of a round.
const SWEPT_MOST: i64 = 10_000;
const SWEEPS_MOST: usize = 20;

/// Before the lease is asked for again that somebody is about to commit under.
const AGAIN: Duration = Duration::from_millis(100);

/// One process's part in leading.
pub(crate) struct Leader {
    /// Of the process, by its first life.
    process: i64,
    holder: String,
    /// Nobody is waited for who might still live.
    takes_over: bool,
    rescue: Cow<'static, str>,
    parts: Arc<Parts>,
}

impl Leader {
    pub(crate) fn new(worker: i64, process: i64, parts: &Arc<Parts>, takes_over: bool) -> Self {
        let rescue = match parts.weak {
            Some(Weak::AttemptsDecremented) => {
                store::RESCUE.replace("job.attempts as counted", "job.attempts - 1 as counted").into()
            }
            _ => store::RESCUE.into(),
        };
        Self { process, holder: worker.to_string(), takes_over, rescue, parts: Arc::clone(parts) }
    }

    /// Until stopped; then somebody else may at once. A statement that is refused is tried again at the next round.
    pub(crate) async fn run(&self, link: &Link, stop: &Stop) -> Result<(), Ended> {
        let (leads, leading) = watch::channel(None);
        let firing = async {
            Cron::new(self.process, &self.parts, link).run(leading, stop).await;
            Ok(())
        };
        tokio::try_join!(self.lead(link, &leads, stop), firing).map(drop)
    }

    async fn lead(&self, link: &Link, leads: &watch::Sender<Option<i64>>, stop: &Stop) -> Result<(), Ended> {
        let ttl = self.parts.config.ttl;
        let days = Days::new(&self.parts.target, &self.parts.effects.clock)?;
        let (mut token, mut since) = (None, None);
        let (mut last, mut has_made) = (None, false);
        while !stop.is_stopping() {
            let mut pause = ttl / 3;
            let open = link.now();
            if !is_same(last.as_ref(), open.as_ref()) {
                // It was lost since the last round: others could not be heard of either, as if it had just begun to lead.
                (token, since) = (None, None);
            }
            last.clone_from(&open);
            let asked = match &open {
                Some(open) => self.round(&open.session, &mut token, &mut since).await,
                None => Ok(false),
            };
            match asked {
                Ok(true) => has_made = false,
                Ok(false) => pause = AGAIN.min(pause),
                Err(lost) if open.as_ref().is_some_and(|open| link.loses(open, &lost)) => {
                    (token, since, last) = (None, None, None);
                    pause = AGAIN.min(pause);
                }
                Err(refused) => {
                    let why = refused.to_string();
                    match days.make_for(refused).await {
                        Made::Day if !std::mem::replace(&mut has_made, true) => continue,
                        // A second one in a row, as where somebody drops them, after a pause.
                        Made::Day => pause = AGAIN.min(pause),
                        Made::Later | Made::Nothing => tracing::warn!(
                            event = events::JOBS_UNLED,
                            error = %why,
                            "jobs of processes that are not heard of could not be given to others"
                        ),
                    }
                }
            }
            leads.send_replace(token);
            tokio::select! {
                () = stop.stopped() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        if let (Some(token), Some(open)) = (token, link.now()) {
            // Unsaid, it ends by itself.
            let _ = open.session.execute(store::RESIGN, &[&LEASE, &self.holder, &token]).await;
        }
        Ok(())
    }

    /// Whether it is known who leads.
    async fn round(
        &self,
        session: &Session,
        held: &mut Option<i64>,
        since: &mut Option<Instant>,
    ) -> Result<bool, Error> {
        let ttl = self.parts.config.ttl;
        let asked = session.query_opt(store::ACQUIRE, &[&LEASE, &self.holder, &ms(ttl)]).await;
        let asked = match asked {
            Err(busy) if busy.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => return Ok(false),
            asked => asked?,
        };
        let token: Option<i64> = asked.map(|row| row.try_get(0)).transpose()?;
        if std::mem::replace(held, token) != token {
            *since = token.map(|_| Instant::now());
        }
        // While the server was away nobody was heard of; those who live say so before the time is over.
        match (token, *since) {
            (Some(token), Some(since)) if self.takes_over || since.elapsed() >= ttl => {
                self.rescue(session, token).await?;
            }
            _ => {}
        }
        Ok(true)
    }

    async fn rescue(&self, session: &Session, token: i64) -> Result<(), Error> {
        if self.parts.weak == Some(Weak::NoRescue) {
            return Ok(());
        }
        let most = i16::try_from(self.parts.config.crashes_most).unwrap_or(i16::MAX);
        let (hung, pause) = (ms(self.parts.config.hung), ms(self.parts.config.crash_pause));
        let gone =
            session.query(&*self.rescue, &[&LEASE, &token, &most, &hung, &RESCUED_MOST, &pause]).await?;
        let workers: HashSet<i64> = gone.iter().map(|row| row.try_get("worker")).collect::<Result<_, _>>()?;
        for _ in 0..SWEEPS_MOST {
            let swept = session.execute(store::SWEEP, &[&SWEPT_MOST]).await?;
            if swept < SWEPT_MOST.unsigned_abs() {
                break;
            }
        }
        session.execute(store::FORGET, &[&ms(self.parts.config.dead_for), &FORGOTTEN_MOST]).await?;
        if !gone.is_empty() {
            tracing::warn!(
                event = events::JOBS_RESCUED,
                workers = workers.len(),
                jobs = gone.len(),
                "jobs whose process is not heard of any more, or that did not end at their deadline, are given to others"
            );
        }
        Ok(())
    }
}

/// Whether both are one, or there is none.
fn is_same<T>(one: Option<&Arc<T>>, other: Option<&Arc<T>>) -> bool {
    one.map(Arc::as_ptr) == other.map(Arc::as_ptr)
}
