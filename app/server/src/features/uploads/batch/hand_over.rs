//! Files from the disk that the processes which do jobs import: stored a few at a time, each with its job, and followed to
//! their ends. Never here: reading the disk, what becomes of one file.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use mainstay_db::{DbError, Tx};
use mainstay_jobs::{Job, Overview};
use tokio::sync::mpsc;

use super::{Batch, BatchError, Progress};
use crate::features::uploads::archive::{Member, Refusal};
use crate::features::uploads::job::{self, ImportFile};
use crate::features::uploads::receive::{Packed, pack};
use crate::features::uploads::{Decision, FileName, Outcome, store};

/// Files of one transaction, and about how many bytes.
const TOGETHER: (usize, u64) = (50, 16 * 1024 * 1024);

/// Lines of one look.
const LINES: i64 = 200;

/// How often it is looked what has become of them.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Who has not been heard of for so long imports nothing: processes say that they live more often, whatever their `jobs.ttl`.
const HEARD_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// How often it is looked whether anybody still imports, and how long nobody may: processes that are begun again, as for an
/// update, come back sooner.
const TAKERS_EVERY: Duration = Duration::from_secs(5);
const TAKERS_AWAY: Duration = Duration::from_secs(60);

/// Whether somebody imports what is handed over.
pub(super) async fn has_takers(batch: &Batch) -> Result<bool, DbError> {
    let workers = Overview::of(&batch.app.db.read()).workers().await?;
    let now = batch.app.effects.clock.now();
    Ok(workers.iter().any(|worker| {
        !worker.is_draining
            && now.duration_since(worker.last_seen) < HEARD_WITHIN
            && worker.queues.iter().any(|name| name == job::QUEUE)
            && worker.kinds.iter().any(|kind| kind == ImportFile::NAME)
    }))
}

/// Stores all members and tells of each what became of it.
pub(super) async fn import(
    batch: &Batch,
    mut members: mpsc::Receiver<Member>,
    tell: &mut impl FnMut(Progress),
) -> Result<(), BatchError> {
    let (mut stored, mut told) = (0, 0);
    loop {
        let some = gather(&mut members, tell).await;
        if some.is_empty() {
            break;
        }
        stored = keep(batch, stored, &packed(some).await).await?;
        told = follow(batch, told, tell).await?;
    }
    end(batch).await?;
    let mut takers = Takers::seen(batch.app.effects.clock.monotonic());
    while told < stored {
        batch.app.effects.clock.sleep(LOOK_EVERY).await;
        told = follow(batch, told, tell).await?;
        if told < stored && takers.are_gone(batch).await? {
            let left = store::find_upload(&batch.app.db.read(), batch.athlete_id, batch.upload_id).await?;
            return Err(BatchError::TakersGone { left: left.map_or(0, |upload| upload.pending) });
        }
    }
    Ok(())
}

/// Those who import, while somebody waits for them: by the clock, when it was looked for them and when there were any.
#[derive(Debug, Clone, Copy)]
struct Takers {
    looked: Duration,
    seen: Duration,
}

impl Takers {
    /// There are some now.
    fn seen(now: Duration) -> Self {
        Self { looked: now, seen: now }
    }

    /// Looks now and then; whether there have been none for too long.
    async fn are_gone(&mut self, batch: &Batch) -> Result<bool, DbError> {
        let now = batch.app.effects.clock.monotonic();
        Ok(self.is_due(now) && self.looked(now, has_takers(batch).await?))
    }

    fn is_due(&self, now: Duration) -> bool {
        now.saturating_sub(self.looked) >= TAKERS_EVERY
    }

    fn looked(&mut self, now: Duration, any: bool) -> bool {
        self.looked = now;
        if any {
            self.seen = now;
        }
        now.saturating_sub(self.seen) >= TAKERS_AWAY
    }
}

