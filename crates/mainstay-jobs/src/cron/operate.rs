//! What operators see of schedules and do with them. Never here: who may.

use jiff::Timestamp;
use mainstay_db::{Db, DbError, Executor, TransactionError, Tx};
use tokio_postgres::Row;
use uuid::Uuid;

use super::{Calendar, misfire_of, store};
use crate::by_name::{Named, NamedError, Treatment, Unkept, enqueue_named};
use crate::schedule::Misfire;

/// The most schedules of one list.
pub const LISTED_MOST: usize = 1_000;

/// The most times that are told of each.
pub const FIRES_MOST: usize = 100;

/// The most times of one list: of many schedules each has fewer.
pub const FIRES_LISTED_MOST: usize = 10_000;

/// A schedule, as operators see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What it is called.
    pub name: String,
    /// Its expression.
    pub spec: String,
    /// Whose clocks it goes by.
    pub zone: String,
    /// The queue of its jobs.
    pub queue: String,
    /// The kind of its jobs.
    pub kind: String,
    /// What becomes of times that nobody was there for.
    pub misfire: Misfire,
    /// Since when it rests, by an operator's word.
    pub paused_at: Option<Timestamp>,
    /// The last time for which a job was asked.
    pub last_at: Option<Timestamp>,
    /// The next times, unless it is paused. The first may have passed, while nobody leads.
    pub next: Vec<Timestamp>,
}

/// It cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum CronError {
    /// No process declares it.
    #[error("there is no schedule {0:?}")]
    Unknown(String),
    /// Another version has declared it with what cannot be kept.
    #[error(transparent)]
    Job(Unkept),
    /// The database says so.
    #[error(transparent)]
    Database(#[from] DbError),
}

impl TransactionError for CronError {
    fn database(&self) -> Option<&DbError> {
        match self {
            Self::Database(error) => Some(error),
            Self::Unknown(_) | Self::Job(_) => None,
        }
    }
}

/// Schedules by name, those behind `after`, so many at most ([`LISTED_MOST`]), each with so many of its next times
/// ([`FIRES_MOST`], and all together [`FIRES_LISTED_MOST`]).
///
/// # Errors
/// As [`mainstay_db::Db::read`].
pub async fn list(db: &Db, after: Option<&str>, most: usize, fires: usize) -> Result<Vec<Listed>, DbError> {
    let most = i64::try_from(most.min(LISTED_MOST)).unwrap_or(i64::MAX);
    let rows = db.read_from_primary().rows(&store::LIST, &[&after.unwrap_or_default(), &most]).await?;
    let fires = fires.min(FIRES_MOST).min(FIRES_LISTED_MOST / rows.len().max(1));
    let mut all = Vec::with_capacity(rows.len());
    for row in &rows {
        let (spec, zone): (String, String) = (row.try_get("spec")?, row.try_get("zone")?);
        let (paused_at, next_at): (Option<Timestamp>, Option<Timestamp>) =
            (row.try_get("paused_at")?, row.try_get("next_at")?);
        let calendar = Calendar::of(&spec, &zone).ok();
        let next = std::iter::successors(next_at.filter(|_| paused_at.is_none()), |last| {
            calendar.as_ref()?.next_after(*last)
        });
        all.push(Listed {
            name: row.try_get("name")?,
            next: next.take(fires).collect(),
            spec,
            zone,
            queue: row.try_get("queue")?,
            kind: row.try_get("kind")?,
            misfire: misfire_of(row.try_get("misfire")?, row.try_get("catch_up_most")?),
            paused_at,
            last_at: row.try_get("last_at")?,
        });
    }
    Ok(all)
}

/// It rests until [`resume`], whatever processes declare. Twice is as good as once.
///
/// # Errors
/// [`CronError`].
pub async fn pause(db: &Db, name: &str) -> Result<(), CronError> {
    db.transaction(|tx| async move {
        let paused = tx.rows(&store::PAUSE, &[&name]).await?;
        if paused.is_empty() { Err(CronError::Unknown(name.to_owned())) } else { Ok(()) }
    })
    .await
}

/// It goes on with the first time that is to come; what has passed meanwhile counts for nothing. One that is not paused is left
/// as it is. Where this version does not understand its expression the time stays what it was, for one that does.
///
/// # Errors
/// [`CronError`].
pub async fn resume(db: &Db, name: &str) -> Result<(), CronError> {
    db.transaction(|tx| async move {
        let row = one(&tx, name).await?;
        if is_paused(&row)? {
            tx.rows(&store::RESUME, &[&name, &next_of(&row)?]).await?;
        }
        Ok(())
    })
    .await
}

/// Asks for its job once more, now, whether it is paused or not; its times stay what they are. The job's id.
///
/// # Errors
/// [`CronError`].
pub async fn run_now(db: &Db, name: &str) -> Result<Uuid, CronError> {
    db.transaction(|tx| async move {
        let row = one(&tx, name).await?;
        let job = Treatment::read(&row)
            .and_then(|treatment| Ok(Named::kept(treatment, row.try_get("payload")?)))
            .map_err(DbError::from)?;
        let ids = enqueue_named(&tx, &[job]).await.map_err(|error| match error {
            NamedError::Database(error) => error.into(),
            NamedError::Text(unkept) => CronError::Job(unkept),
        })?;
        ids.first().copied().ok_or_else(|| CronError::Unknown(name.to_owned()))
    })
    .await
}

async fn one(tx: &Tx, name: &str) -> Result<Row, CronError> {
    let found = mainstay_db::opt(&**tx, &store::ONE, &[&name]).await?;
    found.ok_or_else(|| CronError::Unknown(name.to_owned()))
}

fn is_paused(row: &Row) -> Result<bool, DbError> {
    Ok(row.try_get::<_, Option<Timestamp>>("paused_at")?.is_some())
}

/// The first time that is to come.
fn next_of(row: &Row) -> Result<Option<Timestamp>, DbError> {
    let calendar = Calendar::of(row.try_get("spec")?, row.try_get("zone")?).ok();
    let now = row.try_get("now")?;
    Ok(calendar.and_then(|calendar| calendar.next_after(now)))
}
