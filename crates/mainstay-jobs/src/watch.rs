//! Jobs seen as they change: one look now and then for all who watch in this process, so that a watcher holds no connection and a
//! thousand of them cost what one does. Never here: who may watch what; how it is told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use mainstay_db::{Db, DbError, Executor};
use mainstay_runtime::Stop;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::overview::{Shown, shown};
use crate::store;

/// Where jobs are watched. A clone is the same place.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    every: Duration,
    most: usize,
    most_of_each: usize,
    house: Mutex<House>,
    called: Notify,
}

#[derive(Debug, Default)]
struct House {
    jobs: HashMap<Uuid, watch::Sender<Option<Seen>>>,
    watching: usize,
    by: HashMap<Uuid, usize>,
}

/// A job at a moment.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When it was so, by the database's clock.
    pub at: Timestamp,
    /// The job without its payload and its result; nothing where nobody knows of it.
    pub job: Option<Arc<Shown>>,
    mark: u64,
}

/// There are as many watchers as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("as many watch as may")]
pub struct TooMany;

/// One who watches a job; who drops it does no more.
#[derive(Debug)]
pub struct Watching {
    place: Place,
    jobs: watch::Receiver<Option<Seen>>,
    last: Option<u64>,
}

#[derive(Debug)]
struct Place {
    watch: Watch,
    who: Uuid,
}

/// Between two looks, however many begin to watch.
const GAP: Duration = Duration::from_millis(20);

/// How often one who has nothing to do says that it lives.
const BEAT: Duration = Duration::from_secs(10);

impl Watch {
    /// A look so often; so many watchers, and so many of one account.
    pub fn new(every: Duration, most: usize, most_of_each: usize) -> Self {
        let (house, called) = (Mutex::default(), Notify::new());
        Self(Arc::new(Inner { every, most, most_of_each, house, called }))
    }

