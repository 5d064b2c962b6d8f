//! Where a database of the private cluster is, for programs of others. Never here: how each writes it.

use anyhow::Context as _;
use mainstay_db::Target;
use tokio_postgres::config::Host;

/// What every driver wants to know. Nobody needs a password on the socket.
pub(crate) struct Parts {
    pub(crate) user: String,
    /// Of the socket.
    pub(crate) folder: String,
    pub(crate) port: u16,
    pub(crate) database: String,
}

pub(crate) fn parts(target: &Target) -> anyhow::Result<Parts> {
    let pg = target.driver_config();
    let Some(Host::Unix(folder)) = pg.get_hosts().first() else { anyhow::bail!("the cluster has no socket") };
    Ok(Parts {
        user: pg.get_user().context("the cluster has no role")?.to_owned(),
        folder: folder.display().to_string(),
        port: *pg.get_ports().first().context("the cluster has no port")?,
        database: target.database().to_owned(),
    })
}
