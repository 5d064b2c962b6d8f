//! One session outside the pools: for the migration runner, for probes, for whatever must keep its connection.
//! Never here: limits of the pools, retries.

use std::ops::Deref;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio_postgres::{Client, Notification};

use crate::Target;
use crate::opening::Opener;

/// One connection of its own; dropping it closes the connection.
#[derive(Debug)]
pub struct Session {
    client: Client,
    driver: Driver,
}

/// The driver's half of a connection; it ends with this.
#[derive(Debug)]
struct Driver(Option<JoinHandle<()>>);

impl Session {
    /// Connects to `target` under the name `application`, giving up after `within`, the signing in included. Of several
    /// hosts it is the one that takes writes, and each is given its share of the time.
    ///
    /// # Errors
    /// What the driver says; a time-out counts as a failure to connect.
    pub async fn connect(
        target: &Target,
        application: &str,
        within: Duration,
    ) -> Result<Self, tokio_postgres::Error> {
        Opener::new(target, application, within).open().await
    }

    /// The same for statements of which the server ends each after `longest`: where an answer is owed for longer than
    /// that, and the margin of the target's network, the server has fallen silent, and the session ends.
    ///
    /// # Errors
    /// As [`Session::connect`].
    pub async fn connect_for(
        target: &Target,
        application: &str,
        within: Duration,
        longest: Duration,
    ) -> Result<Self, tokio_postgres::Error> {
        let limit = target.answers_within(longest);
        Opener::new(target, application, within).with_limit(limit).open().await
    }

    /// The same, which tells `heard` of each notification of the channels that it listens to. It must be quick: the driver
    /// waits for it.
    ///
    /// # Errors
    /// As [`Session::connect`].
    pub async fn connect_hearing(
        target: &Target,
        application: &str,
        within: Duration,
        longest: Duration,
        heard: impl Fn(&Notification) + Send + Sync + 'static,
    ) -> Result<Self, tokio_postgres::Error> {
        let limit = target.answers_within(longest);
        Opener::new(target, application, within).with_limit(limit).hearing(heard).open().await
    }

    pub(crate) fn of(client: Client, driver: JoinHandle<()>) -> Self {
        Self { client, driver: Driver(Some(driver)) }
    }

    /// What a pool takes: it ends the driver's half itself.
    pub(crate) fn into_halves(self) -> (Client, JoinHandle<()>) {
        let Self { client, mut driver } = self;
        let driver =
            driver.0.take().unwrap_or_else(|| unreachable!("a session has its driver until it ends"));
        (client, driver)
    }
}

impl Deref for Session {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Some(driver) = self.0.take() {
            driver.abort();
        }
    }
}
