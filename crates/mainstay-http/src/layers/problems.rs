//! Panics become problems, and every problem learns which request it answers.
//! Never here: problems of a particular route.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Uri};

use super::step::Step;
use crate::problem::Problem;

/// The step; sits inside compression, so that it still sees plain bodies.
#[derive(Clone)]
pub(super) struct Problems;

impl Step for Problems {
    type Kept = (Method, Uri);

    fn before(&self, request: Request<Body>) -> Result<(Request<Body>, Self::Kept), Box<Response>> {
        let kept = (request.method().clone(), request.uri().clone());
        Ok((request, kept))
    }

    async fn after<F>(self, (method, uri): Self::Kept, answer: F) -> Response
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let response = match AssertUnwindSafe(answer).catch_unwind().await {
            Ok(response) => response,
            Err(panic) => panicked(panic.as_ref()).into_response(),
        };
        complete(response, &method, &uri)
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
