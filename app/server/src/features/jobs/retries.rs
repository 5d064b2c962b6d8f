//! How often an account has things done again, jobs and files together: as many in an hour as it may ask for new jobs. Never
//! here: what is done again, and what is asked for anew (`ask`).

use jiff::{SignedDuration, Timestamp};
use mainstay_db::Tx;
use mainstay_http::Halted;

use super::{Viewer, ask, store};
use crate::features::accounts::Principal;
use crate::state::App;

/// For so long one counts with those behind it.
const WINDOW: SignedDuration = SignedDuration::from_hours(1);

/// Counts one in the transaction that has something done again: where that does not take place it has not been counted.
/// Administrators may as often as they like. The athlete is locked by it until the transaction ends.
///
/// # Errors
/// 429 where the hour has as many as it may, and those of the database.
pub(in crate::features) async fn count(app: &App, tx: &Tx, principal: &Principal) -> Result<(), Halted> {
    let Viewer::Owner(who) = Viewer::of(principal) else { return Ok(()) };
    let now = app.effects.clock.now();
    let hour_ago = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
    let most = i32::try_from(app.config.jobs.asked_per_hour).unwrap_or(i32::MAX);
    match store::count_retry(tx, who, hour_ago, now, most).await? {
        true => Ok(()),
        false => Err(ask::too_many_retries().into()),
    }
}
