//! A server per test, and the raw ends of a connection. Never here: assertions about behaviour.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use mainstay_http::{Config, ServeReport};
use mainstay_runtime::{Effects, Stop};
use mainstay_telemetry::Registry;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower::Service;

/// Longer than anything a passing test waits for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) client: reqwest::Client,
    pub(crate) registry: Registry,
    stop: Stop,
    task: JoinSet<ServeReport>,
}

pub(crate) fn effects() -> Effects {
    Effects::fixed(jiff::Timestamp::from_second(1_800_000_000).unwrap(), 1)
}

impl World {
    pub(crate) async fn start(router: Router) -> Self {
        Self::with(router, Config::default()).await
    }

    pub(crate) async fn with(router: Router, config: Config) -> Self {
        let registry = Registry::new();
        let app = mainstay_http::app(router, &config, &registry, &effects()).unwrap();
        Self::of(app, config, registry).await
    }

    /// Of whatever service.
    pub(crate) async fn of<S>(app: S, config: Config, registry: Registry) -> Self
    where
        S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Stop::new();
        let mut task = JoinSet::new();
        let stopped = stop.clone();
        task.spawn(async move { mainstay_http::serve(listener, app, &config, stopped).await });
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { address, client, registry, stop, task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    /// Asks the server to stop without waiting for it.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.trigger();
    }

    /// The report of a stop asked for before.
    pub(crate) async fn report(&mut self) -> ServeReport {
        within(self.task.join_next()).await.unwrap().unwrap()
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a fresh connection and reads until the server closes it.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> String {
        let mut socket = self.connect().await;
        socket.write_all(bytes).await.unwrap();
        read_to_close(&mut socket).await
    }
}

/// What arrives until the peer closes, or resets, the connection.
pub(crate) async fn read_to_close(socket: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match within(socket.read(&mut buffer)).await {
            Ok(0) | Err(_) => return String::from_utf8_lossy(&bytes).into_owned(),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

/// Fails the test instead of hanging it.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.expect("the awaited thing must happen")
}
