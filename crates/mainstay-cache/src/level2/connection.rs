//! The way to one Redis, or to the nodes of a cluster. Never here: what is asked, and for how long.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{Cmd, ErrorKind, FromRedisValue, RedisError};
use tokio::sync::OnceCell;

use super::NoAddress;

/// Statements under way on the one connection before others wait.
const IN_FLIGHT: usize = 1_024;
/// Longest time to connect.
const CONNECT: Duration = Duration::from_secs(1);

pub(super) enum Connection {
    One(ConnectionManager),
    /// Finds the node of a key by itself, and learns when it moves.
    Many {
        client: Box<ClusterClient>,
        opened: OnceCell<ClusterConnection>,
    },
}

impl Connection {
    /// One address is a server, several are a cluster.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(super) fn to(clients: &[redis::Client], timeout: Duration) -> Result<Self, NoAddress> {
        let connect = timeout.max(CONNECT);
        if let [client] = clients {
            let config = ConnectionManagerConfig::new()
                .set_response_timeout(Some(timeout))
                .set_connection_timeout(Some(connect))
                .set_pipeline_buffer_size(IN_FLIGHT)
                .set_number_of_retries(0);
            let connection = ConnectionManager::new_lazy_with_config(client.clone(), config);
            return Ok(Self::One(connection.map_err(|_| NoAddress)?));
        }
        let nodes = clients.iter().map(|client| client.get_connection_info().clone());
        let client = ClusterClient::builder(nodes)
            .connection_timeout(connect)
            .response_timeout(timeout)
            .retries(1)
            .build()
            .map_err(|_| NoAddress)?;
        Ok(Self::Many { client: Box::new(client), opened: OnceCell::new() })
    }

    /// Opens what does not open itself, if it is not open yet. It takes longer than anybody who asks would wait.
    pub(super) async fn open(&self) {
        if let Self::Many { client, opened } = self
            && !opened.initialized()
        {
            // If there is no cluster now, the next round finds it.
            let opening = opened.get_or_try_init(|| client.get_async_connection());
            let _ = tokio::time::timeout(2 * CONNECT, opening).await;
        }
    }

    pub(super) async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, RedisError> {
        match self {
            Self::One(connection) => command.query_async(&mut connection.clone()).await,
            Self::Many { opened, .. } => match opened.get() {
                Some(connection) => command.query_async(&mut connection.clone()).await,
                None => Err((ErrorKind::Io, "the cluster is not reached yet").into()),
            },
        }
    }
}
