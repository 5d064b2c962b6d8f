//! The partitions of tables while a process serves: there before the first request, then kept. Never here: how one is
//! made (`mainstay_db`), which tables an application has.

use std::time::Duration;

use mainstay_db::Config;
use mainstay_db::partitions::Keeper;
use mainstay_runtime::Supervisor;

/// Requests wait no longer for the first round: something holds the tables, and rows that need a partition ask for it.
const FIRST_ROUND: Duration = Duration::from_secs(5);

/// Makes the partitions that are needed, then looks every so often. That they cannot be made now keeps nobody from serving:
/// the next round tries again, and a row that needs one before asks for it.
pub(crate) async fn start(keeper: &Keeper, config: &Config, supervisor: &Supervisor) {
    if keeper.is_idle() {
        return;
    }
    let stop = supervisor.stop();
    tokio::select! {
        round = keeper.round() => if let Err(error) = round {
            tracing::warn!(event = "task.round_failed", task.name = "partitions", error = %error, "partitions could not be made");
        },
        () = stop.stopped() => return,
        () = tokio::time::sleep(FIRST_ROUND) => {
            tracing::warn!(event = "task.round_failed", task.name = "partitions", "partitions are made beside the requests: it takes long");
        }
    }
    let keeper = keeper.clone();
    supervisor.spawn_periodic("partitions", config.partitions.every(), move || {
        let keeper = keeper.clone();
        async move { keeper.round().await.map(drop) }
    });
}
