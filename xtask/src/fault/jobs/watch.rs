//! Looks how many of the limited queue are at work. Never here: how many may be.

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::{Session, Target};

use super::World;

const AT_WORK: &str = "select coalesce(sum(many), 0)::bigint, coalesce(max(many), 0) from ( \
    select count(*) as many from mainstay.job_running where queue = 'narrow' group by limit_key) as each";

/// Until the story has no more askers.
pub(super) async fn watch(world: Arc<World>, writer: Target) {
    let mut open = None;
    while !world.stop.is_stopping() {
        tokio::time::sleep(Duration::from_millis(10)).await;
        let session = match open.take() {
            Some(session) => session,
            None => match Session::connect(&writer, "watch", Duration::from_secs(2)).await {
                Ok(session) => session,
                Err(_) => continue,
            },
        };
        let Ok(row) = session.query_one(AT_WORK, &[]).await else { continue };
        let (all, of_key): (i64, i64) = (row.get(0), row.get(1));
        let mut history = world.history();
        history.at_once = (history.at_once.0.max(all), history.at_once.1.max(of_key));
        history.looks += 1;
        drop(history);
        open = Some(session);
    }
}
