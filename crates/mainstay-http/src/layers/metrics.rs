//! The metrics of requests, with their series kept at hand: a lookup in the registry allocates.
//! Never here: labels that a client can choose.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use http::Method;
use mainstay_telemetry::{Counter, Histogram, Registry};
use prometheus_client::metrics::counter::Counter as CounterSeries;
use prometheus_client::metrics::gauge::Gauge as GaugeSeries;
use prometheus_client::metrics::histogram::Histogram as HistogramSeries;

/// Upper bounds in seconds: close together where goals are (10 to 500 ms).
const BUCKETS: &[f64] = &[
    0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5,
    0.75, 1.0, 1.5, 2.5, 5.0, 10.0, 30.0,
];

/// Every metric of the middleware list.
pub(super) struct Metrics {
    requests: Counter,
    durations: Histogram,
    errors: Counter,
    repeated: Counter,
    in_flight: GaugeSeries,
    /// By route template, of which a router has finitely many; of each few enough to be searched one by one.
    routes: RwLock<HashMap<String, Vec<Answer>>>,
}

/// The series of one route's answers of one kind.
struct Answer {
    method: &'static str,
    status: u16,
    count: CounterSeries,
    duration: HistogramSeries,
}

impl Metrics {
    pub(super) fn register(registry: &Registry) -> Self {
        const BY_ANSWER: &[&str] = &["method", "route", "status"];
        let in_flight = registry.gauge("http_requests_in_flight", "Requests without an answer yet", &[]);
        Self {
            requests: registry.counter("http_requests", "Answered requests", BY_ANSWER),
            durations: registry.histogram(
                "http_request_duration_seconds",
                "From the head of the request to the head of the answer",
                BUCKETS,
                BY_ANSWER,
            ),
            repeated: registry.counter(
                "http_repeated_statements",
                "Requests in which one statement ran in a loop over single rows",
                &["route", "statement"],
            ),
            errors: registry.counter("http_errors", "Problems by their code", &["route", "code"]),
            in_flight: in_flight.with(&[]),
            routes: RwLock::default(),
        }
    }

    /// A request is in flight, until [`Self::end`].
    pub(super) fn begin(&self) {
        self.in_flight.inc();
    }

    pub(super) fn end(&self) {
        self.in_flight.dec();
    }

    pub(super) fn answered(&self, method: &Method, route: &str, status: u16, took: Duration) {
        let method = label(method);
        let count = |answer: &Answer| {
            answer.count.inc();
            answer.duration.observe(took.as_secs_f64());
        };
        let is_it = |answer: &&Answer| answer.method == method && answer.status == status;
        // Counted under the lock: a series that is handed out is one more thing that all threads write to.
        let routes = self.routes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = routes.get(route).and_then(|answers| answers.iter().find(is_it)) {
            return count(answer);
        }
        drop(routes);
        let answer = self.answer(method, route, status);
        count(&answer);
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        // Two requests may both add it; they add the same series.
        routes.entry(route.to_owned()).or_default().push(answer);
    }

    /// Codes come from our own code, never from a client.
    pub(super) fn failed(&self, route: &str, code: &str) {
        self.errors.with(&[route, code]).inc();
    }

    /// Statements have their names from our own code.
    pub(super) fn repeated(&self, route: &str, statement: &str) {
        self.repeated.with(&[route, statement]).inc();
    }

    fn answer(&self, method: &'static str, route: &str, status: u16) -> Answer {
        let status_label = status.to_string();
        let labels = [method, route, &status_label];
        Answer { method, status, count: self.requests.with(&labels), duration: self.durations.with(&labels) }
    }
}

/// Clients may invent methods; they share one label.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
