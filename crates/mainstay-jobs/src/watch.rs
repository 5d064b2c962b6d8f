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
    jobs: HashMap<Uuid, Watched>,
    watching: usize,
    by: HashMap<Uuid, usize>,
    /// Looks that have begun.
    looks: u64,
}

/// A job that somebody watches.
#[derive(Debug)]
struct Watched {
    /// How it was last seen, and by which look.
    sight: watch::Sender<Option<(u64, Seen)>>,
    /// The first look that the newest of its watchers believes.
    since: u64,
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
    sight: watch::Receiver<Option<(u64, Seen)>>,
    /// The first look that it believes: an earlier one may have seen the job as it was before it was watched.
    since: u64,
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

    /// Watches a job for somebody, whose last sight of it had this id, if any. Ids are those of all processes of one version:
    /// what was told by one is not told again by another, as long as the job is as it was then. What it was in between is
    /// not told.
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
        let since = house.looks + 1;
        let new = || Watched { sight: watch::Sender::new(None), since };
        let watched = house.jobs.entry(id).or_insert_with(new);
        watched.since = since;
        let sight = watched.sight.subscribe();
        drop(house);
        self.0.called.notify_one();
        let place = Place { watch: self.clone(), who };
        Ok(Watching { place, sight, since, last: last.and_then(mark_of) })
    }

    /// How many watch.
    pub fn watching(&self) -> usize {
        self.house().watching
    }

    /// Looks, for as long as anybody watches, until stopped. While the database is away nothing is seen.
    pub async fn run(self, db: Db, stop: Stop) {
        while !stop.is_stopping() {
            stop.heartbeat();
            let (look, ids) = self.watched();
            let pause = if ids.is_empty() { BEAT } else { self.0.every };
            if !ids.is_empty()
                && let Ok(seen) = read(&db, &ids).await
            {
                self.tell(look, seen);
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

    /// What the look that begins now is to see.
    fn watched(&self) -> (u64, Vec<Uuid>) {
        let mut house = self.house();
        house.jobs.retain(|_, watched| watched.sight.receiver_count() > 0);
        house.looks += 1;
        (house.looks, house.jobs.keys().copied().collect())
    }

    /// What this look has seen. Whoever waits hears of what is new to anybody.
    fn tell(&self, look: u64, seen: HashMap<Uuid, Seen>) {
        let house = self.house();
        for (id, seen) in seen {
            let Some(Watched { sight, since }) = house.jobs.get(&id) else { continue };
            sight.send_if_modified(|last| {
                let is_known = |(told, last): &(u64, Seen)| told >= since && last.mark == seen.mark;
                let is_new = !last.as_ref().is_some_and(is_known);
                *last = Some((look, seen));
                is_new
            });
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
            let seen = self.sight.borrow_and_update().clone();
            let seen = seen.filter(|(look, seen)| *look >= self.since && self.last != Some(seen.mark));
            if let Some((_, seen)) = seen {
                self.last = Some(seen.mark);
                return seen;
            }
            // Its sender lives as long as somebody receives.
            let _ = self.sight.changed().await;
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

    /// What names this sight of the job: when it was so, and a mark of what was seen, which any process of this version makes
    /// the same of what is the same. Of an id that comes back ([`Watch::job`]) only the mark counts: clocks of servers differ.
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

async fn read(db: &Db, ids: &[Uuid]) -> Result<HashMap<Uuid, Seen>, DbError> {
    let most = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    let primary = db.read_from_primary();
    let rows = primary.rows(&store::WATCH, &[&ids, &most]).await?;
    drop(primary);
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
    use futures_util::FutureExt;

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
        assert_eq!((watch.watching(), watch.watched().1), (3, vec![job]));
        drop(first);
        let again = watch.job(job, one, None).unwrap();
        assert_eq!((again.who(), watch.watching()), (one, 3));
    }

    fn seen(mark: u64) -> Seen {
        Seen { at: Timestamp::UNIX_EPOCH, job: None, mark }
    }

    /// What it would be told now, if anything.
    fn told(watching: &mut Watching) -> Option<u64> {
        watching.next().now_or_never().map(|seen| seen.mark)
    }

    #[test]
    fn who_begins_to_watch_is_told_nothing_that_was_seen_before() {
        let watch = Watch::new(Duration::ZERO, 9, 9);
        let (who, job) = (Uuid::from_u128(1), Uuid::from_u128(3));
        let look = |mark| watch.tell(watch.watched().0, [(job, seen(mark))].into());
        let mut first = watch.job(job, who, None).unwrap();
        look(7);
        assert_eq!((told(&mut first), told(&mut first)), (Some(7), None));
        // A look that began before somebody watched may have seen what is not so any more.
        let (late, _) = watch.watched();
        let mut second = watch.job(job, who, None).unwrap();
        assert_eq!(told(&mut second), None, "the sight of another is an old one");
        watch.tell(late, [(job, seen(7))].into());
        assert_eq!((told(&mut first), told(&mut second)), (None, None));
        look(7);
        assert_eq!((told(&mut first), told(&mut second)), (None, Some(7)));
        look(8);
        assert_eq!((told(&mut first), told(&mut second)), (Some(8), Some(8)));
        // Nobody watched for a while, and no look has noticed.
        drop((first, second));
        let mut third = watch.job(job, who, Some("1-0000000000000009")).unwrap();
        assert_eq!(told(&mut third), None);
        look(9);
        assert_eq!(told(&mut third), None, "another process has told it");
        look(10);
        assert_eq!(told(&mut third), Some(10));
    }

    #[tokio::test]
    async fn who_waits_hears_of_what_only_he_has_not_seen() {
        let watch = Watch::new(Duration::ZERO, 9, 9);
        let (who, job) = (Uuid::from_u128(1), Uuid::from_u128(3));
        let _first = watch.job(job, who, None).unwrap();
        watch.tell(watch.watched().0, [(job, seen(7))].into());
        let mut second = watch.job(job, who, None).unwrap();
        let looking = async { watch.tell(watch.watched().0, [(job, seen(7))].into()) };
        let within = Duration::from_secs(5);
        let (seen, ()) = tokio::join!(tokio::time::timeout(within, second.next()), looking);
        assert_eq!(seen.unwrap().mark, 7);
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
