//! The throw-away database that checks the statements: empty but for the application's migrations, alive for one
//! call. How a cluster is found, made and stopped is mainstay-db's.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::{Context, Result};
use mainstay_db::Session;
use mainstay_db::embedded::{Cluster, Config, Durability};
use tokio::runtime::Runtime;

const CONNECT: Duration = Duration::from_secs(10);

/// Starts a cluster, prepares its database, hands it to `work`, and stops the cluster whatever the outcome.
/// `work` runs on the caller's thread and may block; the session is driven by the runtime's own threads.
pub(super) fn with_database<T>(
    prepare: impl AsyncFnOnce(&Session) -> Result<()>,
    work: impl FnOnce(&Session) -> Result<T>,
) -> Result<T> {
    // As root the server runs as somebody else, who has to reach its folder.
    let folder = tempfile::Builder::new()
        .prefix("gen-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()
        .context("no temporary folder")?;
    let config = Config {
        data_dir: folder.path().join("cluster"),
        durability: Durability::Disposable,
        shared_buffers_mb: 16,
        ..Config::default()
    };
    let runtime = Runtime::new().context("no runtime")?;
    let cluster =
        runtime.block_on(Cluster::start(&config)).context("no database to check the statements with")?;
    let outcome = runtime.block_on(connect(&cluster, prepare)).and_then(|session| work(&session));
    runtime.block_on(cluster.stop()).context("the throw-away cluster does not stop")?;
    outcome
}

async fn connect(cluster: &Cluster, prepare: impl AsyncFnOnce(&Session) -> Result<()>) -> Result<Session> {
    let session = Session::connect(&cluster.target(), "xtask gen", CONNECT)
        .await
        .context("the database is unreachable")?;
    prepare(&session).await?;
    Ok(session)
}
