//! One session outside the pools: for the migration runner, for probes, for whatever must keep its connection.
//! Never here: limits of the pools, retries.

use std::ops::Deref;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls};

use crate::Target;

/// One connection of its own; dropping it closes the connection.
#[derive(Debug)]
pub struct Session {
    client: Client,
    driver: JoinHandle<()>,
}

impl Session {
    /// Connects to `target` under the name `application`, giving up after `within`.
    ///
    /// # Errors
    /// What the driver says; a time-out counts as a failure to connect.
    pub async fn connect(
        target: &Target,
        application: &str,
        within: Duration,
    ) -> Result<Self, tokio_postgres::Error> {
        let mut pg = target.driver_config().clone();
        pg.application_name(application).connect_timeout(within);
        Self::open(&pg).await
    }

    /// Connects as the driver's configuration says.
    pub(crate) async fn open(pg: &tokio_postgres::Config) -> Result<Self, tokio_postgres::Error> {
        let (client, connection) = pg.connect(NoTls).await?;
        #[expect(
            clippy::disallowed_methods,
            reason = "the driver's half of one connection: it ends with the session that owns it"
        )]
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(error = %error, "a direct database session ended");
            }
        });
        Ok(Self { client, driver })
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}
