//! Request ids, what every line of a request says, the access log and the metrics of requests.
//! Never here: paths, queries, addresses or tokens of clients in logs or labels; only the route's template.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::extract::MatchedPath;
use axum::response::Response;
use http::header::{HeaderName, HeaderValue};
use http::{Method, Request};
use mainstay_db::insight::{self, Budget, RequestStats};
use mainstay_runtime::{Effects, Ids};
use mainstay_telemetry::{Registry, Request as Logged, RequestId, events};
use pin_project_lite::pin_project;
use tokio::task::futures::TaskLocalFuture;

use super::metrics::Metrics;
use super::step::{Answered, Outcome, Step};
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

pub(super) struct Inner {
    timeout: Duration,
    pages: PageLimits,
    ids: Ids,
    budget: Budget,
    metrics: Metrics,
}

/// What is told of the request when it is answered.
pub(super) struct Seen {
    by: Arc<Inner>,
    method: Method,
    facts: Arc<Facts>,
    statements: RequestStats,
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.by.metrics.end();
    }
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
    type Kept = Option<Seen>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = TaskLocalFuture<Logged, Observed<F>>;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        let id = request
            .headers()
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(RequestId::parse)
            .unwrap_or_else(|| RequestId::generate(&self.0.ids));
        let trace_id = trace_context::trace_id(request.headers());
        let facts = Arc::new(Facts::new(self.0.timeout, self.0.pages, Logged::new(id, trace_id)));
        request.extensions_mut().insert(Arc::clone(&facts));
        let method = request.method().clone();
        let statements = RequestStats::within(self.0.budget);
        self.0.metrics.begin();
        Ok(Some(Seen { by: Arc::clone(&self.0), method, facts, statements }))
    }

    fn around<F>(&self, seen: &mut Self::Kept, answer: F) -> Self::Around<F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let Some(seen) = seen.take() else { unreachable!("a request is asked for once") };
        let answer = Some(insight::scope(seen.statements.clone(), answer));
        seen.facts.request.clone().scope(Observed { answer, seen })
    }

    fn after(_seen: Self::Kept, response: Response) -> Answered {
        Answered::Now(response)
    }
}

pin_project! {
    /// An answer, waited for and told of.
    pub(super) struct Observed<F> {
        // Nothing when it is there.
        #[pin]
        answer: Option<TaskLocalFuture<RequestStats, F>>,
        seen: Seen,
    }
}

impl<F: Future<Output = Outcome>> Future for Observed<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut this = self.project();
        let Some(answer) = this.answer.as_mut().as_pin_mut() else {
            unreachable!("polled after it has ended")
        };
        let mut outcome = ready!(answer.poll(context));
        this.answer.set(None);
        if let Ok(response) = &mut outcome {
            let took = this.seen.facts.start.elapsed();
            record(this.seen, took, response);
            if let Ok(value) = HeaderValue::from_str(this.seen.facts.request.id().as_str()) {
                response.headers_mut().insert(X_REQUEST_ID, value);
            }
            if let Some(value) = server_timing(this.seen, took) {
                response.headers_mut().append(SERVER_TIMING, value);
            }
        }
        Poll::Ready(outcome)
    }
}

/// One access line and one observation per answer; a client that leaves before gets neither.
fn record(seen: &Seen, took: Duration, response: &Response) {
    let metrics = &seen.by.metrics;
    let route = seen.facts.request.route().unwrap_or(UNMATCHED);
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
        http.duration_ms = thousandths(took),
        db.statements = seen.statements.count(),
        db.duration_ms = thousandths(seen.statements.time()),
        problem.code = code,
        "request answered"
    );
}

/// Milliseconds, to the microsecond.
fn thousandths(span: Duration) -> f64 {
    span.as_micros() as f64 / 1e3
}

/// The time until now and in the database, in milliseconds, and how many statements ran there.
fn server_timing(seen: &Seen, took: Duration) -> Option<HeaderValue> {
    let mut text = String::with_capacity(64);
    text.push_str("total;dur=");
    milliseconds(&mut text, took);
    text.push_str(", db;dur=");
    milliseconds(&mut text, seen.statements.time());
    text.push_str(";desc=\"n=");
    number(&mut text, seen.statements.count());
    text.push('"');
    HeaderValue::try_from(text).ok()
}

/// With one decimal.
fn milliseconds(text: &mut String, span: Duration) {
    let tenths = u64::try_from((span.as_micros() + 50) / 100).unwrap_or(u64::MAX);
    number(text, tenths / 10);
    text.push('.');
    number(text, tenths % 10);
}

/// Every answer has some: the way by `format!` takes several times as much.
fn number(text: &mut String, number: u64) {
    if number >= 10 {
        self::number(text, number / 10);
    }
    text.push(char::from(b'0' + (number % 10) as u8));
}

/// Inside the router: remembers which route matched. Must run after routing.
pub(super) fn note_route(request: Request<Body>) -> Request<Body> {
    if let Some(facts) = facts::of(request.extensions())
        && let Some(route) = request.extensions().get::<MatchedPath>()
    {
        // Already set when routers are nested; the first is the whole path.
        if facts.request.set_route(route.as_str()) {
            insight::name_route(route.as_str());
        }
    }
    request
}

/// The id of the request being worked on.
pub(super) fn current_request_id() -> Option<String> {
    Logged::current().map(|request| request.id().to_string())
}
