//! A private PostgreSQL for a test that stops, kills or configures its server. Never here: the shared one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::Result;
use mainstay_db::embedded::{Cluster, Config, Durability};
use tempfile::TempDir;

/// A cluster that one test has for itself. Its folder goes with it.
#[derive(Debug)]
pub struct OwnCluster {
    /// The running cluster; taken out by a test that stops it.
    pub cluster: Option<Cluster>,
    folder: TempDir,
}

impl OwnCluster {
    /// A configuration for a cluster in `folder`: small, and fast before safe.
    pub fn config(folder: &Path) -> Config {
        Config {
            data_dir: folder.join("postgres"),
            shared_buffers_mb: 16,
            max_connections: 60,
            durability: Durability::Disposable,
            ..Config::default()
        }
    }

    /// The folder that holds the data directory `postgres`.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops the cluster and removes its folder.
    ///
    /// # Errors
    /// If the server does not stop.
    pub async fn close(mut self) -> Result<()> {
        if let Some(cluster) = self.cluster.take() {
            cluster.stop().await?;
        }
        Ok(())
    }
}

/// Makes and starts a cluster in a temporary folder. Takes about a second: most tests want [`crate::TestDb`].
///
/// # Errors
/// If PostgreSQL is missing or does not start.
pub async fn own_cluster() -> Result<OwnCluster> {
    let folder = tempfile::tempdir()?;
    // As root the server runs as another account, which must pass through.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o711))?;
    let cluster = Cluster::start(&OwnCluster::config(folder.path())).await?;
    Ok(OwnCluster { cluster: Some(cluster), folder })
}
