//! One transaction of what is due: its times, their jobs, and the times that come next. Never here: when, and what becomes of
//! what fails.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::Session;
use mainstay_runtime::Ids;
use sha2::{Digest, Sha256};
use tokio_postgres::{Error, Row};

use super::passed::text_of;
use super::{Calendar, WhyNot, misfire_of, store};
use crate::by_name::{Columns, Named, Treatment};
use crate::json::JsonText;
use crate::schedule::{Due, Misfire, due};
use crate::{leader, store as jobs};

/// Times that are older count for nothing.
const BOUND: Duration = Duration::from_secs(24 * 3_600);

/// A time stands for no second job for so long, whatever becomes of its row.
const KEPT: Duration = BOUND.saturating_mul(2);

/// Jobs of one transaction, but for what one schedule has more.
const JOBS_MOST: usize = 1_000;

/// And the bytes of their payloads, but for those of one schedule, which has no more.
const BYTES_MOST: usize = 8 << 20;

/// What is written together.
#[derive(Default)]
pub(super) struct Batch {
    /// The names and texts of all that it has looked at, in their order.
    pub(super) rows: Vec<(String, String)>,
    /// Of those that it writes.
    pub(super) names: Vec<String>,
    /// The texts of those that nobody here understands, and why.
    pub(super) strange: Vec<(String, WhyNot)>,
    next_at: Vec<Option<Timestamp>>,
    last_at: Vec<Option<Timestamp>>,
    jobs: Vec<Named>,
    bytes: usize,
}

impl Batch {
    /// Begins a transaction, and reads into it what is due for whoever leads by this token, so many schedules at most.
    pub(super) async fn read(
        session: &Session,
        token: i64,
        passed: &[&str],
        most: i64,
    ) -> Result<Self, Error> {
        session.batch_execute("begin").await?;
        let rows = session.query(store::DUE, &[&leader::LEASE, &token, &passed, &most]).await?;
        let mut batch = Self::default();
        for row in &rows {
            if batch.jobs.len() >= JOBS_MOST || batch.bytes >= BYTES_MOST {
                break;
            }
            batch.add(row)?;
        }
        Ok(batch)
    }

    /// Writes it, and ends the transaction. Whether it is committed: not, where somebody else leads by now.
    pub(super) async fn write(&self, session: &Session, token: i64, ids: &Ids) -> Result<bool, Error> {
        if !self.jobs.is_empty() {
            let columns = Columns::of(&self.jobs, ids);
            session.query(jobs::ENQUEUE.text(), &columns.parameters()).await?;
        }
        let Self { names, next_at, last_at, .. } = self;
        let led = session.execute(store::ADVANCE, &[&leader::LEASE, &token, names, next_at, last_at]).await?;
        let is_led = led > 0;
        session.batch_execute(if is_led { "commit" } else { "rollback" }).await?;
        Ok(is_led)
    }

    /// Those in which it has jobs.
    pub(super) fn queues(&self) -> BTreeSet<&str> {
        self.jobs.iter().map(Named::queue).collect()
    }

    fn add(&mut self, row: &Row) -> Result<(), Error> {
        let name: String = row.try_get("name")?;
        let (spec, zone): (String, String) = (row.try_get("spec")?, row.try_get("zone")?);
        let text = text_of(&name, &spec, &zone);
        self.rows.push((name.clone(), text.clone()));
        let calendar = match Calendar::of(&spec, &zone) {
            Ok(calendar) => calendar,
            Err(why) => {
                self.strange.push((text, why));
                return Ok(());
            }
        };
        let (next_at, now) = (row.try_get("next_at")?, row.try_get("now")?);
        let payload: JsonText = row.try_get("payload")?;
        let bytes = payload.as_str().len();
        let policy = within(misfire_of(row.try_get("misfire")?, row.try_get("catch_up_most")?), bytes);
        let Due { fires, next_at } = due(&calendar.spec, &calendar.zone, next_at, now, policy, BOUND);
        let treatment = Treatment::read(row)?;
        self.last_at.push(fires.last().copied());
        self.next_at.push(next_at);
        self.bytes += bytes * fires.len();
        for time in fires {
            let job = Named::kept(treatment.clone(), payload.clone());
            self.jobs.push(job.with_key(key_of(&name, time), KEPT));
        }
        self.names.push(name);
        Ok(())
    }
}

/// No more times at once than jobs of so many bytes go into a transaction; the rest is due at once behind it.
fn within(policy: Misfire, bytes: usize) -> Misfire {
    match policy {
        Misfire::CatchUp { most } => Misfire::CatchUp { most: most.min((BYTES_MOST / bytes.max(1)).max(1)) },
        once => once,
    }
}

/// No job of anybody else has this one: it begins with another length than that of any kind's name.
fn key_of(name: &str, time: Timestamp) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(u64::MAX.to_be_bytes());
    hash.update(format!("cron:{name}:{time}"));
    hash.finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_made_up_for_at_once_fits_into_a_transaction_and_is_never_nothing() {
        let most = |asked, bytes| within(Misfire::CatchUp { most: asked }, bytes);
        assert_eq!(most(1_000, 200), Misfire::CatchUp { most: 1_000 });
        assert_eq!(most(1_000, 256 * 1_024), Misfire::CatchUp { most: 32 });
        assert_eq!(most(7, 0), Misfire::CatchUp { most: 7 });
        assert_eq!(most(7, usize::MAX), Misfire::CatchUp { most: 1 });
        assert_eq!(within(Misfire::Skip, usize::MAX), Misfire::Skip);
    }
}