/// The next members, none at the end.
async fn gather(members: &mut mpsc::Receiver<Member>, tell: &mut impl FnMut(Progress)) -> Vec<Member> {
    let (mut some, mut bytes) = (Vec::new(), 0);
    while some.len() < TOGETHER.0 && bytes < TOGETHER.1 {
        let Some(member) = members.recv().await else { break };
        bytes += member.size_bytes();
        tell(Progress::Found { size_bytes: member.size_bytes() });
        some.push(member);
    }
    some
}

/// Compressed, on a thread of its own.
async fn packed(members: Vec<Member>) -> Vec<Packed> {
    let names: Vec<_> = members.iter().map(|member| member.name.clone()).collect();
    let work = tokio::task::spawn_blocking(move || members.into_iter().map(pack).collect());
    work.await.unwrap_or_else(|panic| {
        let refused =
            |name| pack(Member { name, ..Member::new("", Err(Refusal::Unreadable(panic.to_string()))) });
        names.into_iter().map(refused).collect()
    })
}

/// Stores these behind so many, and asks for their jobs; how many there are now.
async fn keep(batch: &Batch, stored: i32, some: &[Packed]) -> Result<i32, DbError> {
    let (app, athlete_id, upload_id) = (&batch.app, batch.athlete_id, batch.upload_id);
    let lines: Vec<_> = (stored + 1..)
        .zip(some)
        .map(|(position, line)| (ImportFile { athlete_id, upload_id, position }, line))
        .collect();
    let waiting: Vec<_> =
        lines.iter().filter(|(_, line)| line.content.is_ok()).map(|(file, _)| *file).collect();
    let (lines, waiting, now) = (&lines, &waiting, app.effects.clock.now());
    let work = |tx: Arc<Tx>| async move {
        let mut jobs = job::ask(app, &tx, waiting).await?.into_iter();
        for (file, line) in lines {
            let job_id = if line.content.is_ok() { jobs.next().flatten() } else { None };
            store::insert_received(&tx, file, line, job_id, now).await?;
        }
        Ok::<_, DbError>(())
    };
    app.months.transaction(&app.db, work).await?;
    Ok(lines.last().map_or(stored, |(file, _)| file.position))
}

/// All are stored: the upload ends with the last of them.
async fn end(batch: &Batch) -> Result<(), DbError> {
    let (athlete_id, upload_id, now) = (batch.athlete_id, batch.upload_id, batch.app.effects.clock.now());
    let end = |tx: Arc<Tx>| async move {
        // Of this and the last file the later one sees the earlier.
        store::lock_athlete(&tx, athlete_id).await?;
        store::set_upload_whole(&tx, athlete_id, upload_id).await?;
        store::finish_upload(&tx, athlete_id, upload_id, now).await
    };
    batch.app.db.transaction(end).await
}

/// Tells of those behind so many that have their outcome, in their order; how many have been told.
async fn follow(batch: &Batch, mut told: i32, tell: &mut impl FnMut(Progress)) -> Result<i32, DbError> {
    loop {
        let read = batch.app.db.read();
        let rows = store::list_files(&read, batch.athlete_id, batch.upload_id, told, None, LINES).await?;
        drop(read);
        let before = told;
        for row in rows {
            let Some(outcome) = Outcome::parse(&row.outcome) else { return Ok(told) };
            told = row.position;
            let size_bytes = u64::try_from(row.size_bytes).unwrap_or(0);
            let decision = Decision {
                outcome,
                activity_id: row.activity_id,
                reason: row.reason,
                message: row.message,
                warnings: serde_json::from_value(row.warnings).unwrap_or_default(),
            };
            tell(Progress::Done { name: FileName::clean(&row.file_name), size_bytes, decision });
        }
        if told == before {
            return Ok(told);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_back_soon_was_never_gone() {
        let at = Duration::from_secs;
        let mut takers = Takers::seen(at(100));
        assert_eq!([104, 105].map(|now| takers.is_due(at(now))), [false, true]);
        assert_eq!([110, 159].map(|now| takers.looked(at(now), false)), [false; 2]);
        assert!(!takers.looked(at(170), true));
        assert_eq!([229, 230].map(|now| takers.looked(at(now), false)), [false, true]);
    }
}
