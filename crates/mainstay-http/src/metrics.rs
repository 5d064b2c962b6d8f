//! The route that shows the metric registry to a scraper. Never here: metrics of anything.

use axum::Router;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use mainstay_telemetry::Registry;

/// Where the metrics are served.
pub const PATH: &str = "/metrics";

/// The route [`PATH`] in OpenMetrics' text form. It says nothing about persons, but much about a service:
/// keep it from the public internet.
pub fn routes<S: Clone + Send + Sync + 'static>(registry: &Registry) -> Router<S> {
    let registry = registry.clone();
    Router::new().route(
        PATH,
        get(move || async move {
            let open_metrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(CONTENT_TYPE, open_metrics), (CACHE_CONTROL, "no-store")], registry.encode())
        }),
    )
}
