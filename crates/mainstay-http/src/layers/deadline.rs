//! The time limit of a request, and the way for a route to allow more.
//! Never here: pauses inside bodies; the serve loop watches those.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::Request;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep_until};
use tower::util::MapRequestLayer;

use super::step::{Answered, Outcome, Step};
use crate::facts::{self, Facts};
use crate::problem::Problem;

/// The step; relies on the facts that the observing step put into the request.
#[derive(Clone)]
pub(super) struct Deadline;

impl Step for Deadline {
    type Kept = Option<Arc<Facts>>;
    type Around<F: Future<Output = Outcome> + Send + 'static> = Timed<F>;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        Ok(facts::of(request.extensions()).cloned())
    }

    fn around<F>(&self, facts: &mut Self::Kept, answer: F) -> Timed<F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        Timed { answer, facts: facts.take(), timer: None }
    }

    fn after(_facts: Self::Kept, response: Response) -> Answered {
        Answered::Now(response)
    }
}

pin_project! {
    /// An answer, or the problem that it took too long.
    pub(super) struct Timed<F> {
        #[pin]
        answer: F,
        facts: Option<Arc<Facts>>,
        // Most answers are there at once and need none.
        timer: Option<Pin<Box<Timer>>>,
    }
}

pin_project! {
    struct Timer {
        allowed: Duration,
        #[pin]
        sleep: Sleep,
    }
}

impl<F: Future<Output = Outcome>> Future for Timed<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let this = self.project();
        if let Poll::Ready(outcome) = this.answer.poll(context) {
            return Poll::Ready(outcome);
        }
        let Some(facts) = this.facts else { return Poll::Pending };
        let timer = this.timer.get_or_insert_with(|| {
            let allowed = facts.allowed();
            Box::pin(Timer { allowed, sleep: sleep_until(facts.start + allowed) })
        });
        loop {
            let mut timer = timer.as_mut().project();
            ready!(timer.sleep.as_mut().poll(context));
            // The route may have allowed more meanwhile.
            if facts.allowed() <= *timer.allowed {
                let late = Problem::unavailable(Duration::from_secs(5), "The work took too long.");
                return Poll::Ready(Ok(late.coded("timed_out").into_response()));
            }
            *timer.allowed = facts.allowed();
            timer.sleep.reset(facts.start + *timer.allowed);
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
