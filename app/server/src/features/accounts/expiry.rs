//! Removing sessions and refresh tokens whose time is over. Never here: when that is done, ending what still lives.

use std::sync::Arc;

use mainstay_db::Tx;

use super::{AccountError, store};
use crate::state::App;

/// How many rows were removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
