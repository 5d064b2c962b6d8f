//! How many jobs each queue has, by where they are, as metrics tell it. Never here: single jobs, and those that have ended well;
//! counting, which is the overview's.

use std::time::Duration;

use mainstay_db::{Client, DbError};

use crate::overview::{COUNTED_MOST, Overview};
use crate::store;

/// The jobs of one queue, each number at most [`COUNTED_MOST`]: then there are so many at least.
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

/// Those of every queue that has any, or of which an operator has set something.
///
/// # Errors
/// What the database says.
pub async fn counts(client: &Client) -> Result<Vec<Counts>, DbError> {
    let number = |number: u64| i64::try_from(number.min(COUNTED_MOST)).unwrap_or(i64::MAX);
    let queues = Overview::of(client).queues_by(&store::COUNTS).await?.into_iter().map(|queue| Counts {
        ready: number(queue.queued + queue.scheduled + queue.retrying),
        running: number(queue.running),
        dead: number(queue.dead),
        waited: queue.oldest.unwrap_or_default(),
        queue: queue.name,
    });
    Ok(queues.collect())
}
