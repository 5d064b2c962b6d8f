//! What is measured on: one private PostgreSQL, and an empty database of it for each measurement. Never here: what is measured.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mainstay_db::embedded::{self, Cluster};
use mainstay_db::{Session, Target};

use super::store;

pub(super) struct World {
    cluster: Cluster,
    psql: Session,
    made: AtomicUsize,
}

impl World {
    pub(super) async fn start(folder: &Path) -> anyhow::Result<Self> {
        let config = embedded::Config { data_dir: folder.join("postgres"), ..embedded::Config::default() };
        let cluster = Cluster::start(&config).await?;
        let psql = Session::connect(&cluster.target(), "bench", Duration::from_secs(10)).await?;
        Ok(Self { cluster, psql, made: AtomicUsize::new(0) })
    }

    /// Where the server writes what it has to say.
    pub(super) fn log_file(&self) -> PathBuf {
        self.cluster.log_file()
    }

    /// Does something on a database that nobody has used, which is gone afterwards.
    pub(super) async fn on_empty<T>(
        &self,
        work: impl AsyncFnOnce(&Target) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let name = format!("bench_{}", self.made.fetch_add(1, Ordering::Relaxed));
        store::create_database(&self.psql, &name).await?;
        let done = work(&self.cluster.target().with_database(&name)).await;
        store::drop_database(&self.psql, &name).await?;
        done
    }

    pub(super) async fn stop(self) -> anyhow::Result<()> {
        Ok(self.cluster.stop().await?)
    }
}
