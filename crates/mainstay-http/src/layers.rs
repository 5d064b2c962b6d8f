//! The middleware list. Never here: routes, or what a single layer does (see its own file).

use std::convert::Infallible;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use http::Request;
use mainstay_runtime::Effects;
use mainstay_telemetry::Registry;
use tower::util::{BoxCloneSyncService, MapRequestLayer, MapResponseLayer, option_layer};
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
mod routes;
pub(crate) mod step;
mod trace_context;

pub use api_prefix::canonical;
pub use deadline::allow_time;
pub use routes::Routes;

pub(crate) use step::{Answered, Outcome, Step, StepLayer};

/// Whether what every answer carries can be headers. For who judges a configuration.
pub(crate) fn answer_headers(config: &Config) -> Result<(), BuildError> {
    browser::headers(config).map(drop)
}

/// A router inside the middleware list, ready for [`crate::serve()`]. Each connection has one of its own: what the list
/// shares is not touched for a request that goes through it.
#[derive(Clone)]
pub struct App(List);

/// The list, in a box, and so are its answers: the only boxes that it needs.
type List = BoxCloneSyncService<Request<Body>, Response, Infallible>;

impl Service<Request<Body>> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = <List as Service<Request<Body>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
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

/// Puts the middleware list around routes.
///
/// Fails only for configured values that cannot be headers. Apps built on one registry share its metrics.
pub fn app(
    routes: impl Into<Routes>,
    config: &Config,
    registry: &Registry,
    effects: &Effects,
) -> Result<App, BuildError> {
    // The whole list is cloned for each connection, so what it carries is behind an `Arc`.
    let headers = Arc::new(browser::lasting(&browser::headers(config)?));
    let requests = &config.requests;

    // Next to the routes: what needs the matched route, what is of an API alone, and answers where no route matches.
    let router = routes.into().install();

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
    Ok(App(BoxCloneSyncService::new(app)))
}

/// Probes and metrics: answered however busy the service is, and not worth a log line when all is well.
fn is_operational(path: &str) -> bool {
    matches!(
        path,
        "/livez" | "/readyz" | "/startupz" | "/metrics" | "/health" | "/health/live" | "/health/ready"
    )
}
