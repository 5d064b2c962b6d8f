//! What is answered while a service starts. Never here: what a start does, or how long it may take.

use std::os::fd::AsFd;
use std::time::Duration;

use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use http::header::{ACCEPT, CACHE_CONTROL, HeaderName, REFRESH, RETRY_AFTER};
use http::{HeaderMap, Method, StatusCode, Uri};
use mainstay_runtime::{Effects, Lifecycle, Stop};
use mainstay_telemetry::Registry;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::health::{Probes, Severity};
use crate::layers::{self, BuildError};
use crate::problem::Problem;
use crate::serve::serve;

/// When to ask again; most starts are over by then.
const RETRY: Duration = Duration::from_secs(2);

/// The answers are made at once: whoever is still connected after this has not asked for anything.
const DRAIN: Duration = Duration::from_secs(1);

/// Nothing can be answered while the service starts.
#[derive(Debug, thiserror::Error)]
pub enum StartingError {
    /// A configured value cannot be a header.
    #[error(transparent)]
    Config(#[from] BuildError),
    /// The listening socket cannot be shared.
    #[error("the listening socket cannot be shared: {0}")]
    Listener(#[from] std::io::Error),
}

/// Answers until `start` has ended: `/livez` with 200, `/readyz`, `/startupz` and `/health` with 503, anything else with
/// the problem `starting` (503, `Retry-After`), or to a browser with a page that comes again by itself.
///
/// The caller's handle keeps the socket open: what connects after this and before the service accepts waits, and is not
/// refused.
///
/// # Errors
/// [`StartingError`]; `start` is then not begun.
pub async fn serve_while_starting<T>(
    listener: &TcpListener,
    config: &Config,
    effects: &Effects,
    start: impl Future<Output = T>,
) -> Result<T, StartingError> {
    let mut config = config.clone();
    config.connections.drain_timeout = config.connections.drain_timeout.min(DRAIN);
    let probes = Probes::builder(&config.health, effects.clock.clone(), Lifecycle::new())
        .check("start", Severity::Critical, || {
            std::future::ready(Err("the database has not answered yet, or is being prepared"))
        })
        .build();
    // Numbers of a start are nobody's: the service's own registry begins with the service.
    let router = probes.routes().route("/", any(not_yet)).route("/{*path}", any(not_yet));
    let app = layers::app(router, &config, &Registry::new(), effects)?;
    let shared: std::net::TcpListener = listener.as_fd().try_clone_to_owned()?.into();
    let stop = Stop::new();
    let serving = serve(TcpListener::from_std(shared)?, app, &config, stop.clone());
    let starting = async {
        let started = start.await;
        stop.trigger();
        started
    };
    Ok(tokio::join!(serving, starting).1)
}

async fn not_yet(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let wants_page = headers.get(ACCEPT).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if !wants_page || !matches!(method, Method::GET | Method::HEAD) || uri.path().starts_with("/v1/") {
        let detail = "The service is starting: it waits for its database, or prepares it.";
        return Problem::unavailable(RETRY, detail).coded("starting").into_response();
    }
    let seconds = RETRY.as_secs().to_string();
    let again: [(HeaderName, String); 3] =
        [(RETRY_AFTER, seconds.clone()), (REFRESH, seconds), (CACHE_CONTROL, "no-store".to_owned())];
    (StatusCode::SERVICE_UNAVAILABLE, again, Html(include_str!("starting.html"))).into_response()
}
