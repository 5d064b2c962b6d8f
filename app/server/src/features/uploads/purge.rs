//! What was deleted goes for good when it can no longer come back: rows, and the bytes that nobody names any more.
//! Never here: deleting and restoring (`activities`).

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mainstay_db::{Client, DbError, Tx};
use uuid::Uuid;

use super::store;
use crate::state::App;

/// How long a deleted activity can come back.
pub const UNDO: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long the bytes of a file that we failed on are kept for another attempt.
pub const KEPT: SignedDuration = UNDO;

/// Files of one round.
const FILES: i64 = 100;

/// Athletes of one round.
const ATHLETES: i64 = 100;

/// Before this instant deleted, an activity does not come back.
pub(in crate::features) fn deleted_before(now: Timestamp) -> Timestamp {
    now.checked_sub(UNDO).unwrap_or(Timestamp::MIN)
}

/// From this instant on, what was deleted then does not come back.
pub(in crate::features) fn restorable_until(deleted_at: Timestamp) -> Timestamp {
    deleted_at.checked_add(UNDO).unwrap_or(Timestamp::MAX)
}

/// Purges everybody's expired activities, one athlete after the other, and returns how many went.
pub async fn purge(app: &App) -> Result<u64, DbError> {
    let deleted_before = deleted_before(app.effects.clock.now());
    let mut gone = 0;
    loop {
        let read = app.db.read();
        let athletes = store::list_athletes_with_expired(&read, deleted_before, ATHLETES).await?;
        drop(read);
        if athletes.is_empty() {
            return Ok(gone);
        }
        for athlete_id in athletes {
            let work = |tx: Arc<Tx>| async move {
                store::lock_athlete(&tx, athlete_id).await?;
                purge_locked(&tx, athlete_id, deleted_before).await
            };
            gone += app.db.transaction(work).await?;
        }
    }
}

/// Forgets the bytes of files for which nobody has asked for another attempt in [`KEPT`].
///
/// # Errors
/// Those of the database; what was forgotten stays so.
pub async fn forget_kept(app: &App) -> Result<(), DbError> {
    let before = app.effects.clock.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    let forget = |tx: Arc<Tx>| async move { store::forget_kept_content(&tx, before, FILES).await };
    while app.db.transaction(forget).await? > 0 {}
    Ok(())
}

/// Purges one athlete's expired activities in the caller's transaction, which holds the athlete's lock: an import that
/// is under way may be about to name bytes that nobody names yet.
pub(super) async fn purge_locked(
    tx: &Client,
    athlete_id: Uuid,
    deleted_before: Timestamp,
) -> Result<u64, DbError> {
    let gone = store::purge_expired(tx, athlete_id, deleted_before).await?;
    store::purge_originals(tx, athlete_id).await?;
    Ok(gone)
}
