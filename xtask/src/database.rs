//! A throw-away PostgreSQL with the application's migrations, alive for one call: what checks statements and tells the
//! schema. How a cluster is found, made and stopped is mainstay-db's.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use mainstay_db::Session;
use mainstay_db::embedded::{Cluster, Config, Durability};
use mainstay_db::migrate;
use tokio::runtime::Runtime;

use crate::migrations;

const CONNECT: Duration = Duration::from_secs(10);

/// Starts a cluster, migrates its database as the application would, hands it with a session to `work`, and stops the
/// cluster whatever the outcome. `work` runs on the caller's thread and may block; the session is driven by the
/// runtime's own threads.
pub(crate) fn with_database<T>(root: &Path, work: impl FnOnce(&Cluster, &Session) -> Result<T>) -> Result<T> {
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
    let cluster = runtime.block_on(Cluster::start(&config)).context("no throw-away database")?;
    let outcome = runtime.block_on(prepare(root, &cluster)).and_then(|session| work(&cluster, &session));
    runtime.block_on(cluster.stop()).context("the throw-away cluster does not stop")?;
    outcome
}

async fn prepare(root: &Path, cluster: &Cluster) -> Result<Session> {
    let set = migrations::read(root)?;
    let (cache, jobs) = (&mainstay_cache::invalidation::MIGRATIONS, &mainstay_jobs::MIGRATIONS);
    let events = &mainstay_events::MIGRATIONS;
    migrate::run(&cluster.target(), &[&migrate::PLATFORM, cache, jobs, events, &set])
        .await
        .context("the migrations fail on an empty database")?;
    Session::connect(&cluster.target(), "xtask", CONNECT).await.context("the database is unreachable")
}
