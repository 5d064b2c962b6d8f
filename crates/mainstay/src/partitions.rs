//! The months of partitioned tables while a process serves: there before the first request, then kept. Never here: how a
//! month is made (`mainstay_db`), which tables an application has.

use mainstay_db::Config;
use mainstay_db::partitions::Keeper;
use mainstay_runtime::Supervisor;

/// Makes the months that are needed, then looks every so often. That they cannot be made now keeps nobody from serving:
/// the next round tries again, and a row that needs one before asks for it.
pub(crate) async fn start(keeper: &Keeper, config: &Config, supervisor: &Supervisor) {
    if keeper.is_idle() {
        return;
    }
    if let Err(error) = keeper.round().await {
        tracing::warn!(event = "task.round_failed", task.name = "partitions", error = %error, "months could not be made");
    }
    let keeper = keeper.clone();
    supervisor.spawn_periodic("partitions", config.partitions.every(), move || {
        let keeper = keeper.clone();
        async move { keeper.round().await.map(drop) }
    });
}
