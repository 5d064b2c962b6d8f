//! Removing sessions and refresh tokens whose time is over, as a job that begins by itself. Never here: ending what still lives.

use std::sync::Arc;

use mainstay_db::Tx;
use mainstay_jobs::{AskedBy, Context, Failure, Job, Options, Priority, Schedule};
use serde::{Deserialize, Serialize};

use super::{AccountError, store};
use crate::state::App;

/// Expired sessions and tokens that one statement removes.
const ROWS: u32 = 1_000;

/// When: once an hour, not with the rest of the world.
const HOURLY: &str = "17 * * * *";

/// Everything whose time is over by now.
#[derive(Debug, Serialize, Deserialize)]
pub struct RemoveExpired {}

impl RemoveExpired {
    /// When it is done.
    pub fn schedule() -> Schedule {
        Schedule::of("remove expired sessions", HOURLY, &Self {})
    }
}

impl Job for RemoveExpired {
    const NAME: &'static str = "accounts.remove_expired";
    const ASKED_BY: AskedBy = AskedBy::Operators;
    type State = App;
    type Output = Removed;

    fn options() -> Options {
        // What is left the next hour removes.
        Options { priority: Priority::Low, attempts: 3, ..Options::default() }
    }

    async fn run(self, app: App, context: Context) -> Result<Removed, Failure> {
        let mut all = Removed::default();
        loop {
            let removed = remove_expired(&app, ROWS).await?;
            all.refresh_tokens += removed.refresh_tokens;
            all.sessions += removed.sessions;
            if context.is_cancelled() || !removed.may_be_more(ROWS) {
                return Ok(all);
            }
        }
    }
}

/// How many rows were removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// Refresh tokens.
    pub refresh_tokens: u64,
    /// Sessions.
    pub sessions: u64,
}

impl Removed {
    /// Whether more may be left: one of the two was as many as were allowed.
    pub fn may_be_more(self, max_rows: u32) -> bool {
        self.refresh_tokens.max(self.sessions) >= u64::from(max_rows)
    }
}

/// Removes at most `max_rows` refresh tokens and `max_rows` sessions that have expired, in one transaction each. Nobody
/// notices: what is gone is refused as what has expired was. A session that was ended keeps its reason until it would
/// have expired, and its last refresh token is removed before it, so that no statement removes more than its limit.
pub async fn remove_expired(app: &App, max_rows: u32) -> Result<Removed, AccountError> {
    let now = app.effects.clock.now();
    let tokens = |tx: Arc<Tx>| async move { store::remove_expired_refresh_tokens(&tx, max_rows, now).await };
    let refresh_tokens = app.db.transaction(tokens).await?;
    let sessions = |tx: Arc<Tx>| async move { store::remove_expired_sessions(&tx, max_rows, now).await };
    let sessions = app.db.transaction(sessions).await?;
    Ok(Removed { refresh_tokens, sessions })
}
