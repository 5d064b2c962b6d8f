//! One runner at a time. Never here: what it runs.

use std::time::{Duration, Instant};

use super::{Config, MigrateError};
use crate::Session;

/// The runner's advisory lock in its database: "mainstay" in ASCII.
const KEY: i64 = 0x6d61_696e_7374_6179;

/// First and longest pause between two tries.
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(250));

/// Takes the lock for the life of the session, trying again and again: to wait inside the server would hold a
/// snapshot, for which `create index concurrently` of the lock's holder would wait in turn.
pub(super) async fn acquire(session: &Session, config: &Config) -> Result<(), MigrateError> {
    let begun = Instant::now();
    let mut pause = PAUSE.0;
    loop {
        let row = session.query_one("select pg_try_advisory_lock($1) as locked", &[&KEY]).await?;
        if row.try_get("locked")? {
            return Ok(());
        }
        let waited = begun.elapsed();
        if waited > config.wait_for_others() {
            return Err(MigrateError::Busy { waited });
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE.1);
    }
}
