//! Typed statements of what is counted of accounts. Never here: rules.

use jiff::Timestamp;
use mainstay_db::{Client, DbError};
use paceline_queries::queries::jobs as sql;
use uuid::Uuid;

/// Counts one more that an account has done again, at most so many since `hour_ago`. False: there are as many, and none is
/// counted. Locks the athlete until the transaction ends.
pub(super) async fn count_retry(
    tx: &Client,
    athlete_id: Uuid,
    hour_ago: Timestamp,
    now: Timestamp,
    most: i32,
) -> Result<bool, DbError> {
    let counted = sql::count_retry().bind(tx, &hour_ago, &now, &athlete_id, &most).await?;
    Ok(counted > 0)
}
