//! The time limit of a request, and the way for a route to allow more.
//! Never here: pauses inside bodies; the serve loop watches those.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, select};
use http::Request;
use tokio::time::{Instant, sleep_until};
use tower::util::MapRequestLayer;

use super::step::Step;
use crate::facts::{self, Facts};
use crate::problem::Problem;

/// The step; relies on the facts that the observing step put into the request.
#[derive(Clone)]
pub(super) struct Deadline;

impl Step for Deadline {
    type Kept = Option<Arc<Facts>>;

    fn before(&self, request: Request<Body>) -> Result<(Request<Body>, Self::Kept), Box<Response>> {
        let facts = facts::of(request.extensions()).cloned();
        Ok((request, facts))
    }

    async fn after<F>(self, facts: Self::Kept, answer: F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let Some(facts) = facts else { return answer.await };
        let start = Instant::now();
        let mut answer = pin!(answer);
        loop {
            let allowed = facts.allowed();
            let timer = pin!(sleep_until(start + allowed));
            match select(answer, timer).await {
                Either::Left((response, _)) => return response,
                Either::Right(((), unfinished)) => {
                    // The route was matched meanwhile and may have allowed more.
                    if facts.allowed() <= allowed {
                        return Problem::unavailable(Duration::from_secs(5), "The work took too long.")
                            .coded("timed_out")
                            .into_response();
                    }
                    answer = unfinished;
                }
            }
        }
    }
}

/// A route layer: requests of this route may take `time` instead of the configured time-out.
///
/// ```
/// use std::time::Duration;
/// use axum::{Router, routing::post};
/// use mainstay_http::layers::allow_time;
///
/// let uploads: Router =
///     Router::new().route("/v1/uploads", post(|| async {})).layer(allow_time(Duration::from_secs(600)));
/// ```
pub fn allow_time(
    time: Duration,
) -> MapRequestLayer<impl Fn(Request<Body>) -> Request<Body> + Clone + Send + Sync + 'static> {
    MapRequestLayer::new(move |request: Request<Body>| {
        if let Some(facts) = facts::of(request.extensions()) {
            facts.allow(time);
        }
        request
    })
}
