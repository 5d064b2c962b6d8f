//! What only one process does at a time: giving the jobs of dead ones to others, and beginning what begins by itself. Whoever holds the lease does it, and each of
//! its statements names the lease's token: of two who believe that they lead, the older one's changes nothing. Never here:
//! claims.

use std::sync::Arc;
use std::time::{Duration, Instant};

use mainstay_db::Session;
use mainstay_runtime::Stop;
use mainstay_telemetry::events;
use tokio::sync::watch;

use crate::cron::Cron;
use crate::store::{self, ms};
use crate::worker::{Ended, Parts};

/// The lease of whoever leads.
pub(crate) const LEASE: &str = "mainstay jobs";

/// An attempt that its worker has not ended so long after its deadline never will be.
const HUNG: Duration = Duration::from_secs(60);

/// Jobs that are given to others in a round.
const RESCUED_MOST: i64 = 1_000;

/// Keys that are given back in a round.
const SWEPT_MOST: i64 = 10_000;

/// One process's part in leading.
pub(crate) struct Leader {
    worker: i64,
    holder: String,
    /// Nobody is waited for who might still live.
    takes_over: bool,
    parts: Arc<Parts>,
}

impl Leader {
    pub(crate) fn new(worker: i64, parts: &Arc<Parts>, takes_over: bool) -> Self {
        Self { worker, holder: worker.to_string(), takes_over, parts: Arc::clone(parts) }
    }

    /// Until stopped; then somebody else may at once. A statement that is refused is tried again at the next round.
    pub(crate) async fn run(&self, session: &Session, stop: &Stop) -> Result<(), Ended> {
        let (leads, leading) = watch::channel(None);
        let firing = async {
            Cron::new(self.worker, &self.parts).run(leading, stop).await;
            Ok(())
        };
        tokio::try_join!(self.lead(session, &leads, stop), firing).map(drop)
    }

    async fn lead(
        &self,
        session: &Session,
        leads: &watch::Sender<Option<i64>>,
        stop: &Stop,
    ) -> Result<(), Ended> {
        let ttl = self.parts.config.ttl;
        let (mut token, mut since) = (None, None);
        while !stop.is_stopping() {
            match self.round(session, &mut token, &mut since).await {
                Err(Ended::Database(refused)) if refused.as_db_error().is_some() && !session.is_closed() => {
                    tracing::warn!(
                        event = events::JOBS_UNLED,
                        error = %refused,
                        "jobs of processes that are not heard of could not be given to others"
                    );
                }
                ended => ended?,
            }
            leads.send_replace(token);
            tokio::select! {
                () = stop.stopped() => {}
                () = tokio::time::sleep(ttl / 3) => {}
            }
        }
        if let Some(token) = token {
            // Unsaid, it ends by itself.
            let _ = session.execute(store::RESIGN, &[&LEASE, &self.holder, &token]).await;
        }
        Ok(())
    }

    async fn round(
        &self,
        session: &Session,
        held: &mut Option<i64>,
        since: &mut Option<Instant>,
    ) -> Result<(), Ended> {
        let ttl = self.parts.config.ttl;
        let asked = session.query_opt(store::ACQUIRE, &[&LEASE, &self.holder, &ms(ttl)]).await?;
        let token: Option<i64> = asked.map(|row| row.try_get(0)).transpose()?;
        if std::mem::replace(held, token) != token {
            *since = token.map(|_| Instant::now());
        }
        // While the server was away nobody was heard of; those who live say so before the time is over.
        match (token, *since) {
            (Some(token), Some(since)) if self.takes_over || since.elapsed() >= ttl => {
                self.rescue(session, token).await
            }
            _ => Ok(()),
        }
    }

    async fn rescue(&self, session: &Session, token: i64) -> Result<(), Ended> {
        let most = i16::try_from(self.parts.config.crashes_most).unwrap_or(i16::MAX);
        let row =
            session.query_one(store::RESCUE, &[&LEASE, &token, &most, &ms(HUNG), &RESCUED_MOST]).await?;
        let (workers, jobs): (i64, i64) = (row.try_get("workers")?, row.try_get("jobs")?);
        session.execute(store::SWEEP, &[&SWEPT_MOST]).await?;
        if jobs > 0 {
            tracing::warn!(
                event = events::JOBS_RESCUED,
                workers,
                jobs,
                "processes that did jobs are not heard of any more; their jobs are given to others"
            );
        }
        Ok(())
    }
}
