//! Which database: the server that is configured, the private cluster, or the private cluster that another process
//! of the same folder is running. Never here: pools and migrations.

use std::path::Path;

use mainstay_db::embedded::{self, Cluster, EmbeddedError};
use mainstay_db::{ConnectError, Target};

use crate::PlatformConfig;

/// There is no database to use.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The configured address is none.
    #[error(transparent)]
    Address(#[from] ConnectError),
    /// The private cluster could not be started.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
}

/// The database, and the private cluster when this process runs it.
pub(crate) async fn choose(config: &PlatformConfig) -> Result<(Target, Option<Cluster>), DatabaseError> {
    if !config.database.url.is_empty() {
        return Ok((
            Target::parse(config.database.url.expose())?.with_network(&config.database.network),
            None,
        ));
    }
    match Cluster::start(&config.embedded).await {
        Ok(cluster) => Ok((cluster.target(), Some(cluster))),
        Err(EmbeddedError::InUse { data_dir, pid }) if config.may_share_cluster => {
            match running(&config.embedded) {
                Some(target) => Ok((target, None)),
                None => Err(EmbeddedError::InUse { data_dir, pid }.into()),
            }
        }
        Err(error) => Err(error.into()),
    }
}

/// The private cluster that another process is running: its socket stands in `postmaster.pid`.
fn running(config: &embedded::Config) -> Option<Target> {
    let text = std::fs::read_to_string(config.data_dir.join("pg").join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().collect();
    let port = lines.get(3)?.trim().parse().ok()?;
    let folder = lines.get(4)?.trim();
    Some(Target::socket(Path::new(folder), port, embedded::SUPERUSER, &config.database))
}