    /// Watches a job for somebody, whose last sight of it had this id, if any.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn job(&self, id: Uuid, who: Uuid, last: Option<&str>) -> Result<Watching, TooMany> {
        let mut house = self.house();
        let own = house.by.get(&who).copied().unwrap_or(0);
        if house.watching >= self.0.most || own >= self.0.most_of_each {
            return Err(TooMany);
        }
        house.watching += 1;
        house.by.insert(who, own + 1);
        let jobs = house.jobs.entry(id).or_insert_with(|| watch::Sender::new(None)).subscribe();
        drop(house);
        self.0.called.notify_one();
        let place = Place { watch: self.clone(), who };
        Ok(Watching { place, jobs, last: last.and_then(mark_of) })
    }

    /// How many watch.
    pub fn watching(&self) -> usize {
        self.house().watching
    }

    /// Looks, for as long as anybody watches, until stopped. While the database is away nothing is seen.
    pub async fn run(self, db: Db, stop: Stop) {
        while !stop.is_stopping() {
            stop.heartbeat();
            let ids = self.watched();
            let pause = if ids.is_empty() { BEAT } else { self.0.every };
            if !ids.is_empty()
                && let Ok(seen) = look(&db, &ids).await
            {
                self.tell(seen);
            }
            tokio::select! {
                () = stop.stopped() => return,
                () = tokio::time::sleep(pause.min(BEAT)) => {}
                () = self.0.called.notified() => tokio::time::sleep(GAP).await,
            }
        }
    }

    fn house(&self) -> MutexGuard<'_, House> {
        self.0.house.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watched(&self) -> Vec<Uuid> {
        let mut house = self.house();
        house.jobs.retain(|_, watchers| watchers.receiver_count() > 0);
        house.jobs.keys().copied().collect()
    }

    fn tell(&self, seen: HashMap<Uuid, Seen>) {
        let house = self.house();
        for (id, seen) in seen {
            if let Some(watchers) = house.jobs.get(&id) {
                watchers.send_if_modified(|last| {
                    let is_new = last.as_ref().is_none_or(|last| last.mark != seen.mark);
                    if is_new {
                        *last = Some(seen);
                    }
                    is_new
                });
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut house = self.watch.house();
        house.watching -= 1;
        let left = house.by.get(&self.who).map_or(0, |own| own - 1);
        if left == 0 {
            house.by.remove(&self.who);
        } else {
            house.by.insert(self.who, left);
        }
    }
}

impl Watching {
    /// The job when it is otherwise than it was last seen; at first as it is, unless the last sight was the same.
    pub async fn next(&mut self) -> Seen {
        loop {
            let seen = self.jobs.borrow_and_update().clone();
            if let Some(seen) = seen.filter(|seen| self.last != Some(seen.mark)) {
                self.last = Some(seen.mark);
                return seen;
            }
            // Its sender lives as long as somebody receives.
            let _ = self.jobs.changed().await;
        }
    }

    /// Whether this is what it saw last.
    pub fn has_seen(&self, seen: &Seen) -> bool {
        self.last == Some(seen.mark)
    }

    /// Who it is that watches.
    pub fn who(&self) -> Uuid {
        self.place.who
    }
}

impl Seen {
    /// A job that was read at this time.
    pub fn of(job: Option<Shown>, at: Timestamp) -> Self {
        Self { at, mark: mark(job.as_ref()), job: job.map(Arc::new) }
    }

    /// What names this sight of the job: it grows with time, and its end is the same for sights that are the same.
    pub fn id(&self) -> String {
        format!("{}-{:016x}", self.at.as_microsecond(), self.mark)
    }
}

fn mark_of(id: &str) -> Option<u64> {
    let (at, mark) = id.rsplit_once('-')?;
    at.parse::<i64>().ok()?;
    u64::from_str_radix(mark, 16).ok()
}

/// What changes of a job while it is watched.
fn mark(job: Option<&Shown>) -> u64 {
    let Some(job) = job else { return 0 };
    let times = [job.run_at, job.started_at, job.finished_at].map(|time| time.map(Timestamp::as_microsecond));
    let progress = job.progress.as_ref().map(|progress| (progress.fraction.to_bits(), &progress.message));
    let text = format!("{} {} {times:?} {progress:?} {}", job.state, job.attempts, job.is_cancelling);
    let hash = Sha256::digest(text);
    hash.iter().take(8).fold(0, |mark, byte| (mark << 8) | u64::from(*byte))
}

async fn look(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Seen>, DbError> {
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let read = db.read_from_primary();
    let rows = read.rows(&store::WATCH, &[&ids, &most]).await?;
    drop(read);
    let mut all = HashMap::with_capacity(ids.len());
    for row in &rows {
        let job = shown(row)?;
        all.insert(job.id, Seen::of(Some(job), row.try_get("at")?));
    }
    // Whoever is not there is seen as gone, at the same time as the others.
    for id in ids {
        all.entry(*id).or_insert_with(|| Seen::of(None, Timestamp::UNIX_EPOCH));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_and_all_together_have_their_places_and_give_them_back() {
        let watch = Watch::new(Duration::ZERO, 3, 2);
        let (one, other, job) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let first = watch.job(job, one, None).unwrap();
        let _second = watch.job(job, one, None).unwrap();
        assert_eq!(watch.job(job, one, None).unwrap_err(), TooMany);
        let _third = watch.job(job, other, None).unwrap();
        assert_eq!(watch.job(job, other, None).unwrap_err(), TooMany);
        assert_eq!((watch.watching(), watch.watched()), (3, vec![job]));
        drop(first);
        let again = watch.job(job, one, None).unwrap();
        assert_eq!((again.who(), watch.watching()), (one, 3));
    }

    #[test]
    fn a_sight_is_known_again_by_its_id_and_garbage_is_no_sight() {
        let seen = Seen::of(None, "2026-06-15T12:00:00.123456Z".parse().unwrap());
        assert_eq!(seen.id(), "1781524800123456-0000000000000000");
        assert_eq!(mark_of(&seen.id()), Some(0));
        for garbage in ["", "-", "1-", "x-00", "1-zz", "99999999999999999999-1", "1-11111111111111111"] {
            assert_eq!(mark_of(garbage), None, "{garbage}");
        }
    }
}
