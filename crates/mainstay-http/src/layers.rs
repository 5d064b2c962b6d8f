//! The middleware list. Never here: routes, or what a single layer does (see its own file).

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::Request;
use mainstay_runtime::Effects;
use mainstay_telemetry::Registry;
use tower::util::{MapRequestLayer, MapResponseLayer, option_layer};
use tower::{Service, ServiceBuilder};

use crate::config::Config;

mod admission;
mod api_prefix;
mod bodies;
mod browser;
mod deadline;
mod fallbacks;
mod metrics;
mod observe;
mod problems;
pub(crate) mod step;
mod trace_context;

pub use api_prefix::canonical;
pub use deadline::allow_time;

pub(crate) use step::{Answered, Outcome, Step, StepLayer};

/// Whether what every answer carries can be headers. For who judges a configuration.
pub(crate) fn answer_headers(config: &Config) -> Result<(), BuildError> {
    browser::headers(config).map(drop)
}

/// A router inside the middleware list, ready for [`crate::serve()`]. A clone is one reference count.
#[derive(Clone)]
pub struct App(Arc<dyn Fn(Request<Body>) -> Answering + Send + Sync>);

/// The answer to be, in a box: the only one that the list needs.
type Answering = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl App {
    /// Of a list that is always ready for the next request.
    fn new<S>(list: S) -> Self
    where
        S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(list.clone().call(request))))
    }
}

impl Service<Request<Body>> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Answering {
        (self.0)(request)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("App(…)")
    }
}

/// A configured value that no header can carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("http.{key}: {reason}")]
pub struct BuildError {
    /// The configuration key.
    pub key: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

/// Puts the middleware list around a router.
///
/// Fails only for configured values that cannot be headers. Apps built on one registry share its metrics.
pub fn app(
    router: Router,
    config: &Config,
    registry: &Registry,
    effects: &Effects,
) -> Result<App, BuildError> {
    // The whole list is cloned for each request, so what it carries is behind an `Arc`.
    let headers = Arc::new(browser::headers(config)?);
    let requests = &config.requests;

    // Next to the routes: what needs the matched route, and answers where no route matches.
    let router = fallbacks::install(router).with_state(()).layer(MapRequestLayer::new(observe::note_route));

    // The list, outermost first.
    let app = ServiceBuilder::new()
        // `/api/goals` is `/v1/goals`. Before everything, so that nothing else knows two spellings.
        .layer(MapRequestLayer::new(api_prefix::rewrite))
        // Request id in and out, the access log, the metrics. Sees every answer, also refusals below.
        .layer(StepLayer(observe::Observe::new(config, registry, effects)))
        // Security headers, on errors too.
        .layer(MapResponseLayer::new(move |response| browser::add_missing(&headers, response)))
        // Foreign pages: answers preflights, marks the answers that allowed origins may read.
        .layer(option_layer(browser::cors(config)?))
        // Bytes shrink, unless the client opts out.
        .layer(StepLayer(bodies::Compress::new(requests)))
        // Panics become problems; problems learn their request. Inside compression, to see plain bodies.
        .layer(StepLayer(problems::Problems))
        // At most so many requests in work; refusing is cheap and comes before any body is read.
        .layer(StepLayer(admission::Admission::new(requests.max_concurrent)))
        // So much time per request.
        .layer(StepLayer(deadline::Deadline))
        // So many bytes per body that an extractor reads, unless its route says otherwise, and so many whatever the
        // route says.
        .layer(StepLayer(bodies::Limits::new(requests)))
        .service(router);
    Ok(App::new(app))
}

/// Probes and metrics: answered however busy the service is, and not worth a log line when all is well.
fn is_operational(path: &str) -> bool {
    matches!(
        path,
        "/livez" | "/readyz" | "/startupz" | "/metrics" | "/health" | "/health/live" | "/health/ready"
    )
}
