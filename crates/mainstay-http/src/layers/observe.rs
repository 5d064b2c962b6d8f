//! Request ids, the span that every line of a request is in, the access log and the metrics of requests.
//! Never here: paths, queries, addresses or tokens of clients in logs or labels; only the route's template.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::response::Response;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};
use mainstay_db::insight::{self, Budget, RequestStats};
use mainstay_runtime::{Effects, Ids};
use mainstay_telemetry::{Registry, RequestId, events, request_id};
use tracing::field::Empty;
use tracing::{Instrument, Span};

use super::metrics::{InFlight, Metrics};
use super::step::Step;
use super::trace_context;
use crate::config::Config;
use crate::facts::{self, Facts};
use crate::pages::PageLimits;
use crate::problem::Problem;

/// The request id's header, in and out.
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// What the answer cost, for the developer tools of browsers.
const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// The route label of requests that matched none.
const UNMATCHED: &str = "unmatched";

/// The step.
#[derive(Clone)]
pub(super) struct Observe(Arc<Inner>);

struct Inner {
    timeout: Duration,
    pages: PageLimits,
    ids: Ids,
    budget: Budget,
    metrics: Metrics,
}

/// What the way back knows of the request.
pub(super) struct Seen {
    id: RequestId,
    method: Method,
    facts: Arc<Facts>,
    start: Instant,
    statements: RequestStats,
    span: Span,
    _in_flight: InFlight,
}

impl Observe {
    pub(super) fn new(config: &Config, registry: &Registry, effects: &Effects) -> Self {
        Self(Arc::new(Inner {
            timeout: config.requests.timeout,
            pages: config.pages,
            ids: effects.ids.clone(),
            budget: Budget {
                statements: config.requests.max_statements,
                repeated: config.requests.repeated_statements,
                panics: config.requests.panic_on_repeated,
            },
            metrics: Metrics::register(registry),
        }))
    }
}

impl Step for Observe {
    type Kept = Seen;

    fn before(&self, mut request: Request<Body>) -> Result<(Request<Body>, Seen), Box<Response>> {
        let start = Instant::now();
        let id = request
            .headers()
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(RequestId::parse)
            .unwrap_or_else(|| RequestId::generate(&self.0.ids));
        let facts = Arc::new(Facts::new(self.0.timeout, self.0.pages));
        request.extensions_mut().insert(Arc::clone(&facts));
        let _in_flight = self.0.metrics.begin();
        let method = request.method().clone();
        let trace_id = trace_context::trace_id(request.headers());
        // Of the highest level, so that a filter that lets only errors through knows their request, too.
        let span = tracing::error_span!(
            "request",
            request_id = id.as_str(),
            trace_id = trace_id.as_deref(),
            http.route = Empty
        );
        let statements = RequestStats::within(self.0.budget);
        Ok((request, Seen { id, method, facts, start, statements, span, _in_flight }))
    }

    async fn after<F>(self, seen: Seen, answer: F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let work = async {
            let response = insight::scope(seen.statements.clone(), answer).await;
            record(&self.0.metrics, &seen, &response);
            response
        };
        let mut response = request_id::scope(seen.id.clone(), work.instrument(seen.span.clone())).await;
        if let Ok(value) = HeaderValue::from_str(seen.id.as_str()) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        if let Some(value) = server_timing(&seen) {
            response.headers_mut().append(SERVER_TIMING, value);
        }
        response
    }
}

/// One access line and one observation per answer; a client that leaves before gets neither.
fn record(metrics: &Metrics, seen: &Seen, response: &Response) {
    let took = seen.start.elapsed();
    let route = seen.facts.route.get().map_or(UNMATCHED, MatchedPath::as_str);
    let status = response.status().as_u16();
    let code = response.extensions().get::<Problem>().map(Problem::code);
    metrics.answered(&seen.method, route, status, took);
    for statement in seen.statements.repeated() {
        metrics.repeated(route, statement);
    }
    if let Some(code) = code {
        metrics.failed(route, code);
    }
    if super::is_operational(route) && status < 400 {
        return;
    }
    tracing::info!(
        event = events::HTTP_REQUEST_ANSWERED,
        http.method = seen.method.as_str(),
        http.route = route,
        http.status = status,
        http.duration_ms = took.as_secs_f64() * 1e3,
        db.statements = seen.statements.count(),
        db.duration_ms = seen.statements.time().as_secs_f64() * 1e3,
        problem.code = code,
        "request answered"
    );
}

/// The time until now and in the database, in milliseconds, and how many statements ran there.
fn server_timing(seen: &Seen) -> Option<HeaderValue> {
    let total = seen.start.elapsed().as_secs_f64() * 1e3;
    let (count, time) = (seen.statements.count(), seen.statements.time().as_secs_f64() * 1e3);
    HeaderValue::from_str(&format!("total;dur={total:.1}, db;dur={time:.1};desc=\"n={count}\"")).ok()
}

/// Inside the router: remembers which route matched. Must run after routing.
pub(super) fn note_route(request: Request<Body>) -> Request<Body> {
    if let Some(facts) = facts::of(request.extensions())
        && let Some(route) = request.extensions().get::<MatchedPath>()
    {
        // Already set when routers are nested; the first is the whole path.
        if facts.route.set(route.clone()).is_ok() {
            Span::current().record("http.route", route.as_str());
            insight::name_route(route.as_str());
        }
    }
    request
}

/// The id of the request being worked on.
pub(super) fn current_request_id() -> Option<String> {
    request_id::current().map(|id| id.to_string())
}
