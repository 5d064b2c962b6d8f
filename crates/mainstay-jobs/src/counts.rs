//! How many jobs each queue has, by where they are: bounded, so that a metric may ask. Never here: single jobs, and those that
//! have ended well.

use std::time::Duration;

use mainstay_db::{Client, DbError, Executor, Statement};

use crate::job::Priority;

static COUNTS: Statement = Statement::pooled("jobs.counts", include_str!("store/counts.sql"));

/// No more jobs of a queue are counted in one place: what is told then is this number.
pub const COUNTED_MOST: i64 = 10_000;

/// Most queues that are told.
const QUEUES_MOST: i64 = 100;

/// The jobs of one queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The queue.
    pub queue: String,
    /// Those that wait, for a worker or for their time.
    pub ready: i64,
    /// Those that are worked on.
    pub running: i64,
    /// Dead letters.
    pub dead: i64,
    /// How long the first of those that are due has waited.
    pub waited: Duration,
}

/// Those of every queue that has any; each place of a queue is counted up to [`COUNTED_MOST`].
///
/// # Errors
/// What the database says.
pub async fn counts(client: &Client) -> Result<Vec<Counts>, DbError> {
    let priorities = Priority::ALL.map(Priority::number);
    let rows = client.rows(&COUNTS, &[&COUNTED_MOST, &QUEUES_MOST, &&priorities[..]]).await?;
    let count = |row: &tokio_postgres::Row| {
        let waited_ms: i64 = row.try_get("waited_ms")?;
        Ok(Counts {
            queue: row.try_get("queue")?,
            ready: row.try_get("ready")?,
            running: row.try_get("running")?,
            dead: row.try_get("dead")?,
            waited: Duration::from_millis(u64::try_from(waited_ms).unwrap_or(0)),
        })
    };
    Ok(rows.iter().map(count).collect::<Result<_, tokio_postgres::Error>>()?)
}
