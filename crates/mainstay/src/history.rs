//! The history of statements while a process serves: its readings, its last one. Never here: its partitions (`partitions`),
//! what is read and written (`mainstay_db`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::insight::History;
use mainstay_db::partitions::{Keeper, statement_history};
use mainstay_db::{Config, Db};
use mainstay_runtime::{Effects, Supervisor};

/// How long the last reading may hold up a stop.
const LAST_READING: Duration = Duration::from_secs(2);

/// Writes readings beside the requests. None if the configuration wants no history.
pub(crate) fn start(
    config: &Config,
    db: &Db,
    keeper: &Keeper,
    (supervisor, effects): (&Supervisor, &Effects),
) -> Option<Arc<History>> {
    let every = config.insight.history_interval()?;
    let table = statement_history(config.insight.history_months).table;
    let process = effects.ids.next().to_string();
    let history = Arc::new(History::new(db, keeper, table, &effects.clock, process));
    let recorded = Arc::clone(&history);
    supervisor.spawn_periodic("statement history", every, move || {
        let history = Arc::clone(&recorded);
        async move { history.record().await.map(drop) }
    });
    Some(history)
}

/// Writes what has run since the last reading.
pub(crate) async fn end(history: &History) {
    match tokio::time::timeout(LAST_READING, history.record()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => failed(&error),
        Err(late) => failed(&late),
    }
}

fn failed(error: &dyn std::error::Error) {
    tracing::warn!(event = "task.round_failed", task.name = "statement history", error = %error, "the history of statements has a gap");
}
