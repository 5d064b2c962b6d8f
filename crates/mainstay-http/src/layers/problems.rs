//! Panics become problems, and every problem learns which request it answers.
//! Never here: problems of a particular route.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use futures_util::future::CatchUnwind;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Uri};
use pin_project_lite::pin_project;

use super::step::{Answered, Outcome, Step};
use crate::problem::Problem;

/// The step; sits inside compression, so that it still sees plain bodies.
#[derive(Clone)]
pub(super) struct Problems;

impl Step for Problems {
    type Kept = (Method, Uri);
    type Around<F: Future<Output = Outcome> + Send + 'static> = Caught<F>;

    fn before(&self, request: &mut Request<Body>) -> Result<Self::Kept, Box<Response>> {
        Ok((request.method().clone(), request.uri().clone()))
    }

    fn around<F>(&self, _kept: &mut Self::Kept, answer: F) -> Caught<F>
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        Caught { answer: AssertUnwindSafe(answer).catch_unwind() }
    }

    fn after((method, uri): Self::Kept, response: Response) -> Answered {
        Answered::Now(complete(response, &method, &uri))
    }
}

pin_project! {
    /// An answer whose panic is one, too.
    pub(super) struct Caught<F> {
        #[pin]
        answer: CatchUnwind<AssertUnwindSafe<F>>,
    }
}

impl<F: Future<Output = Outcome>> Future for Caught<F> {
    type Output = Outcome;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let caught = self.project().answer.poll(context);
        caught.map(|caught| caught.unwrap_or_else(|panic| Ok(panicked(panic.as_ref()).into_response())))
    }
}

/// Fills in instance and request id where the problem was made without them.
fn complete(mut response: Response, method: &Method, uri: &Uri) -> Response {
    let Some(problem) = response.extensions().get::<Problem>() else { return response };
    let mut problem = problem.clone();
    if !problem.has_instance() {
        problem = problem.at(uri.path());
    }
    if let Some(id) = super::observe::current_request_id() {
        problem = problem.for_request(id);
    }
    let body = problem.to_json();
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = if method == Method::HEAD { Body::empty() } else { Body::from(body) };
    response.extensions_mut().insert(problem);
    response
}

/// Logged here because the panic hook's own line carries no request id.
fn panicked(panic: &(dyn std::any::Any + Send)) -> Problem {
    let message = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without words".to_owned());
    tracing::error!(panic.message = message, "a handler panicked");
    Problem::hidden()
}
