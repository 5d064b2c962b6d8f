//! The serve loop: accept, serve HTTP/1.1 and HTTP/2 on one port, drain with a deadline.
//! Never here: anything about requests; the middleware list and the routes decide those.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use mainstay_runtime::Stop;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::Service;

use crate::config::{Config, Connections};

mod connection;
mod socket;

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeReport {
    /// Connections that were open when the stop was asked for.
    pub open: usize,
    /// Of these, how many the deadline cut off.
    pub cut_off: usize,
    /// From the stop to the last closed connection.
    pub took: Duration,
}

impl ServeReport {
    /// Whether every request in work was answered.
    pub fn is_clean(&self) -> bool {
        self.cut_off == 0
    }
}

/// What every connection of one [`serve()`] call shares.
struct Shared {
    limits: Connections,
    /// Asks connections to finish what they have and close.
    drain: CancellationToken,
    /// Tells connections to close at once.
    cut: CancellationToken,
    cut_off: AtomicUsize,
}

/// Serves `app` until a stop is wanted, then drains: no new connections, keep-alive ended, running requests
/// finish or are cut off after `connections.drain_timeout`. Connections are tasks of this call: when it
/// returns, none is left. A supervisor above should allow its own drain somewhat more time.
///
/// `app` must always be ready for a request, as routers and [`crate::layers::App`] are: where it is not, the answer is a 503.
/// Each connection has a clone of its own. The client's address is in each request's extensions as `axum::extract::ConnectInfo<SocketAddr>`.
pub async fn serve<S>(listener: TcpListener, app: S, config: &Config, stop: Stop) -> ServeReport
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let shared = Arc::new(Shared {
        limits: config.connections.clone(),
        drain: CancellationToken::new(),
        cut: CancellationToken::new(),
        cut_off: AtomicUsize::new(0),
    });
    let connections = TaskTracker::new();
    tokio::select! {
        () = accept(listener, app, &shared, &connections) => {}
        () = stop.stopped() => {}
    }
    drain(&shared, &connections).await
}

/// Accepts for ever; the listener closes when this future is dropped.
async fn accept<S>(listener: TcpListener, app: S, shared: &Arc<Shared>, connections: &TaskTracker)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let places = Arc::new(Semaphore::new(shared.limits.max.clamp(1, Semaphore::MAX_PERMITS)));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (socket, peer) = next_socket(&listener).await;
        // Small answers must not wait for the peer's acknowledgement; a socket that refuses is closing.
        let _ = socket.set_nodelay(true);
        let (app, shared) = (app.clone(), Arc::clone(shared));
        connections.spawn(async move {
            connection::run(socket, peer, app, &shared).await;
            drop(place);
        });
    }
}

/// The next accepted socket; waits out errors such as exhausted file descriptors.
async fn next_socket(listener: &TcpListener) -> (TcpStream, std::net::SocketAddr) {
    let mut pause = Duration::from_millis(5);
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::warn!(error.message = %error, "cannot accept connections; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
        }
    }
}

/// The client gave up before we accepted: not our concern.
fn is_of_the_peer(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn drain(shared: &Shared, connections: &TaskTracker) -> ServeReport {
    let start = Instant::now();
    connections.close();
    let open = connections.len();
    shared.drain.cancel();
    if tokio::time::timeout(shared.limits.drain_timeout, connections.wait()).await.is_err() {
        shared.cut.cancel();
        connections.wait().await;
    }
    let cut_off = shared.cut_off.load(Ordering::Relaxed);
    ServeReport { open, cut_off, took: start.elapsed() }
}
