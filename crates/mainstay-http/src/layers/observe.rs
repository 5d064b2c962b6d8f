//! Request ids, the span that every line of a request is in, the access log and the metrics of requests.
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
use mainstay_telemetry::{Registry, RequestId, events, request_id};
use pin_project_lite::pin_project;
use tokio::task::futures::TaskLocalFuture;
use tracing::field::Empty;

use super::metrics::{InFlight, Metrics};
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
    id: RequestId,
    method: Method,
    facts: Arc<Facts>,
    statements: RequestStats,
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
    type Kept = Option<Seen>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = TaskLocalFuture<RequestId, Observed<F>>;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        let id = request
            .headers()
            .get(X_REQUEST_ID)
            .and_then(|value| value.to_str().ok())
            .and_then(RequestId::parse)
            .unwrap_or_else(|| RequestId::generate(&self.0.ids));
        let trace_id = trace_context::trace_id(request.headers());
        // Of the highest level, so that a filter that lets only errors through knows their request, too.
        let span = tracing::error_span!(
            "request",
            request_id = id.as_str(),
            trace_id = trace_id.as_deref(),
            http.route = Empty
        );
        let facts = Arc::new(Facts::new(self.0.timeout, self.0.pages, span));
        request.extensions_mut().insert(Arc::clone(&facts));
        let _in_flight = self.0.metrics.begin();
        let method = request.method().clone();
        let statements = RequestStats::within(self.0.budget);
        Ok(Some(Seen { id, method, facts, statements, _in_flight }))
    }

    fn around<F>(&self, seen: &mut Self::Kept, answer: F) -> Self::Around<F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let Some(seen) = seen.take() else { unreachable!("a request is asked for once") };
        let answer = Some(insight::scope(seen.statements.clone(), answer));
        request_id::scope(seen.id.clone(), Observed { answer, seen, by: Arc::clone(&self.0) })
    }

    fn after(&self, _seen: Self::Kept, response: Response) -> Answered {
        Answered::Now(response)
    }
}

pin_project! {
    /// An answer, waited for within the request's span, and told of.
    pub(super) struct Observed<F> {
        // Nothing when it is there.
        #[pin]
        answer: Option<TaskLocalFuture<RequestStats, F>>,
        seen: Seen,
        by: Arc<Inner>,
    }

    impl<F> PinnedDrop for Observed<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.answer.is_some() {
                // What was begun ends within the span, too.
                let _within = this.seen.facts.span.enter();
                this.answer.set(None);
            }
        }
    }
}

impl<F: Future<Output = Outcome>> Future for Observed<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let mut this = self.project();
        let _within = this.seen.facts.span.enter();
        let Some(answer) = this.answer.as_mut().as_pin_mut() else {
            unreachable!("polled after it has ended")
        };
        let mut outcome = ready!(answer.poll(context));
        this.answer.set(None);
        if let Ok(response) = &mut outcome {
            let took = this.seen.facts.start.elapsed();
            record(&this.by.metrics, this.seen, took, response);
            if let Ok(value) = HeaderValue::from_str(this.seen.id.as_str()) {
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
fn record(metrics: &Metrics, seen: &Seen, took: Duration, response: &Response) {
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
        if facts.route.set(route.clone()).is_ok() {
            facts.span.record("http.route", route.as_str());
            insight::name_route(route.as_str());
        }
    }
    request
}

/// The id of the request being worked on.
pub(super) fn current_request_id() -> Option<String> {
    request_id::current().map(|id| id.to_string())
}
