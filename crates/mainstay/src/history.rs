//! The history of statements while a process serves: its months, its readings, its last one. Never here: what is read and
//! written (`mainstay_db`).

use std::sync::Arc;
use std::time::Duration;

use mainstay_db::insight::History;
use mainstay_db::partitions::{Keeper, PartitionError, statement_history};
use mainstay_db::{Config, Db};
use mainstay_runtime::{Effects, Supervisor};
use mainstay_telemetry::Registry;

/// How long the last reading may hold up a stop.
const LAST_READING: Duration = Duration::from_secs(2);

/// Makes the months that are needed, then keeps them and writes readings beside the requests. None if the configuration
/// wants no history. That it cannot be kept now keeps nobody from serving: each part is tried again.
pub(crate) async fn start(
    config: &Config,
    db: &Db,
    (supervisor, effects): (&Supervisor, &Effects),
    registry: &Registry,
) -> Option<Arc<History>> {
    let every = config.insight.history_interval()?;
    match open(config, db, effects, registry).await {
        Ok((keeper, history)) => {
            supervisor.spawn_periodic("partitions", config.partitions.every(), move || {
                let keeper = keeper.clone();
                async move { keeper.round().await.map(drop) }
            });
            let recorded = Arc::clone(&history);
            supervisor.spawn_periodic("statement history", every, move || {
                let history = Arc::clone(&recorded);
                async move { history.record().await.map(drop) }
            });
            Some(history)
        }
        Err(error) => {
            failed("partitions", &error);
            None
        }
    }
}

async fn open(
    config: &Config,
    db: &Db,
    effects: &Effects,
    registry: &Registry,
) -> Result<(Keeper, Arc<History>), PartitionError> {
    let table = statement_history(config.insight.history_months);
    let (clock, process) = (&effects.clock, effects.ids.next().to_string());
    let keeper = Keeper::new(&config.partitions, db.target(), clock, registry, vec![table.clone()])?;
    if let Err(error) = keeper.round().await {
        failed("partitions", &error);
    }
    let history = History::new(db, &keeper, table, clock, process);
    Ok((keeper, Arc::new(history)))
}

/// Writes what has run since the last reading.
pub(crate) async fn end(history: &History) {
    match tokio::time::timeout(LAST_READING, history.record()).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => failed("statement history", &error),
        Err(late) => failed("statement history", &late),
    }
}

fn failed(task: &'static str, error: &dyn std::error::Error) {
    tracing::warn!(event = "task.round_failed", task.name = task, error = %error, "the history of statements has a gap");
}
